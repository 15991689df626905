"""The envelope of every reply, opened once. What is odd inside it is None; what is no envelope raises.

    {"data": {"id": "74", "type": "prospect", "attributes": {…},
              "relationships": {"stage": {"data": {"id": "6", "type": "stage"}}}}}
    {"data": [ … ], "meta": {"total_pages": 1, "total_entries": 5}, "links": {"next": "/v1/…?page=2"}}

Source: Lawmatics API docs v1.21, Responses. Ids are strings on records and numbers inside nested objects;
here they are always strings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

T = TypeVar("T")
S = TypeVar("S")


class EnvelopeError(ValueError):
    """The JSON has another shape altogether. The client turns it into Garbled."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A pointer to a record: its type as the remote names it (`prospect`, `contact`, …) and its id."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record, with readers that never raise."""

    id: str
    type: str
    attributes: Mapping[str, Any] = field(repr=False)
    relationships: Mapping[str, Any] = field(repr=False)

    def text(self, *names: str) -> str | None:
        """The first of these attributes that holds a text, a number or an object with a name."""
        for name in names:
            value = self.attributes.get(name)
            if isinstance(value, dict):
                value = value.get("name")
            if isinstance(value, str):
                return value
            if isinstance(value, int | float) and not isinstance(value, bool):
                return str(value)
        return None

    def number(self, name: str) -> int | None:
        return whole(self.attributes.get(name))

    def moment(self, name: str) -> datetime | None:
        """An ISO 8601 time as aware UTC; one without a zone is read as UTC."""
        value = self.attributes.get(name)
        if not isinstance(value, str):
            return None
        try:
            parsed = datetime.fromisoformat(value)
            return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def items(self, name: str) -> list[Mapping[str, Any]]:
        """The objects in an array attribute."""
        return objects(self.attributes.get(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts in an array attribute."""
        value = self.attributes.get(name)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    def related(self, name: str) -> Ref | None:
        """The record a to-one relationship points to."""
        return ref(self._linkage(name))

    def related_id(self, name: str) -> str | None:
        """The id of a to-one relationship, or of the `<name>_id` attribute some replies hold instead."""
        found = self.related(name)
        return found.id if found else id_text(self.attributes.get(f"{name}_id"))

    def related_name(self, name: str) -> str | None:
        """The name of a to-one relationship, where the reply spells it out."""
        linked = self._linkage(name)
        attributes = linked.get("attributes") if isinstance(linked, dict) else None
        label = attributes.get("name") if isinstance(attributes, dict) else None
        return label if isinstance(label, str) else self.text(f"{name}_name", name)

    def related_ids(self, name: str) -> tuple[str, ...]:
        """The ids of a to-many relationship."""
        found = (ref(item) for item in objects(self._linkage(name)))
        return tuple(item.id for item in found if item)

    def _linkage(self, name: str) -> Any:
        relationship = self.relationships.get(name)
        return relationship.get("data") if isinstance(relationship, dict) else None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing, 25 records or fewer. The totals are None where the reply leaves them out."""

    records: Sequence[T]
    number: int
    total_pages: int | None
    total_entries: int | None
    next_page: int | None = None

    def map(self, parse: Callable[[T], S]) -> Page[S]:
        records = tuple(parse(record) for record in self.records)
        return Page(records, self.number, self.total_pages, self.total_entries, self.next_page)

    def __iter__(self) -> Iterator[T]:
        return iter(self.records)


def one(value: object) -> Record | None:
    """The single record of a reply; None for `"data": null`."""
    data = _data(value)
    return None if data is None else _record(data)


def many(value: object, number: int = 1) -> Page[Record]:
    """A page of a listing; `number` is the page that was asked for. `"data": null` is an empty page."""
    data = _data(value)
    if data is not None and not isinstance(data, list):
        raise EnvelopeError
    assert isinstance(value, dict)
    meta, links = _object(value.get("meta")), _object(value.get("links"))
    return Page(
        records=tuple(_record(item) for item in data or ()),
        number=number,
        total_pages=whole(meta.get("total_pages")),
        total_entries=whole(meta.get("total_entries")),
        next_page=_page_number(links.get("next")),
    )


def id_text(value: object) -> str | None:
    """An id as a string; None for anything that is no id."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def ref(value: object) -> Ref | None:
    """A `{"type", "id"}` object as a Ref."""
    found = id_text(value.get("id")) if isinstance(value, dict) else None
    return Ref(str(_object(value).get("type") or ""), found) if found else None


def whole(value: object) -> int | None:
    """A whole number, also one that arrives as a text; None for anything else."""
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def objects(value: object) -> list[Mapping[str, Any]]:
    """The objects in an array, nothing if it is no array."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _data(value: object) -> object:
    if not isinstance(value, dict) or "data" not in value:
        raise EnvelopeError
    return value["data"]


def _record(value: object) -> Record:
    pointer = ref(value)
    if pointer is None:
        raise EnvelopeError
    body = _object(value)
    return Record(pointer.id, pointer.type, _object(body.get("attributes")), _object(body.get("relationships")))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _page_number(link: object) -> int | None:
    """The page a `links.next` points to; it is read, never followed: it could lead to another host."""
    if not isinstance(link, str):
        return None
    try:
        return whole(parse_qs(urlsplit(link).query).get("page", [None])[-1])
    except ValueError:
        return None
