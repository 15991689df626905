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
from dataclasses import dataclass
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
from casehug.intake.models import Document, FileKey
from casehug.intake.verdicts import EXCEL, HEIC, JPEG, PDF, PNG, TEXT, WORD
from casehug.kit.encryption import CannotOpen, keyset, new_file_key, open_stream, seal_stream, unwrap, wrap

ACCEPTED = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", HEIC: ".heic", WORD: ".docx", EXCEL: ".xlsx", TEXT: ".txt"}
ACCEPT_ATTRIBUTE = ",".join(sorted(ACCEPTED.values()))
PIECE = 64 * 1024


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


def store(plain: BinaryIO, *, firm_id: UUID) -> StoredFile:
    """Encrypt a checked file into the storage, chunk by chunk. Whoever rolls back removes it again."""
    stored_as, key = new_name("documents", firm_id), new_file_key()
    wrapped = wrap_key(key, firm_id=firm_id, stored_as=stored_as)
    digest = hashlib.sha256()
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        plain.seek(0)
        while piece := plain.read(PIECE):
            digest.update(piece)
            size += len(piece)
            yield piece

    with spool(seal_stream(counted(), key=key, context=_context(firm_id, stored_as))) as sealed:
        sealed.seek(0)
        _save(stored_as, File(sealed))
    return StoredFile(size=size, sha256=digest.hexdigest(), stored_as=stored_as, wrapped_key=wrapped)


def open_document(document: Document) -> OpenedFile:
    """The decrypted bytes, piece by piece. Call it in the firm's scope; iterate it anywhere, and close it.

    Raises CannotOpen if the file was altered or belongs to another firm: here for its key, while iterating for the
    rest.
    """
    firm_id = UUID(str(document.firm_id))
    if document.wrapped_key is None:
        whole = fetch(document.stored_as, firm_id=firm_id)
        return OpenedFile(iter([whole]), ContentFile(b""))
    context = _context(firm_id, document.stored_as)
    key = unwrap(bytes(document.wrapped_key), key=_file_key(firm_id), context=context)
    source: File[bytes] = default_storage.open(document.stored_as)
    return OpenedFile(open_stream(source.read, key=key, context=context), source)


def fetch(stored_as: str, *, firm_id: UUID) -> bytes:
    """The bytes of one of the first documents, sealed in one piece; raises CannotOpen as above."""
    with default_storage.open(stored_as) as file:
        return keyset().open(file.read(), context=_context(firm_id, stored_as))


def spool_document(document: Document) -> BinaryIO:
    """The plaintext as a nameless temporary file, for those that need to seek in it."""
    opened = open_document(document)
    try:
        return spool(opened)
    finally:
        opened.close()


def put_piece(piece: bytes, *, stored_as: str, number: int, key: bytes) -> None:
    """Keep one piece of an upload, in place of an earlier try that was rolled back."""
    name = f"{stored_as}/{number}"
    default_storage.delete(name)
    _save(name, ContentFile(wrap(piece, key=key, context=name)))


def get_pieces(stored_as: str, *, count: int, key: bytes) -> Iterator[bytes]:
    for number in range(count):
        name = f"{stored_as}/{number}"
        with default_storage.open(name) as file:
            yield unwrap(file.read(), key=key, context=name)


def remove_pieces(stored_as: str, *, count: int) -> None:
    # One more than counted: a piece may lie there whose transaction did not commit.
    for number in range(count + 1):
        default_storage.delete(f"{stored_as}/{number}")
    default_storage.delete(stored_as)  # the empty folder, where there are folders


def remove(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)


def after_commit_remove(*names: str) -> None:
    """Remove the files once the rows that named them are gone for good."""
    transaction.on_commit(partial(remove, names))


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
