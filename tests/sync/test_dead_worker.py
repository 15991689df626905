"""A worker that dies between its request and its answer leaves a write nobody settled. The next one looks first.

The state that kill -9 leaves (a lease, a committed SENDING row) is reached by a drain whose thread is ended by an error
that no code of ours catches, right after the remote has committed.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from casehug.connections.client import use_http
from casehug.kit.clock import ManualClock
from casehug.kit.outgoing import build_client
from casehug.sync import lanes
from casehug.sync.drain import drain
from casehug.sync.lookup import QUARANTINE
from casehug.sync.models import Attempt, ChangeState, Lane
from casehug.tenancy.scope import firm_scope
from sandbox.app import create_app
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.lawmatics_town import TownTransport
from tests.sync.engine import Drain, attempts, contacts_named, matters_titled, only_change

TITLE = "Johnson v. Johnson — Divorce"


class Killed(BaseException):
    """The end of the process, as far as the code in it can tell: no `except Exception` sees it."""


class DeadlyTransport(TownTransport):
    """Commits the first write to `path` in the sandbox and kills the caller instead of answering."""

    def __init__(self, app: Any, path: str) -> None:
        super().__init__(app)
        self.path = path
        self.used = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        if not self.used and request.method == "POST" and request.url.path == self.path:
            self.used = True
            raise Killed
        return response


@pytest.mark.parametrize("path", ["/v1/contacts", "/v1/prospects"])
def test_it_adopts_what_a_dead_worker_created(
    time: ManualClock, connected: Cast, town: Town, run: Drain, sync_process: ThreadPoolExecutor, path: str
) -> None:
    matter = cast.open_dana(connected.bob)
    deadly = build_client(DeadlyTransport(create_app(town), path))
    use_http(lambda: deadly)
    with pytest.raises(Killed):
        sync_process.submit(drain, connected.firm_id).result()
    assert "sending" in {state for _, state in attempts(connected.firm_id, matter)}
    assert Lane.objects.get(firm_id=connected.firm_id).leased_until is not None

    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == ChangeState.WAITING, "the dead worker's lease still runs"
    time.advance(lanes.LEASE.total_seconds() + 1)
    assert connected.firm_id in lanes.due_firms()
    run(connected.firm_id)
    time.advance(QUARANTINE.total_seconds() + 1)
    run(connected.firm_id)

    firm = town.firm("hartwell")
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    assert len(contacts_named(firm, "Dana Johnson")) == len(matters_titled(firm, TITLE)) == 1
    assert "adopted" in {state for _, state in attempts(connected.firm_id, matter)}


def test_it_would_create_twice_without_the_look(
    time: ManualClock, connected: Cast, town: Town, run: Drain, sync_process: ThreadPoolExecutor
) -> None:
    """The control: forget that the write was under way, and the next worker makes a second matter."""
    matter = cast.open_dana(connected.bob)
    deadly = build_client(DeadlyTransport(create_app(town), "/v1/prospects"))
    use_http(lambda: deadly)
    with pytest.raises(Killed):
        sync_process.submit(drain, connected.firm_id).result()
    sync_process.submit(_forget_attempts, connected).result()
    time.advance(lanes.LEASE.total_seconds() + 1)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    assert len(matters_titled(town.firm("hartwell"), TITLE)) == 2


def _forget_attempts(people: Cast) -> None:
    with firm_scope(people.firm_id):
        Attempt.objects.filter(state="sending").update(state="failed")
