"""Handing in a document and reviewing it; an intake is complete when every required item has an approved one."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile

from casehug.events.bus import publish
from casehug.events.catalogue import DocumentApproved, IntakeCompleted
from casehug.intake.errors import NotAllowed
from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter, MatterStatus
from casehug.intake.models.checklist import Provider
from casehug.intake.services.matters import move_matter
from casehug.intake.services.uploads import upload_whole
from casehug.kit import clock
from casehug.tenancy.actor import Actor


def upload_document(actor: Actor, *, item: ChecklistItem, upload: UploadedFile[Any]) -> Document:
    """Take a file from a member of the firm for an item of the checklist. Raises BadInput (field "file")."""
    return upload_whole(actor, item=item, upload=upload, provided_by=Provider.STAFF)


def approve_document(actor: Actor, *, document: Document) -> None:
    """Approve a document that waits for review. A second approval of the same document changes nothing.

    Raises NotAllowed if it was rejected meanwhile.
    """
    if document.part_of_id is not None:
        raise NotAllowed("This photo is part of a document. Review the document.")
    # The matter's row first: two approvals of one matter at once must agree on which of them completed it.
    matter = Matter.objects.select_for_update().get(id=document.matter_id)
    changed = Document.objects.filter(id=document.id, state=DocumentState.UPLOADED, part_of=None).update(
        state=DocumentState.APPROVED, reviewed_by_id=actor.user_id, reviewed_at=clock.now()
    )
    if not changed:
        document.refresh_from_db(fields=["state"])
        if document.state != DocumentState.APPROVED:
            raise NotAllowed("This document was rejected meanwhile. Ask for a new one.")
        return
    publish(
        DocumentApproved(
            firm_id=actor.firm_id,
            actor_id=actor.user_id,
            matter_id=document.matter_id,
            document_id=document.id,
        )
    )
    complete_if_done(actor, matter)


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
