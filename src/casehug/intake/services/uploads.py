"""Files on their way in, and out again before review: what is written down about them, in the open firm scope.

The bytes are read, checked, scanned and stored between two of these steps and in no transaction (`intake.arrival`).
Each step after such work is guarded: it counts only if nobody was first, and if it never comes, what was stored is
named by a row that the sweep finds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from casehug.audit.services import record
from casehug.events.bus import publish
from casehug.events.catalogue import DocumentUploaded
from casehug.intake import files, verdicts
from casehug.intake.errors import BadInput, NotAllowed, NotFound
from casehug.intake.files import Place, StoredFile, Unlocked
from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter, Provider, StrayFile, Upload
from casehug.intake.services.answers import CLOSED
from casehug.intake.services.links import AT_WORK
from casehug.intake.verdicts import Judged
from casehug.kit import clock
from casehug.kit.encryption import new_file_key
from casehug.kit.ids import new_id
from casehug.tenancy.actor import Actor

LARGEST_PIECE = 1024 * 1024
# The portal sends pieces of 256 KB. Smaller ones are taken, but nobody fills a row with a million names.
MOST_PIECES = 1000
MOST_PHOTOS = 50
STALE_AFTER = timedelta(hours=24)
SWEPT_AFTER = timedelta(hours=2)
SWEPT_AT_ONCE = 500


class WrongOffset(NotAllowed):
    """The piece does not follow the last one. `received` tells where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__("Part of this file arrived already. The upload goes on from there.", field="file")
        self.received = received


def start_upload(actor: Actor, *, item: ChecklistItem, file_name: str, size: int, provided_by: str) -> Upload:
    """Announce a file of this size. Raises BadInput (field "file") and NotAllowed (too many, too much)."""
    files.refuse_size(size)
    _refuse_beyond_limits(item.matter_id, size, provided_by=provided_by)
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


@dataclass(frozen=True)
class Arriving:
    """An upload, and the key that its pieces are sealed with."""

    upload: Upload
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Newcomer:
    """A file that is about to become a document: for which item, from whom, and where it will lie."""

    item: ChecklistItem
    provided_by: str
    place: Place
    size: int


def expect_piece(actor: Actor, *, upload_id: UUID, offset: int, size: int) -> Arriving:
    """Whether the next piece may come. Raises WrongOffset (tells `received`), BadInput, NotAllowed and NotFound."""
    upload = _upload(actor, upload_id)
    if not 0 < size <= LARGEST_PIECE:
        raise BadInput("A piece of a file has between one byte and 1 MB.", field="file")
    if offset != upload.received:
        raise WrongOffset(upload.received)
    if offset + size > upload.size:
        raise BadInput("More arrived than the file was said to hold. Start this file again.", field="file")
    if upload.pieces >= MOST_PIECES:
        raise BadInput("This file came in too many pieces. Start it again.", field="file")
    return Arriving(upload, _key_of(actor, upload))


def count_piece(actor: Actor, *, upload: Upload, name: str, size: int) -> Upload:
    """A piece was stored: it counts, unless another tab was first. Raises WrongOffset and NotFound."""
    taken = Upload.objects.filter(firm_id=actor.firm_id, id=upload.id, received=upload.received).update(
        received=upload.received + size, piece_names=[*upload.piece_names, name], last_piece_at=clock.now()
    )
    found = _upload(actor, upload.id)
    if not taken:
        raise WrongOffset(found.received)
    return found


def finished_upload(actor: Actor, *, upload_id: UUID) -> Document | None:
    """The document that an upload has become, if it has."""
    return Document.objects.filter(firm_id=actor.firm_id, id=upload_id).first()


def complete_upload(actor: Actor, *, upload_id: UUID) -> tuple[Arriving, Place]:
    """A whole upload, with the place for its document. Raises NotAllowed if it is not complete, and NotFound."""
    upload = _upload(actor, upload_id)
    # As if a piece had come: the sweep must not take it while it is checked.
    if not Upload.objects.filter(id=upload.id, received=upload.size).update(last_piece_at=clock.now()):
        raise NotAllowed("This file has not arrived completely yet.", field="file")
    _hold_matter(upload.matter_id, provided_by=upload.provided_by)
    return Arriving(upload, _key_of(actor, upload)), files.new_place(actor.firm_id)


def settle_upload(actor: Actor, *, upload: Upload, judged: Judged, stored: StoredFile) -> Document:
    """The checked and stored file is a document from now on; the one of another request that was first, if any.

    Raises NotAllowed, and NotFound if the upload was given up meanwhile.
    """
    _hold_matter(upload.matter_id, provided_by=upload.provided_by)
    if not _drop(upload):
        if finished := finished_upload(actor, upload_id=upload.id):
            return finished
        raise NotFound
    return _keep(
        actor,
        judged,
        stored,
        id=upload.id,
        item_id=upload.item_id,
        matter_id=upload.matter_id,
        file_name=files.clean_file_name(upload.file_name, judged.content_type),
        provided_by=upload.provided_by,
    )


def cancel_upload(actor: Actor, *, upload_id: UUID) -> None:
    """Give up a file that is on its way, or was refused. Raises NotFound."""
    _drop(_upload(actor, upload_id))


def expect_file(actor: Actor, *, item: ChecklistItem, size: int, provided_by: str) -> Newcomer:
    """A place for a file that is here as a whole. Raises BadInput (field "file") and NotAllowed."""
    files.refuse_size(size)
    _refuse_beyond_limits(item.matter_id, size, provided_by=provided_by)
    return Newcomer(item, Provider(provided_by), files.new_place(actor.firm_id), size)


