"""The wire: one request out, one reply or one error back. Nothing is retried, followed or remembered here."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import IO, Any, Final, TypeAlias
from urllib.parse import urlsplit

import httpx2

from lawmatics import errors
from lawmatics.calls import Call
from lawmatics.errors import LawmaticsError, NoConnection
from lawmatics.replies import Reply

VERSION: Final = "0.1.0"

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 20.0
WRITE_SECONDS: Final = 20.0
POOL_SECONDS: Final = 5.0
LONGEST_TIMEOUT_SECONDS: Final = POOL_SECONDS + CONNECT_SECONDS + WRITE_SECONDS + READ_SECONDS
"""The longest silence before a request is given up, all its waits added up. Who waits for a late commit after
an unknown outcome waits at least twice as long."""

SEND_WITHIN_SECONDS: Final = 10.0
"""A write has to leave so soon after `before` allowed it. A process that was frozen in between must not send what
somebody else has looked for and made meanwhile: its HTTP transport reads the request's extension `send_before` (by
the client's `monotonic` clock) and raises httpx2.ConnectTimeout when it is too late."""

MAX_REPLY_BYTES: Final = 10_000_000

TIMEOUT: Final = httpx2.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS, write=WRITE_SECONDS, pool=POOL_SECONDS)
HEADERS: Final = {
    "accept": "application/json",
    # Uncompressed, so that a small reply cannot unpack into a large one.
    "accept-encoding": "identity",
    "user-agent": f"lawmatics-python/{VERSION}",
}

Upload: TypeAlias = tuple[str, bytes | IO[bytes], str]
"""File name, contents, media type."""

Params: TypeAlias = Mapping[str, str]
Form: TypeAlias = Mapping[str, str | Sequence[str]]


def open_http(transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
    """An HTTP client hardened for tokens: TLS 1.2 or newer, no environment proxies or .netrc, no retries.

    It costs some 20 ms to build: keep one per connection. `transport` replaces the network, for tests.
    """
    if transport is not None:
        return httpx2.Client(transport=transport, trust_env=False)
    context = httpx2.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return httpx2.Client(transport=httpx2.HTTPTransport(verify=context, trust_env=False, retries=0), trust_env=False)


def checked_address(url: str) -> str:
    """The address itself, if a token may be sent there: https, or http to this machine or a `.test` host.

    `.test` names are never on the public network (source: RFC 6761). Anything else raises InsecureAddress, as
    does an address that carries a user name or a password.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    secure = parts.scheme == "https" or (parts.scheme == "http" and _is_local(host))
    if not host or not secure or "@" in parts.netloc:
        raise errors.InsecureAddress
    return url


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".test")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def json_body(value: object) -> bytes:
    """The bytes in which a value leaves."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


class Transport:
    """Sends one request through an httpx2 client and brings back a reply or an error, as values.

    The request is built here and not by the client, so no cookie, header, address or time-out set on a client
    that was passed in gets into it. `monotonic` is a clock in seconds.
    """

    def __init__(self, http: httpx2.Client, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._monotonic = monotonic

    def send(
        self,
        call: Call,
        url: str,
        *,
        auth: httpx2.Auth | None = None,
        params: Params | None = None,
        form: Form | None = None,
        upload: Upload | None = None,
        send_before: float | None = None,
    ) -> Reply | LawmaticsError:
        """Sends the call's JSON body, or `form` (with `upload`: multipart, the file as part `file`), or no body.

        `send_before` travels with the request as an extension of that name: see SEND_WITHIN_SECONDS.
        """
        request = httpx2.Request(
            call.method,
            url,
            params=params,
            headers=HEADERS if call.body is None else {**HEADERS, "content-type": "application/json"},
            content=call.body,
            data=dict(form) if form is not None else None,
            files={"file": upload} if upload is not None else None,
            extensions={"timeout": TIMEOUT.as_dict(), "send_before": send_before},
        )
        try:
            with _unlogged():
                response = self._http.send(request, auth=auth, follow_redirects=False, stream=True)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return _failure_to_send(call, error)
        body = self._body(call, response)
        headers = {name.lower(): value for name, value in response.headers.items()}
        if isinstance(body, LawmaticsError):
            return Reply(response.status_code, headers, b"", unread=body)
        return Reply(response.status_code, headers, body)

    def _body(self, call: Call, response: httpx2.Response) -> bytes | LawmaticsError:
        """The whole body, unless it breaks off, outgrows MAX_REPLY_BYTES or trickles beyond READ_SECONDS."""
        deadline = self._monotonic() + READ_SECONDS
        body = bytearray()
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_REPLY_BYTES:
                    return errors.Garbled(call, response.status_code)
                if self._monotonic() > deadline:
                    return errors.TimedOut(call, response.status_code)
        except httpx2.TimeoutException:
            return errors.TimedOut(call, response.status_code)
        except httpx2.DecodingError:
            return errors.Garbled(call, response.status_code)
        except (httpx2.HTTPError, httpx2.StreamError, OSError):
            return errors.ConnectionLost(call, response.status_code)
        finally:
            with contextlib.suppress(httpx2.HTTPError, OSError):
                response.close()
        return bytes(body)


def _failure_to_send(call: Call, error: Exception) -> LawmaticsError:
    """Sorts by whether bytes of the request may have left. In doubt they have."""
    match error:
        case httpx2.ConnectTimeout():
            return errors.NotSent(call, reason=NoConnection.TIMEOUT)
        case httpx2.PoolTimeout():
            return errors.NotSent(call, reason=NoConnection.BUSY)
        case httpx2.ConnectError():
            return errors.NotSent(call, reason=_reason(error))
        case httpx2.TimeoutException():
            return errors.TimedOut(call)
        case _:
            return errors.ConnectionLost(call)


def _reason(error: BaseException) -> NoConnection:
    """Why a connection failed: httpx2 keeps the socket's own exception further down the chain."""
    for cause in _chain(error):
        match cause:
            case socket.gaierror():
                return NoConnection.DNS
            case ssl.SSLError():
                return NoConnection.TLS
            case ConnectionRefusedError():
                return NoConnection.REFUSED
    return NoConnection.OTHER


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


# httpx2 logs the full address of every request at INFO, and ours can hold an e-mail address in the query
# string. The filter drops that line for requests sent from here and leaves those of other users of httpx2
# alone.
_ours: ContextVar[bool] = ContextVar("lawmatics_request", default=False)


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)


def _is_not_ours(_record: Any) -> bool:
    return not _ours.get()


logging.getLogger("httpx2").addFilter(_is_not_ours)
