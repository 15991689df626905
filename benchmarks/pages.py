"""How long the server takes for the pages of a firm with 100,000 matters, and to remind their clients."""

import gzip
import re
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import house, large_firm
from benchmarks.figures import Figure, percentile
from benchmarks.profile import explain
from casehug.ops.demo.walk import Browser

REQUESTS = 110
WARM_UP = 10
PAGE_MS, REMINDERS_S, PORTAL_KB = 50, 30, 100


def measure() -> Iterator[Figure]:
    with house.running({}) as running:
        house.join_django(running)
        browser = house.connected_browser(running)
        alice = house.alice_at_work()
        middle = large_firm.fill(running, alice)
        yield from _pages(browser, alice, middle)
        yield from _portal(alice, middle)
        yield from _reminders(alice)


def _pages(browser: Browser, alice: Any, middle: Any) -> Iterator[Figure]:
    for name, path in pages_of(alice, middle).items():
        p95 = percentile(times(browser, path), 0.95)
        yield (figure := Figure(f"100,000 matters, {name}: p95", p95, "ms", PAGE_MS))
        if figure.missed:
            explain(alice, path)


def pages_of(alice: Any, middle: Any) -> dict[str, str]:
    from casehug.intake.queries.matters import ORDERS  # noqa: PLC0415

    filters = {
        "status": "status=intake",
        "a rare status": "status=declined",
        "archived": "status=archived",
        "case type": "case_type=common-1",
        "a rare case type": "case_type=rare",
        "Lawmatics": "delivery=held",
        "Lawmatics not linked": "delivery=none",
        "attorney with few": "attorney=mine",
        "attorney nobody": "attorney=none",
        "search, one": "q=client7777",
        "search, many": "q=client7",
        "search, all": "q=bench",
        "search, rare": f"q={large_firm.RARE}",
        "search, two words": "q=bench+client77",
        "search, nothing": "q=nothingatall",
        "search and filters": "q=client7&status=review&delivery=held",
    }
    pages = {"home": "/", "matter": f"/matters/{middle}/", "activity": f"/matters/{middle}/activity/"}
    for order in ORDERS:
        pages[f"by {order}"] = f"/matters/?order={order}"
        pages[f"by {order}, in the middle"] = f"/matters/?order={order}&before={middle}"
        pages[f"by {order}, backwards"] = f"/matters/?order={order}&after={middle}"
        for name, query in filters.items():
            pages[f"by {order}, {name}"] = f"/matters/?order={order}&{query}"
    return pages | {
        "clients": "/clients/",
        "clients, by first name": f"/clients/?q={large_firm.RARE}",
        "clients, by many names": "/clients/?q=client7",
        "clients, by the name of all": "/clients/?q=bench",
        "clients, by address": "/clients/?q=client7777@",
        "sync log": "/settings/integrations/lawmatics/log/",
    }


def times(browser: Browser, path: str) -> list[float]:
    """Milliseconds from request to complete answer on a kept connection, on this machine."""
    measured = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        answer = browser.http.get(path)
        measured.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}.")
    return measured[WARM_UP:]


def _reminders(alice: Any) -> Iterator[Figure]:
    from casehug.notify.reminders import remind  # noqa: PLC0415

    started = time.perf_counter()
    queued = remind(alice.firm_id)
    seconds = time.perf_counter() - started
    yield Figure(f"Reminders chosen and queued for 100,000 links ({queued:,})", seconds, "s", REMINDERS_S)


def _portal(alice: Any, matter_id: Any) -> Iterator[Figure]:
    """The client's pages through Django itself: server time, and what a first visit transfers, gzipped."""
    from django.test import Client  # noqa: PLC0415

    from casehug.intake.models import IntakeLink  # noqa: PLC0415
    from casehug.intake.services.links import new_token  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    with firm_scope(alice.firm_id):
        token = new_token(IntakeLink.objects.get(matter_id=matter_id))
    phone = Client(SERVER_NAME="localhost")
    phone.get(f"/i/{token}")
    phone.post("/portal/open/")
    for path in ("/portal/", "/portal/questions/", "/portal/documents/"):
        measured = []
        for _ in range(REQUESTS):
            started = time.perf_counter()
            answer = phone.get(path, follow=True)
            measured.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}.")
        yield Figure(f"Portal {path}: p95", percentile(measured[WARM_UP:], 0.95), "ms", PAGE_MS)
        page = answer.content
        names = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.decode()))
        files = [b"".join(phone.get(name).streaming_content) for name in names]  # type: ignore[attr-defined]
        transferred = sum(len(gzip.compress(one)) for one in (page, *files)) / 1000
        yield Figure(f"Portal {path}: transferred at a first visit", transferred, "KB", PORTAL_KB)
