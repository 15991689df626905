"""Reading what came in the address. A value that makes no sense counts as not given: lists never fail on it."""

from collections.abc import Collection
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest

LONGEST_SEARCH = 200


def words(request: HttpRequest, name: str) -> str:
    """What was typed to search for. PostgreSQL stores no NUL, so it cannot be found either."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:LONGEST_SEARCH]


def one_of(request: HttpRequest, name: str, known: Collection[str]) -> str:
    value = request.GET.get(name, "")
    return value if value in known else ""


def record_id(request: HttpRequest, name: str) -> UUID | None:
    return as_id(request.GET.get(name, ""))


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def single(request: HttpRequest, name: str, *, limit: int) -> str | None:
    """The value of a parameter that must come at most once and not be longer than `limit`; None if it does not."""
    values = request.GET.getlist(name)
    if len(values) > 1 or any(len(value) > limit for value in values):
        return None
    return values[0] if values else ""


def query(**values: object) -> str:
    """An address' query of the values that say something: "?q=smith&status=new", or "?"."""
    return "?" + urlencode({name: value for name, value in values.items() if value})
