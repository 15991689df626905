"""The planner, against a model of Lawmatics: applied and planned again, nothing is left."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from casehug.sync.identity import same_person
from casehug.sync.models import Decision, RecordKind
from casehug.sync.planner import (
    AddNote,
    AskWhichPerson,
    Create,
    FindContact,
    Found,
    Known,
    KnownLink,
    LinkContact,
    NeedsClient,
    Read,
    Step,
    Update,
    Wanted,
    compared,
    digest,
    plan,
)

CONTACT, MATTER, NOTE = RecordKind.CONTACT, RecordKind.MATTER, RecordKind.NOTE
PERSON = {"first_name": "Dana", "last_name": "Johnson", "email": "dana@example.com", "phone": "+13035550134"}
CASE = {"case_title": "Johnson v. Johnson", "practice_area_id": "3"}


def wanted(**changes: Any) -> Wanted:
    base = Wanted(matter_id=uuid4(), client_id=uuid4(), contact=PERSON, matter=CASE, stage_id="7", note=None)
    return replace(base, **changes)


def link(fields: Mapping[str, Any], *, lawmatics_id: str = "1") -> KnownLink:
    return KnownLink(lawmatics_id=lawmatics_id, sent=fields, digest=digest(fields))


@dataclass
class Model:
    """Lawmatics and our memory of it, as plain dictionaries: the planner's world without a network."""

    contacts: dict[str, dict[str, str]] = field(default_factory=dict)
    matters: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: int = 0
    known: Known = field(default_factory=Known)
    wanted: Wanted = field(default_factory=wanted)

    def run(self) -> list[Step]:
        made: list[Step] = []
        while steps := plan(self.wanted, self.known):
            if isinstance(steps[0], AskWhichPerson | NeedsClient):
                return [*made, steps[0]]
            made.append(steps[0])
            self.make(steps[0])
            assert len(made) < 20, "the plan does not end"
        return made

    def forget_reads(self) -> None:
        self.known = replace(self.known, read={}, candidates=None)

    def make(self, step: Step) -> None:
        match step:
            case FindContact():
                same = [key for key, c in self.contacts.items() if c.get("email", "").lower() == step.email.lower()]
                found = tuple(Found(key, dict(self.contacts[key])) for key in same)
                self.known = replace(self.known, candidates=found)
            case LinkContact():
                new = KnownLink(step.found.lawmatics_id, {}, "")
                self.known = self.known.having_linked(CONTACT, new).having_read(CONTACT, step.found)
            case Create():
                records = self.contacts if step.kind == CONTACT else self.matters
                key = str(len(records) + 100)
                records[key] = dict(step.fields)
                fields = self.wanted.contact if step.kind == CONTACT else self.wanted.matter
                self.known = self.known.having_linked(step.kind, link(fields, lawmatics_id=key))
            case Read():
                records = self.contacts if step.kind == CONTACT else self.matters
                found_one = Found(step.lawmatics_id, dict(records[step.lawmatics_id]))
                self.known = self.known.having_read(step.kind, found_one)
            case Update():
                records = self.contacts if step.kind == CONTACT else self.matters
                records[step.lawmatics_id].update(step.fields)
                before = self.known.links[step.kind]
                fields = self.wanted.contact if step.kind == CONTACT else self.wanted.matter
                after = replace(before, sent={**before.sent, **step.fields}, digest=digest(fields))
                self.known = self.known.having_linked(step.kind, after)
            case AddNote():
                self.notes += 1
                self.wanted = replace(self.wanted, note=None)


def test_it_searches_then_creates() -> None:
    assert plan(wanted(), Known()) == (
        FindContact("dana@example.com"),
        Create(CONTACT, PERSON),
        Create(MATTER, CASE, stage_id="7"),
    )


def test_it_searches_nothing_without_an_address() -> None:
    steps = plan(wanted(contact={**PERSON, "email": ""}), Known())
    assert [type(step) for step in steps] == [Create, Create]


def test_it_plans_nothing_for_an_unchanged_matter() -> None:
    assert plan(wanted(), Known(links={CONTACT: link(PERSON), MATTER: link(CASE)})) == ()


def test_it_reads_before_it_changes() -> None:
    known = Known(links={CONTACT: link({**PERSON, "phone": "+1"}), MATTER: link(CASE)})
    assert plan(wanted(), known) == (Read(CONTACT, "1"),)


def test_it_never_moves_a_matter_that_is_there_to_another_stage() -> None:
    known = Known(links={CONTACT: link(PERSON), MATTER: link(CASE)})
    assert plan(wanted(stage_id="9"), known) == ()


def test_it_plans_no_note_unless_one_is_due() -> None:
    known = Known(links={CONTACT: link(PERSON), MATTER: link(CASE)})
    assert plan(wanted(note={"asked": 3}), known) == (AddNote({"asked": 3}),)


def test_it_waits_for_a_client() -> None:
    assert plan(wanted(contact={}, client_id=None), Known()) == (NeedsClient(),)


def test_it_prefers_the_contact_of_the_same_name_among_several() -> None:
    spouse = Found("1", {**PERSON, "first_name": "John"})
    herself = Found("2", {**PERSON, "first_name": "DANA"})
    steps = plan(wanted(), Known(candidates=(spouse, herself)))
    assert steps[0] == LinkContact(herself, others=1)


