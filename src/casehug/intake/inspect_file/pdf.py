"""PDF: opened and drawn by PDFium, built without JavaScript."""

import re
from contextlib import closing
from typing import BinaryIO

import pypdfium2  # type: ignore[import-untyped]
from pypdfium2.raw import FPDF_ERR_PASSWORD  # type: ignore[import-untyped]

from casehug.intake.inspect_file import Refused

MOST_PAGES = 2000
# Where readers look for the end of the file; what stands behind it is not part of the document.
TAIL = 2048
LARGEST_SIDE = 4000
_LAUNCHES = re.compile(rb"/S\s*/Launch\b")


def check(file: BinaryIO) -> int:
    """How many pages it has. Raises Refused unless it opens without a password, is whole, and starts nothing."""
    content = file.read()
    # The password first: a protected file should be told so, even if it is unusual at its end.
    with closing(_open(content)) as document:
        tail = content[-TAIL:].rpartition(b"%%EOF")
        if not tail[1]:
            raise Refused("damaged")
        if tail[2].strip(b"\x00\r\n\t \x1a"):
            raise Refused("mixed")
        if _LAUNCHES.search(content):
            raise Refused("launches")
        if not 1 <= len(document) <= MOST_PAGES:
            raise Refused("damaged" if len(document) < 1 else "unpacks")
        document[0].get_size()
        return len(document)


def count(file: BinaryIO) -> int:
    with closing(_open(file.read())) as document:
        return min(len(document), MOST_PAGES)


def draw(file: BinaryIO, to: BinaryIO, *, page: int, width: int) -> None:
    """The page, counted from 1, as a PNG of that width."""
    with closing(_open(file.read())) as document:
        if not 1 <= page <= len(document):
            raise Refused("no_page")
        document.init_forms()
        found = document[page - 1]
        across, down = found.get_size()
        if across <= 0 or down <= 0:
            raise Refused("damaged")
        scale = min(width / across, LARGEST_SIDE / down)
        picture = found.render(scale=scale).to_pil().convert("RGB")
        picture.save(to, "PNG")


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Refused("password" if error.err_code == FPDF_ERR_PASSWORD else "damaged") from error
