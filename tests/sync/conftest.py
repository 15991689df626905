"""A connected firm and a drain that runs as the worker does: on its own connection, with the sync login."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx2
import pytest

from casehug.sync.drain import drain
from sandbox.store import Town
from tests.cast import Cast
from tests.lawmatics_town import connect
from tests.sync.engine import Drain


@pytest.fixture
def run(sync_process: ThreadPoolExecutor) -> Drain:
    def run(firm_id: UUID) -> None:
        sync_process.submit(drain, firm_id).result()

    return run


@pytest.fixture
def connected(people: Cast, town: Town, http: httpx2.Client, run: Drain) -> Cast:
    """The firm of the cast, connected to the sandbox account of Hartwell, with its settings read."""
    connect(people.alice, http)
    run(people.firm_id)
    town.requests.clear()
    return people
