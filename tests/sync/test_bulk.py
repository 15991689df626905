"""A bulk sync: counted first, fed in small portions, overtaken by clicks, paused, cancelled, cheap."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from casehug.connections.client import use_http
from casehug.intake.disclosure import disclose_matter, disclose_matters
from casehug.intake.errors import NotAllowed
from casehug.intake.models import Matter
from casehug.intake.services.matters import NewClient
from casehug.kit.clock import ManualClock
from casehug.kit.outgoing import build_client
from casehug.sync import bulk
from casehug.sync.drain import drain
from casehug.sync.models import BulkItem, BulkRun, Change, ChangeState, Link, RunState
from casehug.tenancy.scope import firm_scope
from sandbox import records
from sandbox.app import create_app
from sandbox.faults import Fault
from sandbox.hand import Hand
from sandbox.store import Town
from sandbox.writes import add_contact
from tests import cast
from tests.cast import Cast
from tests.sync.engine import Drain, click
from tests.sync.test_dead_worker import DeadlyTransport, Killed

Preview = Callable[..., BulkRun]


def opened(people: Cast, count: int, *, before: str = "Old") -> list[Matter]:
    """So many matters of as many clients, while nothing goes by itself."""
    return [
        cast.open_dana(
            people.alice,
            title=f"{before}{n}",
            client=NewClient(f"{before}{n}", "Old", f"{before}{n}@example.com".lower()),
        )
        for n in range(count)
    ]


@pytest.fixture
def older(people: Cast) -> list[Matter]:
    """Matters that are older than the connection."""
    return opened(people, 5)


@pytest.fixture
def preview(people: Cast, run: Drain) -> Preview:
    """Have a run counted, by the drain."""

    def preview(*, only_unlinked: bool = False) -> BulkRun:
        with firm_scope(people.firm_id):
            made = bulk.preview(people.alice, only_unlinked=only_unlinked)
        run(people.firm_id)
        return stored(people, made)

    return preview


def stored(people: Cast, run: BulkRun) -> BulkRun:
    with firm_scope(people.firm_id):
        return BulkRun.objects.get(id=run.id)


def start(people: Cast, run: BulkRun, *, quiet: bool = True) -> None:
    with firm_scope(people.firm_id):
        bulk.start(people.alice, run.id, quiet=quiet)


def results(people: Cast) -> dict[str, int]:
    with firm_scope(people.firm_id):
        rows = list(BulkItem.objects.values_list("result", flat=True))
    return {result: rows.count(result) for result in set(rows)}


def fates(people: Cast) -> list[str]:
    with firm_scope(people.firm_id):
        return list(BulkItem.objects.order_by("id").values_list("fate", flat=True))


def link_of(people: Cast, matter: Matter) -> Link | None:
    with firm_scope(people.firm_id):
        return Link.objects.filter(record_id=matter.id).first()


def read_contacts(people: Cast, run: Drain) -> None:
    with firm_scope(people.firm_id):
        bulk.refresh_contacts(people.alice)
    run(people.firm_id)


def sent(town: Town) -> list[str]:
    return [f"{line.method} {line.path}" for line in town.requests]


# --- the preview --------------------------------------------------------------------------------------------------


def test_it_counts_without_a_request(older: list[Matter], connected: Cast, town: Town, preview: Preview) -> None:
    found = preview()
    assert (found.state, found.counts["create"], found.total) == (RunState.PREVIEWED, 5, 5)
    assert sent(town) == []


def test_it_says_how_many_enter_a_stage(older: list[Matter], connected: Cast, preview: Preview) -> None:
    assert preview().enter_stage == 5


def test_it_tells_every_fate(older: list[Matter], connected: Cast, town: Town, run: Drain, preview: Preview) -> None:
    click(connected.alice, older[0])
    click(connected.alice, older[1])
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        Matter.objects.filter(id=older[1].id).update(title="Old1 anew")
    for email, first in (("old2@example.com", "Old2"), ("old3@example.com", "Somebody")):
        typed_in(town, first_name=first, last_name="Old", email=email)
    read_contacts(connected, run)
    preview()
    assert fates(connected) == ["unchanged", "update", "link", "held", "create"]


def test_it_leaves_linked_ones_out_on_request(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview
) -> None:
    click(connected.alice, older[0])
    run(connected.firm_id)
    assert preview(only_unlinked=True).counts["create"] == 4
    assert len(fates(connected)) == 4


def test_it_counts_a_client_of_two_matters_as_one_contact(connected: Cast, preview: Preview, people: Cast) -> None:
    first = opened(people, 1)[0]
    cast.open_dana(people.alice, client=first.client, title="Second")
    dismiss_all(connected)
    assert preview().counts["searches"] == 1


def test_the_batch_discloses_what_one_discloses(people: Cast, older: list[Matter]) -> None:
    with firm_scope(people.firm_id):
        assert disclose_matters(after=older[0].id, limit=3) == [disclose_matter(matter.id) for matter in older[1:4]]


def test_one_run_at_a_time(older: list[Matter], connected: Cast, preview: Preview) -> None:
    start(connected, preview())
    with pytest.raises(NotAllowed, match="under way"):
        preview()


def test_a_double_press_starts_it_once(older: list[Matter], connected: Cast, preview: Preview) -> None:
    found = preview()
    start(connected, found)
    with pytest.raises(NotAllowed, match="not in that state"):
        start(connected, found)


def test_it_needs_a_connection(people: Cast) -> None:
    with firm_scope(people.firm_id), pytest.raises(NotAllowed, match="not connected"):
        bulk.preview(people.alice)


# --- the run ------------------------------------------------------------------------------------------------------


def test_it_sends_everything_and_ends_by_itself(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview
) -> None:
    found = preview()
    start(connected, found)
    run(connected.firm_id)
    assert stored(connected, found).state == RunState.DONE
    assert results(connected) == {"done": 5}


def test_it_is_quiet_unless_asked(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town
) -> None:
    start(connected, preview())
    run(connected.firm_id)
    assert {matter.stage_id for matter in matters_of(town, "Old")} == {None}


def test_it_enters_the_stage_when_asked(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town
) -> None:
    start(connected, preview(), quiet=False)
    run(connected.firm_id)
    assert None not in {matter.stage_id for matter in matters_of(town, "Old")}


def test_a_second_run_changes_nothing(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town
) -> None:
    start(connected, preview())
    run(connected.firm_id)
    town.requests.clear()
    again = preview()
    start(connected, again)
    run(connected.firm_id)
    assert (again.counts["unchanged"], sent(town)) == (5, [])


def test_with_the_list_a_new_matter_costs_two_calls(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town
) -> None:
    read_contacts(connected, run)
    start(connected, preview())
    town.requests.clear()
    run(connected.firm_id)
    assert sent(town) == ["POST /v1/contacts", "POST /v1/prospects"] * 5


def test_what_somebody_clicked_already_goes_with_its_stage(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town
) -> None:
    found = preview()
    click(connected.alice, older[0])
    start(connected, found)
    run(connected.firm_id)
    assert [bool(matter.stage_id) for matter in matters_of(town, "Old")].count(True) == 1


def test_a_matter_that_needs_a_person_is_held_and_the_run_ends(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town
) -> None:
    town.faults.add(Fault("status", status=422, path="/v1/contacts", method="POST", times=1))
    found = preview()
    start(connected, found)
    run(connected.firm_id)
    assert results(connected) == {"done": 4, "held": 1}
    assert stored(connected, found).state == RunState.DONE


def test_it_does_not_wait_for_what_somebody_took_out(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town, time: ManualClock
) -> None:
    found = preview()
    start(connected, found)
    exhaust(connected, town, run)
    dismiss_all(connected)
    time.advance(600)
    run(connected.firm_id)
    assert (stored(connected, found).state, results(connected)) == (RunState.DONE, {"cancelled": 5})


def test_it_outlives_a_dead_worker(
    older: list[Matter],
    connected: Cast,
    run: Drain,
    preview: Preview,
    town: Town,
    time: ManualClock,
    sync_process: ThreadPoolExecutor,
) -> None:
    found = preview()
    start(connected, found)
    deadly = build_client(DeadlyTransport(create_app(town), "/v1/prospects"))
    use_http(lambda: deadly)
    with pytest.raises(Killed):
        sync_process.submit(drain, connected.firm_id).result()
    for _ in range(3):
        time.advance(400)
        run(connected.firm_id)
    assert (stored(connected, found).state, results(connected)) == (RunState.DONE, {"done": 5})
    assert len({one.case_title for one in matters_of(town, "Old")}) == len(matters_of(town, "Old")) == 5


def test_a_pause_bites_at_once_and_a_resume_goes_on(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town, time: ManualClock
) -> None:
    found = preview()
    start(connected, found)
    exhaust(connected, town, run)
    with firm_scope(connected.firm_id):
        bulk.pause(connected.alice, found.id)
    town.requests.clear()
    time.advance(600)
    run(connected.firm_id)
    assert sent(town) == []
    with firm_scope(connected.firm_id):
        bulk.resume(connected.alice, found.id)
    run(connected.firm_id)
    assert results(connected) == {"done": 5}


def test_a_click_overtakes_a_paused_run(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town, time: ManualClock
) -> None:
    found = preview()
    start(connected, found)
    exhaust(connected, town, run)
    with firm_scope(connected.firm_id):
        bulk.pause(connected.alice, found.id)
    time.advance(600)
    click(connected.alice, older[4])
    run(connected.firm_id)
    assert link_of(connected, older[4]) is not None
    assert link_of(connected, older[3]) is None


def test_a_cancel_takes_back_what_has_not_gone(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town, time: ManualClock
) -> None:
    found = preview()
    start(connected, found)
    exhaust(connected, town, run)
    with firm_scope(connected.firm_id):
        bulk.cancel(connected.alice, found.id)
        assert not Change.objects.filter(state=ChangeState.WAITING).exists()
    time.advance(600)
    town.requests.clear()
    run(connected.firm_id)
    assert sent(town) == []
    assert results(connected) == {"cancelled": 5}


def test_a_cancelled_run_leaves_what_somebody_clicked(
    older: list[Matter], connected: Cast, run: Drain, preview: Preview, town: Town, time: ManualClock
) -> None:
    found = preview()
    start(connected, found)
    exhaust(connected, town, run)
    click(connected.alice, older[2])
    with firm_scope(connected.firm_id):
        bulk.cancel(connected.alice, found.id)
    time.advance(600)
    run(connected.firm_id)
    assert link_of(connected, older[2]) is not None


def test_the_run_leaves_room_for_a_click(
    connected: Cast, run: Drain, preview: Preview, town: Town, time: ManualClock, people: Cast
) -> None:
    opened(people, 30)
    late = cast.open_dana(people.alice)
    dismiss_all(connected)
    start(connected, preview())
    run(connected.firm_id)
    assert link_of(connected, late) is None
    click(connected.alice, late)
    run(connected.firm_id)
    assert link_of(connected, late) is not None


def test_it_feeds_a_portion_at_a_time(connected: Cast, run: Drain, preview: Preview, people: Cast, town: Town) -> None:
    opened(people, 60)
    dismiss_all(connected)
    start(connected, preview())
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        waiting = Change.objects.filter(state=ChangeState.WAITING).count()
    assert 0 < waiting <= bulk.AHEAD


def exhaust(people: Cast, town: Town, run: Drain) -> None:
    """Let the run be fed, and nothing of it be sent."""
    town.faults.add(Fault("status", status=429, path="/v1/contacts", method="POST"))
    run(people.firm_id)
    town.faults.clear()
    assert results(people) == {"queued": 5}


def typed_in(town: Town, **person: str) -> None:
    """Somebody of the firm makes a contact in Lawmatics by hand."""
    firm = town.firm("hartwell")
    add_contact(Hand(town, firm, firm.admin, town.clock()), person)


def dismiss_all(people: Cast) -> None:
    """Nothing goes by itself; the run brings it."""
    with firm_scope(people.firm_id):
        Change.objects.filter(state=ChangeState.WAITING).update(state=ChangeState.DISMISSED)


def matters_of(town: Town, before: str) -> list[records.Matter]:
    return [m for m in town.firm("hartwell").matters.values() if (m.case_title or "").startswith(before)]
