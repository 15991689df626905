"""The corpus: what strangers send, and the verdict on each. Judged as in production: a look, the cell, a sentence."""

import resource
import time as wall
import tracemalloc
from collections.abc import Callable
from tempfile import TemporaryFile

import pytest

from casehug.intake.errors import BadInput
from casehug.intake.models import ChecklistItem, Document
from casehug.intake.verdicts import EXCEL, HEIC, JPEG, PDF, PNG, REFUSALS, TEXT, WORD, judge
from casehug.tenancy.scope import firm_scope
from tests import cast, documents
from tests.cast import Cast
from tests.intake import strange_files as made
from tests.intake.arrivals import whole
from tests.intake.strange_files import EICAR, HTML, SVG

Make = Callable[[], bytes]

TAKEN: list[tuple[str, Make, str]] = [
    ("plain.pdf", lambda: documents.PDF, PDF),
    ("scan.pdf", made.scan, PDF),
    ("restricted.pdf", lambda: made.locked_pdf("", "owner"), PDF),
    ("form-with-javascript.pdf", lambda: made.pdf_with(b"<< /S /JavaScript /JS (AFDate_FormatEx) >>"), PDF),
    ("line-ends-behind.pdf", lambda: documents.PDF + b"\r\n\r\n", PDF),
    ("commented.pdf", lambda: made.commented_pdf(b"\xe2\xe3\xcf\xd3"), PDF),
    ("no-name-at-all", lambda: documents.PDF, PDF),
    ("called.exe", lambda: documents.PDF, PDF),
    ("twice.pdf.html", lambda: documents.PDF, PDF),
    ("nul\x00.pdf", lambda: documents.PDF, PDF),
    ("right\u202efdp.exe", lambda: documents.PDF, PDF),
    ("../../etc/passwd", lambda: documents.PDF, PDF),
    ("photo.jpg", made.jpeg, JPEG),
    ("gray.jpg", lambda: made.picture("JPEG", mode="L"), JPEG),
    ("cmyk.jpg", lambda: made.picture("JPEG", mode="CMYK"), JPEG),
    ("called.png", made.jpeg, JPEG),
    ("two-pictures.jpg", lambda: made.jpeg() + made.jpeg(), JPEG),
    ("padded.jpg", lambda: made.jpeg() + bytes(512), JPEG),
    ("samsung.jpg", lambda: made.jpeg() + b"\x00\x00\x01\x0aImage_UTC\x00SEFHk\x00\x00\x00SEFT", JPEG),
    ("camera.jpg", lambda: made.jpeg_comment(b"Made by a camera"), JPEG),
    ("shot.png", made.png, PNG),
    ("clear.png", lambda: made.picture("PNG", mode="RGBA"), PNG),
    ("colours.png", lambda: made.picture("PNG", mode="P"), PNG),
    ("bits.png", lambda: made.picture("PNG", mode="1"), PNG),
    ("photo.heic", made.heic, HEIC),
    ("called.jpg", made.heic, HEIC),
    ("letter.docx", made.docx, WORD),
    ("stored.docx", lambda: made.docx(method=0), WORD),
    ("linked.docx", lambda: made.linked(made.HYPERLINK, "https://www.courts.state.co.us/forms"), WORD),
    ("mailed.docx", lambda: made.linked(made.HYPERLINK, "mailto:ann@example.com"), WORD),
    ("with-a-table.docx", lambda: made.docx({"word/embeddings/Book1.xlsx": made.xlsx()}), WORD),
    ("with-a-photo.docx", lambda: made.docx({"word/media/image1.jpeg": made.jpeg()}), WORD),
    ("repetitive.docx", lambda: made.docx({"word/styles.xml": b"<a>" + b"word " * 500_000 + b"</a>"}), WORD),
    ("budget.xlsx", made.xlsx, EXCEL),
    ("letter.txt", lambda: b"Dear Ms. Park,\r\n\tthank you.\f", TEXT),
    ("spanish.txt", lambda: "Señora Muñoz – 5 €".encode(), TEXT),
    ("windows.txt", lambda: "Señora Muñoz".encode("utf-16"), TEXT),
    ("big-endian.txt", lambda: b"\xfe\xff" + "Señora".encode("utf-16-be"), TEXT),
    ("sums.csv", lambda: b"month,rent\nMay,1200\n", TEXT),
    ("mathematics.txt", lambda: b"a < b and <i> > c", TEXT),
    ("no-ending", lambda: b"I moved out in May.", TEXT),
]

