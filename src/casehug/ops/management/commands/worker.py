"""casehug worker: runs background jobs until it is told to stop.

With CASEHUG_PROCESS=sync it talks to Lawmatics, with CASEHUG_PROCESS=app it sends mails and text messages. Two
processes, because the login that talks to Lawmatics must not be able to read what mails are made of.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import psycopg_pool
import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from procrastinate.contrib.django import app, django_connector
from procrastinate.exceptions import ConnectorException

from casehug.config.startup import refuse_unless_safe

log = structlog.get_logger()

POLL_SECONDS = 0.5
AGAIN_SECONDS = 1.0
QUEUE_OF = {"sync": "sync", "app": "notify"}


class FreshConnections(ThreadPoolExecutor):
    """Every job begins with a database connection that works: one that broke meanwhile is left behind."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        def begin() -> Any:
            close_old_connections()
            return work(*arguments, **named)

        return super().submit(begin)


def of_the_database(problem: BaseException) -> bool:
    """Whether a worker ended because the database went away, and may start again when it is back."""
    if isinstance(problem, BaseExceptionGroup):
        return all(of_the_database(inner) for inner in problem.exceptions)
    return isinstance(problem, psycopg.Error | psycopg_pool.PoolTimeout | ConnectorException)


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unless_safe()
        if settings.PROCESS not in QUEUE_OF:
            raise CommandError("A worker runs with CASEHUG_PROCESS=sync or CASEHUG_PROCESS=app.")
        connector = app.connector
        if not isinstance(connector, django_connector.DjangoConnector):
            raise TypeError("jobs are kept in Django's database")
        with app.replace_connector(connector.get_worker_connector()) as worker_app:
            asyncio.run(self._run(worker_app))

    async def _run(self, worker_app: Any) -> None:
        threads = settings.WORKER_THREADS
        # Sync jobs run in asyncio's default pool, which has six threads on two cores.
        asyncio.get_running_loop().set_default_executor(FreshConnections(threads + 2))
        while True:
            try:
                async with worker_app.open_async():
                    await worker_app.run_worker_async(
                        queues=[QUEUE_OF[settings.PROCESS]],
                        concurrency=threads,
                        fetch_job_polling_interval=POLL_SECONDS,
                        delete_jobs="successful",
                    )
            except (psycopg.Error, psycopg_pool.PoolTimeout, ConnectorException, BaseExceptionGroup) as problem:
                if not of_the_database(problem):
                    raise
                log.warning("worker.database_away", kind=type(problem).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return  # it was told to stop
