"""Pictures of documents for the reviewer, drawn in the cell and re-encoded, so that no browser ever parses the file.

Call these in the firm's scope. They raise NoPreview for what has none (Word, Excel, text) or cannot be drawn now.
"""

from __future__ import annotations

from casehug.intake import files, inspection, verdicts
from casehug.intake.errors import NotAllowed, NotFound
from casehug.intake.models import Document

THUMBNAIL_WIDTH = 240
LEAST_WIDTH, MOST_WIDTH = 32, 2000


class NoPreview(NotAllowed):
    """There is no picture of this document."""


def thumbnail(document: Document) -> bytes:
    """A small PNG of the first page."""
    return page_image(document, 1, THUMBNAIL_WIDTH)


def page_image(document: Document, page: int, width: int) -> bytes:
    """A PNG of one page, counted from 1, about that many pixels wide. Raises NotFound for a page that is not there."""
    width = max(LEAST_WIDTH, min(width, MOST_WIDTH))
    if document.content_type in verdicts.PICTURES:
        if page != 1:
            raise NotFound
        return _ask(document, "picture", width)
    return _ask(document, "page", page, width)


def page_count(document: Document) -> int:
    """How many pages can be drawn: 1 for a photo, 0 for what has no preview."""
    if document.content_type in verdicts.PICTURES:
        return 1
    return int(_ask(document, "count")) if document.content_type == verdicts.PDF else 0


def _ask(document: Document, command: str, *arguments: int) -> bytes:
    if document.content_type not in {verdicts.PDF, *verdicts.PICTURES}:
        raise NoPreview("This kind of document has no preview. Download it instead.")
    with files.spool_document(document) as plain:
        try:
            finding = inspection.ask(command, *arguments, file=plain)
        except inspection.Busy as busy:
            raise NoPreview("Many previews are being drawn right now. Try again in a minute.") from busy
    if finding.verdict == "no_page":
        raise NotFound
    if finding.verdict != "ok":
        raise NoPreview("This document cannot be drawn. Download it instead.")
    return finding.output
