"""When the reading of a listing fails: what passes by itself is tried again, a few times; everything else ends it.

A reader that cannot go on must not hold up a bulk sync, nor every drain that comes by.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import InterfaceError, OperationalError

from casehug.sync import lanes, policy
from casehug.sync.lanes import LaneLost, Lease
from casehug.sync.models import ContactList, FormList, JobState, PullReport
from casehug.sync.policy import Fate

log = structlog.get_logger()

MOST_FAILURES = 3


@contextmanager
def reading(lease: Lease, job: ContactList | PullReport | FormList) -> Iterator[None]:
    """One step of reading. Raises LaneLost, what makes the lane rest or stop, and what is worth another try."""
    try:
        yield
    except (LaneLost, OperationalError, InterfaceError):
        raise
    except Exception as error:  # the closed table decides, and what it does not list stops and shows
        ruling = policy.rule(error)
        if ruling.fate in {Fate.PAUSE, Fate.STOP}:
            raise
        if ruling is policy.UNLISTED:
            # Only its kind: what it says may hold what was read.
            log.error("sync.reader_failed", firm_id=str(lease.firm_id), error=type(error).__name__)
        failures = job.failures + 1
        again = ruling.fate != Fate.ASK and failures < MOST_FAILURES
        stopped = {"state": JobState.FAILED, "problem_text": policy.explain(error, ruling), "failures": 0}
        with lanes.held(lease):
            type(job).objects.filter(id=job.id).update(**({"failures": failures} if again else stopped))
        if again:
            raise
    else:
        if job.failures:
            with lanes.held(lease):
                type(job).objects.filter(id=job.id).update(failures=0)
