"""The cases that were found by trying to break the engine. Each once made a duplicate, a wrong link, or a silence."""

import time as wall
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from django.db import DatabaseError, connections

from casehug.connections.client import use_http
from casehug.connections.flow import disconnect
from casehug.connections.models import Connection, ConnectionState
from casehug.connections.services import mark_broken
from casehug.intake.services.matters import NewClient
from casehug.kit.clock import ManualClock
from casehug.kit.outgoing import build_client
from casehug.sync import lanes, probe
from casehug.sync.drain import drain
from casehug.sync.lookup import QUARANTINE
from casehug.sync.models import ChangeState, Decision, Lane, Link
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox.app import create_app
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.lawmatics_town import TownTransport, connect
from tests.sync.engine import Drain, attempts, click, contacts_named, matters_titled, only_change

CONTACTS, MATTERS = r"^/v1/contacts$", r"^/v1/prospects$"
TITLE = "Johnson v. Johnson — Divorce"
PAST_QUARANTINE = QUARANTINE.total_seconds() + 1


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


class CuttingTransport(TownTransport):
    """Ends every database connection of the worker right after Lawmatics has made a matter."""

    def __init__(self, app: Any, database: TestDatabase) -> None:
        super().__init__(app)
        self.database = database
        self.used = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        if not self.used and request.method == "POST" and request.url.path == "/v1/prospects":
            self.used = True
            with self.database.connect("admin") as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'casehug_sync' AND datname = current_database()"
                )
        return response


def test_it_creates_nothing_twice_when_the_database_fails_after_the_answer(
    time: ManualClock,
    connected: Cast,
    town: Town,
    hartwell: Firm,
    run: Drain,
    database: TestDatabase,
    sync_process: ThreadPoolExecutor,
) -> None:
    cutting = build_client(CuttingTransport(create_app(town), database))
    use_http(lambda: cutting)
    matter = cast.open_dana(connected.bob)

    def drain_and_hang_up() -> None:
        try:
            drain(connected.firm_id)
        finally:
            connections["default"].close()

    with suppress(DatabaseError):
        sync_process.submit(drain_and_hang_up).result()
    assert len(matters_titled(hartwell, TITLE)) == 1
    for _ in range(4):
        time.advance(PAST_QUARANTINE)
        click(connected.bob, matter)
        run(connected.firm_id)
    assert len(matters_titled(hartwell, TITLE)) == 1
    assert only_change(connected.firm_id, matter, latest=True).state == ChangeState.DELIVERED


