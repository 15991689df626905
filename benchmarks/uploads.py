"""Twenty phones upload at once: how long it takes, what the web process needs for it, and what the firm feels of it.

The slow phones stand behind a front that takes in a piece before it passes it on, as in production: each waits for as
long as its line needs for a piece, then the piece arrives at once.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from benchmarks import house
from benchmarks.figures import Figure, percentile
from benchmarks.pages import times
from casehug.ops.stack import Stack

PHONES = 20
MEGABYTES = 20
PIECE = 256 * 1024  # what the portal's script sends
BYTES_PER_SECOND = 1_000_000 // 8
JSON = {"Accept": "application/json"}


def measure() -> Iterator[Figure]:
    with house.running({}) as running:
        house.join_django(running)
        browser = house.connected_browser(running)
        tokens = open_matters(house.alice_at_work())
        content = document(MEGABYTES * 1024 * 1024)
        with ThreadPoolExecutor(PHONES) as pool:
            phones = list(pool.map(lambda token: Phone(running.web_url, token), tokens))
            started = time.perf_counter()
            list(pool.map(lambda phone: phone.upload(content), phones))
            took = time.perf_counter() - started
            name = f"{PHONES} parallel uploads of {MEGABYTES} MB"
            yield Figure(f"{name}: wall time", took, "s")
            for number, peak in enumerate(peaks(running), start=1):
                yield Figure(f"{name}: peak of web process {number}", peak, "MB", 150)
            over = threading.Event()
            slow = [pool.submit(phone.upload_slowly, content, over) for phone in phones]
            time.sleep(2)
            p95 = percentile(times(browser, "/matters/"), 0.95)
            over.set()
            for phone in slow:
                phone.result()
            yield Figure(f"Staff page while {PHONES} phones upload at 1 Mbit/s: p95", p95, "ms", 200)


class Phone:
    """A client's browser that was let in through its private link."""

    def __init__(self, url: str, token: str) -> None:
        self.http = httpx2.Client(base_url=url, trust_env=False, timeout=180, follow_redirects=True)
        self.http.get(f"/i/{token}")
        self._headers()
        self.http.post("/portal/open/", headers=self.headers)
        page = self.http.get("/portal/documents/").text
        self._headers()
        self.item = page.partition('data-item="')[2].partition('"')[0]

    def _headers(self) -> None:
        self.headers = {**JSON, "X-CSRFToken": self.http.cookies["casehug-csrf"]}

    def upload(self, content: bytes) -> None:
        upload = self.start(len(content))
        for offset in range(0, len(content), PIECE):
            self.send(upload, offset, content[offset : offset + PIECE])
        _need(self.http.post(f"/portal/uploads/{upload}/finish/", headers=self.headers))

    def upload_slowly(self, content: bytes, over: threading.Event) -> None:
        """Piece after piece at the speed of a bad line, until told to stop."""
        upload = self.start(len(content))
        for offset in range(0, len(content), PIECE):
            if over.is_set():
                return
            time.sleep(PIECE / BYTES_PER_SECOND)
            self.send(upload, offset, content[offset : offset + PIECE])

    def start(self, size: int) -> str:
        address = f"/portal/items/{self.item}/uploads/"
        answer = _need(self.http.post(address, data={"file_name": "a.pdf", "size": str(size)}, headers=self.headers))
        return str(answer.json()["id"])

    def send(self, upload: str, offset: int, piece: bytes) -> None:
        headers = {**self.headers, "Content-Type": "application/octet-stream"}
        _need(self.http.post(f"/portal/uploads/{upload}/pieces/?offset={offset}", content=piece, headers=headers))


def _need(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code != 200:
        raise SystemExit(f"{answer.request.url.path} answered {answer.status_code}: {answer.text[:200]}")
    return answer


def peaks(running: Stack) -> list[float]:
    """The largest resident size, in MB, that each process of the web server has had."""
    found = []
    for process in _family(running.web.process.pid):
        status = Path(f"/proc/{process}/status").read_text()
        found.append(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
    return found


def _family(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [pid, *(descendant for child in children for descendant in _family(child))]


def document(size: int) -> bytes:
    """A PDF of exactly this size, most of it a comment."""
    head, body = (
        b"%PDF-1.4\n",
        (
            b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
            b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
            b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>\nendobj\n"
            b"trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n0\n%%EOF\n"
        ),
    )
    return head + b"%" + b"x" * (size - len(head) - len(body) - 2) + b"\n" + body


def open_matters(alice: Any) -> list[str]:
    """A matter for each phone; the tokens of their private links."""
    from casehug.intake.services import links  # noqa: PLC0415 - the settings are read late
    from casehug.intake.services.matters import NewClient, open_matter  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    tokens = []
    for number in range(PHONES):
        with firm_scope(alice.firm_id):
            matter = open_matter(
                alice,
                title=f"Bench v. Phone{number}",
                case_type="divorce-standard",
                state="CO",
                request_key=uuid4(),
                client=NewClient(f"Phone{number}", "Bench", email=f"phone{number}@example.com"),
            )
            tokens.append(links.new_token(links.prepare_link(alice, matter=matter)))
    return tokens
