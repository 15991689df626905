"""The bytes of documents in the file storage: encrypted, unguessably named, each under a key of its own.

The installation's keyset seals the firm's file key, the file key wraps each file's key, and the file's key seals the
chunks. Every seal names the firm and the place, so nothing opens in another firm or under another name. The first
documents were sealed in one piece by the keyset itself (no wrapped key); they stay readable.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from errno import ENOTEMPTY
from functools import partial
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from casehug.intake.errors import BadInput
from casehug.intake.models import Document, FileKey, FirmWithFiles, StrayFile
from casehug.intake.verdicts import EXCEL, HEIC, JPEG, PDF, PNG, TEXT, WORD
from casehug.kit.encryption import CannotOpen, keyset, new_file_key, open_stream, seal_stream, unwrap, wrap

ACCEPTED = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", HEIC: ".heic", WORD: ".docx", EXCEL: ".xlsx", TEXT: ".txt"}
ACCEPT_ATTRIBUTE = ",".join(sorted(ACCEPTED.values()))
PIECE = 64 * 1024
# Beside a file lies a folder of this ending with the pictures drawn of it.
DRAWN = ".drawn"


@dataclass(frozen=True)
class Place:
    """Where a file will lie, written down before its first byte is stored."""

    firm_id: UUID
    stored_as: str
    wrapped_key: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class StoredFile:
    """What a Document keeps of its file."""

    size: int
    sha256: str
    stored_as: str
    wrapped_key: bytes


class OpenedFile(Iterator[bytes]):
    """Decrypted pieces of a stored file. Needs no firm scope any more, so an answer can stream it to the browser."""

    def __init__(self, pieces: Iterator[bytes], source: File[bytes]) -> None:
        self._pieces = pieces
        self._source = source

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        self._source.close()


def refuse_size(size: int) -> None:
    """Raises BadInput (field "file") if a file of this size is empty or too large."""
    limit = settings.MAX_DOCUMENT_BYTES
    if size <= 0:
        raise BadInput("This file is empty. Choose another one.", field="file")
    if size > limit:
        raise BadInput(f"This file is larger than {limit // 1024 // 1024} MB. Send a smaller copy.", field="file")


def new_name(folder: str, firm_id: UUID) -> str:
    """A place in the storage that nobody can guess."""
    return f"{folder}/{firm_id}/{secrets.token_hex(32)}"


def spool(pieces: Iterable[bytes]) -> BinaryIO:
    """The plaintext in a temporary file without a name, gone with its last closing. No other process can open it."""
    file = TemporaryFile()  # noqa: SIM115  # the caller closes it
    for piece in pieces:
        file.write(piece)
    file.flush()
    return file


def new_place(firm_id: UUID) -> Place:
    """Choose and write down where the next document will lie. Call it in the firm's scope."""
    stored_as, key = new_name("documents", firm_id), new_file_key()
    wrapped = wrap_key(key, firm_id=firm_id, stored_as=stored_as)
    note_stray(stored_as)
    return Place(firm_id, stored_as, wrapped, key)


def take_place(stored_as: str) -> bool:
    """A row names the file from now on. False if it lay there for so long that the sweep took it."""
    deleted, _ = StrayFile.objects.filter(stored_as=stored_as, condemned=False).delete()
    return bool(deleted)


def note_stray(*names: str) -> None:
    """Write down names that no other row stands for (any more). The sweep takes them after a while."""
    StrayFile.objects.bulk_create(StrayFile(stored_as=name) for name in names)


def store(plain: BinaryIO, place: Place) -> StoredFile:
    """Encrypt a checked file into the storage, chunk by chunk. Needs no firm scope, and should be called in none."""
    digest = hashlib.sha256()
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        plain.seek(0)
        while piece := plain.read(PIECE):
            digest.update(piece)
            size += len(piece)
            yield piece

    context = _context(place.firm_id, place.stored_as)
    with spool(seal_stream(counted(), key=place.key, context=context)) as sealed:
        sealed.seek(0)
        _save(place.stored_as, File(sealed))
    return StoredFile(size, digest.hexdigest(), place.stored_as, place.wrapped_key)


@dataclass(frozen=True)
class Unlocked:
    """A stored file with its key: opened, read and added to without the database."""

    firm_id: UUID
    stored_as: str
    key: bytes | None = field(repr=False)

    def open(self) -> OpenedFile:
        """The decrypted bytes, piece by piece. Close it.

        Raises CannotOpen if the file was altered or belongs to another firm: here, or while iterating.
        """
        if self.key is None:
            whole = fetch(self.stored_as, firm_id=self.firm_id)
            return OpenedFile(iter([whole]), ContentFile(b""))
        source: File[bytes] = default_storage.open(self.stored_as)
        context = _context(self.firm_id, self.stored_as)
        return OpenedFile(open_stream(source.read, key=self.key, context=context), source)

    def spool(self) -> BinaryIO:
        """The plaintext as a nameless temporary file, for those that need to seek in it."""
        opened = self.open()
        try:
            return spool(opened)
        finally:
            opened.close()

    def drawn(self, name: str) -> bytes | None:
        """A picture that was drawn of the file before, if it is there and whole."""
        if self.key is None:
            return None
        place = f"{self.stored_as}{DRAWN}/{name}"
        try:
            with default_storage.open(place) as file:
                return unwrap(file.read(), key=self.key, context=place)
        except FileNotFoundError:
            return None
        except CannotOpen:
            default_storage.delete(place)  # cut off, when whoever wrote it died
            return None

    def keep_drawn(self, name: str, picture: bytes) -> None:
        """Keep a picture beside the file, sealed with the file's key. Of two at once the first one stays."""
        if self.key is None:
            return
        place = f"{self.stored_as}{DRAWN}/{name}"
        kept_as = default_storage.save(place, ContentFile(wrap(picture, key=self.key, context=place)))
        if kept_as != place:
            default_storage.delete(kept_as)


