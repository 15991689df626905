"""Trouble of every kind: the change stays, the log says what happened, Retry works, nothing comes twice."""

from datetime import timedelta

import httpx2
import pytest

from casehug.connections.models import Connection, ConnectionState
from casehug.kit.clock import ManualClock
from casehug.sync.lookup import QUARANTINE
from casehug.sync.models import Change, ChangeState, Lane
from casehug.tenancy.scope import firm_scope
from sandbox.app import create_app
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.documents import approve_all
from tests.lawmatics_town import connect
from tests.sync.engine import Drain, attempts, click, contacts_named, matters_titled, only_change

TITLE = "Johnson v. Johnson — Divorce"
CONTACTS, MATTERS = r"^/v1/contacts$", r"^/v1/prospects$"
PAST_QUARANTINE = QUARANTINE.total_seconds() + 1


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


def wait_and_run(time: ManualClock, run: Drain, people: Cast, *, seconds: float) -> None:
    time.advance(seconds)
    run(people.firm_id)


# --- a definite answer ------------------------------------------------------------------------------------------------


def test_it_holds_a_refused_matter_and_sends_it_on_retry(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    town.faults.add(Fault(kind="status", method="POST", path=MATTERS, status=422))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    change = only_change(connected.firm_id, matter)
    assert (change.state, change.problem) == (ChangeState.HELD, "invalid")
    assert "Retry" in change.problem_text
    click(connected.bob, matter)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    assert len(contacts_named(hartwell, "Dana Johnson")) == len(matters_titled(hartwell, TITLE)) == 1


def test_it_keeps_the_queue_and_marks_the_connection_when_the_token_is_refused(
    time: ManualClock, connected: Cast, run: Drain, town: Town, http: httpx2.Client, hartwell: Firm
) -> None:
    town.revoke_tokens("hartwell")
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    asked = len(town.requests)
    wait_and_run(time, run, connected, seconds=3600)
    assert len(town.requests) == asked, "a refused token is not tried again"
    with firm_scope(connected.firm_id):
        assert Connection.objects.get().state == ConnectionState.BROKEN
    assert only_change(connected.firm_id, matter).state == ChangeState.WAITING
    connect(connected.alice, http)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    assert len(matters_titled(hartwell, TITLE)) == 1


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("60", 60), ("7", 60), ("120", 120), ("86400", 300), ("soon", 60), (None, 60)],
)
def test_it_pauses_the_lane_after_a_429(
    time: ManualClock, connected: Cast, run: Drain, town: Town, retry_after: str | None, seconds: int
) -> None:
    town.faults.add(Fault(kind="status", method="POST", path=CONTACTS, status=429, retry_after=retry_after))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    lane = Lane.objects.get(firm_id=connected.firm_id)
    assert lane.paused_until == time.now() + timedelta(seconds=seconds)
    assert lane.pause_reason == "rate_limited"
    click(connected.bob, matter)
    wait_and_run(time, run, connected, seconds=seconds - 1)
    assert only_change(connected.firm_id, matter).state == ChangeState.WAITING, "a click does not overrun a pause"
    wait_and_run(time, run, connected, seconds=1)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED


