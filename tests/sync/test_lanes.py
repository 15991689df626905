"""One drain at a time for a firm, and no change that nobody looks at."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from casehug.kit.clock import ManualClock
from casehug.sync import lanes, ledger
from casehug.sync.models import Attempt, AttemptState, Change, Lane
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.sync.engine import Drain


@pytest.fixture
def lane(time: ManualClock, people: Cast) -> Cast:
    lanes.open_lane(people.firm_id)
    return people


def test_it_gives_the_lane_to_one_drain_only(lane: Cast) -> None:
    assert lanes.acquire(lane.firm_id) is not None
    assert lanes.acquire(lane.firm_id) is None


def test_it_gives_the_lane_of_a_dead_worker_to_the_next(lane: Cast, time: ManualClock) -> None:
    first = lanes.acquire(lane.firm_id)
    time.advance(lanes.LEASE.total_seconds() + 1)
    assert lane.firm_id in lanes.due_firms(), "the tick finds a lease that ran out"
    second = lanes.acquire(lane.firm_id)
    assert first
    assert second
    assert second.fence > first.fence


def test_it_lets_a_frozen_worker_settle_nothing_when_it_wakes(
    lane: Cast, time: ManualClock, sync_process: ThreadPoolExecutor
) -> None:
    frozen = lanes.acquire(lane.firm_id)
    assert frozen

    def begin() -> Attempt:
        with firm_scope(lane.firm_id):
            change = Change.objects.create(matter_id=lane.firm_id, reason="test")
            return ledger.begin(
                change, account_id="1", action="matter.create", fence=frozen.fence, intended={}, before={}
            )

    def wake_up() -> None:
        with lanes.held(frozen):
            ledger.settle(frozen, attempt, state=AttemptState.DONE, requests=1)

    attempt = sync_process.submit(begin).result()
    time.advance(lanes.LEASE.total_seconds() + 1)
    assert lanes.acquire(lane.firm_id)
    with pytest.raises(lanes.LaneLost):
        sync_process.submit(wake_up).result()
    with firm_scope(lane.firm_id):
        attempt.refresh_from_db()
    assert attempt.state == AttemptState.SENDING


def test_it_does_not_free_the_lane_of_its_successor(lane: Cast, time: ManualClock) -> None:
    frozen = lanes.acquire(lane.firm_id)
    time.advance(lanes.LEASE.total_seconds() + 1)
    assert lanes.acquire(lane.firm_id)
    assert frozen
    lanes.release(frozen, due_at=None)
    assert lanes.acquire(lane.firm_id) is None


def test_it_is_due_when_it_rang(lane: Cast) -> None:
    assert lane.firm_id not in lanes.due_firms()
    lanes.ring(lane.firm_id)
    assert lane.firm_id in lanes.due_firms()


def test_it_is_not_due_during_a_pause(lane: Cast, time: ManualClock) -> None:
    lease = lanes.acquire(lane.firm_id)
    assert lease
    lanes.ring(lane.firm_id)
    end = time.now() + lanes.LEASE
    lanes.release(lease, due_at=end, paused_until=end, reason="rate_limited")
    assert lane.firm_id not in lanes.due_firms()
    assert lanes.acquire(lane.firm_id) is None
    time.advance(lanes.LEASE.total_seconds())
    assert lane.firm_id in lanes.due_firms()


def test_it_rings_again_for_a_change_that_came_while_the_lane_was_taken(lane: Cast) -> None:
    lease = lanes.acquire(lane.firm_id)
    lanes.ring(lane.firm_id)
    assert lease
    lanes.release(lease, due_at=None)
    assert lanes.is_due(lane.firm_id)


def test_it_keeps_a_reason_that_comes_while_its_change_is_being_sent(connected: Cast, run: Drain) -> None:
    matter = cast.open_dana(connected.bob)
    lease = lanes.acquire(connected.firm_id)
    assert lease
    with firm_scope(connected.firm_id):
        change = ledger.next_change()
    assert change
    with firm_scope(connected.firm_id):
        Change.objects.filter(id=change.id).update(revision=change.revision + 1)
    with lanes.held(lease):
        ledger.delivered(change)
    with firm_scope(connected.firm_id):
        assert Change.objects.get(matter_id=matter.id).state == "waiting"
    assert Lane.objects.get(firm_id=connected.firm_id).fence == lease.fence
