"""JPEG, PNG and HEIC: decoded once in full, so that a broken one is refused now and not in the reviewer's hands."""

import struct
import warnings
from collections.abc import Iterable
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageOps

from casehug.intake.inspect_file import Refused

MOST_PIXELS = 60_000_000
# A page of letter size at 200 dots per inch.
PAGE_SIDE = 2200
DOTS_PER_INCH = 200
# HEIC pictures of phones: what may stand at the top of such a file.
_BOXES = {b"ftyp", b"meta", b"mdat", b"free", b"skip", b"uuid", b"moov", b"mpvd", b"sefd", b"mfra", b"wide"}
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "heic": "HEIF"}
# What phones put behind the picture: a second picture, a moving one, their own notes.
_PHONE_TAILS = (
    b"\xff\xd8\xff",
    b"\x00\x00\x00\x18ftyp",
    b"\x00\x00\x00\x1cftyp",
    b"\x00\x00\x00\x20ftyp",
    b"MotionPhoto",
)

pillow_heif.register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def check(file: BinaryIO, kind: str) -> None:
    """Raises Refused unless the whole file is one picture of this kind that can be decoded."""
    content = file.read()
    file.seek(0)
    picture = _open(file, _FORMATS[kind])
    if kind == "jpeg":
        _refuse_jpeg_tail(content)
        # Reads all the data but keeps an eighth of the picture.
        picture.draft("RGB", (max(1, picture.width // 8), max(1, picture.height // 8)))
    elif kind == "png":
        _refuse_png_tail(content)
    else:
        _refuse_foreign_boxes(content)
    picture.load()


def draw(file: BinaryIO, to: BinaryIO, *, width: int) -> None:
    """The picture the right way up, at most that wide, as a PNG without anything else that the file told."""
    _plain(file, side=width).save(to, "PNG")


def combine(files: Iterable[BinaryIO], to: BinaryIO) -> None:
    """One PDF, a page for each picture in this order. One picture is in memory at a time."""
    pages = (_plain(file, side=PAGE_SIDE) for file in files)
    first = next(pages)
    first.save(to, "PDF", save_all=True, append_images=pages, resolution=DOTS_PER_INCH, quality=82, title="")


def _plain(file: BinaryIO, *, side: int) -> Image.Image:
    """Upright, white behind, no larger than `side`, and nothing but its pixels: no place, no time, no camera."""
    with file:
        picture = _open(file, *_FORMATS.values())
        picture.draft("RGB", (side, side))
        picture.thumbnail((side, side))
        upright = ImageOps.exif_transpose(picture)
        plain = Image.new("RGB", upright.size, "white")
        if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
            clear = upright.convert("RGBA")
            plain.paste(clear, mask=clear.getchannel("A"))
        else:
            plain.paste(upright.convert("RGB"))
    return plain


def _open(file: BinaryIO, *formats: str) -> Image.Image:
    """The picture's head; nothing of it is decoded yet."""
    try:
        picture = Image.open(file, formats=formats)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused("pixels") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise Refused("pixels")
    return picture


def _refuse_jpeg_tail(content: bytes) -> None:
    tail = content[_end_of_jpeg(content) :]
    # Samsung ends its notes with SEFT; Google and Apple append pictures whole.
    if tail.strip(b"\r\n\t \x00") and not tail.startswith(_PHONE_TAILS) and not tail.rstrip(b"\x00").endswith(b"SEFT"):
        raise Refused("mixed")


def _end_of_jpeg(content: bytes) -> int:
    """Where the first picture ends. Raises Refused if it does not."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            raise Refused("damaged")
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xD9:
            return at + 2
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
            if marker == 0xDA:
                at = _end_of_scan(content, at)
    if content[at : at + 2] == b"\xff\xd9":
        return at + 2
    raise Refused("damaged")


def _end_of_scan(content: bytes, at: int) -> int:
    """The next marker that is neither a stuffed byte nor a restart."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] not in {0x00, 0xFF} and not 0xD0 <= content[at + 1] <= 0xD7:
            return at
        at += 1 if content[at + 1] == 0xFF else 2
    raise Refused("damaged")


def _refuse_png_tail(content: bytes) -> None:
    at = 8
    while at + 12 <= len(content):
        length, name = struct.unpack(">L4s", content[at : at + 8])
        at += 12 + length
        if name == b"IEND":
            if content[at:].strip(b"\x00\r\n\t "):
                raise Refused("mixed")
            return
    raise Refused("damaged")


def _refuse_foreign_boxes(content: bytes) -> None:
    at = 0
    while at < len(content):
        if at + 8 > len(content):
            raise Refused("damaged")
        length, name = struct.unpack(">L4s", content[at : at + 8])
        if name not in _BOXES:
            raise Refused("mixed")
        if length == 1:
            length = int.from_bytes(content[at + 8 : at + 16], "big")
        if length == 0:
            return
        at += max(length, 8)
    if at > len(content):
        raise Refused("damaged")
