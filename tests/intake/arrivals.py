"""Handing in files step by step, as the portal does: each step in a request of its own."""

from pathlib import Path

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from casehug.intake import arrival
from casehug.intake.models import ChecklistItem, Document, Upload
from casehug.intake.services import uploads
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope

MB = 1024 * 1024


def start(actor: Actor, item: ChecklistItem, size: int, *, name: str = "scan.pdf") -> Upload:
    with firm_scope(actor.firm_id):
        return uploads.start_upload(actor, item=item, file_name=name, size=size, provided_by="client")


def send(actor: Actor, upload: Upload, offset: int, piece: bytes) -> Upload:
    return arrival.add_piece(actor, upload_id=upload.id, offset=offset, piece=piece)


def finish(actor: Actor, upload: Upload) -> Document:
    return arrival.finish_upload(actor, upload_id=upload.id)


def send_all(actor: Actor, item: ChecklistItem, content: bytes, *, piece: int = MB, name: str = "scan.pdf") -> Upload:
    upload = start(actor, item, len(content), name=name)
    for offset in range(0, len(content), piece):
        upload = send(actor, upload, offset, content[offset : offset + piece])
    return upload


def whole(actor: Actor, item: ChecklistItem, content: bytes, *, name: str, by: str = "client") -> Document:
    return arrival.take_file(actor, item=item, upload=SimpleUploadedFile(name, content), provided_by=by)


def lying(stored_as: str) -> list[str]:
    """What lies in the storage under this name."""
    path = Path(default_storage.path(stored_as))
    return sorted(found.name for found in path.iterdir()) if path.is_dir() else [path.name] * path.exists()


def combine(actor: Actor, item: ChecklistItem, photos: list[Document]) -> Document:
    return arrival.combine_photos(actor, item=item, documents=photos)