def test_it_stops_for_a_person_when_lawmatics_gives_out_an_id_that_is_taken(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    """A restored or restarted remote counts from an old number again."""
    first = cast.open_dana(connected.bob)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        taken = int(Link.objects.get(kind="matter", record_id=first.id).lawmatics_id)
    second = cast.open_dana(connected.bob, title="Second", client=NewClient("Eve", "Stone"))
    del hartwell.matters[taken]
    town.count_from(taken, "matter")
    run(connected.firm_id)
    assert only_change(connected.firm_id, second).problem == "taken_id"
    for _ in range(3):
        time.advance(PAST_QUARANTINE)
        click(connected.bob, second)
        run(connected.firm_id)
    assert only_change(connected.firm_id, second).state == ChangeState.HELD
    assert len(matters_titled(hartwell, "Second")) == 1, "no retry makes another one"


@pytest.mark.parametrize("email", ["", "dana@example.com"])
def test_it_waits_for_the_client_s_contact_whichever_matter_sent_it(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm, email: str
) -> None:
    town.faults.add(Fault(kind="drop", method="POST", path=CONTACTS))
    first = cast.open_dana(connected.bob, client=NewClient("Dana", "Johnson", email, "(303) 555-0134"))
    run(connected.firm_id)
    second = cast.open_dana(connected.bob, title="Second", client=first.client)
    run(connected.firm_id)
    for _ in range(3):
        time.advance(PAST_QUARANTINE)
        run(connected.firm_id)
    assert len(contacts_named(hartwell, "Dana Johnson")) == 1
    for matter in (first, second):
        assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    assert len({matter.contact_id for matter in matters_titled(hartwell, TITLE, "Second")}) == 1


def test_it_asks_before_it_adopts_a_contact_that_only_shares_the_name(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    cast.open_dana(connected.bob, title="First John", client=NewClient("John", "Smith"))
    run(connected.firm_id)
    [theirs] = contacts_named(hartwell, "John Smith")
    with firm_scope(connected.firm_id):
        # As if the first John had come in by hand: no link of ours points to him.
        assert Link.objects.filter(kind="contact", lawmatics_id=str(theirs.id)).exists()
    town.faults.add(Fault(kind="down", method="POST", path=CONTACTS))
    second = cast.open_dana(connected.bob, title="Second John", client=NewClient("John", "Smith"))
    run(connected.firm_id)
    for _ in range(3):
        time.advance(PAST_QUARANTINE)
        click(connected.bob, second)
        run(connected.firm_id)
    [matter] = matters_titled(hartwell, "Second John")
    assert matter.contact_id != theirs.id


def test_it_lets_a_person_tell_whose_the_nameless_contact_is(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    town.faults.add(Fault(kind="drop", method="POST", path=CONTACTS))
    matter = cast.open_dana(connected.bob, client=NewClient("John", "Smith"))
    run(connected.firm_id)
    time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).problem == "other_person"
    click(connected.bob, matter, decision=Decision.LINK)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    assert len(contacts_named(hartwell, "John Smith")) == 1


def test_it_links_nobody_but_the_contact_that_was_shown(
    time: ManualClock, connected: Cast, run: Drain, hartwell: Firm
) -> None:
    shown = next(contact for contact in hartwell.contacts.values() if contact.email == "john_doe@example.com")
    matter = cast.open_dana(connected.bob, client=NewClient("Ruth", "Doe", "john_doe@example.com"))
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).asked_about == str(shown.id)
    other = next(contact for contact in hartwell.contacts.values() if contact.name == "Maria Johnson")
    shown.email, other.email = "elsewhere@example.com", "john_doe@example.com"
    click(connected.bob, matter, decision=Decision.LINK)
    run(connected.firm_id)
    change = only_change(connected.firm_id, matter)
    assert (change.state, change.asked_about) == (ChangeState.HELD, str(other.id))
    assert matters_titled(hartwell, TITLE) == []


def test_it_believes_no_refusal_of_a_token_that_was_replaced(connected: Cast, http: httpx2.Client) -> None:
    with firm_scope(connected.firm_id):
        old = Connection.objects.get().reveal("access_token_sealed")
    disconnect(connected.alice)
    connect(connected.alice, http)
    with firm_scope(connected.firm_id):
        mark_broken(Actor.system(connected.firm_id), refused_token=old)
        assert Connection.objects.get().state == ConnectionState.CONNECTED


def test_it_says_so_when_the_firm_s_settings_cannot_be_read(
    time: ManualClock, people: Cast, http: httpx2.Client, run: Drain, town: Town
) -> None:
    connect(people.charlie, http, slug="nakamura")
    town.faults.add(Fault(kind="status", method="GET", path="^/v1/pipelines", status=403, times=9))
    matter = cast.open_dana(people.charlie)
    run(people.other_firm_id)
    change = only_change(people.other_firm_id, matter)
    assert change.problem == "forbidden"
    assert change.failures == 1
    town.faults.clear()
    time.advance(31)
    run(people.other_firm_id)
    assert only_change(people.other_firm_id, matter).state == ChangeState.DELIVERED


def test_it_reads_the_stages_again_when_the_one_it_knew_was_deleted(
    connected: Cast, run: Drain, hartwell: Firm
) -> None:
    stage = hartwell.stage_named("Family Law Intake")
    del hartwell.stages[stage.id]
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    [sent] = matters_titled(hartwell, TITLE)
    assert sent.stage_id == hartwell.stage_named("New Lead").id
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    assert ("matter.create", "failed") in attempts(connected.firm_id, matter)


def test_it_rests_the_lane_when_a_person_s_test_is_told_to_slow_down(
    time: ManualClock, connected: Cast, town: Town, run: Drain
) -> None:
    town.faults.add(Fault(kind="status", path="^/v1/users/me", status=429, retry_after="60"))
    worked, _ = probe.test_access(connected.firm_id)
    assert not worked
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == ChangeState.WAITING
    time.advance(61)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED


def test_it_keeps_the_lane_of_a_drain_that_is_at_work(time: ManualClock, people: Cast) -> None:
    lanes.open_lane(people.firm_id)
    lease = lanes.acquire(people.firm_id)
    assert lease
    with lanes.heartbeat(lease, every=0.02):
        time.advance(lanes.LEASE.total_seconds() - 1)
        deadline = wall.monotonic() + 10
        while wall.monotonic() < deadline:
            held = Lane.objects.get(firm_id=people.firm_id).leased_until
            if held and held > time.now() + lanes.LEASE / 2:
                break
            wall.sleep(0.02)
        time.advance(2)
        assert lanes.acquire(people.firm_id) is None


def test_it_does_not_take_a_released_lane_back_with_a_late_beat(time: ManualClock, people: Cast) -> None:
    lanes.open_lane(people.firm_id)
    lease = lanes.acquire(people.firm_id)
    assert lease
    lanes.release(lease, due_at=None)
    with pytest.raises(lanes.LaneLost):
        lanes.hold(lease)
    assert lanes.acquire(people.firm_id)
