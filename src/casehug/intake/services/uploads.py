"""Files on their way in: piece by piece from a phone on a bad line, or whole from a form. And out again, before review.

A piece is taken only where the last one ended, by a guarded update: of two tabs that send at once one is told where to
go on. A file is parsed by nobody but the cell, and becomes a document only after its verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Sum

from casehug.audit.services import record
from casehug.events.bus import publish
from casehug.events.catalogue import DocumentUploaded
from casehug.intake import files, inspection, verdicts
from casehug.intake.errors import BadInput, NotAllowed, NotFound
from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter, Provider, Upload
from casehug.kit import clock
from casehug.kit.encryption import new_file_key
from casehug.kit.ids import new_id
from casehug.tenancy.actor import Actor

LARGEST_PIECE = 1024 * 1024
MOST_PHOTOS = 50
STALE_AFTER = timedelta(hours=24)


class WrongOffset(NotAllowed):
    """The piece does not follow the last one. `received` tells where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__("Part of this file arrived already. The upload goes on from there.", field="file")
        self.received = received


def start_upload(actor: Actor, *, item: ChecklistItem, file_name: str, size: int, provided_by: str) -> Upload:
    """Announce a file of this size. Raises BadInput (field "file") and NotAllowed (too many, too much)."""
    files.refuse_size(size)
    _refuse_beyond_limits(item.matter_id, size)
    stored_as = files.new_name("uploads", actor.firm_id)
    return Upload.objects.create(
        matter_id=item.matter_id,
        item=item,
        file_name=files.bare_name(file_name),
        size=size,
        stored_as=stored_as,
        wrapped_key=files.wrap_key(new_file_key(), firm_id=actor.firm_id, stored_as=stored_as),
        provided_by=Provider(provided_by),
        uploaded_by_id=actor.user_id,
    )


def add_piece(actor: Actor, *, upload_id: UUID, offset: int, piece: bytes) -> Upload:
    """Take the next piece, at most 1 MB. Raises WrongOffset (tells `received`), BadInput and NotFound."""
    upload = _upload(actor, upload_id)
    if not 0 < len(piece) <= LARGEST_PIECE:
        raise BadInput("A piece of a file has between one byte and 1 MB.", field="file")
    if offset != upload.received:
        raise WrongOffset(upload.received)
    if offset + len(piece) > upload.size:
        raise BadInput("More arrived than the file was said to hold. Start this file again.", field="file")
    key = files.unwrap_key(bytes(upload.wrapped_key), firm_id=actor.firm_id, stored_as=upload.stored_as)
    # The row first: its lock makes a second tab wait, and then find that the place is taken.
    taken = Upload.objects.filter(id=upload.id, received=offset).update(
        received=F("received") + len(piece), pieces=F("pieces") + 1, last_piece_at=clock.now()
    )
    upload.refresh_from_db()
    if not taken:
        raise WrongOffset(upload.received)
    files.put_piece(piece, stored_as=upload.stored_as, number=upload.pieces - 1, key=key)
    return upload


def finish_upload(actor: Actor, *, upload_id: UUID) -> Document:
    """Check the whole file and make it a document. A second call answers the same document.

    Raises BadInput if it is not taken (the upload is gone then), NotAllowed if it is not complete or cannot be
    checked now (the upload stays), and NotFound.
    """
    if finished := Document.objects.filter(firm_id=actor.firm_id, id=upload_id).first():
        return finished
    upload = _upload(actor, upload_id)
    if upload.received != upload.size:
        raise NotAllowed("This file has not arrived completely yet.", field="file")
    key = files.unwrap_key(bytes(upload.wrapped_key), firm_id=actor.firm_id, stored_as=upload.stored_as)
    with files.spool(files.get_pieces(upload.stored_as, count=upload.pieces, key=key)) as plain:
        try:
            content_type = verdicts.judge(plain, name=upload.file_name)
        except BadInput:
            _drop(upload)
            raise
        if not _drop(upload):
            # Another request finished it, or gave it up, while we were checking.
            if finished := Document.objects.filter(firm_id=actor.firm_id, id=upload_id).first():
                return finished
            raise NotFound
        return _keep(
            actor,
            plain,
            id=upload.id,
            item_id=upload.item_id,
            matter_id=upload.matter_id,
            file_name=files.clean_file_name(upload.file_name, content_type),
            content_type=content_type,
            provided_by=upload.provided_by,
        )


def cancel_upload(actor: Actor, *, upload_id: UUID) -> None:
    """Give up a file that is on its way. Raises NotFound."""
    _drop(_upload(actor, upload_id))


def upload_whole(actor: Actor, *, item: ChecklistItem, upload: UploadedFile[Any], provided_by: str) -> Document:
    """Take a file that came with a form. Raises BadInput (field "file") and NotAllowed."""
    files.refuse_size(upload.size or 0)
    name = upload.name or ""
    with files.spool(upload.chunks()) as plain:
        content_type = verdicts.judge(plain, name=files.bare_name(name))
        _refuse_beyond_limits(item.matter_id, upload.size or 0)
        return _keep(
            actor,
            plain,
            item_id=item.id,
            matter_id=item.matter_id,
            file_name=files.clean_file_name(name, content_type),
            content_type=content_type,
            provided_by=Provider(provided_by),
        )


