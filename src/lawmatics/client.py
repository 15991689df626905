"""The client: one base address, one token, one request method, and a door to each kind of record."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

import httpx2

from lawmatics import errors
from lawmatics.auth import Bearer
from lawmatics.calls import After, Before, Call, Exchange
from lawmatics.envelope import EnvelopeError, Page, Record, many
from lawmatics.errors import LawmaticsError
from lawmatics.paging import StuckError, walk
from lawmatics.replies import Reply, failure, json_value
from lawmatics.resources import Activities, Contacts, Files, Forms, Matters, Notes, Reference, Users
from lawmatics.transport import (
    SEND_WITHIN_SECONDS,
    Form,
    Params,
    Transport,
    Upload,
    checked_address,
    json_body,
    open_http,
)

DEFAULT_BASE_URL: Final = "https://api.lawmatics.com"

T = TypeVar("T")


class Lawmatics:
    """A client for one account.

    `token` is called before every request and returns the access token, so the caller can renew it meanwhile.

    `http` is an httpx2 client of the caller's (see `open_http`), which the caller closes; without one, the
    client opens its own and `close` or `with` closes it.

    `before(call)` runs before every HTTP request, each page of a listing included, and may raise to stop it:
    the place for a rate limiter. `after(exchange)` runs after every request, well ended or not, before its
    result is handed over; it must not raise, or the result of a write is lost.

    Nothing is ever repeated by itself. Safe to share between threads if the callables are.
    """

    def __init__(
        self,
        *,
        token: Callable[[], str],
        base_url: str = DEFAULT_BASE_URL,
        http: httpx2.Client | None = None,
        before: Before | None = None,
        after: After | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = checked_address(base_url).rstrip("/")
        self._token = token
        self._http = http or open_http()
        self._owns_http = http is None
        self._transport = Transport(self._http, monotonic)
        self._before = before
        self._after = after
        self._monotonic = monotonic

        self.users = Users(self)
        self.contacts = Contacts(self)
        self.matters = Matters(self)
        self.notes = Notes(self)
        self.activities = Activities(self)
        self.reference = Reference(self)
        self.forms = Forms(self)
        self.files = Files(self)

    def request(
        self,
        call: Call,
        read: Callable[[object], T],
        *,
        params: Params | None = None,
        json: object = None,
        form: Form | None = None,
        upload: Upload | None = None,
        authenticated: bool = True,
    ) -> T:
        """Sends one request and reads its JSON with `read`, which raises EnvelopeError for a foreign shape.

        All requests of this library pass here. Raises what `before` and `token` raise, ValueError for a token
        that cannot be one, and a LawmaticsError for everything that happens from then on.
        """
        if json is not None:
            call = replace(call, body=json_body(json))
        if self._before is not None:
            self._before(call)
        send_before = self._monotonic() + SEND_WITHIN_SECONDS if call.writes else None
        auth = Bearer(self._token()) if authenticated else None
        started = self._monotonic()
        answer = self._transport.send(
            call,
            self._base_url + call.path,
            auth=auth,
            params=params,
            form=form,
            upload=upload,
            send_before=send_before,
        )
        result = _understood(call, answer, read)
        if self._after is not None:
            self._after(_exchange(call, answer, result, self._monotonic() - started))
        if isinstance(result, LawmaticsError):
            raise result
        return result

    def pages(self, template: str, params: Params, record_id: str | None = None) -> Iterator[Page[Record]]:
        """Walks a listing page by page, one request each; each record comes once. Raises PagingLoop.

        `record_id` replaces the `:id` of a listing that belongs to one record.
        """
        call = Call.to("GET", template, record_id)

        def fetch(number: int) -> Page[Record]:
            return self.request(call, lambda value: many(value, number), params={**params, "page": str(number)})

        stuck = False
        try:
            yield from walk(fetch)
        except StuckError:
            stuck = True
        if stuck:
            raise errors.PagingLoop(call)

    def close(self) -> None:
        """Closes the connections this client opened; a client that was passed in stays open."""
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Lawmatics {urlsplit(self._base_url).hostname}>"


def _understood(call: Call, answer: Reply | LawmaticsError, read: Callable[[object], T]) -> T | LawmaticsError:
    """From what came off the wire to what it means. Errors are values here, raised in one place."""
    if isinstance(answer, LawmaticsError):
        return answer
    refusal = failure(call, answer)
    if refusal is not None:
        return refusal
    value = json_value(call, answer)
    if isinstance(value, LawmaticsError):
        return value
    try:
        return read(value)
    except EnvelopeError:
        return errors.Garbled(call, answer.status)


def _exchange(call: Call, answer: Reply | LawmaticsError, result: object, duration: float) -> Exchange:
    arrived = answer if isinstance(answer, Reply) else None
    return Exchange(
        call=call,
        status=arrived.status if arrived else None,
        duration=duration,
        remote_date=arrived.remote_date if arrived else None,
        error=result if isinstance(result, LawmaticsError) else None,
    )
