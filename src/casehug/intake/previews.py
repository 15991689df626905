"""Pictures of documents for the reviewer, drawn in the cell and re-encoded, so that no browser ever parses the file.

What was drawn is kept encrypted beside the file, so each page is drawn once. Call the functions that draw outside any
scope. They raise NoPreview for what has none (Word, Excel, text) or cannot be drawn now.
"""

from __future__ import annotations

from uuid import UUID

from casehug.intake import files, inspection, verdicts
from casehug.intake.errors import NotAllowed, NotFound
from casehug.intake.files import Unlocked
from casehug.intake.models import Document
from casehug.tenancy.scope import firm_scope

THUMBNAIL_WIDTH = 240
PAGE_WIDTH = 1200
LEAST_WIDTH, MOST_WIDTH = 32, 2000
# A reviewer leafs through the first pages of many documents, and through all of few.
KEPT_WIDTHS, KEPT_PAGES = frozenset({THUMBNAIL_WIDTH, PAGE_WIDTH}), 100
LARGEST_KEPT = 8 * 1024 * 1024


class NoPreview(NotAllowed):
    """There is no picture of this document."""


def thumbnail(document: Document) -> bytes:
    """A small PNG of the first page."""
    return page_image(document, 1, THUMBNAIL_WIDTH)


def page_image(document: Document, page: int, width: int = PAGE_WIDTH) -> bytes:
    """A PNG of one page, counted from 1, about that many pixels wide. Raises NotFound for a page that is not there."""
    width = max(LEAST_WIDTH, min(width, MOST_WIDTH))
    photo = document.content_type in verdicts.PICTURES
    if photo and page != 1:
        raise NotFound
    if not photo and document.content_type != verdicts.PDF:
        raise NoPreview("This kind of document has no preview. Download it instead.")
    with firm_scope(UUID(str(document.firm_id))):
        file = files.unlock(document)
    name = f"{page}-{width}"
    if (kept := file.drawn(name)) is not None:
        return kept
    picture = _ask(file, "picture", width) if photo else _ask(file, "page", page, width)
    if width in KEPT_WIDTHS and page <= KEPT_PAGES and len(picture) <= LARGEST_KEPT:
        file.keep_drawn(name, picture)
    if document.pages is None:
        _count_pages(document, file)
    return picture


def page_count(document: Document) -> int:
    """How many pages can be drawn: 1 for a photo, 0 for what has no preview. Draws nothing, so call it anywhere."""
    if document.content_type in verdicts.PICTURES:
        return 1
    if document.content_type != verdicts.PDF:
        return 0
    return 1 if document.pages is None else document.pages


def _count_pages(document: Document, file: Unlocked) -> None:
    """For a document that came before pages were counted on arrival."""
    pages = 1 if document.content_type in verdicts.PICTURES else int(_ask(file, "count"))
    with firm_scope(UUID(str(document.firm_id))):
        Document.objects.filter(id=document.id, pages=None).update(pages=pages)


def _ask(file: Unlocked, command: str, *arguments: int) -> bytes:
    with file.spool() as plain:
        try:
            finding = inspection.ask(command, *arguments, file=plain)
        except inspection.Busy as busy:
            raise NoPreview("Many previews are being drawn right now. Try again in a minute.") from busy
    if finding.verdict == "no_page":
        raise NotFound
    if finding.verdict != "ok":
        raise NoPreview("This document cannot be drawn. Download it instead.")
    return finding.output
