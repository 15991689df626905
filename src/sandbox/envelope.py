"""The shapes on the wire: records, errors and the encoding of values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sandbox.records import Record, Ref
from sandbox.store import Firm

R = TypeVar("R", bound=Record)

# An attribute that a record leaves out (API docs, Custom Fields: `lookup_type` on lookups only).
OMIT: Final = object()


class ApiError(Exception):
    """Answered as `{"errors":[{"status","title","detail"}]}` (API docs, File Not Found example)."""

    def __init__(self, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})

    def payload(self) -> dict[str, Any]:
        return {"errors": [{"status": self.status, "title": self.title, "detail": self.detail}]}


def not_found(noun: str, value: object) -> ApiError:
    return ApiError(404, "Not found", f"{noun} with id {value} was not found.")


def no_such_path() -> ApiError:
    # Seen on the live service for every unrouted path, the ghost included.
    return ApiError(404, "Not Found", "This resource path does not exist \N{GHOST}")


def invalid(detail: str, title: str = "Unprocessable Entity") -> ApiError:
    return ApiError(422, title, detail)


class Scene(NamedTuple):
    """What an attribute may look at besides its record."""

    firm: Firm
    now: datetime


Attribute = Callable[[Scene, Any], Any]
Relationship = Callable[[Scene, Any], "Ref | Sequence[Ref] | None"]


@dataclass(frozen=True)
class Shape(Generic[R]):
    """How one noun looks, and what comes back when nobody asks for `fields`."""

    type: str
    noun: str
    attributes: Mapping[str, Attribute]
    defaults: tuple[str, ...]
    relationships: Mapping[str, Relationship] = field(default_factory=dict)
    list_defaults: tuple[str, ...] | None = None
    write_defaults: tuple[str, ...] | None = None
    filters: Mapping[str, Attribute] = field(default_factory=dict)
    bare: bool = False  # custom fields come without a `relationships` key (API docs, Custom Fields)
    narrow: Mapping[str, Callable[[Firm, str], "Sequence[Any]"]] = field(default_factory=dict)  # see listing.py
    key: Callable[[Any], str] = lambda record: str(record.id)
    written_type: str | None = None  # sub statuses answer a write under another type (API docs, Sub Statuses)

    def render(self, scene: Scene, record: R, fields: Sequence[str], *, written: bool = False) -> dict[str, Any]:
        attributes: dict[str, Any] = {}
        relationships: dict[str, Any] = {}
        for name in fields:
            if name in self.attributes:
                value = self.attributes[name](scene, record)
                if value is not OMIT:
                    attributes[name] = encode(value, scene.firm)
            elif name in self.relationships:
                relationships[name] = {"data": _pointer(self.relationships[name](scene, record))}
        kind = self.written_type if written and self.written_type else self.type
        data: dict[str, Any] = {"id": self.key(record), "type": kind, "attributes": attributes}
        if not self.bare:
            data["relationships"] = relationships
        return data

    def select(self, asked: str | None, usual: tuple[str, ...] | None = None) -> list[str]:
        """API docs, Field Selection: `all`, or names in the order asked; unknown names are passed over."""
        if not asked:
            return list(usual or self.defaults)
        names = [name.strip() for name in asked.split(",")]
        if "all" in names:
            return [*self.attributes, *self.relationships]
        return names


def _pointer(value: Ref | Sequence[Ref] | None) -> Any:
    if value is None:
        return None
    if isinstance(value, Ref):
        return {"id": str(value.id), "type": value.type}
    return [{"id": str(ref.id), "type": ref.type} for ref in value]


def encode(value: Any, firm: Firm) -> Any:
    """Datetimes as ISO 8601 with milliseconds and the firm's own offset, as in every documented example."""
    if isinstance(value, datetime):
        return value.astimezone(firm.timezone).isoformat(timespec="milliseconds")
    return value
