"""Handing in a document and reviewing it; an intake is complete when every required item has an approved one."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile

from casehug.events.bus import publish
from casehug.events.catalogue import DocumentApproved, DocumentUploaded, IntakeCompleted
from casehug.intake import files
from casehug.intake.errors import NotAllowed
from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter, MatterStatus
from casehug.intake.models.checklist import Provider
from casehug.intake.services.matters import move_matter
from casehug.kit import clock
from casehug.tenancy.actor import Actor


def upload_document(actor: Actor, *, item: ChecklistItem, upload: UploadedFile[Any]) -> Document:
    """Take a file from a member of the firm for an item of the checklist. Raises BadInput (field "file")."""
    stored = files.store(upload, firm_id=actor.firm_id)
    document = Document.objects.create(
        matter_id=item.matter_id,
        item=item,
        provided_by=Provider.STAFF,
        uploaded_by_id=actor.user_id,
        **vars(stored),
    )
    publish(
        DocumentUploaded(
            firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=item.matter_id, document_id=document.id
        )
    )
    return document


def approve_document(actor: Actor, *, document: Document) -> None:
    """Approve a document that waits for review. A second approval of the same document changes nothing.

    Raises NotAllowed if it was rejected meanwhile.
    """
    # The matter's row first: two approvals of one matter at once must agree on which of them completed it.
    matter = Matter.objects.select_for_update().get(id=document.matter_id)
    changed = Document.objects.filter(id=document.id, state=DocumentState.UPLOADED).update(
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
    _complete_if_done(actor, matter)


def _complete_if_done(actor: Actor, matter: Matter) -> None:
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
