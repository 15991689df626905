"""Two filled firms, made once: the tests of the wall change nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import cast
from tests.databases import TestDatabase
from tests.tenancy.world import World, fill, prober


@pytest.fixture(scope="session")
def world(database: TestDatabase, sync_process: ThreadPoolExecutor) -> Iterator[World]:
    people = cast.assemble()
    fill(people.alice, sync_process)
    fill(people.charlie, sync_process)
    with prober(database) as made:
        yield World(ours=people.firm_id, theirs=people.other_firm_id, prober=made)
