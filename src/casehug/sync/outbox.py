"""From a fact to the outbox: the row is written in the fact's own transaction, the wake-up follows the commit."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Least

from casehug.audit.services import record
from casehug.connections.models import Connection, ConnectionState
from casehug.events import catalogue
from casehug.events.bus import subscribe
from casehug.intake.access import matter as fetch_matter
from casehug.intake.disclosure import disclose_matter, matters_of_client
from casehug.intake.errors import NotAllowed
from casehug.intake.services.matters import note_delivery
from casehug.kit import clock
from casehug.kit.wakeup import after_commit
from casehug.sync import lanes, reference
from casehug.sync.models import (
    OPEN_RUNS,
    OPEN_STATES,
    Attempt,
    BulkItem,
    BulkRun,
    CaseTypeMapping,
    Change,
    ChangeState,
    Decision,
    FieldMapping,
    FormMapping,
    ItemResult,
    Link,
    Priority,
    RecordKind,
    ReferenceData,
    RunState,
)
from casehug.sync.policy import EDITED_SINCE
from casehug.tenancy.actor import Actor

DRAIN = "sync.drain"


def subscribe_to_facts() -> None:
    subscribe(catalogue.MatterCreated, on_matter_created)
    subscribe(catalogue.DocumentApproved, on_document_approved)
    subscribe(catalogue.IntakeCompleted, on_intake_completed)
    subscribe(catalogue.MatterUpdated, on_matter_updated)
    subscribe(catalogue.ClientUpdated, on_client_updated)
    subscribe(catalogue.ConnectionEstablished, on_connection_established)
    subscribe(catalogue.AccountSwitched, on_account_switched)
    subscribe(catalogue.ConnectionEnded, on_connection_ended)


def on_matter_created(fact: catalogue.MatterCreated) -> None:
    # A matter without a client has nobody to stand for in Lawmatics yet; it goes once it has one.
    has_client = disclose_matter(fact.matter_id).person is not None
    connection = _working_connection()
    if connection and connection.sync_on_creation and has_client:
        enqueue(firm_id=fact.firm_id, matter_id=fact.matter_id, reason=fact.name, asked_by=fact.actor_id)


def on_document_approved(fact: catalogue.DocumentApproved) -> None:
    connection = _working_connection()
    if connection and connection.sync_on_approval:
        enqueue(firm_id=fact.firm_id, matter_id=fact.matter_id, reason=fact.name, asked_by=fact.actor_id)


def on_intake_completed(fact: catalogue.IntakeCompleted) -> None:
    """Where a firm has a form submitted on completion it goes, whatever else goes by itself."""
    if _working_connection() and FormMapping.objects.filter(on_completion=True).exists():
        enqueue(firm_id=fact.firm_id, matter_id=fact.matter_id, reason=fact.name, asked_by=fact.actor_id)


def on_matter_updated(fact: catalogue.MatterUpdated) -> None:
    """A new title goes where the matter is already; a matter that has its client only now goes as a new one would."""
    connection = _working_connection()
    if connection is None or disclose_matter(fact.matter_id).person is None:
        return
    if connection.sync_on_creation or _is_linked(fact.matter_id):
        enqueue(firm_id=fact.firm_id, matter_id=fact.matter_id, reason=fact.name, asked_by=fact.actor_id)


def on_client_updated(fact: catalogue.ClientUpdated) -> None:
    """A corrected name or address goes where the client's matters are already. One of them carries it."""
    if _working_connection() is None:
        return
    linked = [matter_id for matter_id in matters_of_client(fact.client_id) if _is_linked(matter_id)]
    held = set(Change.objects.filter(matter_id__in=linked, state=ChangeState.HELD).values_list("matter_id", flat=True))
    # A held one carries nothing until somebody looks at it.
    for matter_id in sorted(linked, key=held.__contains__)[:1]:
        enqueue(firm_id=fact.firm_id, matter_id=matter_id, reason=fact.name, asked_by=fact.actor_id)


