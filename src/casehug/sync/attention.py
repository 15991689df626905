"""Who looks after a change in trouble, and when the firm's admins are told that there is one.

An incident begins with the first alert and ends when nothing is held or failing any more: one mail for each end. Only
that the connection itself has failed is told although an incident is open, since then nothing moves at all.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.db.models import Q

from casehug.audit.services import record
from casehug.connections.models import Connection, ConnectionState
from casehug.events import catalogue
from casehug.events.bus import publish, subscribe
from casehug.intake.errors import BadInput
from casehug.kit import clock
from casehug.kit.wakeup import after_commit
from casehug.sync.models import IN_TROUBLE, Change, Lane
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope

WATCH = "sync.watch_firm"
LOOK_EVERY = timedelta(minutes=1)
MOST_MINUTES, MOST_FAILURES = 10_080, 100
RECONNECT: Final = "reconnect"
ATTENTION: Final = "attention"


def subscribe_to_facts() -> None:
    subscribe(catalogue.ConnectionBroken, on_connection_broken)


def on_connection_broken(fact: catalogue.ConnectionBroken) -> None:
    """The admins are told at once: until they act nothing goes out."""
    Lane.objects.filter(firm_id=fact.firm_id).update(watch_at=clock.now())
    after_commit(WATCH, lock=f"watch:{fact.firm_id}", firm_id=str(fact.firm_id))


def assign(actor: Actor, *, change: Change, owner: Actor | None) -> None:
    """Say who of the firm looks after it; None: nobody."""
    owner_id = owner.user_id if owner else None
    Change.objects.filter(id=change.id).update(owner_id=owner_id)
    record(
        actor, action="sync.assigned", subject="matter", subject_id=change.matter_id, owner=str(owner_id or "nobody")
    )


def save_alerts(actor: Actor, *, minutes: int, failures: int) -> None:
    """When to tell the admins. Raises BadInput."""
    if not 1 <= minutes <= MOST_MINUTES:
        raise BadInput("Enter between 1 minute and 10,080, which is a week.", field="minutes")
    if not 1 <= failures <= MOST_FAILURES:
        raise BadInput("Enter between 1 and 100 failures.", field="failures")
    connection = Connection.objects.get()
    connection.alert_after_minutes, connection.alert_after_failures = minutes, failures
    connection.save(update_fields=["alert_after_minutes", "alert_after_failures"])
    record(
        actor,
        action="connection.alerts_saved",
        subject="connection",
        subject_id=connection.id,
        minutes=minutes,
        failures=failures,
    )


def firms_to_look_at(limit: int = 500) -> Iterable[UUID]:
    """The firms with something in trouble, from the directory of lanes: no firm's scope is opened for the others."""
    due = Lane.objects.filter(watch_at__lte=clock.now()).order_by("watch_at")
    return due.values_list("firm_id", flat=True)[:limit]


def look(firm_id: UUID) -> None:
    """Tell the firm's admins if they must be told, or that it is over. Opens its own scope."""
    with firm_scope(firm_id):
        # In the order of whoever calls a connection broken. While the lane is held no drain brings new trouble.
        connection = Connection.objects.select_for_update().first()
        lane = Lane.objects.select_for_update().filter(firm_id=firm_id).first()
        if lane is None or connection is None:
            return
        now = clock.now()
        broken = connection.state == ConnectionState.BROKEN
        troubled = Change.objects.filter(IN_TROUBLE)
        if connection.state == ConnectionState.ENDED or not (broken or troubled.exists()):
            _end(connection, lane)
            return
        if broken and lane.told != RECONNECT:
            _tell(connection, lane, RECONNECT, now)
        elif not broken:
            due = troubled.filter(_long_enough(connection, now)).exists()
            if due and connection.alerted_at is None:
                _tell(connection, lane, ATTENTION, now)
            elif lane.told == RECONNECT:
                lane.told = ATTENTION
        lane.watch_at = now + LOOK_EVERY
        lane.save(update_fields=["watch_at", "told"])


def _long_enough(connection: Connection, now: datetime) -> Q:
    since = now - timedelta(minutes=connection.alert_after_minutes)
    return Q(troubled_at__lte=since) | Q(troubled_at=None) | Q(failures__gte=connection.alert_after_failures)


def _tell(connection: Connection, lane: Lane, problem: Literal["reconnect", "attention"], now: datetime) -> None:
    lane.told = problem
    connection.alerted_at = connection.alerted_at or now
    connection.save(update_fields=["alerted_at"])
    publish(catalogue.SyncTrouble(firm_id=lane.firm_id, actor_id=None, connection_id=connection.id, problem=problem))


def _end(connection: Connection, lane: Lane) -> None:
    lane.watch_at, lane.told = None, ""
    lane.save(update_fields=["watch_at", "told"])
    if connection.alerted_at is None:
        return
    connection.alerted_at = None
    connection.save(update_fields=["alerted_at"])
    # Nothing has recovered where an admin has ended the connection.
    if connection.state == ConnectionState.CONNECTED:
        publish(catalogue.SyncRecovered(firm_id=lane.firm_id, actor_id=None, connection_id=connection.id))
