"""Bulk sync: all matters of a firm, in the quiet, while everything else goes first.

A run is previewed, started, and then fed to the outbox in small portions by the firm's own drain when nothing more
urgent waits. So a click overtakes it, a pause bites at the next matter, and a dead worker loses nothing: what is to be
sent stands in BulkItem, what is on its way in Change.
"""

from uuid import UUID

from django.db import IntegrityError, transaction

from casehug.audit.services import record
from casehug.connections.models import Connection, ConnectionState
from casehug.intake.errors import NotAllowed, NotFound
from casehug.intake.services.matters import note_delivery
from casehug.kit import clock
from casehug.kit.wakeup import after_commit
from casehug.sync import contact_list, lanes
from casehug.sync.lanes import Lease
from casehug.sync.models import (
    OPEN_RUNS,
    OPEN_STATES,
    UNRESOLVED,
    Attempt,
    BulkItem,
    BulkRun,
    Change,
    ChangeState,
    ItemResult,
    Lane,
    Link,
    Priority,
    RecordKind,
    RunState,
)
from casehug.sync.outbox import enqueue, wake
from casehug.sync.rules import kept_rules
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import current_firm_id

PREVIEW = "sync.preview"
# So many changes of a run wait in the outbox at most: what people asked for comes before the next portion, so within a
# minute at 50 requests.
AHEAD = 25

NO_CONNECTION = "Lawmatics is not connected, so nothing can be compared or sent. Connect it first."
UNDER_WAY = "A bulk sync is under way already. It is shown below."
CHANGED_MEANWHILE = "This bulk sync is not in that state any more; the page shows how it stands now."


def preview(actor: Actor, *, only_unlinked: bool = False) -> BulkRun:
    """Have a run counted. One that was only counted gives way. Raises NotAllowed. Joins the open scope."""
    need_connection()
    waiting = BulkRun.objects.filter(state=RunState.PREVIEWED)
    waiting.update(state=RunState.CANCELLED, finished_at=clock.now())
    try:
        with transaction.atomic():
            run = BulkRun.objects.create(only_unlinked=only_unlinked, started_by_id=actor.user_id)
    except IntegrityError as error:
        raise NotAllowed(UNDER_WAY) from error
    record(actor, action="bulk.previewed", subject="bulk_run", subject_id=run.id)
    # The lane's ring is the net: a drain goes on with a preview whose job was lost.
    lanes.ring(actor.firm_id)
    after_commit(PREVIEW, lock=f"preview:{actor.firm_id}", firm_id=str(actor.firm_id))
    return run


def start(actor: Actor, run_id: UUID, *, quiet: bool) -> None:
    """Send what was counted. Raises NotAllowed and NotFound. Joins the open scope."""
    run = run_of(actor, run_id)
    need_connection()
    _move(actor, run, "started", {RunState.PREVIEWED}, RunState.RUNNING, quiet=quiet, started_at=clock.now())
    searches = run.counts.get("searches", 0)
    if searches and contact_list.usable(kept_rules().account_id, within=contact_list.FRESH) is None:
        contact_list.ask(worth_pages=searches)
    wake(actor.firm_id)


def pause(actor: Actor, run_id: UUID) -> None:
    """Nothing more of it is taken up; the matter in hand is finished. Raises NotAllowed and NotFound."""
    _move(actor, run_of(actor, run_id), "paused", {RunState.RUNNING}, RunState.PAUSED)


def resume(actor: Actor, run_id: UUID) -> None:
    """Raises NotAllowed and NotFound."""
    _move(actor, run_of(actor, run_id), "resumed", {RunState.PAUSED}, RunState.RUNNING)
    wake(actor.firm_id)


def cancel(actor: Actor, run_id: UUID) -> None:
    """What was sent stays; what was not is taken out of the outbox, unless somebody else wants it too.

    Raises NotAllowed and NotFound.
    """
    run = run_of(actor, run_id)
    # Locks the lane's row: the drain takes no change up meanwhile, and the one in its hand is known.
    lane = Lane.objects.select_for_update().filter(firm_id=actor.firm_id).first()
    _move(actor, run, "cancelled", set(OPEN_RUNS), RunState.CANCELLED, finished_at=clock.now())
    mine = Change.objects.filter(run_id=run.id, priority=Priority.BACKFILL, state=ChangeState.WAITING)
    # A write of unknown outcome is looked for all the same, so its change is brought to its end.
    unsure = Attempt.objects.filter(change__in=mine, state__in=UNRESOLVED).values("change_id")
    mine = mine.exclude(id__in=unsure)
    if lane and lane.working_on:
        mine = mine.exclude(id=lane.working_on)
    matters = list(mine.values_list("matter_id", flat=True))
    mine.update(state=ChangeState.DISMISSED, settled_at=clock.now())
    linked = set(Link.objects.filter(kind=RecordKind.MATTER, record_id__in=matters).values_list("record_id", flat=True))
    for matter_id in matters:
        note_delivery(matter_id=matter_id, state="linked" if matter_id in linked else "")
    left = BulkItem.objects.filter(run_id=run.id, result=ItemResult.PLANNED)
    left |= BulkItem.objects.filter(run_id=run.id, result=ItemResult.QUEUED, matter_id__in=matters)
    left.update(result=ItemResult.CANCELLED, settled_at=clock.now())
    wake(actor.firm_id)


