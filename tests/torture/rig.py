"""The rig: a served sandbox, workers that can be killed, and one clock for all of them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import psycopg

from casehug.connections.client import use_http
from casehug.intake.models import Matter
from casehug.kit import clock
from casehug.kit.outgoing import build_client, shared_client
from casehug.ops.processes import Child, choose_port, serve
from casehug.sync import lanes
from casehug.sync.models import Change, Lane
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.lawmatics_town import connect
from tests.torture.zygote import FileClock

# From a loop's length in `make test` to that in `make torture`.
LONG = os.environ.get("CASEHUG_TORTURE") == "long"
KILLED, STOPPED = -9, -19


def times(short: int, *, long: int) -> int:
    return long if LONG else short


@dataclass
class Rig:
    clock: FileClock
    sandbox_url: str
    zygote: "subprocess.Popen[str]"
    http: httpx2.Client
    admin_url: str
    log: Path
    _first: int = 0

    # --- workers --------------------------------------------------------------------------------------------------

    def tell(self, **command: Any) -> Any:
        assert self.zygote.stdin
        assert self.zygote.stdout
        self.zygote.stdin.write(json.dumps(command) + "\n")
        self.zygote.stdin.flush()
        line = self.zygote.stdout.readline()
        assert line, "the zygote has died"
        return json.loads(line)

    def work(self, *firms: UUID, **command: Any) -> list[int]:
        """Let one worker for each firm named drain its lane, all at once; how each of them ended."""
        ended = self.tell(firms=[str(firm) for firm in firms], **command)
        return [code for _, code in ended]

    def freeze(self, firm: UUID, *, point: str, **command: Any) -> int:
        """Start a worker that stops at the point, as by SIGSTOP; its process id."""
        ((pid, code),) = self.tell(firms=[str(firm)], point=point, freeze=True, **command)
        assert code == STOPPED, f"it ended with {code} instead of stopping at {point}"
        return int(pid)

    def thaw(self, pid: int) -> int:
        code: int = self.tell(thaw=pid)
        return code

    # --- time -----------------------------------------------------------------------------------------------------

    def outlive_leases(self) -> None:
        """Every worker is dead or frozen: let what it leased run out."""
        self.clock.advance(lanes.LEASE.total_seconds() + 1)

    def settle(self, *firms: UUID, rounds: int = 400, **command: Any) -> None:
        """Let workers go on, and time pass when they rest, until nothing waits any more."""
        for _ in range(rounds):
            moments = [moment for firm in firms if (moment := self.next_moment(firm)) is not None]
            if not moments:
                return
            rest = (min(moments) - self.clock.now()).total_seconds()
            if rest > 0:
                self.clock.advance(rest + 0.01)
            codes = self.work(*firms, **command)
            assert not any(code > 0 for code in codes), f"workers failed: {codes}\n{self.log.read_text()[-3000:]}"
        raise AssertionError("the queue does not come to rest")

    def next_moment(self, firm: UUID) -> datetime | None:
        """When the firm's lane has to be looked at again; None when nothing waits."""
        with firm_scope(firm):
            waiting = Change.objects.filter(state="waiting").order_by("not_before").first()
        if waiting is None:
            return None
        lane = Lane.objects.get(firm_id=firm)
        return max(filter(None, [waiting.not_before, lane.paused_until, lane.leased_until]), default=waiting.not_before)

    def forget_open_writes(self, firm: UUID) -> None:
        """For controls: as if nothing had been written down before the bytes left."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(
                "UPDATE sync_attempt SET state = 'failed' WHERE firm_id = %s AND state IN ('sending', 'unknown')",
                [firm],
            )

    # --- the remote -----------------------------------------------------------------------------------------------

    def faults(self, *rules: dict[str, Any]) -> None:
        self.http.request("DELETE", f"{self.sandbox_url}/console/faults.json").raise_for_status()
        for rule in rules:
            self.http.post(f"{self.sandbox_url}/console/faults.json", json=rule).raise_for_status()

    def state(self, slug: str = "hartwell") -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"{self.sandbox_url}/console/state/{slug}.json").json()
        return found

    def forget_requests(self) -> None:
        """From here on `moments` counts."""
        self._first = max((row["number"] for row in self._requests()), default=0)

    def moments(self, slug: str = "hartwell") -> list[datetime]:
        """When requests reached Lawmatics, by its own log; a refused one counts too."""
        return sorted(datetime.fromisoformat(row["at"]) for row in self._requests(slug) if row["path"][:4] == "/v1/")

    def _requests(self, slug: str = "hartwell") -> list[dict[str, Any]]:
        answer = self.http.get(f"{self.sandbox_url}/console/requests/{slug}.json", params={"after": self._first})
        rows: list[dict[str, Any]] = answer.json()["requests"]
        return rows

    def titled(self, titles: set[str], slug: str = "hartwell") -> list[str]:
        """The titles in Lawmatics that are among these, as often as they stand there."""
        return [row["case_title"] for row in self.state(slug)["matters"] if row["case_title"] in titles]


@contextmanager
def rigged(database: TestDatabase, folder: Path, *, rate_limit: str = "50") -> Iterator[Rig]:
    """Serve a sandbox, start the zygote, and let this process follow their clock."""
    file = folder / "clock"
    rehearsal = FileClock(file)
    rehearsal.advance(0)
    port = choose_port(0)
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(["src", "."]),
        "CASEHUG_PROCESS": "sync",
        "DATABASE_SYNC_URL": database.addresses["sync"],
        "DATABASE_URL": database.addresses["app"],
        "LAWMATICS_API_URL": url,
        "LAWMATICS_TOKEN_URL": f"{url}/oauth/token",
        "SANDBOX_CLOCK_FILE": str(file),
        "SANDBOX_RATE_LIMIT": rate_limit,
        "TORTURE_CLOCK": str(file),
        **({"LAWMATICS_REQUESTS_PER_MINUTE": "1000000"} if rate_limit == "off" else {}),
    }
    sandbox = Child(
        "The sandbox",
        serve("sandbox.wsgi:app", port=port, threads=4),
        environment=environment,
        log=folder / "sandbox.log",
    )
    with (folder / "workers.log").open("w") as log:
        zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.zygote"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            sandbox.wait_until_answers(f"{url}/healthz")
            with clock.using(rehearsal), Redirected(url) as http:
                yield Rig(rehearsal, url, zygote, http, database.addresses["admin"], folder / "workers.log")
        finally:
            assert zygote.stdin
            zygote.stdin.close()
            zygote.wait(timeout=10)
            sandbox.stop()


class Redirected:
    """What this process sends to Lawmatics' test address goes to the served sandbox, for the length of the block."""

    def __init__(self, url: str) -> None:
        self.client = build_client(_Rerouted(url))

    def __enter__(self) -> httpx2.Client:
        use_http(lambda: self.client)
        return self.client

    def __exit__(self, *_error: object) -> None:
        use_http(shared_client)
        self.client.close()


class _Rerouted(httpx2.BaseTransport):
    def __init__(self, url: str) -> None:
        self.inner = httpx2.HTTPTransport(retries=0)
        self.url = httpx2.URL(url)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(scheme=self.url.scheme, host=self.url.host, port=self.url.port)
        return self.inner.handle_request(request)


def join(rig: Rig, admin: Actor, slug: str = "hartwell") -> None:
    """Connect the admin's firm, and let a worker read its settings."""
    connect(admin, rig.http, slug=slug)
    rig.work(admin.firm_id)
    rig.clock.advance(120)


def conserved(people: Cast, matters: list[Matter]) -> dict[str, int]:
    """How many of the matters' changes are in each state: every change in exactly one."""
    with firm_scope(people.firm_id):
        states = list(Change.objects.filter(matter_id__in=[m.id for m in matters]).values_list("state", flat=True))
    return {state: states.count(state) for state in set(states)}


def most_in(moments: list[datetime], window: timedelta) -> int:
    """The largest number of moments in any half-open window of this length."""
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most
