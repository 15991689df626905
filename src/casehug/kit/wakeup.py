"""Starting a background job after the commit. A lost wake-up costs seconds, never work: a tick is the net."""

import structlog
from django.db import Error as DatabaseError
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

log = structlog.get_logger()


def after_commit(task: str, *, lock: str, **arguments: str) -> None:
    """Defer the job named `task` once the open transaction has committed (at once if there is none).

    At most one job per `lock` waits; one more is not needed, since the waiting one has not looked yet.
    Arguments are ids only: they are kept in the job table and may be logged.
    """
    transaction.on_commit(lambda: start(task, lock=lock, **arguments))


def start(task: str, *, lock: str, **arguments: str) -> None:
    """Defer the job now, outside of any transaction (a doubled lock would abort one)."""
    try:
        app.configure_task(name=task, queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return
    except (ConnectorException, DatabaseError):
        log.warning("wakeup.lost", task=task)
