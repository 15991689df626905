"""A client on a played remote: `play(handler)` gives the client and what it sent and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lawmatics import Exchange, Lawmatics, open_http

TOKEN = "tok-0123456789-secret"


@dataclass
class Stage:
    """What a test looks at afterwards."""

    client: Lawmatics
    requests: list[httpx2.Request] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def body(self) -> Any:
        return json.loads(self.requests[-1].content)

    @property
    def params(self) -> dict[str, str]:
        return dict(self.requests[-1].url.params)


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
def play() -> Callable[..., Stage]:
    def start(handler: Callable[[httpx2.Request], httpx2.Response], **options: Any) -> Stage:
        requests: list[httpx2.Request] = []
        exchanges: list[Exchange] = []

        def remote(request: httpx2.Request) -> httpx2.Response:
            requests.append(request)
            return handler(request)

        client = Lawmatics(
            base_url="http://lawmatics.test",
            token=lambda: TOKEN,
            http=open_http(httpx2.MockTransport(remote)),
            after=exchanges.append,
            **options,
        )
        return Stage(client, requests, exchanges)

    return start


@pytest.fixture
def answer() -> Callable[..., Callable[[httpx2.Request], httpx2.Response]]:
    """A remote that always says the same."""

    def make(status: int = 200, **reply: Any) -> Callable[[httpx2.Request], httpx2.Response]:
        return lambda _request: httpx2.Response(status, **reply)

    return make


@pytest.fixture
def listing() -> Callable[..., Callable[[httpx2.Request], httpx2.Response]]:
    """A remote that serves records (attributes with an `id`) in pages of 25, as documented."""

    def make(rows: list[dict[str, Any]], kind: str = "contact") -> Callable[[httpx2.Request], httpx2.Response]:
        def handler(request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(200, json=page_of(rows, int(request.url.params["page"]), kind))

        return handler

    return make


@pytest.fixture
def page() -> Callable[..., dict[str, Any]]:
    return page_of


def page_of(rows: list[dict[str, Any]], number: int, kind: str = "contact") -> dict[str, Any]:
    pages = max(1, -(-len(rows) // 25))
    links = {"next": f"/v1/x?page={number + 1}"} if number < pages else {}
    return {
        "data": [
            {"id": str(row["id"]), "type": kind, "attributes": {k: v for k, v in row.items() if k != "id"}}
            for row in rows[(number - 1) * 25 : number * 25]
        ],
        "meta": {"total_pages": pages, "limit_per_page": 25, "total_entries": len(rows)},
        "links": links,
    }


@pytest.fixture(scope="session")
def contract() -> list[dict[str, Any]]:
    path = Path(__file__).parent.parent / "contract" / "contract.json"
    endpoints: list[dict[str, Any]] = json.loads(path.read_text())["endpoints"]
    return endpoints
