"""A2: kill -9 at named points. Nothing is made twice, and nothing is lost."""

import pytest

from casehug.intake.models import Matter
from casehug.sync.models import Attempt
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.documents import hand_in
from tests.sync.engine import click
from tests.torture.conftest import Count
from tests.torture.rig import KILLED, Rig, conserved, times

pytestmark = pytest.mark.xdist_group("torture-crashes")

CALLS = ("search", "contact", "matter", "note")
POINTS = [
    *(f"commit:{number}" for number in range(1, 10)),
    *(f"committed:{number}" for number in range(1, 10)),
    *(f"sending:{call}" for call in CALLS),
    *(f"answered:{call}" for call in CALLS),
]


def open_with_note(people: Cast, number: int, *, name: str) -> Matter:
    """A matter with an approved document: search, contact, matter and note are due for it."""
    client = cast.NewClient(f"{name}{number}", "Torture", email=f"{name}-{number}@torture.example.com".lower())
    matter = cast.open_dana(people.bob, title=f"{name} {number}", client=client)
    with firm_scope(people.firm_id):
        from casehug.intake.services.documents import approve_document  # noqa: PLC0415

        approve_document(people.bob, document=hand_in(people.bob, matter, key="photo-id"))
    click(people.bob, matter)
    return matter


def notes_of(rig: Rig, first_name: str) -> int:
    state = rig.state()
    people = {row["id"] for row in state["contacts"] if row["first_name"] == first_name}
    return sum(note["notable_id"] in people for note in state["notes"])


@pytest.mark.parametrize("point", POINTS)
def test_it_makes_everything_once_when_a_worker_is_killed(rig: Rig, connected: Cast, count: Count, point: str) -> None:
    rounds = times(1, long=50)
    name = "".join(part.capitalize() for part in point.split(":"))
    matters, killed = [], 0
    for number in range(rounds):
        matter = open_with_note(connected, number, name=name)
        matters.append(matter)
        killed += rig.work(connected.firm_id, point=point) == [KILLED]
        rig.outlive_leases()
        rig.settle(connected.firm_id)
    titles = {f"{name} {number}" for number in range(rounds)}
    found = rig.titled(titles)
    people = [
        row
        for row in rig.state()["contacts"]
        if row["last_name"] == "Torture" and row["first_name"][: len(name)] == name
    ]
    notes = [notes_of(rig, f"{name}{number}") for number in range(rounds)]
    assert killed == rounds, f"{point} was not reached"
    assert sorted(found) == sorted(titles)
    assert len(people) == rounds
    assert notes == [1] * rounds
    assert conserved(connected, matters) == {"delivered": rounds}
    count("A2", f"kill -9 at {point}, {rounds} times", "0 twice, 0 lost")


def test_it_would_make_a_matter_twice_without_the_intent(rig: Rig, connected: Cast) -> None:
    """The control: forget that a write was under way, and the next worker makes a second matter."""
    open_with_note(connected, 0, name="Control")
    assert rig.work(connected.firm_id, point="answered:matter") == [KILLED]
    rig.forget_open_writes(connected.firm_id)
    rig.outlive_leases()
    rig.settle(connected.firm_id)
    assert len(rig.titled({"Control 0"})) == 2
    with firm_scope(connected.firm_id):
        assert not Attempt.objects.filter(state="sending").exists()