def refresh_contacts(actor: Actor) -> None:
    """Have the contact list read now. Raises NotAllowed."""
    need_connection()
    contact_list.ask()
    wake(actor.firm_id)


def need_connection() -> None:
    """Raises NotAllowed. Joins the open scope."""
    if not Connection.objects.filter(state=ConnectionState.CONNECTED).exists():
        raise NotAllowed(NO_CONNECTION)


def run_of(actor: Actor, run_id: UUID) -> BulkRun:
    """Raises NotFound."""
    run = BulkRun.objects.filter(firm_id=actor.firm_id, id=run_id).first()
    if run is None:
        raise NotFound
    return run


def _move(actor: Actor, run: BulkRun, word: str, from_states: set[RunState], to: RunState, **columns: object) -> None:
    """Guarded, so that of two people who press at once one is told. Raises NotAllowed."""
    if not BulkRun.objects.filter(id=run.id, state__in=from_states).update(state=to, **columns):
        raise NotAllowed(CHANGED_MEANWHILE)
    record(actor, action=f"bulk.{word}", subject="bulk_run", subject_id=run.id, matters=run.total)


# --- the drain's side ---------------------------------------------------------------------------------------------


def feed(lease: Lease) -> bool:
    """Put the next portion of a running run into the outbox, or finish the run. False if there was nothing to feed."""
    with lanes.held(lease):
        run = BulkRun.objects.select_for_update().filter(state=RunState.RUNNING).first()
        if run is None:
            return False
        ahead = _still_queued(run)
        planned = BulkItem.objects.filter(run=run, result=ItemResult.PLANNED).order_by("id")
        items = list(planned[: max(0, AHEAD - ahead)])
        if items:
            _queue(run, items)
        elif not ahead and not planned.exists():
            BulkRun.objects.filter(id=run.id).update(state=RunState.DONE, finished_at=clock.now())
    return bool(items)


def _still_queued(run: BulkRun) -> int:
    """How many of its matters wait in the outbox. One whose change somebody took out of it is not waited for."""
    queued = BulkItem.objects.filter(run=run, result=ItemResult.QUEUED)
    matters = list(queued.values_list("matter_id", flat=True))
    waiting = set(
        Change.objects.filter(matter_id__in=matters, state__in=OPEN_STATES).values_list("matter_id", flat=True)
    )
    queued.exclude(matter_id__in=waiting).update(
        result=ItemResult.CANCELLED, text="Somebody took it out of the queue.", settled_at=clock.now()
    )
    return len(waiting)


def _queue(run: BulkRun, items: list[BulkItem]) -> None:
    matters = [item.matter_id for item in items]
    wanted = [
        Change(
            matter_id=matter_id,
            reason="bulk",
            asked_by_id=run.started_by_id,
            priority=Priority.BACKFILL,
            quiet=run.quiet,
            run_id=run.id,
        )
        for matter_id in matters
    ]
    Change.objects.bulk_create(wanted, ignore_conflicts=True)
    open_rows = Change.objects.filter(matter_id__in=matters, state__in=OPEN_STATES)
    fresh = set(open_rows.filter(run_id=run.id).values_list("matter_id", flat=True))
    for matter_id in matters:
        if matter_id in fresh:
            note_delivery(matter_id=matter_id, state=ChangeState.WAITING)
        else:
            # Somebody wants it already: the row is told that there is one more reason.
            enqueue(
                firm_id=current_firm_id(),
                matter_id=matter_id,
                reason="bulk",
                asked_by=run.started_by_id,
                priority=Priority.BACKFILL,
                quiet=run.quiet,
                run_id=run.id,
            )
    BulkItem.objects.filter(id__in=[item.id for item in items]).update(result=ItemResult.QUEUED)
    for matter_id, text in open_rows.filter(state=ChangeState.HELD).values_list("matter_id", "problem_text"):
        BulkItem.objects.filter(run=run, matter_id=matter_id).update(
            result=ItemResult.HELD, text=text, settled_at=clock.now()
        )
