"""The sliding log: at most fifty requests in any sixty seconds."""

from datetime import timedelta

import pytest

from casehug.kit.clock import ManualClock
from casehug.sync import lanes, limits
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast


def test_it_refuses_the_fifty_first_request_of_a_minute(time: ManualClock, people: Cast) -> None:
    lanes.open_lane(people.firm_id)
    for _ in range(50):
        limits.reserve(people.firm_id)
    with pytest.raises(limits.BudgetSpent) as refused:
        limits.reserve(people.firm_id)
    assert refused.value.free_at == time.now() + limits.WINDOW


def test_it_lets_one_more_leave_when_the_first_is_a_minute_old(time: ManualClock, people: Cast) -> None:
    lanes.open_lane(people.firm_id)
    limits.reserve(people.firm_id)
    time.advance(30)
    for _ in range(49):
        limits.reserve(people.firm_id)
    time.advance(32)
    limits.reserve(people.firm_id)
    with pytest.raises(limits.BudgetSpent):
        limits.reserve(people.firm_id)


def test_it_counts_each_firm_for_itself(time: ManualClock, people: Cast) -> None:
    for firm_id in (people.firm_id, people.other_firm_id):
        lanes.open_lane(firm_id)
    for _ in range(50):
        limits.reserve(people.firm_id)
    limits.reserve(people.other_firm_id)
    with firm_scope(people.other_firm_id):
        assert limits.used_this_minute() == 1


@pytest.mark.parametrize(("asked", "seconds"), [(None, 60), (0, 60), (59, 60), (61, 61), (300, 300), (9999, 300)])
def test_it_clamps_the_pause_after_a_429(asked: float | None, seconds: float) -> None:
    assert limits.pause_after_refusal(asked) == timedelta(seconds=seconds)
