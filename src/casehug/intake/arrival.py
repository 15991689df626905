"""Taking files in: reading, checking, scanning, joining and storing them, in no transaction.

Each function opens short scopes of its own around this work, so call them in none: a scanner or a storage that is slow
holds up nobody's rows. A crash in between leaves an upload that can be finished again, or a name that the sweep finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from casehug.intake import files, inspection, verdicts
from casehug.intake.errors import BadInput, IntakeError, NotAllowed, NotFound
from casehug.intake.files import Place, Unlocked
from casehug.intake.models import ChecklistItem, Document, Upload
from casehug.intake.services import uploads
from casehug.intake.services.uploads import Arriving
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope


def add_piece(actor: Actor, *, upload_id: UUID, offset: int, piece: bytes) -> Upload:
    """Take the next piece, at most 1 MB. Raises WrongOffset (tells `received`), BadInput and NotFound."""
    with firm_scope(actor.firm_id):
        arriving = uploads.expect_piece(actor, upload_id=upload_id, offset=offset, size=len(piece))
    upload = arriving.upload
    name = files.put_piece(piece, stored_as=upload.stored_as, number=upload.pieces, key=arriving.key)
    with _removed_if_refused(f"{upload.stored_as}/{name}"), firm_scope(actor.firm_id):
        return uploads.count_piece(actor, upload=upload, name=name, size=len(piece))


def finish_upload(actor: Actor, *, upload_id: UUID) -> Document:
    """Check the whole file and make it a document. A second call answers the same document.

    Raises BadInput if it is not taken (the upload is gone then), NotAllowed if it is not complete or cannot be
    checked now (the upload stays), and NotFound.
    """
    with firm_scope(actor.firm_id):
        if finished := uploads.finished_upload(actor, upload_id=upload_id):
            return finished
        arriving, place = uploads.complete_upload(actor, upload_id=upload_id)
    upload = arriving.upload
    try:
        plain = _pieces_of(arriving)
    except FileNotFoundError:
        return _by_another_request(actor, upload_id)
    with plain, _removed_if_refused(place.stored_as):
        try:
            _refuse_incomplete(plain, upload)
            judged = verdicts.judge(plain, name=upload.file_name)
        except BadInput:
            _give_up(actor, upload_id)
            raise
        stored = files.store(plain, place)
        with firm_scope(actor.firm_id):
            document = uploads.settle_upload(actor, upload=upload, judged=judged, stored=stored)
    return _unless_taken(document, place)


def take_file(actor: Actor, *, item: ChecklistItem, upload: UploadedFile[Any], provided_by: str) -> Document:
    """Take a file that came with a form. Raises BadInput (field "file") and NotAllowed."""
    with firm_scope(actor.firm_id):
        newcomer = uploads.expect_file(actor, item=item, size=upload.size or 0, provided_by=provided_by)
    name = files.bare_name(upload.name or "")
    with files.spool(upload.chunks()) as plain, _removed_if_refused(newcomer.place.stored_as):
        judged = verdicts.judge(plain, name=name)
        stored = files.store(plain, newcomer.place)
        with firm_scope(actor.firm_id):
            return uploads.settle_file(actor, newcomer=newcomer, file_name=name, judged=judged, stored=stored)


def combine_photos(actor: Actor, *, item: ChecklistItem, documents: list[Document]) -> Document:
    """Make one PDF of these photos, in this order; each photo stays as a part of it.

    Raises BadInput and NotAllowed.
    """
    with firm_scope(actor.firm_id):
        newcomer, photos = uploads.expect_album(actor, item=item, documents=documents)
    with TemporaryFile() as made, _removed_if_refused(newcomer.place.stored_as):
        _draw_pages(photos, made)
        files.refuse_size(made.seek(0, 2))
        stored = files.store(made, newcomer.place)
        with firm_scope(actor.firm_id):
            return uploads.settle_album(actor, newcomer=newcomer, photos=documents, stored=stored)


def sweep(actor: Actor) -> int:
    """Remove what was left behind of one firm: uploads nobody went on with, files no row names. How many it was."""
    with firm_scope(actor.firm_id):
        swept = uploads.sweep_stale_uploads(actor)
        stray = uploads.condemn_stray(actor)
    files.remove(stray)
    with firm_scope(actor.firm_id):
        uploads.forget_stray(actor, names=stray)
    return swept + len(stray)


def _pieces_of(arriving: Arriving) -> BinaryIO:
    upload = arriving.upload
    return files.spool(files.get_pieces(upload.stored_as, names=upload.piece_names, key=arriving.key))


def _refuse_incomplete(plain: BinaryIO, upload: Upload) -> None:
    if plain.seek(0, 2) != upload.size:
        raise BadInput(verdicts.REFUSALS["damaged"], field="file")


def _by_another_request(actor: Actor, upload_id: UUID) -> Document:
    """The pieces went while we read them: the document they became. Raises NotFound if they were given up."""
    with firm_scope(actor.firm_id):
        if finished := uploads.finished_upload(actor, upload_id=upload_id):
            return finished
    raise NotFound


def _give_up(actor: Actor, upload_id: UUID) -> None:
    try:
        with firm_scope(actor.firm_id):
            uploads.cancel_upload(actor, upload_id=upload_id)
    except NotFound:
        return  # another request was told the same


def _unless_taken(document: Document, place: Place) -> Document:
    """Two requests finished the same upload: what this one stored is the second copy."""
    if document.stored_as != place.stored_as:
        files.remove([place.stored_as])
    return document


@contextmanager
def _removed_if_refused(stored_as: str) -> Iterator[None]:
    """A refusal is certain, so the file goes at once. After any other end it is the sweep that knows."""
    try:
        yield
    except (IntakeError, NotFound):
        files.remove([stored_as])
        raise


def _draw_pages(photos: list[Unlocked], made: BinaryIO) -> None:
    plains: list[BinaryIO] = []
    try:
        for photo in photos:
            plains.append(photo.spool())
        verdict = inspection.run("combine", [plain.fileno() for plain in plains], files=plains, output=made)
    except inspection.Busy as busy:
        raise NotAllowed(verdicts.BUSY, field="file") from busy
    finally:
        for plain in plains:
            plain.close()
    if verdict != "ok":
        raise BadInput(verdicts.REFUSALS.get(verdict, verdicts.REFUSALS["damaged"]), field="file")
