"""casehug sync, status and doctor, as an operator types them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from uuid import UUID, uuid4

import httpx2
import pytest
from django.core.management import CommandError, call_command

from casehug.connections.client import use_http
from casehug.kit import clock
from casehug.kit.outgoing import build_client, shared_client
from casehug.sync.drain import drain
from casehug.sync.models import BulkRun, CaseTypeMapping, Change
from casehug.tenancy.scope import firm_scope
from sandbox.app import create_app
from sandbox.seed import seed_town
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.lawmatics_town import TownTransport, connect
from tests.sync.engine import matters_titled, only_change

TITLE = "Johnson v. Johnson — Divorce"


@pytest.fixture
def town() -> Town:
    """The commands watch a worker in real time."""
    return seed_town(clock.now)


@pytest.fixture
def http(town: Town) -> Iterator[httpx2.Client]:
    client = build_client(TownTransport(create_app(town)))
    use_http(lambda: client)
    yield client
    use_http(shared_client)


@pytest.fixture
def firm(people: Cast, http: httpx2.Client, sync_process: ThreadPoolExecutor) -> Cast:
    connect(people.alice, http)
    sync_process.submit(drain, people.firm_id).result()
    return people


@pytest.fixture
def worker(firm: Cast, sync_process: ThreadPoolExecutor) -> Iterator[None]:
    """Drains the firm's lane again and again, as the worker's tick does."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(0.05):
            drain(firm.firm_id)

    running = sync_process.submit(run)
    yield
    stop.set()
    running.result()


def said(command: str, *words: str) -> str:
    out = StringIO()
    call_command(command, *words, stdout=out)
    return out.getvalue()


def failed(command: str, *words: str) -> str:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command(command, *words, stdout=out)
    return out.getvalue()


def test_it_brings_one_matter_to_lawmatics(firm: Cast, town: Town, worker: None) -> None:
    matter = cast.open_dana(firm.bob)
    assert "in Lawmatics" in said("sync", "--firm", str(firm.firm_id), "--matter", str(matter.id))
    assert len(matters_titled(town.firm("hartwell"), TITLE)) == 1


def test_it_tells_the_steps_and_sends_nothing_in_a_dry_run(firm: Cast, town: Town) -> None:
    matter = cast.open_dana(firm.bob)
    told = said("sync", "--firm", str(firm.firm_id), "--matter", str(matter.id), "--dry-run")
    assert "POST /v1/prospects" in told
    assert matters_titled(town.firm("hartwell"), TITLE) == []


def test_it_says_why_a_matter_does_not_arrive(firm: Cast, worker: None) -> None:
    matter = cast.open_dana(firm.bob, client=None)
    with pytest.raises(CommandError, match="no client"):
        said("sync", "--firm", str(firm.firm_id), "--matter", str(matter.id))


def test_it_counts_everything_and_sends_nothing_in_a_dry_run(firm: Cast, town: Town, worker: None) -> None:
    cast.open_dana(firm.bob, client=None)
    told = said("sync", "--firm", str(firm.firm_id), "--all", "--dry-run")
    assert "1 matters" in told
    with firm_scope(firm.firm_id):
        assert BulkRun.objects.get().state == "cancelled"


def test_it_sends_everything_and_tells_what_came_of_it(firm: Cast, town: Town, worker: None) -> None:
    for number in range(3):
        client = cast.NewClient(f"Bulk{number}", "Person", email=f"bulk-{number}@example.com")
        cast.open_dana(firm.bob, title=f"Bulk {number}", client=client)
    told = said("sync", "--firm", str(firm.firm_id), "--all")
    assert "3 done, 0 need attention" in told
    assert len(matters_titled(town.firm("hartwell"), "Bulk 0", "Bulk 1", "Bulk 2")) == 3


@pytest.mark.parametrize("which", ["nobody of this name", str(UUID(int=7))])
def test_it_knows_no_other_firm(firm: Cast, which: str) -> None:
    with pytest.raises(CommandError, match="No firm"):
        said("sync", "--firm", which, "--all")


def test_it_asks_which_of_several_firms(firm: Cast) -> None:
    with pytest.raises(CommandError, match="several firms"):
        said("sync", "--firm", "a", "--all")


def test_it_knows_no_matter_of_another_firm(firm: Cast) -> None:
    stranger = cast.open_dana(firm.charlie)
    for matter_id in (stranger.id, uuid4()):
        with pytest.raises(CommandError, match="no matter with that id"):
            said("sync", "--firm", str(firm.firm_id), "--matter", str(matter_id))


def test_it_tells_how_a_firm_s_queue_is(firm: Cast) -> None:
    cast.open_dana(firm.bob)
    told = said("status", "--firm", str(firm.firm_id))
    assert "connected, 1 waiting" in told
    assert "0 need attention" in told


def test_it_exits_with_1_when_something_needs_attention(firm: Cast, sync_process: ThreadPoolExecutor) -> None:
    matter = cast.open_dana(firm.bob)
    with firm_scope(firm.firm_id):
        Change.objects.update(state="held", problem="no_client")
    assert "1 need attention" in failed("status", "--firm", str(firm.firm_id))
    assert only_change(firm.firm_id, matter).state == "held"


def test_it_finds_that_the_worker_does_not_run(firm: Cast) -> None:
    told = failed("doctor")
    assert "BAD  The Lawmatics worker has not ticked" in told
    assert "ok   Settings, keys, database login" in told


def test_it_names_what_was_deleted_under_a_mapping(firm: Cast) -> None:
    with firm_scope(firm.firm_id):
        CaseTypeMapping.objects.create(
            case_type="divorce-standard", stage_id="999999", stage_name="Long gone", changed_by_id=firm.alice.user_id
        )
    assert "Long gone" in failed("doctor")


def test_it_asks_lawmatics_only_when_told_to(firm: Cast, town: Town) -> None:
    town.requests.clear()
    failed("doctor")
    assert not town.requests
    failed("doctor", "--remote")
    assert {request.path for request in town.requests} == {"/v1/users/me"}
