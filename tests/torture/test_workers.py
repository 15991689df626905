"""C1 to C4: workers that are killed, poisonous changes, frozen workers, and a database that goes away."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import psycopg
import pytest
from django.db import connection

from casehug.intake.models import Matter
from casehug.sync.models import Attempt, Change, Lane
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase, hang_up
from tests.torture.conftest import Count
from tests.torture.rig import KILLED, Rig, conserved, times
from tests.torture.test_crashes import POINTS
from tests.torture.test_faults import open_many

pytestmark = pytest.mark.xdist_group("torture-workers")


def test_it_does_every_job_once_when_workers_are_killed_at_random(rig: Rig, connected: Cast, count: Count) -> None:
    jobs, kills = times(20, long=500), times(6, long=50)
    dice = random.Random(7)
    matters = open_many(connected, jobs, name="Random")
    killed = 0
    for _ in range(kills * 4):
        if killed == kills or rig.next_moment(connected.firm_id) is None:
            break
        killed += rig.work(connected.firm_id, point=dice.choice(POINTS)) == [KILLED]
        rig.outlive_leases()
        rig.clock.advance(dice.choice([0, 70, 140]))
    rig.settle(connected.firm_id, rounds=40 * jobs)
    found = rig.titled({matter.title for matter in matters})
    assert killed > 0
    assert sorted(found) == sorted(matter.title for matter in matters)
    assert conserved(connected, matters) == {"delivered": jobs}
    count("C1", f"{jobs} jobs, {killed} random kill -9", "0 twice, 0 lost")


def test_it_finds_the_work_of_a_dead_worker_within_a_minute(rig: Rig, connected: Cast, count: Count) -> None:
    matter = cast.open_dana(connected.bob, title="Orphan")
    assert rig.work(connected.firm_id, point="sending:search") == [KILLED]
    died = rig.clock.now()
    rig.settle(connected.firm_id)
    seconds = (rig.clock.now() - died).total_seconds()
    assert rig.titled({matter.title}) == [matter.title]
    assert seconds < 60
    count("C1", "seconds until an orphan runs again", f"{seconds:.0f}")


def test_it_sets_a_change_aside_that_kills_its_workers(rig: Rig, connected: Cast, count: Count) -> None:
    poison = cast.open_dana(connected.bob, title="Poison")
    good = cast.open_dana(
        connected.bob, title="Good", client=cast.NewClient("Good", "Person", email="good@example.com")
    )
    for _ in range(3):
        assert rig.work(connected.firm_id, point="sending:search") == [KILLED]
        rig.outlive_leases()
    rig.settle(connected.firm_id)
    with firm_scope(connected.firm_id):
        change = Change.objects.get(matter_id=poison.id)
    assert (change.state, change.problem, change.deaths) == ("held", "poison", 3)
    assert rig.titled({good.title}) == [good.title]
    count("C2", "a change that kills its worker three times", "set aside, others go on")


def open_frozen(people: Cast, name: str) -> Matter:
    client = cast.NewClient(name, "Frozen", email=f"{name}@frozen.example.com".lower())
    return cast.open_dana(people.bob, title=f"Frozen {name}", client=client)


@pytest.mark.parametrize("seconds", [60, 1000])
@pytest.mark.parametrize("point", ["sending:matter", "answered:matter", "commit:4"])
def test_it_has_one_effect_when_a_frozen_worker_wakes(
    rig: Rig, connected: Cast, count: Count, point: str, seconds: int
) -> None:
    """The shorter freeze ends while its successor still waits, the longer one after it has done everything."""
    matter = open_frozen(connected, f"{point.replace(':', '')}{seconds}")
    pid = rig.freeze(connected.firm_id, point=point)
    rig.outlive_leases()
    rig.work(connected.firm_id)
    rig.clock.advance(seconds - 21)
    if seconds > 60:
        rig.settle(connected.firm_id)
    rig.thaw(pid)
    rig.settle(connected.firm_id)
    assert rig.titled({matter.title}) == [matter.title]
    with firm_scope(connected.firm_id):
        done = Attempt.objects.filter(matter_id=matter.id, action="matter.create", state__in=["done", "adopted"])
        assert done.count() == 1
    count("C3", f"SIGSTOP at {point} for {seconds} s, rescued, SIGCONT", "one effect")


def test_it_would_send_late_without_the_last_look_at_the_clock(rig: Rig, connected: Cast, count: Count) -> None:
    """The control: what a worker froze over, its successor has looked for and made, and then it is sent once more."""
    matter = open_frozen(connected, "Unguarded")
    pid = rig.freeze(connected.firm_id, point="sending:matter", controls=["late sends"])
    rig.outlive_leases()
    rig.settle(connected.firm_id)
    rig.thaw(pid)
    assert rig.titled({matter.title}) == [matter.title] * 2
    count("C3", "control: a late write is not refused", "2 matters")


def test_it_goes_on_by_itself_when_the_database_comes_back(
    rig: Rig, connected: Cast, database: TestDatabase, sync_process: ThreadPoolExecutor, count: Count
) -> None:
    """Every connection is cut again and again while workers run, as a restart of PostgreSQL does."""
    jobs, cuts = times(12, long=200), times(3, long=60)
    matters = open_many(connected, jobs, name="Restart")
    for _ in range(cuts):
        pids = rig.tell(firms=[str(connected.firm_id)], loose=True)
        time.sleep(0.08)
        # Ours would break too.
        connection.close()
        sync_process.submit(hang_up).result()
        cut(database)
        rig.tell(wait=pids)
        rig.outlive_leases()
        if rig.next_moment(connected.firm_id) is None:
            break
    rig.settle(connected.firm_id, rounds=40 * jobs)
    found = rig.titled({matter.title for matter in matters})
    assert sorted(found) == sorted(matter.title for matter in matters)
    assert conserved(connected, matters) == {"delivered": jobs}
    count("C4", f"{jobs} jobs, every connection to the database cut {cuts} times", "0 twice, 0 lost")


def cut(database: TestDatabase) -> None:
    """End every session of the run-time logins, as the server does when it stops."""
    with psycopg.connect(database.addresses["admin"], autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename LIKE 'casehug%'"
        )


def test_it_grows_its_fence_with_every_holder(rig: Rig, connected: Cast) -> None:
    fences = []
    for _ in range(3):
        cast.open_dana(connected.bob, title="Fence", client=None)
        rig.work(connected.firm_id)
        fences.append(Lane.objects.get(firm_id=connected.firm_id).fence)
    assert all(first < second for first, second in pairwise(fences))
