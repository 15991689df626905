"""Word and Excel: an archive of XML parts. Nothing is unpacked to the disk, and nothing without counting."""

import re
import struct
import zipfile
import zlib
from itertools import pairwise
from typing import BinaryIO
from xml.etree import ElementTree

from casehug.intake.inspect_file import Refused

MOST_ENTRIES = 5000
MOST_BYTES = 200 * 1024 * 1024
# A part may pack this well; a large one that packs better is no document.
MOST_RATIO, LARGE_PART = 300, 5 * 1024 * 1024
LARGEST_LINKS_PART = 4 * 1024 * 1024
PIECE = 256 * 1024
OVERLAP = 256
MAIN_PARTS = {"word/document.xml": b"document", "xl/workbook.xml": b"workbook"}
PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
ARCHIVES = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF")
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

_MACROS = re.compile(r"vbaproject|vbadata|/activex/|macrosheets|customui", re.IGNORECASE)
_MACRO_TYPES = re.compile(rb"macroenabled|vbaproject", re.IGNORECASE)
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LIVE_LINKS = re.compile(rb"<\w*:?ddeLink|instrText[^>]*>\s*DDE", re.IGNORECASE)
# To the web, to an address, or to a place or neighbour of the document; never to a disk or a share.
_HARMLESS_LINK = re.compile(r"https?://|mailto:|tel:|(?![a-z][a-z0-9+.-]*:|//)[^\\]*$", re.IGNORECASE)


def check(file: BinaryIO) -> None:
    """Raises Refused for bombs, macros, entities, programs, and parts that would be loaded from elsewhere."""
    _check_archive(file, room=[MOST_BYTES], inner=False)


def _check_archive(file: BinaryIO, *, room: list[int], inner: bool) -> None:
    """`room` is what may still be unpacked, shared with the archives inside this one."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_directory(archive, entries)
            for entry in entries:
                _check_part(archive, entry, room=room, inner=inner)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, struct.error, zlib.error, RuntimeError) as error:
        raise Refused("damaged") from error


def _check_directory(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise Refused("unpacks")
    if any(_MACROS.search(f"/{name}") for name in names):
        raise Refused("macros")
    if len({name.lower() for name in names}) != len(names):
        raise Refused("unsafe")
    for name in names:
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name or "\\" in name:
            raise Refused("unsafe")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused("password")
    if archive.comment:
        raise Refused("mixed")
    # Two entries over the same bytes unpack what is stored once many times.
    starts = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    if any(start + size > following for (start, size), (following, _) in pairwise(starts)):
        raise Refused("unpacks")
    if starts and starts[0][0] != 0:
        raise Refused("mixed")


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, room: list[int], inner: bool) -> None:
    name = entry.filename.lower()
    is_xml = name.endswith((".xml", ".rels", ".vml"))
    links = bytearray()
    held, read = b"", 0
    with archive.open(entry) as part:
        while piece := part.read(PIECE):
            if not read:
                _refuse_start(piece, is_xml=is_xml, nested=name.startswith(("word/embeddings/", "xl/embeddings/")))
            read += len(piece)
            room[0] -= len(piece)
            if room[0] < 0 or (read > LARGE_PART and read > MOST_RATIO * max(entry.compress_size, 1)):
                raise Refused("unpacks")
            # Without its zero bytes, UTF-16 reads like ASCII.
            held = held[-OVERLAP:] + piece.replace(b"\x00", b"")
            _refuse_words(held, is_xml=is_xml, types=name == "[content_types].xml")
            if name.endswith(".rels"):
                links += piece
                if len(links) > LARGEST_LINKS_PART:
                    raise Refused("unpacks")
    if name.endswith(".rels"):
        _refuse_outside_links(bytes(links))
    if name.startswith(("word/embeddings/", "xl/embeddings/")) and zipfile.is_zipfile(archive.open(entry)):
        if inner:
            raise Refused("unpacks")
        with archive.open(entry) as nested:
            _check_archive(nested, room=room, inner=True)  # type: ignore[arg-type]


def _refuse_start(piece: bytes, *, is_xml: bool, nested: bool) -> None:
    if piece.startswith(PROGRAMS):
        raise Refused("mixed")
    if piece.startswith(ARCHIVES) and not (nested and piece.startswith(b"PK")):
        raise Refused("mixed")
    if is_xml and piece.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00")[:1] != b"<":
        raise Refused("damaged")


def _refuse_words(held: bytes, *, is_xml: bool, types: bool) -> None:
    if EICAR in held:
        raise Refused("virus")
    if types and _MACRO_TYPES.search(held):
        raise Refused("macros")
    if is_xml and _ENTITIES.search(held):
        raise Refused("unsafe")
    if is_xml and _LIVE_LINKS.search(held):
        raise Refused("outside")


def _refuse_outside_links(part: bytes) -> None:
    """Links that a reader clicks may lead to the web. Whatever opens by itself may not lead anywhere."""
    try:
        root = ElementTree.fromstring(part)  # noqa: S314  # entities were refused before
    except ElementTree.ParseError as error:
        raise Refused("damaged") from error
    for link in root.iter():
        target = link.get("Target", "").strip()
        outside = link.get("TargetMode", "").lower() == "external" or "://" in target or target.startswith("\\\\")
        clicked = link.get("Type", "").endswith("/hyperlink")
        if outside and not (clicked and _HARMLESS_LINK.match(target)):
            raise Refused("outside")