def unlock(document: Document) -> Unlocked:
    """Fetch the key of a document's file. Call it in the firm's scope; open it outside, for the storage may be far.

    Raises CannotOpen if the key was altered or belongs to another file.
    """
    firm_id = UUID(str(document.firm_id))
    if document.wrapped_key is None:
        return Unlocked(firm_id, document.stored_as, None)
    key = unwrap_key(bytes(document.wrapped_key), firm_id=firm_id, stored_as=document.stored_as)
    return Unlocked(firm_id, document.stored_as, key)


def open_document(document: Document) -> OpenedFile:
    """`unlock` and open in one, in the firm's scope: for a storage that is near."""
    return unlock(document).open()


def fetch(stored_as: str, *, firm_id: UUID) -> bytes:
    """The bytes of one of the first documents, sealed in one piece; raises CannotOpen as above."""
    with default_storage.open(stored_as) as file:
        return keyset().open(file.read(), context=_context(firm_id, stored_as))


def put_piece(piece: bytes, *, stored_as: str, number: int, key: bytes) -> str:
    """Keep one try to send a piece of an upload; answers the name it has among the upload's pieces."""
    name = f"{number}-{secrets.token_hex(4)}"
    place = f"{stored_as}/{name}"
    _save(place, ContentFile(wrap(piece, key=key, context=place)))
    return name


def get_pieces(stored_as: str, *, names: Iterable[str], key: bytes) -> Iterator[bytes]:
    for name in names:
        place = f"{stored_as}/{name}"
        with default_storage.open(place) as file:
            yield unwrap(file.read(), key=key, context=place)


def remove(names: Iterable[str]) -> None:
    """Remove files with the pictures drawn of them, and uploads with their pieces. What is not there is no matter."""
    for name in names:
        for folder in (name, name + DRAWN):
            for inside in _inside(folder):
                default_storage.delete(f"{folder}/{inside}")
            try:
                default_storage.delete(folder)
            except OSError as error:
                if error.errno != ENOTEMPTY:  # a late piece came in between; the sweep comes again
                    raise


def after_commit_remove(*names: str) -> None:
    """Remove the files once the rows that named them are gone for good; the sweep does it if we die before."""
    note_stray(*names)
    transaction.on_commit(partial(remove, names))


def _inside(folder: str) -> list[str]:
    try:
        return list(default_storage.listdir(folder)[1])
    except (FileNotFoundError, NotADirectoryError):
        return []


def wrap_key(key: bytes, *, firm_id: UUID, stored_as: str) -> bytes:
    _make_file_key(firm_id)
    return wrap(key, key=_file_key(firm_id), context=_context(firm_id, stored_as))


def unwrap_key(wrapped: bytes, *, firm_id: UUID, stored_as: str) -> bytes:
    return unwrap(wrapped, key=_file_key(firm_id), context=_context(firm_id, stored_as))


def bare_name(name: str) -> str:
    """The last part of a path without what cannot be stored, shown or trusted: control and direction characters."""
    base = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c for c in base if c.isprintable() and c not in '<>:"/|?*').strip(" .")
    if len(kept) <= 150:
        return kept
    found = re.search(r"\.[A-Za-z0-9]{1,5}$", kept)
    return kept[:150] + (found[0] if found else "")


def clean_file_name(name: str, content_type: str) -> str:
    """A name that is safe to show and to download: no folders, no control characters, the right ending."""
    kept = bare_name(name)
    ending = ACCEPTED[content_type]
    # What follows the last dot is an ending only if it looks like one: "Smith v. Jones" has none.
    found = re.search(r"\.([A-Za-z0-9]{1,5})$", kept)
    given = found[0].lower() if found else ""
    stem = (kept[: found.start()] if found else kept).strip(" .") or "document"
    same = {ending} | ({".jpeg"} if ending == ".jpg" else set())
    return stem[:150] + (given if given in same else ending)


def _make_file_key(firm_id: UUID) -> None:
    """Make the firm's file key, when the firm stores its first file."""
    FirmWithFiles.objects.bulk_create([FirmWithFiles(firm_id=firm_id)], ignore_conflicts=True)
    if FileKey.objects.filter(firm_id=firm_id).exists():
        return
    sealed = keyset().seal(new_file_key(), context=f"file-key:{firm_id}")
    with suppress(IntegrityError), transaction.atomic():  # another request may make it at the same moment
        FileKey.objects.create(firm_id=firm_id, sealed=sealed)


def _file_key(firm_id: UUID) -> bytes:
    found = FileKey.objects.filter(firm_id=firm_id).first()
    if found is None:
        raise CannotOpen("this firm has no file key")
    return keyset().open(bytes(found.sealed), context=f"file-key:{firm_id}")


def _save(name: str, content: File[bytes]) -> None:
    if default_storage.save(name, content) != name:
        raise RuntimeError("the file storage changed the name of a file")


def _context(firm_id: UUID, stored_as: str) -> str:
    return f"document:{firm_id}:{stored_as}"