REFUSED: list[tuple[str, Make, str]] = [
    # Pages, pictures and scripts under another name
    ("html.pdf", lambda: HTML, "kind"),
    ("html.txt", lambda: HTML, "kind"),
    ("late-html.txt", lambda: b"Dear Ms. Park,\n" * 90_000 + HTML, "kind"),
    ("border-html.txt", lambda: b"x" * (1024 * 1024 - 4) + b"<script>alert(1)</script>", "kind"),
    ("utf16-html.txt", lambda: HTML.decode().encode("utf-16"), "kind"),
    ("svg.pdf", lambda: SVG, "kind"),
    ("svg.png", lambda: b"\xef\xbb\xbf \n" + SVG, "kind"),
    ("svg.txt", lambda: b"hello " + SVG, "kind"),
    ("xml.docx", lambda: b'<?xml version="1.0"?><a/>', "kind"),
    ("laughs.xml", lambda: made.BILLION_LAUGHS, "kind"),
    ("code.js.pdf", lambda: b"alert(document.cookie)", "name"),
    ("code.js", lambda: b"alert(document.cookie)", "kind"),
    ("code.vbs", lambda: b'CreateObject("WScript.Shell")', "kind"),
    ("code.bat", lambda: b"@echo off\r\ndel *.*\r\n", "kind"),
    ("code.ps1", lambda: b"Invoke-Expression $x", "kind"),
    ("link.url", lambda: b"[InternetShortcut]\r\nURL=file://evil/share\r\n", "kind"),
    ("shell.txt", lambda: b"#!/bin/sh\nrm -rf ~\n", "program"),
    ("page.php", lambda: b"<?php system($_GET[0]);", "kind"),
    # Programs
    ("setup.exe", lambda: b"MZ\x90\x00" + bytes(200), "program"),
    ("setup.exe.pdf", lambda: b"MZ\x90\x00" + bytes(200), "program"),
    ("setup\u202efdp.exe", lambda: b"MZ\x90\x00" + bytes(200), "program"),
    ("tool.jpg", lambda: b"\x7fELF\x02\x01\x01" + bytes(200), "program"),
    ("tool.app", lambda: b"\xcf\xfa\xed\xfe" + bytes(200), "program"),
    ("tool32.app", lambda: b"\xce\xfa\xed\xfe" + bytes(200), "program"),
    ("tool.class", lambda: b"\xca\xfe\xba\xbe\x00\x00\x00\x34", "program"),
    ("short.lnk", lambda: b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(68), "kind"),
    # Polyglots
    ("zip-behind.pdf", lambda: documents.PDF + made.archive({"a.html": HTML}), "mixed"),
    ("html-behind.pdf", lambda: documents.PDF + HTML, "mixed"),
    ("program-behind.pdf", lambda: documents.PDF + b"MZ\x90\x00" + bytes(9000), "damaged"),
    ("html-within.pdf", lambda: made.commented_pdf(HTML), "mixed"),
    ("svg-within.pdf", lambda: made.commented_pdf(SVG), "mixed"),
    ("php-within.pdf", lambda: made.commented_pdf(b"<?php system(1); ?>"), "mixed"),
    ("tar.pdf", lambda: made.at(257, b"ustar\x0000", within=made.scan()), "mixed"),
    ("iso.pdf", lambda: made.at(0x8001, b"CD001", within=made.commented_pdf(b"x" * 40_000)), "mixed"),
    ("rar-within.pdf", lambda: made.commented_pdf(b"Rar!\x1a\x07\x00"), "mixed"),
    ("seven-within.pdf", lambda: made.commented_pdf(b"7z\xbc\xaf\x27\x1c"), "mixed"),
    ("late-head.pdf", lambda: b"hello\n" + documents.PDF, "mixed"),
    ("gif-js.gif", lambda: b"GIF89a=1;alert(1)//" + bytes(50), "picture"),
    ("gif-js.js", lambda: b"GIF89a/*\x00\x00*/=1;alert(1);", "picture"),
    ("bmp-js.bmp", lambda: b"BM/*\x00*/=1;alert(1)", "picture"),
    ("html-behind.jpg", lambda: made.jpeg() + HTML, "mixed"),
    ("html-within.jpg", lambda: made.jpeg_comment(HTML), "mixed"),
    ("php-within.jpg", lambda: made.jpeg_comment(b"<?php system(1); ?>"), "mixed"),
    ("zip-behind.jpg", lambda: made.jpeg() + made.archive({"a.txt": b"x"}), "mixed"),
    ("rar-behind.jpg", lambda: made.jpeg() + b"Rar!\x1a\x07\x00" + bytes(50), "mixed"),
    ("pdf-behind.jpg", lambda: made.jpeg() + documents.PDF, "mixed"),
    ("pdf-within.jpg", lambda: made.jpeg_comment(documents.PDF), "mixed"),
    ("program-behind.jpg", lambda: made.jpeg() + b"MZ\x90\x00" + bytes(90), "mixed"),
    ("html-behind-two.jpg", lambda: made.jpeg() + made.jpeg() + HTML, "mixed"),
    ("zip-behind.png", lambda: made.png() + made.archive({"a.txt": b"x"}), "mixed"),
    ("html-behind.png", lambda: made.png() + HTML, "mixed"),
    ("script-behind.png", lambda: made.png() + b"alert(1)", "mixed"),
    ("program-behind.png", lambda: made.png() + b"\x7fELF" + bytes(90), "mixed"),
    ("zip-behind.heic", lambda: made.heic() + made.archive({"a.txt": b"x"}), "mixed"),
    ("html-behind.heic", lambda: made.heic() + HTML, "mixed"),
    ("box-behind.heic", lambda: made.heic() + b"\x00\x00\x00\x10evil" + bytes(8), "mixed"),
    ("pdf-within.docx", lambda: made.docx({"a.pdf": documents.PDF}, method=0), "mixed"),
    ("zip-comment.docx", lambda: made.docx(comment=HTML), "mixed"),
    ("program-before.docx", lambda: b"MZ" + made.docx(), "program"),
    ("zip-before.docx", lambda: made.archive({"a.txt": b"x"}) + made.docx(), "mixed"),
    # Bombs
    ("zip-bomb.docx", lambda: made.docx({"word/media/a.bin": bytes(150_000_000)}), "unpacks"),
    ("zip-bomb-2.docx", lambda: made.docx({f"word/{n}.bin": bytes(30_000_000) for n in range(8)}), "unpacks"),
    ("many-parts.docx", lambda: made.docx({f"word/{n}.xml": b"<a/>" for n in range(6000)}), "unpacks"),
    ("overlap.docx", made.overlapping, "unpacks"),
    ("zip-in-zip.docx", lambda: made.docx({"word/a.zip": made.archive({"a": b"x"})}), "mixed"),
    ("gzip-in-zip.docx", lambda: made.docx({"word/a.bin": made.gz(bytes(1000))}), "mixed"),
    (
        "deep.docx",
        lambda: made.docx(
            {"word/embeddings/a.docx": made.docx({"word/embeddings/b.docx": made.docx({"word/c.xml": b"<a/>"})})}
        ),
        "unpacks",
    ),
    (
        "inner-bomb.docx",
        lambda: made.docx({"word/embeddings/a.xlsx": made.xlsx({"xl/a": bytes(90_000_000)})}),
        "unpacks",
    ),
    ("laughs.docx", lambda: made.docx({made.WORD_PART: made.BILLION_LAUGHS}), "unsafe"),
    ("laughs.xlsx", lambda: made.xlsx({"xl/sharedStrings.xml": made.BILLION_LAUGHS}), "unsafe"),
    ("utf16-laughs.docx", lambda: made.docx({"word/a.xml": made.BILLION_LAUGHS.decode().encode("utf-16")}), "unsafe"),
    ("entity-in-links.docx", lambda: made.docx({"word/_rels/a.xml.rels": made.BILLION_LAUGHS}), "unsafe"),
    (
        "outside-entity.docx",
        lambda: made.docx({"word/a.xml": b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}),
        "unsafe",
    ),
    ("huge.png", lambda: made.png_header(50_000, 50_000), "pixels"),
    ("wide.png", lambda: made.png_header(2_000_000, 40), "pixels"),
    ("just-too-many.png", lambda: made.png_header(7746, 7747), "pixels"),
    ("text-bomb.png", made.png_text_bomb, "damaged"),
    ("huge.jpg", lambda: _resized_jpeg(65_000, 65_000), "pixels"),
    # Macros, links, programs inside
    ("macros.docm", lambda: made.docx({"word/vbaProject.bin": b"\xd0\xcf"}), "macros"),
    ("macros.xlsm", lambda: made.xlsx({"xl/vbaProject.bin": b"\xd0\xcf"}), "macros"),
    ("macros.docx", lambda: made.docx({"word/VBAPROJECT.BIN": b"\xd0\xcf"}), "macros"),
    ("typed.docx", lambda: made.docx({made.TYPES: b"<Types>ms-word.document.macroEnabled.main+xml</Types>"}), "macros"),
    ("sheet-macros.xlsx", lambda: made.xlsx({"xl/macrosheets/sheet1.xml": b"<a/>"}), "macros"),
    ("active.docx", lambda: made.docx({"word/activeX/activeX1.bin": b"x"}), "macros"),
    ("disk-link.docx", lambda: made.linked(made.HYPERLINK, "file:///C:/Windows/evil.exe"), "outside"),
    ("share-link.docx", lambda: made.linked(made.HYPERLINK, r"\\evil.example\share"), "outside"),
    ("script-link.docx", lambda: made.linked(made.HYPERLINK, "javascript:alert(1)"), "outside"),
    ("template.docx", lambda: made.linked(made.TEMPLATE, "https://evil.example/t.dotm"), "outside"),
    ("disk-template.docx", lambda: made.linked(made.TEMPLATE, "file:///t.dotm"), "outside"),
    ("dde.docx", lambda: made.docx({"word/a.xml": b"<w:instrText>DDEAUTO c:\\\\cmd</w:instrText>"}), "outside"),
    ("dde.xlsx", lambda: made.xlsx({"xl/externalLinks/a.xml": b'<x><ddeLink ddeService="cmd"/></x>'}), "outside"),
    ("program.docx", lambda: made.docx({"word/embeddings/a.bin": b"MZ\x90\x00"}), "mixed"),
    ("climbing.docx", lambda: made.docx({"../../etc/cron.d/x": b"x"}), "unsafe"),
    ("absolute.docx", lambda: made.docx({"/etc/passwd": b"x"}), "unsafe"),
    ("twice.docx", lambda: made.docx({"Word/Document.xml": b"<a/>"}), "unsafe"),
    ("locked.docx", made.encrypted_entry, "password"),
    ("launch.pdf", lambda: made.pdf_with(b"<< /S /Launch /F (cmd.exe) >>"), "launches"),
    ("locked.pdf", lambda: made.locked_pdf("secret", "owner"), "password"),
    # The test virus
    ("eicar.com", lambda: EICAR, "virus"),
    ("eicar.txt", lambda: b"Dear Ms. Park,\n" + EICAR, "virus"),
    ("eicar-utf16.txt", lambda: EICAR.decode().encode("utf-16"), "virus"),
    ("eicar.pdf", lambda: made.commented_pdf(EICAR), "virus"),
    ("eicar.jpg", lambda: made.jpeg_comment(EICAR), "virus"),
    ("eicar.docx", lambda: made.docx({"word/media/a.bin": EICAR}), "virus"),
    ("eicar-border.pdf", lambda: made.commented_pdf(b"x" * (1024 * 1024 - 30) + EICAR), "virus"),
    # Cut off or broken
    ("half.pdf", lambda: made.half(made.scan), "damaged"),
    ("no-end.pdf", lambda: documents.PDF.replace(b"%%EOF", b""), "damaged"),
    ("head.pdf", lambda: b"%PDF-1.7\n", "damaged"),
    ("no-pages.pdf", lambda: b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "damaged"),
    ("half.jpg", lambda: made.half(made.jpeg), "damaged"),
    ("no-end.jpg", lambda: made.jpeg()[:-2], "damaged"),
    ("head.jpg", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9", "damaged"),
    ("half.png", lambda: made.half(made.png), "damaged"),
    ("no-end.png", lambda: made.png()[:-12], "damaged"),
    ("wrong-sum.png", lambda: made.png()[:40] + b"\xff\xff" + made.png()[42:], "damaged"),
    ("half.heic", lambda: made.half(made.heic), "damaged"),
    ("no-end.heic", lambda: made.heic()[:-20], "damaged"),
    ("head.heic", lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "damaged"),
    ("half.docx", lambda: made.half(made.docx), "damaged"),
    ("no-end.docx", lambda: made.docx()[:-30], "damaged"),
    ("not-xml.docx", lambda: made.docx({"word/styles.xml": b"\x89PNG"}), "damaged"),
    ("half.xlsx", lambda: made.half(made.xlsx), "damaged"),
    ("binary.txt", lambda: b"text \x00 with zero", "kind"),
    ("escapes.txt", lambda: b"\x1b[31mred", "kind"),
    ("latin.txt", lambda: b"Se\xf1or", "kind"),
    ("half-utf16.txt", lambda: b"\xff\xfea", "kind"),
    # Of another kind
    ("movie.mp4", lambda: b"\x00\x00\x00\x18ftypmp42" + bytes(16), "video"),
    ("movie.mov", lambda: b"\x00\x00\x00\x14ftypqt  " + bytes(16), "video"),
    ("movie.heic", lambda: b"\x00\x00\x00\x18ftypisom" + bytes(16), "video"),
    ("movie.mkv", lambda: b"\x1a\x45\xdf\xa3" + bytes(16), "video"),
    ("song.mp3", lambda: b"ID3\x04" + bytes(16), "video"),
    ("song.wav", lambda: b"RIFF\x00\x00\x00\x00WAVE" + bytes(16), "video"),
    ("moving.gif", lambda: made.picture("GIF", mode="P"), "picture"),
    ("photo.webp", lambda: made.picture("WEBP"), "picture"),
    ("photo.avif", lambda: made.picture("AVIF"), "picture"),
    ("photo.bmp", lambda: made.picture("BMP"), "picture"),
    ("scan.tif", lambda: made.picture("TIFF"), "picture"),
    ("motorola.tif", lambda: b"MM\x00*" + bytes(90), "picture"),
    ("art.psd", lambda: b"8BPS\x00\x01" + bytes(90), "picture"),
    ("letter.rtf", lambda: b"{\\rtf1\\ansi hello}", "other_office"),
    ("letter.odt", made.odt, "other_office"),
    ("slides.pptx", lambda: made.archive({made.TYPES: b"<a/>", "ppt/presentation.xml": b"<a/>"}), "other_office"),
    ("letter.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_office"),
    ("locked-by-word.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900), "old_office"),
    ("letter.eml", lambda: b"Received: from a\r\nMIME-Version: 1.0\r\n\r\nhello", "email"),
    ("page.mht", lambda: b"From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "email"),
    ("all.zip", lambda: made.archive({"readme.txt": b"hello"}), "archive"),
    ("all.pdf", lambda: made.archive({"readme.txt": b"hello"}), "archive"),
    ("empty.zip", lambda: b"PK\x05\x06" + bytes(18), "kind"),
    ("all.tar", made.tar, "archive"),
    ("all.tgz", lambda: made.gz(made.tar()), "archive"),
    ("all.7z", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(50), "archive"),
    ("all.rar", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(50), "archive"),
    ("all.bz2", lambda: b"BZh91AY&SY" + bytes(50), "archive"),
    ("all.xz", lambda: b"\xfd7zXZ\x00" + bytes(50), "archive"),
    ("all.cab", lambda: b"MSCF" + bytes(50), "archive"),
    ("disk.iso", lambda: bytes(0x8001) + b"CD001" + bytes(50), "archive"),
]

SECONDS_FOR_ONE = 8.0
OUR_MEMORY, CELL_MEMORY = 12 * 1024 * 1024, 700 * 1024 * 1024


def _resized_jpeg(width: int, height: int) -> bytes:
    """A photo whose head tells another size."""
    content = bytearray(made.jpeg())
    at = content.find(b"\xff\xc0") + 5
    content[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(content)


def verdict(content: bytes, name: str) -> str:
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        return judge(file, name=name).content_type


@pytest.mark.parametrize(("name", "make", "kind"), TAKEN, ids=[ascii(row[0]) for row in TAKEN])
def test_it_takes(name: str, make: Make, kind: str) -> None:
    assert verdict(make(), name) == kind


@pytest.mark.parametrize(("name", "make", "reason"), REFUSED, ids=[ascii(row[0]) for row in REFUSED])
def test_it_refuses(name: str, make: Make, reason: str) -> None:
    content = make()
    started = wall.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(BadInput) as refused:
            verdict(content, name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (refused.value.sentence, refused.value.field) == (REFUSALS[reason], "file")
    assert wall.monotonic() - started < SECONDS_FOR_ONE
    assert peak < OUR_MEMORY


def test_the_corpus_is_large_and_names_nothing_twice() -> None:
    names = [row[0] for row in TAKEN + REFUSED]
    assert len(names) == len(set(names))
    assert len(REFUSED) >= 120


def test_no_cell_took_much_memory() -> None:
    """Over all the files judged so far: the largest of the cells."""
    with pytest.raises(BadInput):
        verdict(made.docx({"word/media/a.bin": bytes(150_000_000)}), "bomb.docx")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < CELL_MEMORY


def test_every_sentence_says_what_to_do() -> None:
    for sentence in REFUSALS.values():
        assert sentence.endswith(".")
        assert len(sentence) <= 130
        assert any(word in sentence for word in ("Send", "send", "Save"))


@pytest.mark.parametrize("name", ["html.pdf", "zip-behind.pdf", "huge.png", "eicar.txt", "locked.pdf", "deep.docx"])
def test_a_refused_file_leaves_nothing(people: Cast, name: str) -> None:
    matter = cast.open_dana(people.bob)
    make = next(row[1] for row in REFUSED if row[0] == name)
    with firm_scope(people.firm_id):
        item = ChecklistItem.objects.filter(matter=matter).first()
        assert item
    with pytest.raises(BadInput):
        whole(people.bob, item, make(), name=name, by="staff")
    with firm_scope(people.firm_id):
        assert not Document.objects.filter(matter=matter).exists()
