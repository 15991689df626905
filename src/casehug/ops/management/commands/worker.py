"""casehug worker: runs background jobs until it is told to stop.

With CASEHUG_PROCESS=sync it talks to Lawmatics, with CASEHUG_PROCESS=app it sends mails and text messages. Two
processes, because the login that talks to Lawmatics must not be able to read what mails are made of.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from procrastinate.contrib.django import app, django_connector

from casehug.config.startup import refuse_unless_safe

POLL_SECONDS = 0.5
QUEUE_OF = {"sync": "sync", "app": "notify"}


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
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads + 2))
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                queues=[QUEUE_OF[settings.PROCESS]],
                concurrency=threads,
                fetch_job_polling_interval=POLL_SECONDS,
                delete_jobs="successful",
            )
