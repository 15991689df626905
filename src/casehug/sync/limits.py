"""The request budget: at most N requests in ANY 60 seconds, counted in a sliding log shared by all processes.

A token bucket would let 2N-1 through around a window's edge; the remote counts a sliding window (Lawmatics API docs,
Rate Limiting), so the log does too.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from casehug.kit import clock
from casehug.kit.ids import new_id
from casehug.sync.models import Lane, RequestSlot
from casehug.tenancy.scope import current_firm_id, firm_scope

# Two seconds more than the remote's minute: requests take time on the way, so its window is not quite ours.
WINDOW = timedelta(seconds=62)
SHORTEST_PAUSE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 300.0

# What a 429 taught is forgotten step by step: the firm's other apps come and go.
FEWEST = 5
REGAINED = 5
REGAIN_EVERY = timedelta(minutes=5)
# Of each window so many requests are kept for what somebody waits for: one new matter can always go.
KEPT_FROM_BULK = 3
# Slots that are out of the window are swept now and then, not at every request.
SWEEP_EVERY = 32


class BudgetSpent(Exception):
    """No request may leave before `free_at`."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__("the request budget of this minute is used up")
        self.free_at = free_at
        # What is spent is the share of bulk work: the lane need not rest, a click may still go.
        self.of_bulk = False


def reserve(firm_id: UUID) -> None:
    """Take one slot of the firm's budget, in a scope of its own. Raises BudgetSpent."""
    with firm_scope(firm_id):
        # The lane's row serialises whoever counts: the drain and a person's connection test at the same time.
        lane = Lane.objects.select_for_update().filter(firm_id=firm_id).first()
        take_slot(limit_of(lane))


def take_slot(limit: int) -> None:
    """The same inside a scope whose caller already holds the lane's row. Raises BudgetSpent."""
    now, firm_id = clock.now(), current_firm_id()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_requestslot (id, firm_id, at) SELECT %s, %s, %s WHERE (SELECT count(*) FROM"
            " (SELECT 1 FROM sync_requestslot WHERE firm_id = %s AND at > %s LIMIT %s) AS used) < %s"
            " AND NOT EXISTS (SELECT 1 FROM sync_lane WHERE firm_id = %s AND paused_until > %s)",
            [new_id(), firm_id, now, firm_id, now - WINDOW, limit, limit, firm_id, now],
        )
        if cursor.rowcount:
            return
    paused = Lane.objects.filter(firm_id=firm_id, paused_until__gt=now).values_list("paused_until", flat=True).first()
    if paused is not None:
        raise BudgetSpent(paused)
    # The request that has to leave the window first.
    in_window = RequestSlot.objects.filter(at__gt=now - WINDOW).order_by("-at").values_list("at", flat=True)
    raise BudgetSpent((in_window[limit - 1 : limit].first() or now) + WINDOW)


def sweep(firm_id: UUID) -> None:
    """Drop the slots that no window can reach any more. Joins the open scope."""
    RequestSlot.objects.filter(firm_id=firm_id, at__lte=clock.now() - 2 * WINDOW).delete()


def used_this_minute() -> int:
    """How much of the budget is in use, in the open scope."""
    return RequestSlot.objects.filter(at__gt=clock.now() - timedelta(seconds=60)).count()


def limit_of(lane: Lane | None) -> int:
    """How many requests the firm may make in a window now: the setting, or less after a 429."""
    return allowed(
        settings.LAWMATICS_REQUESTS_PER_MINUTE,
        learned=lane.learned_limit if lane else None,
        age=clock.now() - lane.learned_at if lane and lane.learned_at else timedelta(0),
    )


def allowed(setting: int, *, learned: int | None, age: timedelta) -> int:
    """`learned` regains REGAINED requests every REGAIN_EVERY, up to `setting`."""
    if learned is None:
        return setting
    return min(setting, learned + REGAINED * int(age / REGAIN_EVERY))


def learn(lane: Lane) -> None:
    """A 429 came, so the firm's other apps need their share: go on with seven tenths. Joins the open scope."""
    learned = max(FEWEST, limit_of(lane) * 7 // 10)
    Lane.objects.filter(firm_id=lane.firm_id).update(learned_limit=learned, learned_at=clock.now())


def pause_after_refusal(retry_after: float | None) -> timedelta:
    """How long a lane rests after a 429, whoever of the firm's apps caused it: 60 s, or Retry-After up to 300 s."""
    return timedelta(seconds=min(LONGEST_PAUSE_SECONDS, max(SHORTEST_PAUSE_SECONDS, retry_after or 0.0)))
