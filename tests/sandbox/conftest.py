"""A freshly seeded town per test, called in process, with a clock that stands still until moved."""

import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from sandbox.app import create_app
from sandbox.clock import ManualClock
from sandbox.seed import seed_town
from sandbox.store import Firm, Town

sys.path.append(str(Path(__file__).parents[1] / "contract"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def town(clock: ManualClock) -> Town:
    town = seed_town(clock)
    town.rate_limit = None
    return town


@pytest.fixture
def firm(town: Town) -> Firm:
    return town.firm("hartwell")


@pytest.fixture
def web(town: Town) -> httpx2.Client:
    """A browser without any token."""
    return httpx2.Client(transport=httpx2.WSGITransport(app=create_app(town)), base_url="http://sandbox.test")


@pytest.fixture
def client_for(town: Town) -> Callable[[str], httpx2.Client]:
    def make(slug: str) -> httpx2.Client:
        return httpx2.Client(
            transport=httpx2.WSGITransport(app=create_app(town)),
            base_url="http://sandbox.test",
            headers={"Authorization": f"Bearer {town.issue_token(slug)}"},
        )

    return make


@pytest.fixture
def api(client_for: Callable[[str], httpx2.Client]) -> httpx2.Client:
    """Hartwell's API with a live token."""
    return client_for("hartwell")
