"""Approving a document; an intake is complete when every required item has an approved one."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from casehug.events.bus import publish
from casehug.events.catalogue import DocumentApproved, IntakeCompleted
from casehug.intake.errors import NotAllowed
from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter, MatterStatus
from casehug.intake.services.matters import move_matter
from casehug.kit import clock
from casehug.tenancy.actor import Actor


def approve_document(actor: Actor, *, document: Document) -> None:
    """Approve a document that waits for review. A second approval of the same document changes nothing.

    Raises NotAllowed if it was rejected meanwhile.
    """
    if document.part_of_id is not None:
        raise NotAllowed("This photo is part of a document. Review the document.")
    # The matter's row first: two approvals of one matter at once must agree on which of them completed it.
    matter = Matter.objects.select_for_update().get(id=document.matter_id)
    if approve_waiting(actor, matter=matter, only=[document.id]):
        return
    document.refresh_from_db(fields=["state"])
    if document.state != DocumentState.APPROVED:
        raise NotAllowed("This document was rejected meanwhile. Ask for a new one.")


def approve_waiting(actor: Actor, *, matter: Matter, only: Collection[UUID] | None = None) -> int:
    """Approve what waits for review, or `only` some of it; answers how many. The matter's row must be locked."""
    waiting = Document.objects.filter(matter=matter, state=DocumentState.UPLOADED, part_of=None)
    if only is not None:
        waiting = waiting.filter(id__in=list(only))
    ids = list(waiting.order_by("id").values_list("id", flat=True))
    waiting.filter(id__in=ids).update(
        state=DocumentState.APPROVED, reviewed_by_id=actor.user_id, reviewed_at=clock.now()
    )
    for id_ in ids:
        publish(DocumentApproved(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id, document_id=id_))
    if ids:
        complete_if_done(actor, matter)
    return len(ids)


def complete_if_done(actor: Actor, matter: Matter) -> None:
    """Mark the intake complete, once, if no required item is open. The matter's row must be locked."""
    missing = ChecklistItem.objects.filter(matter=matter, required=True).exclude(
        documents__state=DocumentState.APPROVED
    )
    if matter.intake_completed_at or missing.exists():
        return
    matter.intake_completed_at = clock.now()
    matter.save(update_fields=["intake_completed_at"])
    if matter.status in {MatterStatus.NEW, MatterStatus.INTAKE}:
        move_matter(actor, matter=matter, to=MatterStatus.REVIEW)
    publish(IntakeCompleted(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id))
