"""Never the wrong person: the comparison by itself, and awkward people through the whole engine."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from casehug.intake.models import Matter
from casehug.intake.services.matters import NewClient, open_matter
from casehug.kit.clock import ManualClock
from casehug.sync.identity import same_person
from casehug.sync.models import Attempt, Change, ChangeState, Decision, Link
from casehug.sync.queries import card_of
from casehug.tenancy.scope import firm_scope
from sandbox import writes
from sandbox.hand import Hand
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.sync.engine import Drain, click
from tests.torture.rig import times

SAME = [
    (("Dana", "Johnson"), ("dana", "JOHNSON")),
    (("José", "Núñez"), ("Jose", "Nunez")),
    (("José", "Núñez"), ("Pepe", "Nuñez")),
    (("Robert", "Smith"), ("Bob", "Smith")),
    (("Bill", "Stone"), ("Will", "Stone")),
    (("Liz", "Park"), ("Elizabeth", "Park")),
    (("Mary", "Smith-Jones"), ("Mary", "Smith Jones")),
    (("Mary-Ann", "Lee"), ("Maryann", "Lee")),
    (("Pat", "O'Brien"), ("Pat", "OBrien")),
    (("Ana", "De La Cruz"), ("Ana", "Delacruz")),
    (("Dana M.", "Johnson"), ("Dana", "Johnson")),
    (("Dana Marie", "Johnson"), ("Dana M", "Johnson")),
    (("Dana", "M. Johnson"), ("Dana", "Johnson")),
    (("Mr. John", "Smith, Esq."), ("John", "Smith")),
    (("John", "Smith, Jr."), ("John", "Smith Junior")),
    (("Dana", "Johnson"), ("Johnson", "Dana")),
    (("Dana", "Johnson"), ("Dana Johnson", "")),
    (("Dana", "Johnson"), ("", None)),
]
ASK = [
    (("John", "Smith"), ("John", "Smith Jr.")),
    (("John", "Smith Sr"), ("John", "Smith Jr")),
    (("John", "Smith III"), ("John", "Smith II")),
    (("Maria", "Lopez"), ("Carlos", "Lopez")),
    (("Mary", "Lee"), ("Mary Ann", "Lee")),
    (("Mary Ann", "Lee"), ("Mary Lou", "Lee")),
    (("John A.", "Smith"), ("John B.", "Smith")),
    (("Dana", "Johnson"), ("D.", "Johnson")),
    (("Dana", "Johnson"), ("Dana", "")),
    (("Dana", "Johnson"), ("", "Johnson")),
    (("Mary", "Smith-Jones"), ("Mary", "Smith")),
    (("James", "Thomas"), ("Thomas", "James")),
    (("Christopher", "Lee"), ("Christina", "Lee")),
    (("Anna", "Lee"), ("Аnna", "Lee")),  # a Cyrillic A
    (("Md Rahim", "Uddin"), ("Rahim", "Uddin")),
    (("", ""), ("Dana", "Johnson")),
    (("Dana", "Johnson"), ("???", "-")),
]
Pair = tuple[str, str | None]


def person(name: Pair, **more: str) -> dict[str, Any]:
    return {"first_name": name[0], "last_name": name[1], **more}


@pytest.mark.parametrize(("ours", "theirs"), SAME)
def test_it_takes_a_name_written_otherwise(ours: Pair, theirs: Pair) -> None:
    assert same_person(person(ours), person(theirs))


@pytest.mark.parametrize(("ours", "theirs"), ASK)
def test_it_asks_where_it_could_be_somebody_else(ours: Pair, theirs: Pair) -> None:
    assert not same_person(person(ours), person(theirs))


def test_it_asks_about_a_nameless_contact_with_another_phone() -> None:
    ours = person(("Dana", "Johnson"), phone="+13035550134")
    assert same_person(ours, person(("", ""), phone="(303) 555-0134"))
    assert not same_person(ours, person(("", ""), phone="(303) 555-9999"))


NAMES = st.text(st.sampled_from("aAé -.'JrIVñ"), max_size=12)


@given(NAMES, NAMES, NAMES, NAMES)
def test_it_says_the_same_from_both_sides(first: str, last: str, other_first: str, other_last: str) -> None:
    ours, theirs = person((first, last)), person((other_first, other_last))
    if any(name.strip() for name in (first, last)) and any(name.strip() for name in (other_first, other_last)):
        assert same_person(ours, theirs) == same_person(theirs, ours)


# --- awkward people through the engine --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Awkward:
    """A new client, and who was in Lawmatics before: oldest first, each with whether it is the same human being."""

    client: NewClient
    there: tuple[tuple[Mapping[str, str], bool], ...]


def _there(first: str, last: str, email: str = "", phone: str = "", *, same: bool = False) -> tuple[Any, bool]:
    given = {"first_name": first, "last_name": last, "email": email, "phone": phone}
    return {name: value for name, value in given.items() if value}, same


def awkward(number: int) -> Awkward:
    """The `number`-th of a list without end; every address is used for one case only."""
    at = f"case{number}.example.com"
    phone, other = f"(303) 555-{number:04d}", f"(719) 555-{number:04d}"
    cases: list[Callable[[], Awkward]] = [
        lambda: Awkward(NewClient("Carlos", "Lopez", f"lopez@{at}"), (_there("Maria", "Lopez", f"lopez@{at}"),)),
        lambda: Awkward(NewClient("John", "Smith Jr.", f"js@{at}"), (_there("John", "Smith Sr.", f"js@{at}"),)),
        lambda: Awkward(NewClient("Jo", "Fry", f"js@{at}", phone), (_there("Jo", "Fry Jr", f"js@{at}", phone),)),
        lambda: Awkward(NewClient("John", "Smith III", f"js@{at}"), (_there("John", "Smith", f"js@{at}"),)),
        lambda: Awkward(NewClient("Dana", "Hall", f"dana@{at}"), (_there("Dana", "Hall", f"dana+ads@{at}"),)),
        lambda: Awkward(NewClient("Dana", "Hall", f"dana+me@{at}"), (_there("Dana", "Hall", f"dana@{at}"),)),
        lambda: Awkward(NewClient("Ruth", "Doe", f"r_doe@{at}"), (_there("Ruth", "Doe", f"rxdoe@{at}"),)),
        lambda: Awkward(NewClient("Ruth", "Doe", f"r%e@{at}"), (_there("Ruth", "Doe", f"rachele@{at}"),)),
        lambda: Awkward(NewClient("Ruth", "Doe", f"%@{at}"), (_there("Ruth", "Doe", f"anybody@{at}"),)),
        lambda: Awkward(NewClient("Ida", "Cole", f"ida@{at}", phone), (_there("Max", "Cole", f"max@{at}", phone),)),
        lambda: Awkward(NewClient("Ida", "Cole", "", phone), (_there("Ida", "Cole", f"other@{at}", phone),)),
        lambda: Awkward(NewClient("Mary", "Lee", f"lee@{at}"), (_there("Mary Ann", "Lee", f"LEE@{at}"),)),
        lambda: Awkward(NewClient("James", "Thomas", f"jt@{at}"), (_there("Thomas", "James", f"jt@{at}"),)),
        lambda: Awkward(NewClient("Dana", "Ray", f"ray@{at}"), (_there("D.", "Ray", f"ray@{at}"),)),
        lambda: Awkward(NewClient("Anna", "Roth", f"a@{at}"), (_there("Аnna", "Roth", f"a@{at}"),)),
        lambda: Awkward(NewClient("Eva", "Kim", f"kim@{at}", phone), (_there("", "", f"kim@{at}", other),)),
        lambda: Awkward(NewClient("Chris", "Lee", f"lee@{at}"), (_there("Lee", "Chris Jr", f"lee@{at}"),)),
        # The same human being, written otherwise.
        lambda: Awkward(NewClient("Dana", "Hall", f"Dana@{at}"), (_there("DANA", "hall", f"dANA@{at}", same=True),)),
        lambda: Awkward(NewClient("José", "Núñez", f"j@{at}"), (_there("Pepe", "Nunez", f"J@{at}", same=True),)),
        lambda: Awkward(NewClient("Robert M.", "Fox", f"b@{at}"), (_there("Bob", "Fox", f"b@{at}", other, same=True),)),
        lambda: Awkward(
            NewClient("Ann", "Poe", f"poe@{at}", phone),
            (_there("Edgar", "Poe", f"poe@{at}", other), _there("Ann", "Poe", f"poe@{at}", same=True)),
        ),
        lambda: Awkward(NewClient("Zoë", "Straße", f"z_s@{at}"), (_there("Zoe", "Strasse", f"z_s@{at}", same=True),)),
    ]  # fmt: skip
    return cases[number % len(cases)]()


# Five of each case, or 23 in the long run.
PEOPLE = [awkward(number) for number in range(times(110, long=500))]


@dataclass
class Check:
    """What went wrong, told from the outside: links to other people, and their data written over."""

    wrong_links: list[str]
    overwritten: list[str]


def check(hartwell: Firm, there: Mapping[int, tuple[int, Mapping[str, str], bool]], links: Mapping[int, int]) -> Check:
    """`there`: by contact the number of its case, its fields before, whether it is the client. `links`: by number the
    contact that the client was linked to."""
    wrong = [
        f"case {number} went to contact {contact}"
        for number, contact in links.items()
        if contact in there and (there[contact][0] != number or not there[contact][2])
    ]
    overwritten = [
        f"{name} of contact {contact}"
        for contact, (_, before, same) in there.items()
        for name in ("first_name", "last_name", "email", "phone")
        if (before.get(name) or not same) and (getattr(hartwell.contacts[contact], name) or "") != before.get(name, "")
    ]
    return Check(wrong, overwritten)


@pytest.fixture
def everybody(connected: Cast, town: Town) -> tuple[list[Matter], dict[int, tuple[int, Mapping[str, str], bool]]]:
    """All of them as new matters, after their namesakes came into Lawmatics by hand."""
    town.rate_limit = None
    hartwell = town.firm("hartwell")
    hand = Hand(town, hartwell, hartwell.admin, town.clock())
    there = {}
    for number, case in enumerate(PEOPLE):
        for fields, same in case.there:
            contact = writes.add_contact(hand, dict(fields), {}, [])
            kept = {name: getattr(contact, name) or "" for name in ("first_name", "last_name", "email", "phone")}
            there[contact.id] = (number, kept, same)
    with firm_scope(connected.firm_id):
        matters = [
            open_matter(
                connected.bob,
                title=f"Case {number}",
                case_type="other",
                state="CO",
                client=case.client,
                request_key=UUID(int=number),
            )
            for number, case in enumerate(PEOPLE)
        ]
    return matters, there


def run_all(run: Drain, firm_id: Any) -> None:
    for _ in range(50):
        run(firm_id)
        with firm_scope(firm_id):
            if not Change.objects.filter(state=ChangeState.WAITING).exists():
                return
    raise AssertionError("the queue does not end")


def contacts_of(people: Cast, matters: Iterable[Matter]) -> dict[int, int]:
    with firm_scope(people.firm_id):
        by_client = {link.record_id: int(link.lawmatics_id) for link in Link.objects.filter(kind="contact")}
    return {
        number: by_client[matter.client_id]
        for number, matter in enumerate(matters)
        if matter.client_id and matter.client_id in by_client
    }


@override_settings(LAWMATICS_REQUESTS_PER_MINUTE=1_000_000)
def test_it_links_no_awkward_person_to_somebody_else(
    time: ManualClock, connected: Cast, run: Drain, town: Town, everybody: Any
) -> None:
    matters, there = everybody
    hartwell = town.firm("hartwell")
    run_all(run, connected.firm_id)
    links = contacts_of(connected, matters)
    assert check(hartwell, there, links) == Check([], [])
    # Each of them is linked to the right contact, or waits for a person: nobody was lost, and nobody asked in vain.
    with firm_scope(connected.firm_id):
        held = set(Change.objects.filter(state=ChangeState.HELD).values_list("matter_id", "problem"))
    assert len(links) + len(held) == len(PEOPLE)
    assert {problem for _, problem in held} == {"other_person"}
    for number, case in enumerate(PEOPLE):
        if any(same for _, same in case.there):
            assert there[links[number]][2], f"case {number} is the same person"
    # The control: somebody who answers "the same person" to every question does harm, and the check sees it.
    for matter in matters[:30]:
        if matter.id in {matter_id for matter_id, _ in held}:
            click(connected.bob, matter, decision=Decision.LINK)
    run_all(run, connected.firm_id)
    assert len(check(hartwell, there, contacts_of(connected, matters)).wrong_links) > 10


def _ilike(pattern: str, text: str) -> bool:
    expression = "".join({"%": ".*", "_": "."}.get(mark, re.escape(mark)) for mark in pattern)
    return re.fullmatch(expression, text, re.IGNORECASE) is not None


def _by_email_alone(client: NewClient, there: Mapping[str, str]) -> bool:
    return bool(client.email) and client.email.casefold() == there.get("email", "").casefold()


def _by_an_unescaped_filter(client: NewClient, there: Mapping[str, str]) -> bool:
    ours = {"first_name": client.first_name, "last_name": client.last_name}
    return _ilike(client.email, there.get("email", "")) and same_person(ours, there)


@pytest.mark.parametrize("lax", [_by_email_alone, _by_an_unescaped_filter])
def test_the_same_check_bites_a_laxer_comparison(
    lax: Callable[[NewClient, Mapping[str, str]], bool], town: Town
) -> None:
    hartwell = town.firm("hartwell")
    hand = Hand(town, hartwell, hartwell.admin, town.clock())
    there, links = {}, {}
    for number, case in enumerate(PEOPLE):
        for fields, same in reversed(case.there):
            contact = writes.add_contact(hand, dict(fields), {}, [])
            there[contact.id] = (number, fields, same)
            if lax(case.client, fields):
                links[number] = contact.id
    assert len(check(hartwell, there, links).wrong_links) >= len(PEOPLE) // 12


def test_it_links_the_oldest_of_several_and_tells(time: ManualClock, connected: Cast, run: Drain, town: Town) -> None:
    hartwell = town.firm("hartwell")
    hand = Hand(town, hartwell, hartwell.admin, town.clock())
    person = {"first_name": "Dana", "last_name": "Johnson", "email": "dana@example.com"}
    writes.add_contact(hand, dict(person), {}, [])
    older = writes.add_contact(hand, dict(person), {}, [])
    older.created_at = hand.at.replace(year=2019)
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    told = "2 contacts in Lawmatics have this e-mail address; the oldest that fits was linked."
    with firm_scope(connected.firm_id):
        assert Link.objects.get(kind="contact").lawmatics_id == str(older.id)
        assert Attempt.objects.get(action="contact.link").text == told
        assert card_of(connected.bob, matter.id).notices == [told]
