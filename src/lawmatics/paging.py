"""Walking a listing that may change under our feet: nothing missed, nothing twice, no endless loop.

Pages are numbered and hold 25 records each; there is no cursor (source: Lawmatics API docs v1.21,
Pagination). So when a record is added in front, the last one of the page just read shows up again on the
next: it is yielded once. When one is deleted, the first one of the next page slips back onto the page just
read: the total shrinks, and the walk goes back as far as needed. A deletion and an addition between the same
two requests cancel out by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lawmatics.envelope import Page, Record

PAGE_SIZE: Final = 25
MAX_STEPS_BACK: Final = 20
"""How often one walk goes back; a listing that keeps shrinking must come to an end as well."""


class StuckError(Exception):
    """A page repeats the one before it. The client turns it into PagingLoop."""


def walk(fetch: Callable[[int], Page[Record]]) -> Iterator[Page[Record]]:
    """Yields each page with only the records not seen before; `fetch(n)` asks for page n, counting from 1.

    Raises StuckError when the remote does not advance: the same ids again, or a `next` link that points
    backwards.
    """
    seen: set[str] = set()
    previous: Page[Record] | None = None
    steps_back = 0
    number = 1
    while True:
        page = fetch(number)
        if previous is not None and previous.number < number and _ids(page) == _ids(previous) != []:
            raise StuckError
        fresh = {record.id: record for record in page if record.id not in seen}
        seen.update(fresh)
        yield Page(tuple(fresh.values()), number, page.total_pages, page.total_entries, page.next_page)

        slipped = _shrunk(previous, page)
        if slipped and number > 1 and steps_back < MAX_STEPS_BACK:
            steps_back += 1
            previous, number = page, max(1, number - -(-slipped // PAGE_SIZE))
            continue
        if _is_last(page):
            return
        if page.next_page is not None and page.next_page <= number:
            raise StuckError
        previous, number = page, number + 1


def _ids(page: Page[Record]) -> list[str]:
    return [record.id for record in page]


def _shrunk(previous: Page[Record] | None, page: Page[Record]) -> int:
    """How many records fewer the listing has than one request ago."""
    if previous is None or previous.total_entries is None or page.total_entries is None:
        return 0
    return max(0, previous.total_entries - page.total_entries)


def _is_last(page: Page[Record]) -> bool:
    if not page.records:
        return True
    if page.total_pages is not None:
        return page.number >= page.total_pages
    return page.next_page is None and len(page.records) < PAGE_SIZE