def _is_linked(matter_id: UUID) -> bool:
    return Link.objects.filter(kind=RecordKind.MATTER, record_id=matter_id).exists()


def _working_connection() -> Connection | None:
    """The connection, also while it waits to be renewed or decided on: its queue is kept. Not one that was ended."""
    kept = [ConnectionState.CONNECTED, ConnectionState.BROKEN, ConnectionState.OTHER_ACCOUNT]
    return Connection.objects.filter(state__in=kept).first()


def on_connection_established(fact: catalogue.ConnectionEstablished) -> None:
    lanes.open_lane(fact.firm_id)
    wake(fact.firm_id)


def on_connection_ended(fact: catalogue.ConnectionEnded) -> None:
    """A drain that runs on with a token nobody could revoke stops at its next request."""
    lanes.take_away(fact.firm_id)


def on_account_switched(fact: catalogue.AccountSwitched) -> None:
    """Ids of one account mean nothing in another, or worse: something else.

    Links are parked, and come back with their account. What the firm chose by id goes back to the defaults; what a
    person was asked about is asked anew. A bulk sync was counted for the earlier account, so it ends.
    """
    lanes.take_away(fact.firm_id)
    account = Connection.objects.values_list("account_id", flat=True).first() or ""
    # Parked first: a record has one link at a time.
    Link.everything.exclude(account_id=account).update(parked=True)
    Link.everything.filter(account_id=account).update(parked=False)
    for mapping in (CaseTypeMapping, FieldMapping, FormMapping):
        mapping.objects.all().delete()
    ReferenceData.objects.update(content={}, read_at=reference.OUTDATED)
    _end_bulk_runs()
    Change.objects.filter(state__in=OPEN_STATES).update(asked_about="", decision="", undo_of=None, forms=[])


def _end_bulk_runs() -> None:
    runs = list(BulkRun.objects.filter(state__in=OPEN_RUNS).values_list("id", flat=True))
    BulkRun.objects.filter(id__in=runs).update(state=RunState.CANCELLED, finished_at=clock.now())
    queued = Change.objects.filter(run_id__in=runs, priority=Priority.BACKFILL, state__in=OPEN_STATES)
    matters = list(queued.values_list("matter_id", flat=True))
    queued.update(state=ChangeState.DISMISSED, settled_at=clock.now())
    for matter_id in matters:
        note_delivery(matter_id=matter_id, state="")
    left = BulkItem.objects.filter(run_id__in=runs, result__in=[ItemResult.PLANNED, ItemResult.QUEUED])
    left.update(result=ItemResult.CANCELLED, settled_at=clock.now())


def request_sync(
    actor: Actor, *, matter_id: UUID, decision: Decision = Decision.NONE, question: str = "", loud: bool = False
) -> bool:
    """A person wants this matter in Lawmatics now. Raises NotFound for a matter that is not the firm's.

    `question` names what the person was shown. False if that is not what is asked by now: the decision is not taken
    then, and what is asked now is asked again. What was asked for quietly stays quiet unless they want it `loud`.
    """
    matter = fetch_matter(actor, matter_id)
    open_row = Change.objects.select_for_update().filter(matter_id=matter.id, state__in=OPEN_STATES).first()
    answered = not decision or (open_row is not None and bool(question) and open_row.question == question)
    decision = decision if answered else Decision.NONE
    enqueue(
        firm_id=actor.firm_id,
        matter_id=matter.id,
        reason="click",
        asked_by=actor.user_id,
        priority=Priority.CLICK,
        decision=decision,
        quiet=False if loud else None,
    )
    record(actor, action="sync.requested", subject="matter", subject_id=matter.id, decision=str(decision))
    return answered


