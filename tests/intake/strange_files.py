"""Files as strangers send them: whole ones to take, and hostile, broken and foreign ones, each made on the spot."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pillow_heif
from PIL import Image
from pypdf import PdfReader, PdfWriter

from tests.documents import PDF

# In two pieces, so that no scanner takes this file for what it tests.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><w:document>&c;</w:document>'
)
TYPES, WORD_PART, EXCEL_PART = "[Content_Types].xml", "word/document.xml", "xl/workbook.xml"
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
TEMPLATE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
pillow_heif.register_heif_opener()


@cache
def picture(kind: str, *, mode: str = "RGB", size: tuple[int, int] = (320, 240), exif: bytes = b"") -> bytes:
    made = io.BytesIO()
    extra: dict[str, Any] = {"exif": exif} if exif else {}
    Image.effect_noise(size, 60).convert(mode).save(made, kind, **extra)
    return made.getvalue()


def jpeg() -> bytes:
    return picture("JPEG")


def png() -> bytes:
    return picture("PNG")


def heic() -> bytes:
    return picture("HEIF")


@cache
def scan() -> bytes:
    """A PDF with a picture in it."""
    return picture("PDF", size=(600, 800))


@cache
def locked_pdf(user: str, owner: str) -> bytes:
    writer, made = PdfWriter(clone_from=PdfReader(io.BytesIO(PDF))), io.BytesIO()
    writer.encrypt(user, owner, algorithm="RC4-128")
    writer.write(made)
    return made.getvalue()


def archive(parts: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0)), content, method)
        file.comment = comment
    return made.getvalue()


def docx(more: dict[str, bytes] | None = None, **options: Any) -> bytes:
    parts = {
        TYPES: b"<Types/>",
        "_rels/.rels": links(("rId1", "x", "word/document.xml", False)),
        WORD_PART: b'<?xml version="1.0"?><w:document xmlns:w="w"><w:t>Dear Ms. Park</w:t></w:document>',
    }
    return archive(parts | (more or {}), **options)


def xlsx(more: dict[str, bytes] | None = None) -> bytes:
    return archive({TYPES: b"<Types/>", EXCEL_PART: b"<workbook/>"} | (more or {}))


def links(*found: tuple[str, str, str, bool]) -> bytes:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"{" TargetMode=" + chr(34) + "External" + chr(34) if out else ""}/>'  # noqa: E501
        for key, kind, target, out in found
    )
    return f'<Relationships xmlns="r">{rows}</Relationships>'.encode()


def linked(kind: str, target: str) -> bytes:
    return docx({"word/_rels/document.xml.rels": links(("rId1", kind, target, True))})


def encrypted_entry() -> bytes:
    """A Word file whose parts claim to be encrypted."""
    made = bytearray(docx())
    at = 0
    while (at := made.find(b"PK\x01\x02", at)) >= 0:
        made[at + 8] |= 1
        at += 4
    return bytes(made)


def overlapping() -> bytes:
    """Two entries over the same stored bytes, as in Fifield's bomb."""
    made = bytearray(docx({"word/a.xml": b"<a/>" * 50, "word/b.xml": b"<a/>" * 50}))
    first, second = made.rfind(b"word/a.xml") - 46, made.rfind(b"word/b.xml") - 46
    made[second + 42 : second + 46] = made[first + 42 : first + 46]
    return bytes(made)


def png_header(width: int, height: int) -> bytes:
    """A tiny file that says it is a huge picture; its data are real zeros as far as they go."""
    head = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(10_000))) + _chunk(b"IEND")
    )


def png_text_bomb() -> bytes:
    """A compressed comment of 200 MB in a small picture."""
    text = _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(200_000_000)))
    return png()[:33] + text + png()[33:]


def _chunk(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))


def tar(content: bytes = b"hello") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as file:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(content)
        file.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def at(offset: int, signature: bytes, *, within: bytes) -> bytes:
    return within[:offset].ljust(offset, b"\x00") + signature + within[offset + len(signature) :]


def commented_pdf(comment: bytes) -> bytes:
    """A PDF that carries something in a comment right behind its head."""
    return PDF[:9] + b"%" + comment + b"\n" + PDF[9:]


def jpeg_comment(comment: bytes) -> bytes:
    return jpeg()[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + jpeg()[2:]


def odt() -> bytes:
    return archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"})


def half(make: Callable[[], bytes]) -> bytes:
    content = make()
    return content[: len(content) // 2]


def gz(content: bytes) -> bytes:
    return gzip.compress(content)


def pdf_with(extra: bytes, *, catalog: bytes = b"/OpenAction 4 0 R") -> bytes:
    """A PDF with one more object, which its catalog names."""
    return PDF.replace(b"/Type /Catalog", b"/Type /Catalog " + catalog).replace(
        b"xref\n0 4", b"4 0 obj\n" + extra + b"\nendobj\nxref\n0 4"
    )
