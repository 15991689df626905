"""Two admins press the buttons of a bulk sync at the same moment. Each race has its twin without the guard."""

from collections.abc import Callable
from threading import Barrier

import pytest

from casehug.connections.models import Connection, ConnectionState
from casehug.connections.services import save_credentials
from casehug.sync import bulk
from casehug.sync.models import OPEN_RUNS, BulkRun, RunState
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.intake.conftest import AtOnce


@pytest.fixture(autouse=True)
def connected(people: Cast) -> None:
    with firm_scope(people.firm_id):
        save_credentials(people.alice, client_id="an-app", client_secret="a-secret")
        Connection.objects.update(state=ConnectionState.CONNECTED)


def in_scope(people: Cast, step: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        with firm_scope(people.firm_id):
            return step()

    return run


def won(outcomes: list[object]) -> int:
    return sum(not isinstance(outcome, Exception) for outcome in outcomes)


def runs(people: Cast) -> int:
    with firm_scope(people.firm_id):
        return BulkRun.objects.count()


def test_of_two_previews_one_is_made(people: Cast, at_once: AtOnce) -> None:
    press = in_scope(people, lambda: bulk.preview(people.alice))
    assert (won(at_once([press, press])), runs(people)) == (1, 1)


def test_looking_first_would_make_two(people: Cast, at_once: AtOnce) -> None:
    """The twin: without the unique constraint, which covers open runs only."""
    both_have_looked = Barrier(2, timeout=10)

    def press() -> object:
        with firm_scope(people.firm_id):
            assert not BulkRun.objects.filter(state__in=OPEN_RUNS).exists()
            both_have_looked.wait()
            return BulkRun.objects.create(state=RunState.DONE)

    assert (won(at_once([press, press])), runs(people)) == (2, 2)


def test_of_two_resumes_one_happens(people: Cast, at_once: AtOnce) -> None:
    with firm_scope(people.firm_id):
        run = BulkRun.objects.create(state=RunState.PAUSED)
    outcomes = at_once(
        [
            in_scope(people, lambda: bulk.resume(people.alice, run.id)),
            in_scope(people, lambda: bulk.resume(people.alice, run.id)),
        ]
    )
    assert won(outcomes) == 1