def test_it_asks_before_it_takes_another_name() -> None:
    spouse = Found("1", {**PERSON, "first_name": "John"})
    assert plan(wanted(), Known(candidates=(spouse,))) == (AskWhichPerson((spouse,)),)


def test_it_follows_the_decision() -> None:
    spouse = Found("1", {**PERSON, "first_name": "John"})
    linked = plan(wanted(), Known(candidates=(spouse,), decision=Decision.LINK, decided_on=("1",)))
    apart = plan(wanted(), Known(candidates=(spouse,), decision=Decision.APART, decided_on=("1",)))
    assert (linked[0], apart[0]) == (LinkContact(spouse), Create(CONTACT, PERSON))


@given(st.sampled_from([Decision.LINK, Decision.APART]))
def test_it_asks_again_when_the_address_has_moved_to_somebody_else_since(decision: Decision) -> None:
    ana = Found("7", {**PERSON, "first_name": "Ana", "last_name": "García"})
    known = Known(candidates=(ana,), decision=decision, decided_on=("1",))
    assert plan(wanted(), known) == (AskWhichPerson((ana,)),)


def test_it_takes_names_for_equal_without_regard_to_case_accents_and_spacing() -> None:
    assert same_person(
        {"first_name": "José", "last_name": "De  La Cruz"}, {"first_name": "JOSE", "last_name": "de la cruz"}
    )


def test_it_takes_father_and_son_for_two_people() -> None:
    assert not same_person({"first_name": "John", "last_name": "Doe"}, {"first_name": "John", "last_name": "Doe Jr."})


def test_it_writes_blank_fields_and_its_own_and_leaves_the_firm_s() -> None:
    there = {"first_name": "Dana", "last_name": "Smith", "email": "", "phone": "(303) 555-0100"}
    sent = {"phone": "+13035550100", "last_name": "Johnson"}
    update = compared(CONTACT, link(sent), wanted(), Known(), Found("1", there))
    assert update.fields == {"email": "dana@example.com", "phone": "+13035550134"}


def test_it_never_clears_a_field() -> None:
    blank = wanted(contact={**PERSON, "phone": ""})
    assert compared(CONTACT, link({"phone": "1"}), blank, Known(), Found("1", {**PERSON, "phone": "1"})).fields == {}


names = st.sampled_from(["Dana", "dana", "John", "José", "Jose", ""])
surnames = st.sampled_from(["Johnson", "JOHNSON", "Smith", ""])
emails = st.sampled_from(["", "dana@example.com", "DANA@example.com", "d_na@example.com"])
phones = st.sampled_from(["", "+13035550134", "(303) 555-0134", "+13035550100"])
people = st.fixed_dictionaries({"first_name": names, "last_name": surnames, "email": emails, "phone": phones})
cases = st.fixed_dictionaries(
    {"case_title": st.sampled_from(["A", "B"]), "practice_area_id": st.sampled_from(["", "3"])}
)
notes = st.none() | st.fixed_dictionaries({"asked": st.integers(0, 3)})


@st.composite
def worlds(draw: st.DrawFn) -> Model:
    contacts = {str(number): draw(people) for number in range(draw(st.integers(0, 3)))}
    person = {**draw(people), "first_name": "Dana", "last_name": "Johnson"}
    decided_on = tuple(draw(st.permutations(list(contacts)))[: draw(st.integers(0, 3))])
    known = Known(decision=draw(st.sampled_from(list(Decision))), decided_on=decided_on)
    if contacts and draw(st.booleans()):
        earlier = draw(people)
        known = known.having_linked(CONTACT, KnownLink("0", earlier, digest(earlier)))
    goal = Wanted(UUID(int=1), UUID(int=2), person, draw(cases), "7", draw(notes))
    return Model(contacts=contacts, known=known, wanted=goal)


@given(worlds())
def test_it_has_nothing_left_after_its_plan(model: Model) -> None:
    made = model.run()
    if made and isinstance(made[-1], AskWhichPerson):
        return
    model.forget_reads()
    assert plan(model.wanted, model.known) == ()


@given(worlds())
def test_it_overwrites_nothing_the_firm_typed(model: Model) -> None:
    before = {key: dict(contact) for key, contact in model.contacts.items()}
    linked = model.known.links.get(CONTACT)
    sent = dict(linked.sent) if linked else {}
    model.run()
    for key, contact in before.items():
        for name, value in contact.items():
            if value and not (linked and key == "0" and sent.get(name)):
                assert model.contacts[key][name] == value


@given(worlds())
def test_it_makes_at_most_one_contact_one_matter_and_one_note(model: Model) -> None:
    contacts, matters = len(model.contacts), len(model.matters)
    model.run()
    assert len(model.contacts) - contacts <= 1
    assert len(model.matters) - matters <= 1
    assert model.notes <= 1


@given(worlds())
def test_it_links_nobody_with_another_name_without_a_decision(model: Model) -> None:
    model.known = Known(decision=Decision.NONE)
    made = model.run()
    for step in made:
        if isinstance(step, LinkContact):
            assert same_person(model.wanted.contact, step.found.fields)


def test_it_keeps_the_note_s_link_apart() -> None:
    known = Known(links={CONTACT: link(PERSON), MATTER: link(CASE), NOTE: link({"asked": 1}, lawmatics_id="")})
    assert plan(wanted(), known) == ()
