"""Pull Matters: what is there, what is linked, what is gone; and nothing is imported."""

from django.apps import apps

from casehug.kit.clock import ManualClock
from casehug.sync import bulk, pull
from casehug.sync.models import Change, JobState, PullReport
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.hand import Hand
from sandbox.store import Town
from sandbox.writes import delete_matter
from tests import cast
from tests.cast import Cast
from tests.sync.engine import Drain, click, matters_titled

MATTERS = "/v1/prospects"


def compare(people: Cast, run: Drain) -> PullReport:
    with firm_scope(people.firm_id):
        pull.ask(people.alice)
    run(people.firm_id)
    return report(people)


def report(people: Cast) -> PullReport:
    with firm_scope(people.firm_id):
        return PullReport.objects.get()


def intake_rows(people: Cast) -> dict[str, list[object]]:
    with firm_scope(people.firm_id):
        return {
            model.__name__: list(model.objects.order_by("pk").values())
            for model in apps.get_app_config("intake").get_models()
        }


def test_it_counts_what_is_there_and_what_is_linked(connected: Cast, town: Town, run: Drain) -> None:
    cast.open_dana(connected.alice)
    run(connected.firm_id)
    found = compare(connected, run)
    there = len(town.firm("hartwell").matters)
    assert (found.total, found.linked, found.not_linked_here) == (there, 1, there - 1)


def test_it_names_what_is_gone_there(connected: Cast, town: Town, run: Drain) -> None:
    matter = cast.open_dana(connected.alice)
    run(connected.firm_id)
    firm = town.firm("hartwell")
    delete_matter(Hand(town, firm, firm.admin, town.clock()), matters_titled(firm, matter.title)[0])
    assert compare(connected, run).missing == [str(matter.id)]


def test_it_imports_nothing(connected: Cast, run: Drain) -> None:
    cast.open_dana(connected.alice)
    run(connected.firm_id)
    before = intake_rows(connected)
    compare(connected, run)
    assert intake_rows(connected) == before


def test_it_only_reads(connected: Cast, town: Town, run: Drain) -> None:
    compare(connected, run)
    assert {line.method for line in town.requests} == {"GET"}


def test_it_goes_on_at_the_page_where_a_drain_ended(connected: Cast, town: Town, run: Drain, time: ManualClock) -> None:
    town.faults.add(Fault("status", status=429, path=MATTERS, method="GET", nth=2))
    assert compare(connected, run).pages_read == 1
    time.advance(600)
    run(connected.firm_id)
    assert (report(connected).state, report(connected).total) == (JobState.DONE, len(town.firm("hartwell").matters))


def test_a_refusal_ends_it_with_a_sentence(connected: Cast, town: Town, run: Drain) -> None:
    town.faults.add(Fault("status", status=403, path=MATTERS, method="GET"))
    found = compare(connected, run)
    assert (found.state, "does not allow" in found.problem_text) == (JobState.FAILED, True)


def test_a_click_overtakes_it(connected: Cast, town: Town, run: Drain) -> None:
    matter = cast.open_dana(connected.alice)
    click(connected.alice, matter)
    compare(connected, run)
    assert town.requests[0].path == "/v1/contacts"


def test_a_bulk_sync_does_not_hold_it_up(connected: Cast, town: Town, run: Drain, time: ManualClock) -> None:
    for _ in range(bulk.AHEAD * 2):
        cast.open_dana(connected.alice)
    with firm_scope(connected.firm_id):
        Change.objects.update(state="dismissed")
        made = bulk.preview(connected.alice)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        bulk.start(connected.alice, made.id, quiet=True)
    run(connected.firm_id)
    compare(connected, run)
    time.advance(63)
    run(connected.firm_id)
    assert report(connected).state == JobState.DONE
