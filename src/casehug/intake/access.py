"""The only way to fetch a record for an actor. A foreign record and a made-up id fail alike, with NotFound."""

from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from casehug.intake.errors import NotFound
from casehug.intake.models import ChecklistItem, Client, Document, InternalNote, Matter
from casehug.tenancy.actor import Actor
from casehug.tenancy.models import FirmOwned

Record = TypeVar("Record", bound=FirmOwned)


def matter(actor: Actor, matter_id: UUID) -> Matter:
    return _only(Matter.objects.select_related("client"), actor, matter_id)


def client(actor: Actor, client_id: UUID) -> Client:
    return _only(Client.objects.all(), actor, client_id)


def checklist_item(actor: Actor, item_id: UUID) -> ChecklistItem:
    return _only(ChecklistItem.objects.all(), actor, item_id)


def document(actor: Actor, document_id: UUID) -> Document:
    return _only(Document.objects.all(), actor, document_id)


def internal_note(actor: Actor, note_id: UUID) -> InternalNote:
    return _only(InternalNote.objects.all(), actor, note_id)


def _only(records: QuerySet[Record], actor: Actor, record_id: UUID) -> Record:
    # The filter repeats what row security enforces: two walls, each enough by itself.
    found = records.filter(firm_id=actor.firm_id, id=record_id).first()
    if found is None:
        raise NotFound
    return found