def test_it_spends_no_more_than_the_budget_and_goes_on_when_it_is_free(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    for number in range(30):
        cast.open_dana(connected.bob, title=f"Matter {number}", client=cast.NewClient(f"Dana{number}", "Johnson"))
    run(connected.firm_id)
    used = len([request for request in town.requests if request.path.startswith("/v1")])
    assert 40 <= used <= 45, "connecting took the other five"
    assert {request.status for request in town.requests} <= {200, 201}, "the remote never had to refuse"
    assert Lane.objects.get(firm_id=connected.firm_id).pause_reason == "budget"
    wait_and_run(time, run, connected, seconds=62)
    with firm_scope(connected.firm_id):
        assert not Change.objects.exclude(state=ChangeState.DELIVERED).exists()
    assert 429 not in {request.status for request in town.requests}


# --- nothing was done -------------------------------------------------------------------------------------------------


def test_it_tries_again_by_itself_when_lawmatics_is_down(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    town.faults.add(Fault(kind="down", method="GET", path=CONTACTS, times=2))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    change = only_change(connected.firm_id, matter)
    assert (change.state, change.failures) == (ChangeState.WAITING, 1)
    assert "tries again by itself" in change.problem_text
    wait_and_run(time, run, connected, seconds=6)
    assert only_change(connected.firm_id, matter).failures == 2
    wait_and_run(time, run, connected, seconds=11)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED


def test_it_retries_at_once_on_a_click(time: ManualClock, connected: Cast, run: Drain, town: Town) -> None:
    town.faults.add(Fault(kind="status", method="GET", path=CONTACTS, status=500))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED


# --- an outcome nobody knows ------------------------------------------------------------------------------------------

LOST_AFTER_COMMIT = ["drop", "cut", "status_after_commit"]


@pytest.mark.parametrize("kind", LOST_AFTER_COMMIT)
@pytest.mark.parametrize("path", [CONTACTS, MATTERS])
def test_it_adopts_what_was_created_although_the_reply_was_lost(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm, kind: str, path: str
) -> None:
    town.faults.add(Fault(kind=kind, method="POST", path=path))  # type: ignore[arg-type]
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    wait_and_run(time, run, connected, seconds=PAST_QUARANTINE)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    assert "adopted" in {state for _, state in attempts(connected.firm_id, matter)}
    assert len(contacts_named(hartwell, "Dana Johnson")) == len(matters_titled(hartwell, TITLE)) == 1


@pytest.mark.parametrize("kind", LOST_AFTER_COMMIT)
def test_it_creates_nothing_twice_on_an_impatient_retry(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm, kind: str
) -> None:
    town.faults.add(Fault(kind=kind, method="POST", path=MATTERS))  # type: ignore[arg-type]
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert len(matters_titled(hartwell, TITLE)) == 1
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED, "the look on a click found it"


@pytest.mark.parametrize("path", [CONTACTS, MATTERS])
def test_it_sends_again_only_after_two_looks_a_quarantine_apart(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm, path: str
) -> None:
    town.faults.add(Fault(kind="down", method="POST", path=path))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    for _ in range(3):
        click(connected.bob, matter)
        run(connected.firm_id)
    assert matters_titled(hartwell, TITLE) == [], "no impatience makes it send before it has looked twice"
    wait_and_run(time, run, connected, seconds=PAST_QUARANTINE)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert matters_titled(hartwell, TITLE) == []
    wait_and_run(time, run, connected, seconds=PAST_QUARANTINE)
    assert len(contacts_named(hartwell, "Dana Johnson")) == len(matters_titled(hartwell, TITLE)) == 1
    assert "absent" in {state for _, state in attempts(connected.firm_id, matter)}


def test_it_finds_a_commit_that_came_late(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    """The reply broke off, the record appears only after the first impatient look."""
    town.faults.add(Fault(kind="down", method="POST", path=MATTERS))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    click(connected.bob, matter)
    run(connected.firm_id)
    [contact] = contacts_named(hartwell, "Dana Johnson")
    late = _commit_late(town, hartwell, contact.id)
    wait_and_run(time, run, connected, seconds=PAST_QUARANTINE)
    assert [found.id for found in matters_titled(hartwell, TITLE)] == [late]


def test_it_adopts_the_oldest_of_several_and_says_so(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    town.faults.add(Fault(kind="drop", method="POST", path=MATTERS))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    [contact] = contacts_named(hartwell, "Dana Johnson")
    _commit_late(town, hartwell, contact.id)
    wait_and_run(time, run, connected, seconds=PAST_QUARANTINE)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    assert len(matters_titled(hartwell, TITLE)) == 2, "what a person made there is theirs"


def test_it_finds_the_note_whose_reply_was_lost(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    town.faults.add(Fault(kind="drop", method="PUT", path=r"^/v1/contacts/"))
    approve_all(connected.ann, matter, required_only=True)
    run(connected.firm_id)
    wait_and_run(time, run, connected, seconds=PAST_QUARANTINE)
    assert len([note for note in hartwell.notes.values() if (note.name or "").startswith("Intake completed")]) == 1
    assert ("note.add", "adopted") in attempts(connected.firm_id, matter)


def test_it_lets_the_lane_go_on_past_a_quarantined_change(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    town.faults.add(Fault(kind="drop", method="POST", path=MATTERS))
    cast.open_dana(connected.bob)
    cast.open_dana(connected.bob, title="Next in line", client=cast.NewClient("Eve", "Stone"))
    run(connected.firm_id)
    assert len(matters_titled(hartwell, "Next in line")) == 1


def test_it_reads_html_where_json_was_due_as_trouble_that_passes(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    town.faults.add(Fault(kind="html", method="GET", path=CONTACTS))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).problem == "garbled"
    wait_and_run(time, run, connected, seconds=6)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED


def test_it_asks_for_a_person_when_a_linked_contact_is_gone(
    time: ManualClock, connected: Cast, run: Drain, hartwell: Firm
) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    hartwell.contacts.clear()
    approve_all(connected.ann, matter, required_only=True)
    run(connected.firm_id)
    change = only_change(connected.firm_id, matter, latest=True)
    assert (change.state, change.problem) == (ChangeState.HELD, "gone")


def _commit_late(town: Town, firm: Firm, contact_id: int) -> int:
    """The same matter made in Lawmatics behind our back; answers its id."""
    http = httpx2.Client(transport=httpx2.WSGITransport(app=create_app(town)), base_url="http://lawmatics.test")
    answer = http.post(
        "/v1/prospects",
        json={"contact_id": contact_id, "case_title": TITLE},
        headers={"Authorization": f"Bearer {town.issue_token(firm.slug)}"},
    )
    return int(answer.json()["data"]["id"])
