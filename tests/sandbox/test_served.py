"""Behind a real server: a lost reply is a closed socket, and the clock is shared through a file."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox.clock import VirtualClock

NEW = {"first_name": "New", "email": "new@example.com"}
GRANIAN = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "4", "sandbox.wsgi:app"]


@dataclass
class Served:
    web: httpx2.Client
    api: httpx2.Client
    clock: VirtualClock

    def order(self, **fault: Any) -> None:
        self.web.post("/console/faults.json", json=fault).raise_for_status()

    def contacts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.web.get("/console/state/hartwell.json").json()["contacts"]
        return [row for row in found if row["email"] == "new@example.com"]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    file, port = tmp_path_factory.mktemp("town") / "clock", free_port()
    environment = {**os.environ, "SANDBOX_RATE_LIMIT": "off", "SANDBOX_CLOCK_FILE": str(file)}
    granian = [str(Path(sys.executable).with_name("granian")), "--port", str(port), *GRANIAN]
    process = subprocess.Popen(granian, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx2.get(f"{url}/healthz")
                break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield url, file
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def served(server: tuple[str, Path]) -> Iterator[Served]:
    url, file = server
    with httpx2.Client(base_url=url, timeout=10) as web:
        values = {"client_id": "sandbox-hartwell", "redirect_uri": "http://localhost/cb", "response_type": "code"}
        page = web.post("/oauth/authorize", data={**values, "state": "s", "decision": "allow"})
        code = httpx2.URL(page.headers["Location"]).params["code"]
        grant = {**values, "client_secret": "sandbox-hartwell-secret", "grant_type": "authorization_code", "code": code}
        token = web.post("/oauth/token", json=grant).json()["access_token"]
        for contact in Served(web, web, VirtualClock(file)).contacts():
            web.post("/console/changes/hartwell.json", json={"do": "delete_contact", "id": contact["id"]})
        with httpx2.Client(base_url=url, timeout=10, headers={"Authorization": f"Bearer {token}"}) as api:
            yield Served(web, api, VirtualClock(file))


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", 0), ("drop", 1), ("cut", 1), ("late", 0)])
def test_it_closes_the_socket_before_the_answer_is_whole(served: Served, kind: str, stored: int) -> None:
    served.order(kind=kind, method="POST", seconds=60)
    with pytest.raises(httpx2.TransportError):
        served.api.post("/v1/contacts", json=NEW)
    assert len(served.contacts()) == stored


def test_it_stores_late_when_the_shared_clock_says_so(served: Served) -> None:
    served.order(kind="late", method="POST", seconds=20)
    with pytest.raises(httpx2.TransportError):
        served.api.post("/v1/contacts", json=NEW)
    assert len(served.contacts()) == 0
    served.clock.advance(21)
    assert len(served.contacts()) == 1


def test_it_dates_its_answers_by_the_shared_clock(served: Served) -> None:
    before = served.api.get("/v1/users/me").headers["Date"]
    served.clock.advance(86_400 * 400)
    assert served.api.get("/v1/users/me").headers["Date"][7:16] != before[7:16]


def test_it_takes_and_returns_a_file(served: Served) -> None:
    content = os.urandom(2_000_000)
    answer = served.api.post("/v1/files", data={"documentable_type": "firm"}, files={"file": ("a.bin", content)})
    assert served.api.get(f"/v1/files/download/{answer.json()['data']['id']}").content == content
