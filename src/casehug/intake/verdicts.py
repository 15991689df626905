"""What a file is, and whether it is taken: by its content alone. The name can only ever speak against a file.

First a look from outside, in this process, that parses nothing: signatures, foreign formats at the places where other
programs would look for them, the test virus. Then the cell (`inspect_file`) opens it. Then the virus scanner, if any.
"""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings

from casehug.intake import inspection
from casehug.intake.errors import BadInput, NotAllowed
from casehug.kit import antivirus

PDF, JPEG, PNG, HEIC, TEXT = "application/pdf", "image/jpeg", "image/png", "image/heic", "text/plain"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PICTURES = frozenset({JPEG, PNG, HEIC})
_INSPECTED_AS = {PDF: "pdf", JPEG: "jpeg", PNG: "png", HEIC: "heic", WORD: "office", EXCEL: "office"}

# Every reason by its key, each with a sentence fit for a client.
REFUSALS = {
    "kind": "This kind of file is not taken. Send a PDF, a photo, or a Word, Excel or text file.",
    "archive": "Archives are not taken. Send the documents one by one.",
    "damaged": "This file is damaged or not complete. Open it on your side, save it again, and send the new copy.",
    "password": "This file needs a password. Save a copy without one and send that.",
    "macros": "This document holds macros. Save it without them, or as a PDF.",
    "mixed": "This file has another file hidden in it. Print or save it as a new PDF and send that.",
    "virus": "The virus check stopped this file. Send another copy of the document.",
    "pixels": "This picture has more than 60 megapixels. Send a smaller copy.",
    "unpacks": "This file is too complicated to be checked. Save it as a plain PDF and send that.",
    "slow": "This file could not be checked to its end. Try again, or save it as a plain PDF and send that.",
    "unsafe": "This document is built in a way that we cannot check. Save it as a PDF and send that.",
    "outside": "This document loads parts from somewhere else. Save it as a PDF and send that.",
    "launches": "This PDF tries to start a program. Print it to a new PDF and send that.",
    "picture": "This kind of picture is not taken. Send it as JPEG, PNG or HEIC.",
    "video": "Videos and recordings are not taken. Send a document or a photo.",
    "program": "This kind of file is not taken. Send the document itself, as a PDF or a photo.",
    "old_office": "This is an older Office file, or one with a password. Save it as PDF, without a password.",
    "other_office": "This kind of document is not taken. Save it as a PDF, or as .docx or .xlsx.",
    "email": "E-mails are not taken as files. Print the message to a PDF and send that.",
    "name": "The name of this file promises another kind than it holds. Save it again and send the new copy.",
}
BUSY = "We are checking many files right now. Try again in a minute."
SCANNER_DOWN = "Files cannot be checked for viruses right now, so none are taken. Try again in a few minutes."

