"""The one place that opens connections to other machines.

Three rules stand here because they break silently elsewhere: no network inside a database transaction (it would hold
row locks while a stranger's server thinks), no proxy or credentials picked up from the environment, and no request that
leaves long after it was allowed to (its process was frozen, and another has taken over its work).
"""

from functools import cache

import httpx2
from django.db import connection

from casehug.kit import clock

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0


class NetworkInsideTransaction(RuntimeError):
    """A request was about to leave while a database transaction was open. Close the scope first."""


def refuse_inside_transaction(_request: httpx2.Request | None = None) -> None:
    """Raises NetworkInsideTransaction if this thread's database connection is in a transaction."""
    if connection.in_atomic_block:
        raise NetworkInsideTransaction("network calls are made between transactions, never inside one")


def seconds() -> float:
    """The clock of `send_before`."""
    return clock.now().timestamp()


class Punctual(httpx2.BaseTransport):
    """Refuses a request whose `send_before` has passed, at the last moment before its bytes leave."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self.inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        send_before = request.extensions.get("send_before")
        if send_before is not None and seconds() > send_before:
            raise httpx2.ConnectTimeout("too late to send", request=request)
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


@cache
def shared_client() -> httpx2.Client:
    """One pooled client for the process (building one costs about 17 ms): no retries, no redirects, no proxies."""
    return build_client(None)


def build_client(transport: httpx2.BaseTransport | None) -> httpx2.Client:
    """A client over `transport` (None: the real network), with the guard against open transactions."""
    network = (
        httpx2.HTTPTransport(
            verify=httpx2.create_ssl_context(trust_env=False),
            trust_env=False,
            retries=0,
            limits=httpx2.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=30.0),
        )
        if transport is None
        else transport
    )
    return httpx2.Client(
        transport=Punctual(network),
        timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        event_hooks={"request": [refuse_inside_transaction]},
    )
