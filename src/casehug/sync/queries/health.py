"""How the firm's Lawmatics is doing, for the home page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Min, Q

from casehug.connections.models import Connection
from casehug.kit import clock
from casehug.sync import limits
from casehug.sync.models import OPEN_STATES, Attempt, AttemptState, Change, ChangeState, Lane
from casehug.tenancy.actor import Actor

# Where the counting of a day's syncs stops.
COUNTED = 5_000


@dataclass(frozen=True)
class Health:
    """How the firm's Lawmatics is doing, for the home page."""

    connection: str
    held: int
    waiting: int
    oldest_waiting: datetime | None
    last_sync: datetime | None
    budget_used: int
    budget: int
    pause_reason: str
    paused_until: datetime | None
    per_day: list[tuple[str, int]]


def health(actor: Actor, *, time_zone: str, days: int = 7) -> Health:
    connection = Connection.objects.filter(firm_id=actor.firm_id).first()
    waiting = Q(state=ChangeState.WAITING)
    numbers = Change.objects.filter(firm_id=actor.firm_id, state__in=OPEN_STATES).aggregate(
        waiting=Count("id", filter=waiting),
        oldest=Min("created_at", filter=waiting),
        # The same that Needs attention lists: held, or failing and to be tried again.
        held=Count("id", filter=Q(state=ChangeState.HELD) | Q(state=ChangeState.WAITING, failures__gt=0)),
    )
    lane = Lane.objects.filter(firm_id=actor.firm_id).first()
    now = clock.now()
    paused = lane if lane and lane.paused_until and lane.paused_until > now else None
    done = Attempt.objects.filter(firm_id=actor.firm_id, state=AttemptState.DONE)
    return Health(
        connection=connection.state if connection else "",
        held=numbers["held"],
        waiting=numbers["waiting"],
        oldest_waiting=numbers["oldest"],
        last_sync=done.order_by("-id").values_list("at", flat=True).first(),
        budget_used=limits.used_this_minute(),
        budget=settings.LAWMATICS_REQUESTS_PER_MINUTE,
        pause_reason=paused.pause_reason if paused else "",
        paused_until=paused.paused_until if paused else None,
        per_day=_per_day(actor, now.astimezone(ZoneInfo(time_zone)), days),
    )


def _per_day(actor: Actor, today: datetime, days: int) -> list[tuple[str, int]]:
    """Deliveries of the last `days` days in the time zone of `today`, as (weekday, count), oldest first."""
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    # Wall-clock arithmetic: a day of 23 or 25 hours still ends at the next midnight.
    edges = [midnight + timedelta(days=day) for day in range(1 - days, 2)]
    # Day by day and no further than COUNTED: a week of a large firm would take longer than its page.
    delivered = Change.objects.filter(firm_id=actor.firm_id, state=ChangeState.DELIVERED)
    return [
        (f"{start:%a}", delivered.filter(settled_at__gte=start, settled_at__lt=end)[:COUNTED].count())
        for start, end in pairwise(edges)
    ]
