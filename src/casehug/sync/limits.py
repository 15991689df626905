"""The request budget: at most N requests in ANY 60 seconds, counted in a sliding log shared by all processes.

A token bucket would let 2N-1 through around a window's edge; the remote counts a sliding window (Lawmatics API docs,
Rate Limiting), so the log does too.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from casehug.kit import clock
from casehug.sync.models import Lane, RequestSlot
from casehug.tenancy.scope import firm_scope

# Two seconds more than the remote's minute: requests take time on the way, so its window is not quite ours.
WINDOW = timedelta(seconds=62)
SHORTEST_PAUSE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 300.0


class BudgetSpent(Exception):
    """No request may leave before `free_at`."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__("the request budget of this minute is used up")
        self.free_at = free_at


def reserve(firm_id: UUID) -> None:
    """Take one slot of the firm's budget, in a scope of its own. Raises BudgetSpent."""
    with firm_scope(firm_id):
        # The lane's row serialises whoever counts: the drain and a person's connection test at the same time.
        lane = Lane.objects.select_for_update().filter(firm_id=firm_id).first()
        if lane and lane.paused_until and lane.paused_until > clock.now():
            raise BudgetSpent(lane.paused_until)
        take_slot()


def take_slot() -> None:
    """The same inside a scope whose caller already holds the lane's row. Raises BudgetSpent."""
    now = clock.now()
    RequestSlot.objects.filter(at__lte=now - WINDOW).delete()
    used = list(RequestSlot.objects.order_by("at").values_list("at", flat=True))
    limit = settings.LAWMATICS_REQUESTS_PER_MINUTE
    if len(used) >= limit:
        raise BudgetSpent(used[len(used) - limit] + WINDOW)
    RequestSlot.objects.create(at=now)


def used_this_minute() -> int:
    """How much of the budget is in use, in the open scope."""
    return RequestSlot.objects.filter(at__gt=clock.now() - timedelta(seconds=60)).count()


def pause_after_refusal(retry_after: float | None) -> timedelta:
    """How long a lane rests after a 429, whoever of the firm's apps caused it: 60 s, or Retry-After up to 300 s."""
    return timedelta(seconds=min(LONGEST_PAUSE_SECONDS, max(SHORTEST_PAUSE_SECONDS, retry_after or 0.0)))
