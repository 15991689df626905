"""C4 with the real thing: PostgreSQL is stopped and started again under a worker as production runs it."""

import os
import sys
import time
from pathlib import Path

import pytest
from django.db import connections

from casehug.config import env
from casehug.ops import database, local_postgres
from casehug.ops.processes import Child, choose_port
from casehug.sync.models import Change
from casehug.tenancy.scope import firm_scope
from tests import cast, databases
from tests.databases import TestDatabase
from tests.lawmatics_town import connect
from tests.torture.conftest import Count
from tests.torture.rig import LONG, rigged
from tests.torture.test_faults import open_many

pytestmark = [
    pytest.mark.xdist_group("torture-restart"),
    pytest.mark.skipif(not LONG, reason="takes minutes: make torture"),
]

PAUSES = [1, 5, 60]


def test_it_goes_on_by_itself_after_every_restart_of_postgresql(tmp_path: Path, count: Count) -> None:
    folder, port = tmp_path / "postgres", choose_port(0)
    kept = dict(connections["default"].settings_dict)
    with local_postgres.running(folder, port=port) as server:
        name = database.migrated_template(server.admin_url, passwords=databases.PASSWORDS)
        addresses = database.addresses(server.admin_url, name=name, passwords=databases.PASSWORDS)
        addresses["admin"] = database.with_name(server.admin_url, name)
    connections.close_all()
    connections["default"].settings_dict.update(env.database(addresses["app"]))
    try:
        slowest = _restart_again_and_again(tmp_path, folder, port, TestDatabase(addresses))
    finally:
        connections.close_all()
        connections["default"].settings_dict = kept
    assert slowest < 30
    count("C4", f"PostgreSQL away for {PAUSES} s: slowest recovery in seconds", f"{slowest:.1f}, 0 twice, 0 lost")


def _restart_again_and_again(tmp_path: Path, folder: Path, port: int, made: TestDatabase) -> float:
    slowest, worker = 0.0, None
    with rigged(made, tmp_path, rate_limit="off") as rig:
        for number, pause in enumerate([0, *PAUSES]):
            time.sleep(pause)
            with local_postgres.running(folder, port=port):
                if worker is None:
                    people = cast.assemble()
                    connect(people.alice, rig.http)
                    worker = _worker(made, rig.sandbox_url, tmp_path)
                matters = open_many(people, 10, name=f"Pause{number}")
                begun = time.monotonic()
                titles = {matter.title for matter in matters}
                while len(rig.titled(titles)) < len(titles) or _waiting(people):
                    assert time.monotonic() - begun < 60, "the worker does not go on"
                    time.sleep(0.2)
                slowest = max(slowest, time.monotonic() - begun)
                assert sorted(rig.titled(titles)) == sorted(titles)
                assert not worker.ended, "the worker ended instead of waiting"
                connections.close_all()
    assert worker is not None
    worker.stop()
    return slowest


def _waiting(people: cast.Cast) -> bool:
    with firm_scope(people.firm_id):
        return Change.objects.exclude(state="delivered").exists()


def _worker(made: TestDatabase, sandbox_url: str, tmp_path: Path) -> Child:
    environment = {
        **os.environ,
        "CASEHUG_PROCESS": "sync",
        "DATABASE_SYNC_URL": made.addresses["sync"],
        "LAWMATICS_API_URL": sandbox_url,
        "LAWMATICS_TOKEN_URL": f"{sandbox_url}/oauth/token",
        "LAWMATICS_REQUESTS_PER_MINUTE": "1000000",
    }
    command = [sys.executable, "-m", "casehug.ops.cli", "worker"]
    return Child("The worker", command, environment=environment, log=tmp_path / "worker.log")
