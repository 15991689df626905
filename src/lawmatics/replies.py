"""What a reply means. Pure: status, headers and bytes in; a JSON value or an error out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lawmatics import errors
from lawmatics.calls import Call
from lawmatics.errors import LawmaticsError, Problem

_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
_REFUSALS = {
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    422: errors.Invalid,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it came off the wire. Header names are lower case.

    `unread` is set when the status arrived and the body did not: a refusal stays a refusal without its body,
    but a success without its body leaves the outcome unknown.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    unread: LawmaticsError | None = None

    @property
    def remote_date(self) -> datetime | None:
        return http_date(self.headers.get("date"))


def failure(call: Call, reply: Reply) -> LawmaticsError | None:
    """The error this status stands for, or None for a 2xx."""
    status = reply.status
    if 200 <= status < 300:
        return None
    if status == 429:
        return errors.RateLimited(call, status, retry_after(reply.headers.get("retry-after"), reply.remote_date))
    if 400 <= status < 500:
        return _REFUSALS.get(status, errors.Refused)(call, status, problems(reply.body))
    if 300 <= status < 400:
        return errors.UnexpectedRedirect(call, status)
    return errors.ServerError(call, status) if status >= 500 else errors.Garbled(call, status)


def json_value(call: Call, reply: Reply) -> object | LawmaticsError:
    """The JSON in a 2xx reply, or the error that keeps it from being read.

    A wrong content type is refused unread: it is somebody else's page. A missing one leaves it to the body.
    """
    if reply.unread is not None:
        return reply.unread
    media_type = reply.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        return errors.Garbled(call, reply.status)
    value = decoded(reply.body)
    return errors.Garbled(call, reply.status) if value is _NOT_JSON else value


def problems(body: bytes) -> tuple[Problem, ...]:
    """The `errors` array of a refusal, whatever of it is well formed.

    Source: Lawmatics API docs v1.21, Errors: `{"errors":[{"status":422,"title":"…","detail":"…"}]}`.
    """
    value = decoded(body)
    entries = value.get("errors") if isinstance(value, dict) else None
    return tuple(
        Problem(_text(entry.get("title")), _text(entry.get("detail")))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    )


def retry_after(value: str | None, remote_date: datetime | None) -> float | None:
    """Seconds to wait by a `Retry-After` header (whole seconds or an HTTP date), None if it makes no sense.

    A date is measured against the remote's own `Date`, so that our clock does not matter; a past one means 0.
    Source: RFC 9110, section 10.2.3.
    """
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return float(value)
    when = http_date(value)
    if when is None or remote_date is None:
        return None
    return max(0.0, (when - remote_date).total_seconds())


def http_date(value: str | None) -> datetime | None:
    """An HTTP date as aware UTC, None if it is none."""
    if value is None:
        return None
    try:
        parsed = parsedate_to_datetime(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def decoded(body: bytes) -> object:
    """The JSON value in these bytes, or a marker that equals nothing a JSON text can hold."""
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return _NOT_JSON
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_NOT_JSON = object()
