"""casehug worker: runs the background jobs until it is told to stop. Start it with CASEHUG_PROCESS=sync."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app, django_connector

from casehug.config.startup import refuse_unless_safe

POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unless_safe()
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
                concurrency=threads, fetch_job_polling_interval=POLL_SECONDS, delete_jobs="successful"
            )
