"""The rows that a dead worker leaves in the job table."""

import asyncio

import psycopg
from procrastinate.contrib.django import app, django_connector

from casehug.sync.tasks import sweep_jobs
from tests.databases import TestDatabase


def left_behind(database: TestDatabase, *, silent_for: str) -> int:
    """A job in the hands of a worker that has been silent for so long; its id."""
    with psycopg.connect(database.addresses["admin"], autocommit=True) as admin:
        worker = admin.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
            [silent_for],
        ).fetchone()
        assert worker
        job = admin.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, status, worker_id)"
            " VALUES ('sync.drain', 'sync', 'doing', %s) RETURNING id",
            [worker[0]],
        ).fetchone()
    assert job
    return int(job[0])


def is_there(database: TestDatabase, job: int) -> bool:
    with psycopg.connect(database.addresses["admin"], autocommit=True) as admin:
        return admin.execute("SELECT 1 FROM procrastinate_jobs WHERE id = %s", [job]).fetchone() is not None


def sweep(database: TestDatabase) -> None:
    """Run the job as a worker does, with the sync login."""

    async def run() -> None:
        async with worker_app.open_async():
            await worker_app.configure_task("sync.sweep_jobs").defer_async(timestamp=0)
            await worker_app.run_worker_async(queues=["sync"], wait=False, install_signal_handlers=False)

    assert sweep_jobs.name == "sync.sweep_jobs"
    connector = app.connector
    assert isinstance(connector, django_connector.DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        asyncio.run(run())


def test_it_forgets_the_jobs_of_dead_workers_only(database: TestDatabase) -> None:
    dead = left_behind(database, silent_for="1 hour")
    alive = left_behind(database, silent_for="5 seconds")
    sweep(database)
    assert (is_there(database, dead), is_there(database, alive)) == (False, True)
