"""One lane per firm: who may work on its queue now, and when to look again.

A drain leases the lane for a short while and renews the lease before every request. Whoever lost the lease, by
freezing or by a stopped machine, finds its fence outdated and can settle nothing any more.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Greatest

from casehug.kit import clock
from casehug.sync.models import Doorbell, Lane
from casehug.tenancy.scope import firm_scope

# A heartbeat renews the lease while its drain is at work, however long a request takes; a worker that died or froze
# stops beating, and its lane is free soon after.
LEASE = timedelta(seconds=20)
BEAT_SECONDS = 5.0
LONGEST_DRAIN_SECONDS = 600.0


class LaneLost(Exception):
    """Another drain holds the lane now: stop at once and settle nothing."""


@dataclass(frozen=True)
class Lease:
    """`died_at` is the change that the last holder had in hand when it died, if it did."""

    firm_id: UUID
    fence: int
    died_at: UUID | None = None


def open_lane(firm_id: UUID) -> None:
    Lane.objects.get_or_create(firm_id=firm_id)


def ring(firm_id: UUID) -> None:
    """Say that the firm's outbox has something new. Part of the caller's transaction."""
    Doorbell.objects.create(firm_id=firm_id)


def acquire(firm_id: UUID) -> Lease | None:
    """Take the lane, or None if another drain has it, it is paused, or the firm has none.

    The doorbell is silenced before the outbox is read: what rings later is seen by the look after the release.
    """
    now = clock.now()
    with transaction.atomic():
        lane = (
            Lane.objects.select_for_update(skip_locked=True)
            .filter(
                Q(leased_until=None) | Q(leased_until__lte=now),
                Q(paused_until=None) | Q(paused_until__lte=now),
                firm_id=firm_id,
            )
            .first()
        )
        if lane is None:
            return None
        # A lease that ran out without a release belongs to a worker that died, or froze, at its work.
        died_at = lane.working_on if lane.leased_until else None
        Lane.objects.filter(firm_id=firm_id).update(
            fence=lane.fence + 1,
            leased_until=now + LEASE,
            working_on=None,
            due_at=None,
            paused_until=None,
            pause_reason="",
        )
        Doorbell.objects.filter(firm_id=firm_id).delete()
        return Lease(firm_id=firm_id, fence=lane.fence + 1, died_at=died_at)


def hold(lease: Lease, **in_hand: UUID | None) -> None:
    """Renew the lease, in the caller's transaction or alone; `working_on` tells what is in hand now. Raises LaneLost.

    Inside a transaction this also locks the lane's row, so that nobody can take the lane before it commits.
    """
    mine = Lane.objects.filter(firm_id=lease.firm_id, fence=lease.fence).exclude(leased_until=None)
    held = mine.update(leased_until=clock.now() + LEASE, **in_hand)
    if not held:
        raise LaneLost


@contextmanager
def held(lease: Lease) -> Iterator[None]:
    """The firm's scope with the lane held: the transaction in which a drain writes. Raises LaneLost."""
    with firm_scope(lease.firm_id):
        hold(lease)
        yield


@contextmanager
def heartbeat(lease: Lease, *, every: float = BEAT_SECONDS) -> Iterator[None]:
    """Renew the lease from a thread of its own, `every` so many seconds, for the length of the block."""
    done = Event()
    thread = Thread(target=_beat, args=(lease, done, every), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()


def _beat(lease: Lease, done: Event, every: float) -> None:
    deadline = monotonic() + LONGEST_DRAIN_SECONDS
    try:
        while not done.wait(every) and monotonic() < deadline:
            hold(lease)
    except (LaneLost, DatabaseError):
        # Nothing to do here: the drain itself finds out at its next step.
        return
    finally:
        connection.close()


def pause(firm_id: UUID, *, until: datetime, reason: str) -> None:
    """Let the lane rest, on word from somewhere else than a drain. A longer pause stays."""
    Lane.objects.filter(Q(paused_until=None) | Q(paused_until__lt=until), firm_id=firm_id).update(
        paused_until=until, pause_reason=reason, due_at=until
    )


def release(lease: Lease, *, due_at: datetime | None, paused_until: datetime | None = None, reason: str = "") -> None:
    """Give the lane back and say when to look next. A longer pause that came from elsewhere meanwhile stays."""
    mine = Lane.objects.filter(firm_id=lease.firm_id, fence=lease.fence)
    paused: dict[str, Any]
    if paused_until is None:
        paused = {"due_at": Coalesce("paused_until", Value(due_at, output_field=DateTimeField()))}
    else:
        longer = Q(paused_until__gt=paused_until)
        paused = {
            "due_at": Case(When(longer, then=F("paused_until")), default=Value(due_at)),
            "pause_reason": Case(When(longer, then=F("pause_reason")), default=Value(reason)),
            "paused_until": Greatest("paused_until", Value(paused_until)),
        }
    mine.update(leased_until=None, working_on=None, **paused)


def take_away(firm_id: UUID) -> None:
    """Whoever is at the lane settles and sends nothing more from here on. Joins the caller's transaction."""
    Lane.objects.filter(firm_id=firm_id).update(fence=F("fence") + 1, leased_until=None, working_on=None)


def due_firms(limit: int = 500) -> Iterable[UUID]:
    """The firms whose lane has something to do now and nobody at it, the longest waiting first."""
    now = clock.now()
    rung = Exists(Doorbell.objects.filter(firm_id=OuterRef("firm_id")))
    return (
        Lane.objects.filter(
            Q(paused_until=None) | Q(paused_until__lte=now),
            Q(leased_until=None) | Q(leased_until__lte=now),
        )
        # A lease that ran out without a release belongs to a worker that died at its work.
        .filter(rung | Q(due_at__lte=now) | Q(leased_until__lte=now))
        .order_by(F("due_at").asc(nulls_first=True))
        .values_list("firm_id", flat=True)[:limit]
    )


def all_firms() -> list[UUID]:
    """Every firm that was connected once."""
    return list(Lane.objects.order_by("firm_id").values_list("firm_id", flat=True))


def is_due(firm_id: UUID) -> bool:
    now = clock.now()
    lane = Lane.objects.filter(firm_id=firm_id).first()
    if lane is None or (lane.paused_until and lane.paused_until > now):
        return False
    return Doorbell.objects.filter(firm_id=firm_id).exists() or bool(lane.due_at and lane.due_at <= now)
