"""Browsers of the cast: each signed in, each with a session of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx2
import pytest
from django.test import Client

from casehug.intake.models import Matter
from casehug.sync.drain import drain
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.web.walks import connect, sign_in

Drain = Callable[[UUID], None]


@pytest.fixture
def nobody(database: object) -> Client:
    return Client()


@pytest.fixture
def alice(people: Cast) -> Client:
    """The firm's admin."""
    return sign_in(people.alice)


@pytest.fixture
def ann(people: Cast) -> Client:
    """An attorney of the firm."""
    return sign_in(people.ann)


@pytest.fixture
def bob(people: Cast) -> Client:
    """One of the firm's staff."""
    return sign_in(people.bob)


@pytest.fixture
def charlie(people: Cast) -> Client:
    """The admin of another firm."""
    return sign_in(people.charlie)


@pytest.fixture
def matter(people: Cast) -> Matter:
    """Dana's divorce, opened while nothing is connected."""
    return cast.open_dana(people.alice)


@pytest.fixture
def run(sync_process: ThreadPoolExecutor) -> Drain:
    """Let the worker take its turn for a firm."""

    def run(firm_id: UUID) -> None:
        sync_process.submit(drain, firm_id).result()

    return run


@pytest.fixture
def connected(people: Cast, alice: Client, town: Town, http: httpx2.Client, run: Drain) -> Cast:
    """The firm of the cast, connected to Lawmatics by Alice through the pages, its settings read."""
    connect(alice, http)
    run(people.firm_id)
    return people
