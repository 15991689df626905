"""The bytes of documents: what kinds are taken, and how they lie in the file storage (encrypted, unguessably named)."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from casehug.intake.errors import BadInput
from casehug.kit.encryption import keyset
from casehug.kit.ids import new_id

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACCEPTED = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/heic": ".heic",
    WORD: ".docx",
    EXCEL: ".xlsx",
    "text/plain": ".txt",
}
ACCEPT_ATTRIBUTE = ",".join(sorted(ACCEPTED.values()))

LARGEST_ARCHIVE_DIRECTORY = 1024 * 1024
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class StoredFile:
    file_name: str
    content_type: str
    size: int
    sha256: str
    stored_as: str


def store(upload: UploadedFile[Any], *, firm_id: UUID) -> StoredFile:
    """Check an uploaded file by its content and put it away encrypted.

    Raises BadInput (field "file") if it is empty, too large, or of a kind that is not taken.
    """
    limit = settings.MAX_DOCUMENT_BYTES
    if not upload.size:
        raise BadInput("This file is empty. Choose another one.", field="file")
    if upload.size > limit:
        raise BadInput(f"This file is larger than {limit // 1024 // 1024} MB. Send a smaller copy.", field="file")
    content = upload.read()
    content_type = recognise(content)
    stored_as = f"documents/{firm_id}/{new_id()}"
    sealed = keyset().seal(content, context=_context(firm_id, stored_as))
    kept_as = default_storage.save(stored_as, ContentFile(sealed))
    if kept_as != stored_as:
        raise RuntimeError("the file storage changed the name of a document")
    return StoredFile(
        file_name=clean_file_name(upload.name or "", content_type),
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=stored_as,
    )


def fetch(stored_as: str, *, firm_id: UUID) -> bytes:
    """The decrypted bytes; raises CannotOpen if they were altered or belong to another firm."""
    with default_storage.open(stored_as) as file:
        return keyset().open(file.read(), context=_context(firm_id, stored_as))


def recognise(content: bytes) -> str:
    """The media type by content, never by name. Raises BadInput for anything that is not accepted."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    if content[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1"}:
        return "image/heic"
    try:
        kinds = {match.mime_type for match in puremagic.magic_string(content[:8192])}
    except (puremagic.PureError, ValueError):
        kinds = set()
    for kind in ("image/jpeg", "image/png"):
        if kind in kinds and content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
            return kind
    if _is_plain_text(content):
        return "text/plain"
    raise BadInput("This kind of file is not taken. Send a PDF, a photo, or a Word, Excel or text file.", field="file")


def clean_file_name(name: str, content_type: str) -> str:
    """A name that is safe to show and to download: no folders, no control characters, the right ending."""
    base = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c for c in base if c.isprintable() and c not in '<>:"/|?*').strip(" .")
    ending = ACCEPTED[content_type]
    # What follows the last dot is an ending only if it looks like one: "Smith v. Jones" has none.
    found = re.search(r"\.([A-Za-z0-9]{1,5})$", kept)
    given = found[0].lower() if found else ""
    stem = (kept[: found.start()] if found else kept).strip(" .") or "document"
    same = {ending} | ({".jpeg"} if ending == ".jpg" else set())
    return stem[:150] + (given if given in same else ending)


def _office_type(content: bytes) -> str:
    names = _names_in_archive(content)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadInput("This document holds macros. Save it without them, or as a PDF.", field="file")
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return WORD
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return EXCEL
    raise BadInput("Archives are not taken. Send the documents one by one.", field="file")


def _names_in_archive(content: bytes) -> set[str]:
    """The names in the archive's directory; nothing is unpacked. Empty if it is broken, or larger than any document's.

    The directory alone could list half a million files, which `zipfile` would all keep in memory. Its size stands in
    the end record, or in a 64-bit one before that, which no document of our size needs.
    """
    end = content.rfind(b"PK\x05\x06", -(22 + 65535))
    if end < 0 or content[end - 20 : end - 16] == b"PK\x06\x07":
        return set()
    if int.from_bytes(content[end + 12 : end + 16], "little") > LARGEST_ARCHIVE_DIRECTORY:
        return set()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error):
        return set()


def _is_plain_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _CONTROL.search(text) and not text.lstrip("\ufeff \t\r\n\f").startswith("<")


def _context(firm_id: UUID, stored_as: str) -> str:
    return f"document:{firm_id}:{stored_as}"
