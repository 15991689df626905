"""What all records have in common: read one, write one, walk them all, walk back to a point in time.

Every request names the fields it wants. `fields=all` would be shorter, but on contacts and matters it also
brings social security and driver licence numbers, and what is not fetched cannot leak. Sorting and filtering
take the names and the one filter per request of the docs (Lawmatics API docs v1.21, Filtering and Sorting).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from lawmatics.calls import Call
from lawmatics.envelope import EnvelopeError, Page, Record, many, one
from lawmatics.errors import NotFound
from lawmatics.transport import Form, Params, Upload

T = TypeVar("T")
S = TypeVar("S")

NO_PARAMS: Final[Params] = {}
NEWEST_FIRST: Final[Params] = {"sort_by": "created_at", "sort_order": "desc"}


class Door(Protocol):
    """The client, as far as a resource needs it."""

    def request(
        self,
        call: Call,
        read: Callable[[object], S],
        *,
        params: Params | None = None,
        json: object = None,
        form: Form | None = None,
        upload: Upload | None = None,
        authenticated: bool = True,
    ) -> S: ...

    def pages(self, template: str, params: Params, record_id: str | None = None) -> Iterator[Page[Record]]: ...


class Resource(Generic[T]):
    """One kind of record: `path` is its listing, `fields` what to ask for, `parse` makes the typed shape."""

    path: ClassVar[str]
    fields: ClassVar[str]

    def __init__(self, door: Door) -> None:
        self._door = door

    def parse(self, record: Record) -> T:
        raise NotImplementedError

    def _read(self, record_id: str) -> T:
        """One record. Raises NotFound for a 404 and for `"data": null`, which means the same."""
        call = Call.to("GET", f"{self.path}/:id", record_id)
        record = self._door.request(call, one, params={"fields": self.fields})
        if record is None:
            raise NotFound(call)
        return self.parse(record)

    def _create(self, body: Mapping[str, Any]) -> T:
        return self._write(Call.to("POST", self.path), body)

    def _update(self, record_id: str, body: Mapping[str, Any]) -> T:
        return self._write(Call.to("PUT", f"{self.path}/:id", record_id), body)

    def _write(self, call: Call, body: Mapping[str, Any]) -> T:
        """A success that names no record is Garbled: whether one was written is then unknown."""
        return self.parse(self._door.request(call, present, params={"fields": self.fields}, json=body))

    def _pages(self, params: Params = NO_PARAMS) -> Iterator[Page[T]]:
        for page in self._door.pages(self.path, {"fields": self.fields, **params}):
            yield page.map(self.parse)

    def _walk(self, params: Params = NO_PARAMS) -> Iterator[T]:
        for page in self._pages(params):
            yield from page

    def _count(self) -> int | None:
        call = Call.to("GET", self.path)
        return self._door.request(call, many, params={"fields": "created_at", "page": "1"}).total_entries

    def _page(self, number: int, params: Params = NO_PARAMS) -> Page[T]:
        """One page of a listing, for a walk that goes on another day. See `paging` for what may slip in between."""
        call = Call.to("GET", self.path)
        asked = {"fields": self.fields, **params, "page": str(number)}
        return self._door.request(call, lambda value: many(value, number), params=asked).map(self.parse)

    def _newest_first(self, since: datetime, created_at: Callable[[T], datetime | None]) -> Iterator[T]:
        """All records created at `since` (aware) or later, newest first, and those without a creation time."""
        return back_to(since, self._pages(NEWEST_FIRST), created_at)


def back_to(since: datetime, pages: Iterable[Page[T]], created_at: Callable[[T], datetime | None]) -> Iterator[T]:
    """From pages in NEWEST_FIRST order the records created at `since` or later, and those without a creation time.

    Stops after the first page that ends before `since`, not at the first older record: one with a back-dated
    creation time must not hide those below it.
    """
    since = in_utc(since)
    for page in pages:
        times = [created_at(record) for record in page]
        yield from (record for record, time in zip(page, times, strict=True) if not time or time >= since)
        dated = [time for time in times if time is not None]
        if dated and dated[-1] < since:
            return


def present(value: object) -> Record:
    """The record of a reply that must have one."""
    record = one(value)
    if record is None:
        raise EnvelopeError
    return record


def where(field: str, operator: str, value: str) -> dict[str, str]:
    """The one filter a request may have. The HTTP layer escapes the value (`+`, `&`, `%`)."""
    return {"filter_by": field, "filter_with": operator, "filter_on": value}


def iso(moment: datetime) -> str:
    """An aware time as the API takes it: ISO 8601 in UTC, whole seconds, rounded down to miss nothing."""
    return in_utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_utc(moment: datetime) -> datetime:
    """The same time in UTC. A time without a zone could mean any hour: ValueError."""
    if moment.utcoffset() is None:
        raise ValueError("a time without a time zone")
    return moment.astimezone(UTC)


def age(record_id: str, created_at: datetime | None) -> tuple[timedelta, int, str]:
    """A sort key, oldest first: by creation, then by id as a number; without a creation time last."""
    born = created_at - datetime.min.replace(tzinfo=UTC) if created_at else timedelta.max
    return (born, int(record_id) if record_id.isdecimal() and len(record_id) < 20 else 0, record_id)
