"""A1, A3 and A4: lost replies, late commits, and a budget that many workers share."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from casehug.intake.models import Client, Matter
from casehug.sync import limits
from casehug.sync.models import Attempt, Change, Link, Priority
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.sync.engine import click
from tests.torture.conftest import Count
from tests.torture.rig import Rig, conserved, join, most_in, times

pytestmark = pytest.mark.xdist_group("torture-faults")

# A fifth of the replies to creates is lost after the commit, a quarter of these commits come 20 s late, and a
# twentieth of the requests is lost before it.
CREATES = {"method": "POST", "path": "^/v1/(contacts|prospects)$", "times": 10**9}
LATE = {**CREATES, "kind": "late", "probability": 0.05, "seconds": 20, "seed": 1}
DROPPED = {**CREATES, "kind": "drop", "probability": 0.158, "seed": 2}
DROPPED_BEFORE = {**CREATES, "kind": "drop_before", "probability": 0.0625, "seed": 3}


def open_many(people: Cast, number: int, *, name: str) -> list[Matter]:
    return [
        cast.open_dana(
            people.bob,
            title=f"{name} {at}",
            client=cast.NewClient(f"{name}{at}", "Storm", email=f"{name}-{at}@storm.example.com".lower()),
        )
        for at in range(number)
    ]


def doubles(found: list[str]) -> int:
    return len(found) - len(set(found))


def test_it_loses_and_doubles_nothing_when_replies_are_lost(rig: Rig, connected: Cast, count: Count) -> None:
    number = times(24, long=1000)
    matters = open_many(connected, number, name="Lost")
    rig.forget_requests()
    rig.faults(LATE, DROPPED, DROPPED_BEFORE)
    rig.settle(connected.firm_id, rounds=20 * number + 200)
    rig.faults()
    found = rig.titled({matter.title for matter in matters})
    with firm_scope(connected.firm_id):
        adopted = Attempt.objects.filter(state="adopted").count()
    assert adopted > 0, "the storm did not bite"
    assert sorted(found) == sorted(matter.title for matter in matters)
    assert conserved(connected, matters) == {"delivered": number}
    assert most_in(rig.moments(), timedelta(seconds=60)) <= 50
    count("A1", f"{number} matters in a storm of lost replies, {adopted} adopted", "0 twice, 0 lost")


def test_it_would_double_when_it_retried_blindly(rig: Rig, connected: Cast, count: Count) -> None:
    number = times(10, long=300)
    matters = open_many(connected, number, name="Blind")
    rig.faults({**DROPPED, "probability": 0.3})
    for _ in range(40 * number):
        if rig.next_moment(connected.firm_id) is None:
            break
        rig.forget_open_writes(connected.firm_id)
        rig.clock.advance(200)
        rig.work(connected.firm_id)
    rig.faults()
    twice = doubles(rig.titled({matter.title for matter in matters}))
    assert twice > 0
    count("A1", f"control: blind retry of {number} matters", f"{twice} twice")


def test_it_would_double_late_commits_without_the_quarantine(rig: Rig, connected: Cast, count: Count) -> None:
    number = times(6, long=200)
    matters = open_many(connected, number, name="Hasty")
    rig.faults({**LATE, "probability": 0.5})
    rig.settle(connected.firm_id, rounds=40 * number, controls=["no quarantine"])
    rig.faults()
    rig.clock.advance(60)
    twice = doubles(rig.titled({matter.title for matter in matters}))
    assert twice > 0
    count("A1", f"control: look-up without quarantine, {number} matters", f"{twice} twice")


def test_it_stays_within_the_budget_and_uses_it(rig: Rig, connected: Cast, count: Count) -> None:
    number = times(50, long=2000)
    matters = open_many(connected, number, name="Budget")
    rig.forget_requests()
    rig.settle(*[connected.firm_id] * 8, rounds=20 * number)
    moments = rig.moments()
    assert conserved(connected, matters) == {"delivered": number}
    assert most_in(moments, timedelta(seconds=60)) <= 50
    # The last window is not full, so it does not tell how well the budget is used.
    whole_windows = (moments[-1] - moments[0]) // limits.WINDOW
    used = len(moments[: whole_windows * 50]) / (whole_windows * limits.WINDOW.total_seconds()) * 60
    assert used >= 42
    found = f"{most_in(moments, timedelta(seconds=60))}, {used:.1f}"
    count("A3", f"{number} matters, 8 workers at once: fullest minute, mean use", found)


def test_it_would_break_the_budget_with_a_bucket_that_refills(count: Count) -> None:
    """The control: what a bucket of 50 that refills 50 a minute would have let through around an edge."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    burst = [start + timedelta(milliseconds=number) for number in range(50)]
    refill = [start + timedelta(seconds=1.2 * (number + 1)) for number in range(49)]
    let_through = most_in(sorted(burst + refill), timedelta(seconds=60))
    assert let_through == 99
    count("A3", "control: a token bucket of 50", f"{let_through} in a minute")


def crowd(people: Cast, number: int) -> None:
    """So many new matters with clients of their own, waiting as a bulk sync leaves them."""
    with firm_scope(people.firm_id):
        clients = [Client(first_name=f"Crowd{at}", last_name="Storm", email=f"{uuid4()}@x.com") for at in range(number)]
        Client.objects.bulk_create(clients)
        placed = {"case_type": "other", "case_type_name": "Other", "practice_area": "Other", "state": "CO"}
        matters = [Matter(client=client, title="Crowd", request_key=uuid4(), **placed) for client in clients]
        Matter.objects.bulk_create(matters)
        Change.objects.bulk_create(
            [Change(matter_id=matter.id, reason="bulk", priority=Priority.BACKFILL) for matter in matters]
        )


def test_it_lets_a_small_firm_and_a_click_overtake(rig: Rig, connected: Cast, people: Cast, count: Count) -> None:
    waiting = times(60, long=10_000)
    crowd(connected, waiting)
    clicked = open_many(connected, 1, name="Clicked")[0]
    join(rig, people.charlie, slug="nakamura")
    other = cast.open_dana(people.charlie, title="Small firm")
    click(connected.bob, clicked)
    rig.work(connected.firm_id, people.other_firm_id)
    with firm_scope(connected.firm_id):
        left = Change.objects.filter(state="waiting").count()
    assert left > waiting // 2, "the crowd waits for its budget"
    assert rig.titled({"Small firm"}, slug="nakamura") == ["Small firm"]
    assert rig.titled({clicked.title}) == [clicked.title]
    with firm_scope(people.other_firm_id):
        assert Link.objects.filter(kind="matter", record_id=other.id).exists()
    count("A4", f"{waiting} changes waiting elsewhere: the small firm's matter and the click", "in the first turn")
