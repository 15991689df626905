"""A wake-up follows the commit, at most one waits, and none survives a rollback."""

from uuid import uuid4

import pytest
from django.db import transaction

from casehug.kit import wakeup
from tests.databases import TestDatabase

TASK = "sync.drain"


@pytest.fixture
def lock(database: TestDatabase) -> str:
    return f"wakeup-test:{uuid4()}"


def waiting(database: TestDatabase, lock: str) -> int:
    """Jobs with this lock as another connection sees them: committed ones only."""
    with database.connect("app") as connection:
        found = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE queueing_lock = %s", [lock])
        row = found.fetchone()
    assert row is not None
    return int(row[0])


def test_it_starts_the_job_after_the_commit_only(database: TestDatabase, lock: str) -> None:
    with transaction.atomic():
        wakeup.after_commit(TASK, lock=lock, firm_id="1")
        assert waiting(database, lock) == 0
    assert waiting(database, lock) == 1


def test_it_starts_none_after_a_rollback(database: TestDatabase, lock: str) -> None:
    with pytest.raises(ValueError), transaction.atomic():
        wakeup.after_commit(TASK, lock=lock, firm_id="1")
        raise ValueError
    assert waiting(database, lock) == 0


def test_it_starts_none_for_a_savepoint_that_was_rolled_back(database: TestDatabase, lock: str) -> None:
    with transaction.atomic():
        with pytest.raises(ValueError), transaction.atomic():
            wakeup.after_commit(TASK, lock=lock, firm_id="1")
            raise ValueError
    assert waiting(database, lock) == 0


def test_it_keeps_one_job_for_one_lock(database: TestDatabase, lock: str) -> None:
    with transaction.atomic():
        wakeup.after_commit(TASK, lock=lock, firm_id="1")
        wakeup.after_commit(TASK, lock=lock, firm_id="1")
    wakeup.start(TASK, lock=lock, firm_id="1")
    assert waiting(database, lock) == 1


def test_it_keeps_jobs_of_different_locks_apart(database: TestDatabase, lock: str) -> None:
    wakeup.start(TASK, lock=lock, firm_id="1")
    wakeup.start(TASK, lock=f"{lock}-other", firm_id="2")
    assert (waiting(database, lock), waiting(database, f"{lock}-other")) == (1, 1)


def test_it_leaves_the_connection_usable_after_a_doubled_lock(database: TestDatabase, lock: str) -> None:
    wakeup.start(TASK, lock=lock, firm_id="1")
    wakeup.start(TASK, lock=lock, firm_id="1")
    wakeup.start(TASK, lock=f"{lock}-next", firm_id="1")
    assert waiting(database, f"{lock}-next") == 1
