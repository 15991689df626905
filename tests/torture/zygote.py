"""Workers that can be killed: a process that has everything loaded and forks a real worker for each command.

Reads lines of JSON and answers each with one. A worker drains one firm's lane with the sync login and a served sandbox,
and sends itself SIGKILL (or SIGSTOP) at a named point. Points are `commit:<n>` and `committed:<n>` (before and after
the n-th commit of the drain), and `sending:<call>` and `answered:<call>` (before the request leaves, and when Lawmatics
has answered but nobody has read it yet).
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django
import httpx2

django.setup()

from django.db import connection  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from casehug.connections.client import use_http  # noqa: E402
from casehug.kit import clock  # noqa: E402
from casehug.kit.outgoing import Punctual  # noqa: E402
from casehug.sync import drain as engine  # noqa: E402
from casehug.sync import lookup, recovery  # noqa: E402
from sandbox.clock import VirtualClock  # noqa: E402

CALLS = {
    ("GET", "/v1/contacts"): "search",
    ("POST", "/v1/contacts"): "contact",
    ("POST", "/v1/prospects"): "matter",
    ("PUT", "/v1/contacts"): "note",
}


class FileClock:
    """The rehearsal's clock: the sandbox, the test and every worker read the same file."""

    def __init__(self, file: Path) -> None:
        self.virtual = VirtualClock(file)

    def now(self) -> datetime:
        return self.virtual()

    def advance(self, seconds: float) -> None:
        self.virtual.advance(seconds)


class Deadly(httpx2.BaseTransport):
    """The real network, with a point before and after every request."""

    def __init__(self, reach: Callable[[str], None], *, guarded: bool) -> None:
        network = httpx2.HTTPTransport(retries=0)
        # A freeze comes before the last look at the clock: behind it there is only the kernel.
        self.inner: httpx2.BaseTransport = Punctual(network) if guarded else network
        self.reach = reach

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        parts = request.url.path.split("/")
        call = CALLS.get((request.method, "/".join(parts[:3])), "other")
        self.reach(f"sending:{call}")
        response = self.inner.handle_request(request)
        self.reach(f"answered:{call}")
        return response


def work(firm_id: UUID, *, point: str, send: int, controls: list[str]) -> None:
    """What the forked worker does. Returns only if its point was not reached."""
    commits = 0

    def reach(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), send)

    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

    def counted(self: BaseDatabaseWrapper) -> None:
        nonlocal commits
        commits += 1
        reach(f"commit:{commits}")
        commit(self)
        reach(f"committed:{commits}")

    if point.startswith("commit"):
        BaseDatabaseWrapper._commit = counted  # type: ignore[attr-defined]
    if "no quarantine" in controls:
        for module in (engine, lookup, recovery):
            module.QUARANTINE = timedelta(0)  # type: ignore[attr-defined]
    client = httpx2.Client(transport=Deadly(reach, guarded="late sends" not in controls), trust_env=False)
    use_http(lambda: client)
    engine.drain(firm_id)


def start(command: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        # The answers' pipe is the parent's; what a worker prints goes to the log.
        os.dup2(2, 1)
        connection.connection = None
        send = signal.SIGSTOP if command.get("freeze") else signal.SIGKILL
        work(
            UUID(command["firm"]),
            point=command.get("point", ""),
            send=send,
            controls=command.get("controls", []),
        )
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def wait(pid: int) -> int:
    """The exit code, or minus the signal."""
    _, status = os.waitpid(pid, os.WUNTRACED)
    return -os.WSTOPSIG(status) if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)


def obey(command: dict[str, Any]) -> Any:
    if "thaw" in command:
        os.kill(command["thaw"], signal.SIGCONT)
        return wait(command["thaw"])
    pids = [start({**command, "firm": firm}) for firm in command["firms"]]
    if command.get("loose"):
        return pids
    return [[pid, wait(pid)] for pid in pids]


def main() -> None:
    with clock.using(FileClock(Path(os.environ["TORTURE_CLOCK"]))):
        for line in sys.stdin:
            command = json.loads(line)
            answer = [wait(pid) for pid in command["wait"]] if "wait" in command else obey(command)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
