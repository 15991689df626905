"""The one place that opens connections to other machines.

Two rules stand here because both break silently elsewhere: no network inside a database transaction (it would hold
row locks while a stranger's server thinks), and no proxy or credentials picked up from the environment.
"""

from functools import cache

import httpx2
from django.db import connection

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0


class NetworkInsideTransaction(RuntimeError):
    """A request was about to leave while a database transaction was open. Close the scope first."""


def refuse_inside_transaction(_request: httpx2.Request | None = None) -> None:
    """Raises NetworkInsideTransaction if this thread's database connection is in a transaction."""
    if connection.in_atomic_block:
        raise NetworkInsideTransaction("network calls are made between transactions, never inside one")


@cache
def shared_client() -> httpx2.Client:
    """One pooled client for the process (building one costs about 17 ms): no retries, no redirects, no proxies."""
    return build_client(None)


def build_client(transport: httpx2.BaseTransport | None) -> httpx2.Client:
    """A client over `transport` (None: the real network), with the guard against open transactions."""
    return httpx2.Client(
        transport=transport,
        timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=30.0),
        follow_redirects=False,
        trust_env=False,
        event_hooks={"request": [refuse_inside_transaction]},
    )