HEAD = 4096
PIECE = 256 * 1024
LARGEST_ARCHIVE_DIRECTORY = 1024 * 1024
_HEIC_BRANDS = (b"heic", b"heix", b"mif1")
_KNOWN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF8", "picture"),
    (0, b"II*\x00", "picture"),
    (0, b"MM\x00*", "picture"),
    (0, b"BM", "picture"),
    (0, b"8BPS", "picture"),
    (8, b"WEBP", "picture"),
    (4, b"ftypavif", "picture"),
    (4, b"ftyp", "video"),
    (0, b"\x1a\x45\xdf\xa3", "video"),
    (8, b"AVI ", "video"),
    (8, b"WAVE", "video"),
    (0, b"ID3", "video"),
    (0, b"OggS", "video"),
    (0, b"MZ", "program"),
    (0, b"\x7fELF", "program"),
    (0, b"\xca\xfe\xba\xbe", "program"),
    (0, b"\xcf\xfa\xed\xfe", "program"),
    (0, b"\xce\xfa\xed\xfe", "program"),
    (0, b"\xfe\xed\xfa", "program"),
    (0, b"#!", "program"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"),
    (0, b"{\\rtf", "other_office"),
    (0, b"Rar!\x1a\x07", "archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "archive"),
    (0, b"\x1f\x8b", "archive"),
    (0, b"BZh", "archive"),
    (0, b"\xfd7zXZ", "archive"),
    (0, b"MSCF", "archive"),
    (257, b"ustar", "archive"),
    (0x8001, b"CD001", "archive"),
)
# Tokens are long enough that they don't turn up in a picture by chance.
_ACTIVE = (b"<script", b"<!doctype", b"<?php", b"<iframe", b"<html")
_MARKUP = re.compile(rb"<(?:html|script|!doctype|svg|\?xml|\?php|body|head|iframe|img|style|meta)\b", re.IGNORECASE)
_HIDDEN_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_OVERLAP = 128
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_TEXT_NAMES = frozenset({"", ".txt", ".text", ".csv", ".log", ".md"})
_MAIL = re.compile(r"^(?:MIME-Version|Received|Return-Path|X-Mozilla-Status):", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Judged:
    """What a file that is taken is, and how many pages of it can be drawn."""

    content_type: str
    pages: int


def judge(file: BinaryIO, *, name: str) -> Judged:
    """What a file is that is taken. Raises BadInput (field "file"), or NotAllowed to try again later.

    `file` must be a real open file (the cell gets its descriptor). Memory stays flat, whatever is in it.
    """
    _refuse_virus(file)
    kind = recognise(file)
    _refuse_foreign(file, kind)
    pages = 0
    if kind == TEXT:
        # Text has no signature of its own, so here the name has a say: what is called .js or .pdf is no letter.
        _need(_ending(name) in _TEXT_NAMES, "name" if _ending(name) in {".pdf", ".jpg", ".png"} else "kind")
    else:
        try:
            found = inspection.ask("check", _INSPECTED_AS[kind], file=file)
        except inspection.Busy as busy:
            raise NotAllowed(BUSY, field="file") from busy
        _need(found.verdict == "ok", found.verdict)
        pages = int(found.output or 0)
    _scan(file)
    return Judged(kind, pages)


def recognise(file: BinaryIO) -> str:
    """The media type by the first look; raises BadInput for anything that is not accepted. Parses no contents."""
    file.seek(0)
    head = file.read(0x8001 + 8)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _office_type(file)
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    _refuse_known(head)
    _need(_is_plain_text(file), "kind")
    return TEXT


def _refuse_known(head: bytes) -> None:
    for offset, signature, key in _KNOWN:
        if head.startswith(signature, offset):
            raise _refusal(key)


def _refuse_virus(file: BinaryIO) -> None:
    for window in _windows(file):
        # Without its zero bytes, UTF-16 reads like ASCII.
        _need(_EICAR not in window and _EICAR not in window.replace(b"\x00", b""), "virus")


def _refuse_foreign(file: BinaryIO, kind: str) -> None:
    """A file that another program would take for something else than we do."""
    file.seek(0)
    head = file.read(0x8001 + 8)
    _need(not any(head.startswith(sign, offset) for offset, sign, _ in _KNOWN if offset > 8), "mixed")
    _need(kind == PDF or b"%PDF-" not in head[:HEAD], "mixed")
    if kind in {WORD, EXCEL, TEXT}:
        return
    _need(not _MARKUP.search(head[:1024]) or _is_only_metadata(head[:1024]), "mixed")
    _need(not zipfile.is_zipfile(file), "mixed")
    for window in _windows(file):
        _need(not any(signature in window for signature in _HIDDEN_ARCHIVES), "mixed")
        if kind in PICTURES:
            lower = window.lower()
            _need(not any(token in lower for token in _ACTIVE), "mixed")


def _is_only_metadata(head: bytes) -> bool:
    """Photos and PDFs may describe themselves in XML (XMP); nothing shows that as a page."""
    found = {match.group().lower() for match in _MARKUP.finditer(head)}
    return found == {b"<?xml"}


def _office_type(file: BinaryIO) -> str:
    names = _names_in_archive(file)
    if not names:
        file.seek(0)
        head = file.read(HEAD)
        raise _refusal("damaged" if b"[Content_Types].xml" in head or b"_rels/.rels" in head else "archive")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise _refusal("macros")
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return WORD
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return EXCEL
    raise _refusal("other_office" if "mimetype" in names or "[Content_Types].xml" in names else "archive")


def _names_in_archive(file: BinaryIO) -> set[str]:
    """The names in the archive's directory; nothing is unpacked. Empty if it is broken, or larger than any document's.

    The directory alone could list half a million files, which `zipfile` would all keep in memory. Its size stands in
    the end record, or in a 64-bit one before that, which no document of our size needs.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - 22 - 65535 - 20))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or tail[max(0, end - 20) : max(0, end - 16)] == b"PK\x06\x07":
        return set()
    if int.from_bytes(tail[end + 12 : end + 16], "little") > LARGEST_ARCHIVE_DIRECTORY:
        return set()
    try:
        with zipfile.ZipFile(file) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error):
        return set()


def _is_plain_text(file: BinaryIO) -> bool:
    """UTF-8, or UTF-16 with its mark; no control characters, no markup, not an e-mail. Read piece by piece."""
    file.seek(0)
    mark = file.read(2)
    decoder = codecs.getincrementaldecoder("utf-16" if mark in {b"\xff\xfe", b"\xfe\xff"} else "utf-8")()
    file.seek(0)
    begun, held = False, ""
    try:
        while True:
            piece = file.read(PIECE)
            text = decoder.decode(piece, final=not piece)
            if _CONTROL.search(text):
                return False
            held = (held[-_OVERLAP:] + text).lower()
            if not begun and (start := held.lstrip("\ufeff \t\r\n\f")):
                begun = True
                if start.startswith(("<", "%pdf-", "{\\rtf")):
                    return False
                _need(not _MAIL.search(start[:HEAD]), "email")
            if any(token.decode() in held for token in (*_ACTIVE, b"<svg")):
                return False
            if not piece:
                return begun or bool(held)
    except UnicodeDecodeError:
        return False


def _scan(file: BinaryIO) -> None:
    if not settings.CLAMAV:
        return
    try:
        clean = antivirus.is_clean(file, scanner=settings.CLAMAV)
    except antivirus.ScannerDown as down:
        raise NotAllowed(SCANNER_DOWN, field="file") from down
    _need(clean, "virus")


def _windows(file: BinaryIO) -> Iterator[bytes]:
    """The file in pieces that overlap, so that nothing hides on a border."""
    file.seek(0)
    held = b""
    while piece := file.read(PIECE):
        yield held + piece
        held = piece[-_OVERLAP:]


def _ending(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower() if re.search(r"\.[A-Za-z0-9]{1,5}$", name) else ""


def _need(condition: bool, key: str) -> None:
    if not condition:
        raise _refusal(key)


def _refusal(key: str) -> BadInput:
    return BadInput(REFUSALS.get(key, REFUSALS["damaged"]), field="file")
