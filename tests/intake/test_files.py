"""What is taken and what is not, by content and never by name; and names that can do no harm."""

import io
import struct
import time as wall
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casehug.intake.errors import BadInput
from casehug.intake.files import ACCEPTED, clean_file_name
from casehug.intake.verdicts import EXCEL, WORD
from casehug.intake.verdicts import recognise as recognise_file
from tests.documents import PDF

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def recognise(content: bytes) -> str:
    return recognise_file(io.BytesIO(content))


def archive(*names: str, content: bytes = b"<xml/>", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as file:
        for name in names:
            file.writestr(zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0)), content, method)
    return made.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (HEIC, "image/heic"),
        (HEIC.replace(b"ftypheic", b"ftypheix"), "image/heic"),
        (HEIC.replace(b"ftypheic", b"ftypmif1"), "image/heic"),
        (DOCX, WORD),
        (XLSX, EXCEL),
        (b"Dear Ms. Park,\r\n\tthank you.\f", "text/plain"),
        ("Señora Muñoz\u00a0– 5\u202f€ 👩‍👧".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/plain"),
        (b"a < b and <i>", "text/plain"),
        ("utf-16 with its mark: ñ".encode("utf-16"), "text/plain"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_takes(content: bytes, kind: str) -> None:
    assert recognise(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"\xef\xbb\xbf" + SVG,
        b"\n \t" + SVG,
        b"\f" + SVG,
        b" " * 5000 + SVG,
        b'<?xml version="1.0"?>' + SVG,
        b"<!doctype html><script>alert(1)</script>",
        b"<HTML>",
        b" %PDF-1.4\x00\x01",
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"\xca\xfe\xba\xbe\x00\x00\x00\x34",
        b"#!/bin/sh\nrm -rf /\n\x00",
        b"GIF89a\x01\x00\x01\x00",
        b"II*\x00\x08\x00\x00\x00",
        b"BM\x00\x00\x00\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        b"{\\rtf1\x00}",
        b"Rar!\x1a\x07\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"\x1f\x8b\x08\x00",
        b"BZh91AY&SY\x00",
        b"\xfd7zXZ\x00",
        b"\xff\xd8",
        b"\x89PNG",
        b"text with \x1b[31m escapes",
        b"text with \x00",
        b"text in latin-1: \xe9",
        b"\x7f",
        "C1 control \u0085".encode(),
        archive("readme.txt"),
        archive("evil.exe", "word/document.xml"),
        archive("[Content_Types].xml", "ppt/presentation.xml"),
        archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        archive("[Content_Types].xml", "xl/workbook.xml", "xl/VBAPROJECT.BIN"),
        DOCX[:-30],
        DOCX[:40],
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\x00" * 100,
        b"PK\x05\x06" + b"\x00" * 18,
    ],
    ids=lambda content: repr(content[:14]),
)
def test_it_does_not_take(content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        recognise(content)
    assert refused.value.field == "file"


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_it_gives_a_verdict_on_any_damaged_archive(data: st.DataObject) -> None:
    damaged = bytearray(DOCX)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(4, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(4, len(damaged)))
    try:
        assert recognise(bytes(damaged[:cut])) == WORD
    except BadInput:
        pass


@given(st.binary(max_size=200))
def test_it_gives_a_verdict_on_anything(content: bytes) -> None:
    try:
        assert recognise(content) in ACCEPTED
    except BadInput:
        pass


def test_it_unpacks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gigabyte of zeros packs into a megabyte."""
    bomb = archive("[Content_Types].xml", "word/document.xml", content=b"\x00" * 200_000_000)
    assert len(bomb) < 500_000
    tracemalloc.start()
    started = wall.monotonic()
    assert recognise(bomb) == WORD
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (peak < 5_000_000, wall.monotonic() - started < 1.0) == (True, True)


def crowded(entries: int, *, hide: bool) -> bytes:
    """An archive whose directory lists that many files; `hide` tells its true size in a 64-bit end record only."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    listed = entry * entries
    start = b"PK\x03\x04" + b"\x00" * 26
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, len(listed), len(start))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(start) + len(listed), 1)
    size = 100 if hide else len(listed)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, len(start), 0)
    return start + listed + (end64 + locator if hide else b"") + end


@pytest.mark.parametrize("hide", [False, True])
def test_it_reads_no_directory_of_half_a_million_files(hide: bool) -> None:
    content = crowded(500_000, hide=hide)
    assert len(content) < 25 * 1024 * 1024
    tracemalloc.start()
    started = wall.monotonic()
    with pytest.raises(BadInput):
        recognise(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (peak < 5_000_000, wall.monotonic() - started < 1.0) == (True, True)


@pytest.mark.parametrize("hide", [False, True])
def test_it_would_have_read_that_directory(hide: bool) -> None:
    """The twin: Python's own reader takes it all in."""
    assert len(zipfile.ZipFile(io.BytesIO(crowded(2000, hide=hide))).namelist()) == 2000


def test_it_decides_on_a_text_of_full_size_quickly() -> None:
    started = wall.monotonic()
    assert recognise(b"word " * (5 * 1024 * 1024)) == "text/plain"
    assert wall.monotonic() - started < 3.0


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("scan.pdf", "scan.pdf"),
        ("Scan.PDF", "Scan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system32\\evil.exe", "evil.pdf"),
        ("C:\\Users\\dana\\scan.pdf", "scan.pdf"),
        ("/", "document.pdf"),
        ("", "document.pdf"),
        ("..", "document.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("evil.html", "evil.pdf"),
        ("evil.pdf.exe", "evil.pdf.pdf"),
        ("Smith v. Jones", "Smith v. Jones.pdf"),
        ("evil.svg\x00.pdf", "evil.svg.pdf"),
        ("evil\u202efdp.exe", "evilfdp.pdf"),
        ('a"; filename="evil.html', "a; filename=evil.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
        ("<script>.pdf", "script.pdf"),
        ("résumé 文件.pdf", "résumé 文件.pdf"),
        ("\ud800.pdf", "pdf.pdf"),
        ("x" * 5000 + ".pdf", "x" * 150 + ".pdf"),
    ],
)
def test_it_makes_a_name_safe(given_name: str, kept: str) -> None:
    assert clean_file_name(given_name, "application/pdf") == kept


def test_it_leaves_the_other_ending_of_a_photo() -> None:
    assert clean_file_name("IMG_1.JPEG", "image/jpeg") == "IMG_1.jpeg"


@given(st.text(st.characters(codec=None), max_size=300), st.sampled_from(sorted(ACCEPTED)))
def test_it_makes_any_name_safe(given_name: str, kind: str) -> None:
    kept = clean_file_name(given_name, kind)
    assert kept.endswith((ACCEPTED[kind], ".jpeg"))
    assert kept.isprintable()
    assert not set(kept) & set('/\\<>:"|?*\r\n\x00')
    assert not kept.startswith(".")
    assert len(kept) <= 180
    kept.encode()
