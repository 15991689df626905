"""From a fact to messages in the queue, in the fact's own transaction."""

from __future__ import annotations

from casehug.events import catalogue
from casehug.events.bus import subscribe
from casehug.intake.models import Matter
from casehug.kit import clock
from casehug.notify import queries
from casehug.notify.services import after_quiet, queue_message, queue_once, ring
from casehug.notify.wording import (
    COMPLETED,
    LINK,
    LOCKED,
    REJECTED,
    SUBMITTED,
    SYNC_BROKEN,
    SYNC_RECOVERED,
    SYNC_TROUBLE,
)
from casehug.tenancy.actor import current_firm


def subscribe_to_facts() -> None:
    subscribe(catalogue.IntakeLinkSent, on_link_sent)
    subscribe(catalogue.DocumentRejected, on_document_rejected)
    subscribe(catalogue.IntakeSubmitted, on_submitted)
    subscribe(catalogue.IntakeCompleted, on_completed)
    subscribe(catalogue.IntakeLinkLocked, on_locked)
    subscribe(catalogue.SyncTrouble, on_sync_trouble)
    subscribe(catalogue.SyncRecovered, on_sync_recovered)


def on_link_sent(fact: catalogue.IntakeLinkSent) -> None:
    """At once, whatever the hour: somebody of the firm has just pressed the button, often with the client waiting."""
    matter = _matter(fact)
    for channel, recipient in _ways(matter):
        queue_message(kind=LINK, matter_id=matter.id, channel=channel, recipient=recipient)
    # Also for a client without an address: from now on the firm is looked at for links that expire.
    ring()


def on_document_rejected(fact: catalogue.DocumentRejected) -> None:
    matter = _matter(fact)
    not_before = after_quiet(clock.now(), firm=current_firm(), wanted=queries.wishes())
    queue_once(kind=REJECTED, matter_id=matter.id, ways=_ways(matter)[:1], not_before=not_before)


def on_submitted(fact: catalogue.IntakeSubmitted) -> None:
    if queries.wishes().tell_submitted:
        _tell_staff(SUBMITTED, fact)


def on_completed(fact: catalogue.IntakeCompleted) -> None:
    if queries.wishes().tell_completed:
        _tell_staff(COMPLETED, fact)


def on_locked(fact: catalogue.IntakeLinkLocked) -> None:
    _tell_staff(LOCKED, fact)


def on_sync_trouble(fact: catalogue.SyncTrouble) -> None:
    _tell_admins(SYNC_BROKEN if fact.problem == "reconnect" else SYNC_TROUBLE)


def on_sync_recovered(fact: catalogue.SyncRecovered) -> None:
    _tell_admins(SYNC_RECOVERED)


MatterFact = (
    catalogue.IntakeLinkSent
    | catalogue.DocumentRejected
    | catalogue.IntakeSubmitted
    | catalogue.IntakeCompleted
    | catalogue.IntakeLinkLocked
)


def _matter(fact: MatterFact) -> Matter:
    return Matter.objects.select_related("client").get(id=fact.matter_id)


def _ways(matter: Matter) -> list[queries.Way]:
    return queries.ways_to(matter.client, queries.wishes()) if matter.client else []


def _tell_staff(kind: str, fact: MatterFact) -> None:
    matter = _matter(fact)
    for user_id, email in queries.staff_of(matter):
        # Nobody needs a mail about what they have just done.
        if user_id != fact.actor_id:
            queue_message(kind=kind, matter_id=matter.id, user_id=user_id, recipient=email)


def _tell_admins(kind: str) -> None:
    for user_id, email in queries.admins():
        queue_message(kind=kind, user_id=user_id, recipient=email)