def request_undo(actor: Actor, *, matter_id: UUID, attempt_id: UUID) -> None:
    """A person wants an update of the matter's history taken back.

    Whether somebody has edited the fields in Lawmatics since is seen when it is done. Raises NotFound for a matter that
    is not the firm's, NotAllowed for a line that is no update or was taken back, or while another undo is under way.
    """
    matter = fetch_matter(actor, matter_id)
    attempt = Attempt.objects.filter(matter_id=matter.id, id=attempt_id).first()
    account = Connection.objects.values_list("account_id", flat=True).first() or ""
    # An update of an earlier account is about a record that has another id, or is another's, in this one.
    if attempt is None or not attempt.can_be_undone or attempt.account_id not in {account, ""}:
        raise NotAllowed("Only an update that was made and not taken back yet can be taken back.")
    waiting = Change.objects.filter(matter_id=attempt.matter_id, state__in=OPEN_STATES).exclude(undo_of=None)
    if waiting.exclude(undo_of=attempt.id).exists():
        raise NotAllowed("Another update of this matter is being taken back. Wait until that is done.")
    enqueue(
        firm_id=actor.firm_id,
        matter_id=attempt.matter_id,
        reason="undo",
        asked_by=actor.user_id,
        priority=Priority.CLICK,
        quiet=None,
        undo_of=attempt.id,
    )
    record(actor, action="sync.undo_requested", subject="matter", subject_id=attempt.matter_id, update=str(attempt.id))


def enqueue(
    *,
    firm_id: UUID,
    matter_id: UUID,
    reason: str,
    asked_by: UUID | None,
    priority: Priority = Priority.AUTO,
    decision: Decision = Decision.NONE,
    quiet: bool | None = False,
    **asked: Any,
) -> None:
    """Put a matter into the outbox, or tell its open row that there is more to do.

    A click revives a held row; an automatic reason leaves it held, for the person who has to look at it, unless it only
    tells that an update could not be taken back. A row stays quiet only while everybody who asked for it wants it so;
    None says nothing about it. `asked` are further columns: `forms`, `undo_of`, `run_id`.
    """
    clicked = priority == Priority.CLICK
    grown = {
        "revision": F("revision") + 1,
        "priority": Least(F("priority"), priority.value),
        **({"state": ChangeState.WAITING, "not_before": clock.now(), "asked_by_id": asked_by} if clicked else {}),
        **({"decision": decision} if decision else {}),
        **({"quiet": False} if quiet is False else {}),
        **asked,
    }
    open_rows = Change.objects.filter(matter_id=matter_id, state__in=OPEN_STATES)
    # Somebody else may open the row, or a drain may close it, between the two steps: both are tried again then.
    while not open_rows.update(**grown):
        try:
            with transaction.atomic():
                Change.objects.create(
                    matter_id=matter_id,
                    reason=reason,
                    asked_by_id=asked_by,
                    priority=priority,
                    decision=decision,
                    quiet=bool(quiet),
                    **asked,
                )
            break
        except IntegrityError:
            continue
    if not clicked:
        open_rows.filter(state=ChangeState.HELD, problem=EDITED_SINCE.code).update(
            state=ChangeState.WAITING, not_before=clock.now()
        )
    state = open_rows.values_list("state", flat=True).first()
    note_delivery(matter_id=matter_id, state=str(state or ChangeState.WAITING))
    wake(firm_id)


def dismiss(actor: Actor, *, change: Change) -> bool:
    """A person decides that a held change shall not be made. False if it was no longer held."""
    dismissed = Change.objects.filter(id=change.id, state=ChangeState.HELD).update(
        state=ChangeState.DISMISSED, settled_at=clock.now()
    )
    if dismissed:
        note_delivery(matter_id=change.matter_id, state="linked" if _is_linked(change.matter_id) else "")
        record(actor, action="sync.dismissed", subject="matter", subject_id=change.matter_id, problem=change.problem)
    return bool(dismissed)


def wake(firm_id: UUID) -> None:
    """Ring in this transaction, start a drain after its commit."""
    lanes.ring(firm_id)
    after_commit(DRAIN, lock=f"drain:{firm_id}", firm_id=str(firm_id))