def combine_photos(actor: Actor, *, item: ChecklistItem, documents: list[Document]) -> Document:
    """Make one PDF of these photos, in this order; each photo stays as a part of it.

    Raises BadInput and NotAllowed.
    """
    if not 1 <= len(documents) <= MOST_PHOTOS:
        raise BadInput(f"Choose between one and {MOST_PHOTOS} photos.", field="file")
    if any(d.item_id != item.id or d.content_type not in verdicts.PICTURES for d in documents):
        raise BadInput("Only photos of the same item can become one document.", field="file")
    with TemporaryFile() as made:
        _draw_pages(documents, made)
        size = made.seek(0, 2)
        files.refuse_size(size)
        _refuse_beyond_limits(item.matter_id, size)
        staff = any(d.provided_by == Provider.STAFF for d in documents)
        # All or nothing, also for a caller that catches the refusal and goes on in the same scope.
        with transaction.atomic():
            document = _keep(
                actor,
                made,
                item_id=item.id,
                matter_id=item.matter_id,
                file_name=files.clean_file_name(documents[0].file_name, verdicts.PDF),
                content_type=verdicts.PDF,
                provided_by=Provider.STAFF if staff else Provider.CLIENT,
            )
            with _removed_on_failure(document.stored_as):
                _make_parts(documents, document)
    return document


def _make_parts(photos: list[Document], document: Document) -> None:
    for position, part in enumerate(photos):
        if not _waiting(part).filter(part_of=None).update(part_of=document, position=position):
            raise NotAllowed("One of these photos was removed or reviewed meanwhile.", field="file")


def remove_document(actor: Actor, *, document: Document) -> None:
    """Take a document back before it is reviewed, with the photos it was made of. Raises NotAllowed.

    A client takes back only what the client handed in.
    """
    if actor.role is None and document.provided_by != Provider.CLIENT:
        raise NotAllowed("Your law firm added this document.")
    if document.part_of_id is not None:
        raise NotAllowed("This photo is part of a document. Remove the document.")
    # The matter's row first, as every review does.
    Matter.objects.select_for_update().get(id=document.matter_id)
    names = [document.stored_as, *Document.objects.filter(part_of=document).values_list("stored_as", flat=True)]
    removed, _ = _waiting(document).delete()
    if not removed:
        raise NotAllowed("This document was reviewed meanwhile. It stays.")
    files.after_commit_remove(*names)
    record(actor, action="document.removed", subject="document", subject_id=document.id)


def sweep_stale_uploads(actor: Actor) -> int:
    """Throw away what nobody went on with for a day; answers how many uploads that were."""
    stale = Upload.objects.filter(firm_id=actor.firm_id, last_piece_at__lt=clock.now() - STALE_AFTER)
    return sum(_drop(upload) for upload in stale)


def _upload(actor: Actor, upload_id: UUID) -> Upload:
    upload = Upload.objects.filter(firm_id=actor.firm_id, id=upload_id).first()
    if upload is None:
        raise NotFound
    return upload


def _drop(upload: Upload) -> bool:
    """Delete the row, and its pieces once that is certain. False if another request was first."""
    # As many pieces as we saw: one that came meanwhile makes this miss.
    deleted, _ = Upload.objects.filter(id=upload.id, received=upload.received).delete()
    if deleted:
        transaction.on_commit(partial(files.remove_pieces, upload.stored_as, count=upload.pieces))
    return bool(deleted)


def _waiting(document: Document) -> Any:
    return Document.objects.filter(id=document.id, state=DocumentState.UPLOADED)


def _keep(actor: Actor, plain: BinaryIO, **fields: Any) -> Document:
    """Put a checked file away and make its document."""
    fields.setdefault("id", new_id())
    stored = files.store(plain, firm_id=actor.firm_id)
    with _removed_on_failure(stored.stored_as):
        document = Document.objects.create(uploaded_by_id=actor.user_id, **fields, **vars(stored))
        publish(
            DocumentUploaded(
                firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=document.matter_id, document_id=document.id
            )
        )
    return document


@contextmanager
def _removed_on_failure(stored_as: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        files.remove([stored_as])
        raise


def _draw_pages(documents: list[Document], made: BinaryIO) -> None:
    plains = []
    try:
        for document in documents:
            plains.append(files.spool_document(document))
        verdict = inspection.run("combine", [plain.fileno() for plain in plains], files=plains, output=made)
    except inspection.Busy as busy:
        raise NotAllowed(verdicts.BUSY, field="file") from busy
    finally:
        for plain in plains:
            plain.close()
    if verdict != "ok":
        raise BadInput(verdicts.REFUSALS.get(verdict, verdicts.REFUSALS["damaged"]), field="file")


def _refuse_beyond_limits(matter_id: UUID, size: int) -> None:
    """Count under the matter's lock, so that two files at once cannot both be the last one. Raises NotAllowed."""
    if Matter.objects.select_for_update(no_key=True).filter(id=matter_id).first() is None:
        raise NotFound
    under_way = Upload.objects.filter(last_piece_at__gte=clock.now() - STALE_AFTER)
    if under_way.count() >= settings.MAX_UPLOADS_PER_FIRM:
        raise NotAllowed("Too many files are on their way at once. Try again in a few minutes.", field="file")
    kept, coming = Document.objects.filter(matter_id=matter_id), under_way.filter(matter_id=matter_id)
    most = settings.MAX_DOCUMENTS_PER_MATTER
    if kept.count() + coming.count() >= most:
        raise NotAllowed(f"There are {most} files already, the most we take.", field="file")
    total = sum((rows.aggregate(total=Sum("size"))["total"] or 0) for rows in (kept, coming))
    if total + size > settings.MAX_BYTES_PER_MATTER:
        limit = settings.MAX_BYTES_PER_MATTER // 1024**3
        raise NotAllowed(f"All files together would be larger than {limit} GB, the most we take.", field="file")
