"""What a person decided counts for what they were shown; quiet stays quiet; what was lost on the way stays ours."""

from dataclasses import replace

import pytest

from casehug.intake.models import Matter
from casehug.intake.services.matters import NewClient
from casehug.kit.clock import ManualClock
from casehug.kit.ids import new_id
from casehug.sync import choices, outbox, reference
from casehug.sync.lookup import QUARANTINE
from casehug.sync.mapping import Choice
from casehug.sync.models import Attempt, CaseTypeMapping, Change, Decision, Link, RecordKind
from casehug.sync.planner import SUB_STATUS_DUE, Known, KnownLink, Wanted, plan
from casehug.tenancy.scope import firm_scope
from sandbox import records
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.sync.engine import Drain, click, contacts_named, matters_titled, only_change, question_of
from tests.sync.test_follow_ups import change_matter, correct_client

TITLE = "Johnson v. Johnson — Divorce"
PAST = QUARANTINE.total_seconds() + 1
OURS, NEWER = "+13035550199", "+13035550177"


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


def lost_answer(times: int = 1) -> Fault:
    """The update of a contact arrives, and its answer does not."""
    return Fault(kind="drop", method="PUT", path="/v1/contacts/", times=times)


def somebody(town: Town, hartwell: Firm, first_name: str, last_name: str, email: str) -> records.Contact:
    """A contact that was there before."""
    number = town.next_id("contact")
    other = next(iter(hartwell.contacts.values()))
    hartwell.contacts[number] = replace(other, id=number, first_name=first_name, last_name=last_name, email=email)
    return hartwell.contacts[number]


def linked_contacts(people: Cast) -> list[str]:
    with firm_scope(people.firm_id):
        return list(Link.objects.filter(kind=RecordKind.CONTACT).values_list("lawmatics_id", flat=True))


def asked(people: Cast, run: Drain, town: Town, hartwell: Firm) -> tuple[Matter, records.Contact]:
    """A matter that is held with the question whether Danielle is Dana."""
    danielle = somebody(town, hartwell, "Danielle", "Johnson", "dana@example.com")
    matter = cast.open_dana(people.bob)
    run(people.firm_id)
    return matter, danielle


