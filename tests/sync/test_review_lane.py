"""What a hostile reading found about lanes: who may finish what, and what a drain must stop for."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import httpx2
import psycopg
import pytest

from casehug.connections.client import use_http
from casehug.connections.flow import disconnect
from casehug.intake.models import Matter
from casehug.kit.clock import ManualClock
from casehug.kit.ids import new_id
from casehug.kit.outgoing import build_client
from casehug.sync import lanes, limits, reference
from casehug.sync.models import BulkRun, Change, Lane, Link, Priority, ReferenceData, RequestSlot
from casehug.sync.outbox import enqueue
from casehug.tenancy.scope import firm_scope
from sandbox.app import create_app
from sandbox.faults import Fault
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.lawmatics_town import TownTransport, connect
from tests.sync.engine import Drain, click, matters_titled
from tests.sync.test_account import switch

TITLE = "Johnson v. Johnson — Divorce"


class Meanwhile(TownTransport):
    """Calls `act` once: when the town has answered the first match, before the caller sees the answer."""

    def __init__(self, town: Town, method: str, path: str, act: Callable[[], object]) -> None:
        super().__init__(create_app(town))
        self.method, self.path, self.act, self.done = method, path, act, False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        if not self.done and request.method == self.method and re.search(self.path, request.url.path):
            self.done = True
            # On a thread of its own: a browser's request has its own connection to the database.
            thread = threading.Thread(target=self.act)
            thread.start()
            thread.join()
        return response


def meanwhile(town: Town, method: str, path: str, act: Callable[[], object]) -> None:
    client = build_client(Meanwhile(town, method, path, act))
    use_http(lambda: client)


def states(people: Cast, *matters: Matter) -> list[tuple[str, str]]:
    with firm_scope(people.firm_id):
        found = {c.matter_id: (c.state, c.problem) for c in Change.objects.all()}
    return [found[matter.id] for matter in matters]


def test_it_does_not_call_a_matter_delivered_that_was_never_taken_up(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    """The change after a good one cannot be loaded: the good one is finished, and the other stops and shows."""
    good, ghost = cast.open_dana(connected.bob), new_id()
    with firm_scope(connected.firm_id):
        Change.objects.create(matter_id=ghost, reason="test")
    run(connected.firm_id)
    assert states(connected, good) == [("delivered", "")]
    with firm_scope(connected.firm_id):
        assert Change.objects.get(matter_id=ghost).state == "held"


def test_it_takes_a_matter_up_again_when_the_database_cancelled_its_loading(
    time: ManualClock, connected: Cast, run: Drain, town: Town, database: TestDatabase
) -> None:
    first = cast.open_dana(connected.bob)
    second = cast.open_dana(connected.bob, title="Second", client=cast.NewClient("Eve", "Stone", "eve@example.com"))
    release = threading.Event()

    def cancel_what_waits() -> None:
        def hold() -> None:
            with psycopg.connect(database.addresses["admin"]) as admin:
                admin.execute("LOCK TABLE sync_requestslot IN EXCLUSIVE MODE")
                locked.set()
                with psycopg.connect(database.addresses["admin"], autocommit=True) as other:
                    for _ in range(200):
                        waiting = other.execute(
                            "SELECT pid FROM pg_stat_activity WHERE usename = 'casehug_sync'"
                            " AND wait_event_type = 'Lock' AND datname = current_database()"
                        ).fetchall()
                        if waiting:
                            other.execute("SELECT pg_cancel_backend(%s)", [waiting[0][0]])
                            break
                        release.wait(0.02)
                admin.rollback()

        locked = threading.Event()
        threading.Thread(target=hold).start()
        locked.wait(5)

    meanwhile(town, "POST", r"^/v1/prospects$", cancel_what_waits)
    for _ in range(4):
        run(connected.firm_id)
        time.advance(300)
    assert states(connected, first, second) == [("delivered", ""), ("delivered", "")]
    assert len(matters_titled(town.firm("hartwell"), TITLE)) == 1
    assert len(matters_titled(town.firm("hartwell"), "Second")) == 1


def test_it_keeps_no_link_of_an_account_that_was_left_in_mid_drain(
    time: ManualClock, connected: Cast, http: httpx2.Client, run: Drain, town: Town
) -> None:
    cast.open_dana(connected.bob)
    meanwhile(town, "POST", r"^/v1/contacts$", lambda: switch(connected, http, town, "nakamura"))
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        accounts = set(Link.objects.values_list("account_id", flat=True))
        account = ReferenceData.objects.count()
    assert accounts <= {str(town.firm("nakamura").id)}
    assert account <= 1
    assert matters_titled(town.firm("hartwell"), TITLE) == []


def test_it_sends_nothing_more_after_disconnect(time: ManualClock, connected: Cast, run: Drain, town: Town) -> None:
    for number in range(4):
        client = cast.NewClient(f"Late{number}", "Person", email=f"late-{number}@example.com")
        cast.open_dana(connected.bob, title=f"Late {number}", client=client)
    meanwhile(town, "GET", r"^/v1/contacts", lambda: disconnect(connected.alice))
    town.requests.clear()
    run(connected.firm_id)
    assert [
        request.method for request in town.requests if request.method == "POST" and request.path[:4] == "/v1/"
    ] == []


def test_it_ends_a_bulk_sync_that_was_counted_for_another_account(
    time: ManualClock, connected: Cast, http: httpx2.Client, run: Drain, town: Town
) -> None:
    matter = cast.open_dana(connected.bob, client=None)
    with firm_scope(connected.firm_id):
        bulk = BulkRun.objects.create(state="running", total=1)
        enqueue(
            firm_id=connected.firm_id,
            matter_id=matter.id,
            reason="bulk",
            asked_by=None,
            priority=Priority.BACKFILL,
            run_id=bulk.id,
        )
    switch(connected, http, town, "nakamura")
    with firm_scope(connected.firm_id):
        assert BulkRun.objects.get().state == "cancelled"
        assert Change.objects.get(matter_id=matter.id).state == "dismissed"


def test_it_goes_on_when_the_token_was_renewed_by_somebody_else(
    time: ManualClock, people: Cast, http: httpx2.Client, run: Drain, town: Town
) -> None:
    """A token that came to its end inside a long turn is renewed, and not taken for a broken connection."""
    town.firm("hartwell").options.expiring_tokens = True
    connect(people.alice, http)
    run(people.firm_id)
    matter = cast.open_dana(people.bob)
    time.advance(7200 - 310)
    meanwhile(town, "GET", r"^/v1/contacts", lambda: time.advance(320))
    for _ in range(3):
        run(people.firm_id)
    assert states(people, matter) == [("delivered", "")]


def test_it_takes_no_slot_for_what_makes_no_request(time: ManualClock, connected: Cast, run: Drain, town: Town) -> None:
    matters = [
        cast.open_dana(
            connected.bob, title=f"Same {n}", client=cast.NewClient(f"Same{n}", "Person", email=f"same-{n}@example.com")
        )
        for n in range(6)
    ]
    run(connected.firm_id)
    time.advance(200)
    for matter in matters:
        click(connected.bob, matter)
    town.requests.clear()
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        taken = RequestSlot.objects.filter(at__gt=time.now() - limits.WINDOW).count()
    assert not town.requests
    assert taken <= 1


@pytest.mark.parametrize("asked", [None, 30])
def test_it_keeps_a_longer_pause_that_came_from_elsewhere(
    time: ManualClock, connected: Cast, asked: int | None
) -> None:
    lease = lanes.acquire(connected.firm_id)
    assert lease
    longer = time.now() + timedelta(seconds=200)
    lanes.pause(connected.firm_id, until=longer, reason="rate_limited")
    shorter = time.now() + timedelta(seconds=asked) if asked else None
    lanes.release(lease, due_at=shorter, paused_until=shorter, reason="budget")
    lane = Lane.objects.get(firm_id=connected.firm_id)
    assert (lane.paused_until, lane.pause_reason, lane.due_at) == (longer, "rate_limited", longer)


def test_it_stops_sending_when_the_lane_is_paused_from_elsewhere(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    cast.open_dana(connected.bob)
    until = time.now() + timedelta(seconds=120)
    meanwhile(town, "GET", r"^/v1/contacts", lambda: lanes.pause(connected.firm_id, until=until, reason="rate_limited"))
    run(connected.firm_id)
    assert matters_titled(town.firm("hartwell"), TITLE) == []
    time.advance(121)
    run(connected.firm_id)
    assert len(matters_titled(town.firm("hartwell"), TITLE)) == 1


def test_it_goes_on_with_the_settings_it_has_when_one_listing_is_forbidden(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    with firm_scope(connected.firm_id):
        reference.forget()
    town.faults.add(Fault(kind="status", method="GET", path="/v1/sub_statuses", status=403, times=50))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert states(connected, matter) == [("delivered", "")]