def settle_file(actor: Actor, *, newcomer: Newcomer, file_name: str, judged: Judged, stored: StoredFile) -> Document:
    """The checked and stored file is a document from now on. Raises NotAllowed: others may have filled the matter."""
    item = newcomer.item
    _refuse_beyond_limits(item.matter_id, stored.size, provided_by=newcomer.provided_by)
    return _keep(
        actor,
        judged,
        stored,
        item_id=item.id,
        matter_id=item.matter_id,
        file_name=files.clean_file_name(file_name, judged.content_type),
        provided_by=newcomer.provided_by,
    )


def expect_album(actor: Actor, *, item: ChecklistItem, documents: list[Document]) -> tuple[Newcomer, list[Unlocked]]:
    """A place for one PDF of these photos, and the photos' files. Raises BadInput and NotAllowed."""
    if not 1 <= len(documents) <= MOST_PHOTOS:
        raise BadInput(f"Choose between one and {MOST_PHOTOS} photos.", field="file")
    if any(d.item_id != item.id or d.content_type not in verdicts.PICTURES for d in documents):
        raise BadInput("Only photos of the same item can become one document.", field="file")
    staff = any(d.provided_by == Provider.STAFF for d in documents)
    newcomer = expect_file(actor, item=item, size=1, provided_by=Provider.STAFF if staff else Provider.CLIENT)
    return newcomer, [files.unlock(document) for document in documents]


def settle_album(actor: Actor, *, newcomer: Newcomer, photos: list[Document], stored: StoredFile) -> Document:
    """The PDF that was made is a document, and each photo a part of it. Raises NotAllowed."""
    judged = Judged(verdicts.PDF, len(photos))
    document = settle_file(actor, newcomer=newcomer, file_name=photos[0].file_name, judged=judged, stored=stored)
    for position, part in enumerate(photos):
        if not _waiting(part).filter(part_of=None).update(part_of=document, position=position):
            raise NotAllowed("One of these photos was removed or reviewed meanwhile.", field="file")
    return document


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
    # Of the matter, since nothing else tells later whose document it was.
    record(
        actor,
        action="document.removed",
        subject="matter",
        subject_id=document.matter_id,
        document=str(document.id),
        item=str(document.item_id),
    )


def sweep_stale_uploads(actor: Actor) -> int:
    """Throw away what nobody went on with for a day; answers how many uploads that were."""
    stale = Upload.objects.filter(firm_id=actor.firm_id, last_piece_at__lt=clock.now() - STALE_AFTER)
    return sum(_drop(upload) for upload in stale[:SWEPT_AT_ONCE])


def condemn_stray(actor: Actor) -> list[str]:
    """Names in the storage that nobody took for hours, and nobody can take any more. forget_stray follows."""
    old = StrayFile.objects.filter(firm_id=actor.firm_id, noted_at__lt=clock.now() - SWEPT_AFTER)
    names = list(old.order_by("noted_at").values_list("stored_as", flat=True)[:SWEPT_AT_ONCE])
    # Counted again while updating: one that became a document at this moment is no stray any more.
    StrayFile.objects.filter(firm_id=actor.firm_id, stored_as__in=names).update(condemned=True)
    return list(StrayFile.objects.filter(stored_as__in=names, condemned=True).values_list("stored_as", flat=True))


def forget_stray(actor: Actor, *, names: list[str]) -> None:
    """The files of these names are removed."""
    StrayFile.objects.filter(firm_id=actor.firm_id, stored_as__in=names).delete()


def _upload(actor: Actor, upload_id: UUID) -> Upload:
    upload = Upload.objects.filter(firm_id=actor.firm_id, id=upload_id).first()
    if upload is None:
        raise NotFound
    return upload


def _key_of(actor: Actor, upload: Upload) -> bytes:
    return files.unwrap_key(bytes(upload.wrapped_key), firm_id=actor.firm_id, stored_as=upload.stored_as)


def _drop(upload: Upload) -> bool:
    """Delete the row, and its pieces once that is certain. False if another request was first."""
    # As much as we saw: a piece that came meanwhile makes this miss.
    deleted, _ = Upload.objects.filter(id=upload.id, received=upload.received).delete()
    if deleted:
        files.after_commit_remove(upload.stored_as)
    return bool(deleted)


def _waiting(document: Document) -> Any:
    return Document.objects.filter(id=document.id, state=DocumentState.UPLOADED)


def _keep(actor: Actor, judged: Judged, stored: StoredFile, **fields: Any) -> Document:
    """Make the document of a file that lies at its place."""
    if not files.take_place(stored.stored_as):
        raise NotAllowed("Checking this file took too long. Send it again.", field="file")
    fields.setdefault("id", new_id())
    document = Document.objects.create(uploaded_by_id=actor.user_id, **fields, **vars(judged), **vars(stored))
    publish(
        DocumentUploaded(
            firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=document.matter_id, document_id=document.id
        )
    )
    return document


def _hold_matter(matter_id: UUID, *, provided_by: str) -> None:
    """Lock the matter. Raises NotAllowed if it takes nothing from its client any more."""
    matter = Matter.objects.select_for_update(no_key=True).filter(id=matter_id).first()
    if matter is None:
        raise NotFound
    if provided_by == Provider.CLIENT and matter.status not in AT_WORK:
        raise NotAllowed(CLOSED.en, field="file")


def _refuse_beyond_limits(matter_id: UUID, size: int, *, provided_by: str) -> None:
    """Count under the matter's lock, so that two files at once cannot both be the last one. Raises NotAllowed."""
    _hold_matter(matter_id, provided_by=provided_by)
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