def test_it_takes_no_decision_about_somebody_who_was_not_shown(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    somebody(town, hartwell, "Robert", "Johnson", "bob@example.com")
    matter, _ = asked(connected, run, town, hartwell)
    shown = question_of(connected.firm_id, matter)
    assert matter.client
    correct_client(connected.bob, matter.client, email="bob@example.com")
    click(connected.bob, matter)
    run(connected.firm_id)
    click(connected.bob, matter, Decision.LINK, question=shown)
    run(connected.firm_id)
    assert linked_contacts(connected) == []


def test_it_tells_that_a_decision_was_not_taken(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter, _ = asked(connected, run, town, hartwell)
    assert click(connected.bob, matter, Decision.LINK, question="another") is False


def test_it_takes_no_decision_without_the_question(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter, _ = asked(connected, run, town, hartwell)
    click(connected.bob, matter, Decision.LINK, question="")
    assert only_change(connected.firm_id, matter).decision == Decision.NONE


def test_it_takes_the_decision_about_what_was_shown(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter, danielle = asked(connected, run, town, hartwell)
    click(connected.bob, matter, Decision.LINK, question=question_of(connected.firm_id, matter))
    run(connected.firm_id)
    assert linked_contacts(connected) == [str(danielle.id)]


@pytest.mark.parametrize("decision", [Decision.LINK, Decision.APART])
def test_it_asks_again_about_a_contact_that_was_renamed(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm, decision: Decision
) -> None:
    matter, danielle = asked(connected, run, town, hartwell)
    danielle.first_name, danielle.last_name = "Robert", "Smith"
    click(connected.bob, matter, decision)
    run(connected.firm_id)
    assert "Robert Smith" in only_change(connected.firm_id, matter).problem_text


def test_it_makes_another_question_of_a_renamed_contact(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter, danielle = asked(connected, run, town, hartwell)
    shown = question_of(connected.firm_id, matter)
    danielle.first_name = "Robert"
    click(connected.bob, matter)
    run(connected.firm_id)
    assert question_of(connected.firm_id, matter) != shown


def quietly(people: Cast, run: Drain) -> Matter:
    """A matter that was to go without a stage, and is held."""
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        Change.objects.update(quiet=True)
    run(people.firm_id)
    return matter


def test_it_stays_quiet_when_a_corrected_mapping_sends_again(
    time: ManualClock, connected: Cast, run: Drain, hartwell: Firm
) -> None:
    with firm_scope(connected.firm_id):
        there, _ = reference.kept()
        gone = {"practice_area_id": "99999", "practice_area_name": "Gone"}
        CaseTypeMapping.objects.create(case_type="divorce-standard", **gone)
    quietly(connected, run)
    assert there
    with firm_scope(connected.firm_id):
        area = Choice(practice_area_id=there.practice_areas[0].id)
        choices.choose_place(connected.alice, case_type="divorce-standard", choice=area)
    run(connected.firm_id)
    assert [matter.stage_id for matter in matters_titled(hartwell, TITLE)] == [None]


@pytest.mark.parametrize("decision", [Decision.LINK, Decision.APART])
def test_it_stays_quiet_when_a_person_decides(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm, decision: Decision
) -> None:
    somebody(town, hartwell, "Danielle", "Johnson", "dana@example.com")
    click(connected.bob, quietly(connected, run), decision)
    run(connected.firm_id)
    assert [matter.stage_id for matter in matters_titled(hartwell, TITLE)] == [None]


@pytest.mark.parametrize("loud", [False, True])
def test_it_is_no_longer_quiet_only_when_a_person_wants_it_so(connected: Cast, *, loud: bool) -> None:
    matter = cast.open_dana(connected.bob)
    with firm_scope(connected.firm_id):
        Change.objects.update(quiet=True)
        outbox.request_sync(connected.bob, matter_id=matter.id, loud=loud)
    assert only_change(connected.firm_id, matter).quiet is not loud


def test_it_plans_no_label_from_before_quietly() -> None:
    wanted = Wanted(
        matter_id=new_id(),
        client_id=new_id(),
        contact={"email": ""},
        matter={"case_title": "T"},
        stage_id="",
        note=None,
    )
    links = {
        RecordKind.CONTACT: KnownLink("1", {}, wanted.digest(RecordKind.CONTACT)),
        RecordKind.MATTER: KnownLink("2", {SUB_STATUS_DUE: "5"}, wanted.digest(RecordKind.MATTER)),
    }
    assert plan(wanted, Known(links=links)) == ()


def test_it_labels_an_adopted_matter_whose_stage_did_not_take(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    hartwell.options.stages_move = False
    label = next(iter(hartwell.sub_statuses.values()))
    label.name = "Family Law Intake"
    with firm_scope(connected.firm_id):
        reference.forget()
    run(connected.firm_id)
    town.faults.add(Fault(kind="drop", method="POST", path="/v1/prospects"))
    cast.open_dana(connected.bob, title="Second", client=NewClient("Eve", "Stone", "eve@example.com"))
    for _ in range(4):
        run(connected.firm_id)
        time.advance(PAST)
    assert [matter.sub_status_id for matter in matters_titled(hartwell, "Second")] == [label.id]


def patiently(people: Cast, run: Drain, time: ManualClock) -> None:
    for _ in range(4):
        run(people.firm_id)
        time.advance(600)


@pytest.mark.parametrize("lost", [1, 2])
def test_it_corrects_its_own_value_after_its_answer_was_lost(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm, lost: int
) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert matter.client
    town.faults.add(lost_answer(lost))
    correct_client(connected.bob, matter.client, phone=OURS, phone_key=OURS)
    if lost == 1:
        patiently(connected, run, time)
    run(connected.firm_id)
    correct_client(connected.bob, matter.client, phone=NEWER, phone_key=NEWER)
    patiently(connected, run, time)
    assert [contact.phone for contact in contacts_named(hartwell, "Dana Johnson")] == [NEWER]


def test_it_leaves_what_the_firm_typed_after_an_answer_was_lost(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert matter.client
    town.faults.add(lost_answer())
    correct_client(connected.bob, matter.client, phone=OURS, phone_key=OURS)
    run(connected.firm_id)
    [contact] = contacts_named(hartwell, "Dana Johnson")
    contact.phone = "(999) 111-2222"
    correct_client(connected.bob, matter.client, phone=NEWER, phone_key=NEWER)
    patiently(connected, run, time)
    assert contact.phone == "(999) 111-2222"


def overwritten(people: Cast, run: Drain, hartwell: Firm) -> tuple[Matter, Attempt, records.Contact]:
    """A phone number of the firm's that an update wrote over."""
    with firm_scope(people.firm_id):
        choices.map_field(people.alice, entity="contact", target="phone", source="client.phone", rule="ours")
    matter = cast.open_dana(people.bob)
    run(people.firm_id)
    [contact] = contacts_named(hartwell, "Dana Johnson")
    contact.phone = "(999) 111-2222"
    assert matter.client
    correct_client(people.bob, matter.client, phone=OURS, phone_key=OURS)
    run(people.firm_id)
    with firm_scope(people.firm_id):
        return matter, Attempt.objects.get(action="contact.update"), contact


def undo(people: Cast, matter: Matter, attempt: Attempt) -> None:
    with firm_scope(people.firm_id):
        outbox.request_undo(people.bob, matter_id=matter.id, attempt_id=attempt.id)


def test_it_recognises_an_undo_whose_answer_was_lost(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter, attempt, _ = overwritten(connected, run, hartwell)
    undo(connected, matter, attempt)
    town.faults.add(lost_answer())
    patiently(connected, run, time)
    with firm_scope(connected.firm_id):
        assert Attempt.objects.get(id=attempt.id).undone_at is not None


@pytest.mark.parametrize("before_it_ran", [True, False])
def test_it_sends_a_new_title_although_an_undo_was_refused(
    time: ManualClock, connected: Cast, run: Drain, hartwell: Firm, *, before_it_ran: bool
) -> None:
    matter, attempt, contact = overwritten(connected, run, hartwell)
    contact.phone = "(555) 333-4444"
    undo(connected, matter, attempt)
    if not before_it_ran:
        run(connected.firm_id)
    change_matter(connected.bob, matter, title="New title")
    run(connected.firm_id)
    assert len(matters_titled(hartwell, "New title")) == 1


def test_it_delivers_on_a_click_although_an_undo_was_refused(
    time: ManualClock, connected: Cast, run: Drain, hartwell: Firm
) -> None:
    matter, attempt, contact = overwritten(connected, run, hartwell)
    contact.phone = "(555) 333-4444"
    undo(connected, matter, attempt)
    run(connected.firm_id)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter, latest=True).state == "delivered"
