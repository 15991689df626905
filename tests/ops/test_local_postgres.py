"""A PostgreSQL of our own: started, joined, ended with its parent, and open to nobody else."""

import os
import signal
import subprocess
import sys
import time as wall
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from casehug.ops import local_postgres
from casehug.ops.local_postgres import FAST_AND_LOSSY, CannotStart

CHILD = """
import sys, time
from pathlib import Path
from casehug.ops import local_postgres
with local_postgres.running(Path(sys.argv[1]), settings=local_postgres.FAST_AND_LOSSY) as server:
    print(server.admin_url, flush=True)
    time.sleep(120)
"""


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def gone_within(seconds: float, url: str) -> bool:
    deadline = wall.monotonic() + seconds
    while wall.monotonic() < deadline:
        if not answers(url):
            return True
        wall.sleep(0.05)
    return False


def query(url: str, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        done = connection.execute(sql)  # type: ignore[call-overload]
        return list(done.fetchall()) if done.description else []


@contextmanager
def child(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Another process that started the server and holds it; ended at the latest here."""
    process = subprocess.Popen([sys.executable, "-c", CHILD, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all: making one is what takes longest."""
    return tmp_path_factory.mktemp("postgres")


def test_it_starts_and_ends(folder: Path) -> None:
    with local_postgres.running(folder, settings=FAST_AND_LOSSY) as server:
        assert server.started_here
        assert query(server.admin_url, "SELECT 1") == [(1,)]
    assert not answers(server.admin_url)


def test_it_keeps_what_was_written(folder: Path) -> None:
    with local_postgres.running(folder, settings=FAST_AND_LOSSY) as server:
        query(server.admin_url, "CREATE TABLE kept (id int)")
    with local_postgres.running(folder, settings=FAST_AND_LOSSY) as server:
        assert query(server.admin_url, "SELECT count(*) FROM kept") == [(0,)]


def test_it_joins_one_that_runs_and_leaves_it_running(folder: Path) -> None:
    with local_postgres.running(folder, settings=FAST_AND_LOSSY) as first:
        with local_postgres.running(folder) as second:
            assert (second.started_here, second.admin_url) == (False, first.admin_url)
        assert answers(first.admin_url)


def test_it_runs_in_two_folders_at_once(folder: Path, tmp_path: Path) -> None:
    with (
        local_postgres.running(folder, settings=FAST_AND_LOSSY) as first,
        local_postgres.running(tmp_path / "second", settings=FAST_AND_LOSSY) as second,
    ):
        assert (answers(first.admin_url), answers(second.admin_url)) == (True, True)
        assert first.admin_url.rsplit("@")[1] != second.admin_url.rsplit("@")[1]


def test_it_ends_with_a_parent_that_was_killed(folder: Path) -> None:
    with child(folder) as (process, url):
        assert answers(url)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert gone_within(5, url)


def test_it_starts_again_where_one_was_killed(folder: Path) -> None:
    with child(folder) as (process, _url):
        process.send_signal(signal.SIGKILL)
        process.wait()
    with local_postgres.running(folder, settings=FAST_AND_LOSSY) as server:
        assert query(server.admin_url, "SELECT 1") == [(1,)]


def test_it_joins_another_process_s_server(folder: Path) -> None:
    with child(folder) as (_process, url), local_postgres.running(folder) as server:
        assert (server.started_here, server.admin_url) == (False, url)


def test_it_lets_nobody_in_without_the_password(folder: Path) -> None:
    with local_postgres.running(folder, settings=FAST_AND_LOSSY) as server:
        password = (folder / "password").read_text()
        assert not answers(server.admin_url.replace(password, "wrong"))
        assert not answers(server.admin_url.replace(f":{password}", ""))


def test_it_listens_on_this_machine_only(folder: Path) -> None:
    with local_postgres.running(folder, settings=FAST_AND_LOSSY) as server:
        assert query(server.admin_url, "SHOW listen_addresses") == [("127.0.0.1",)]
        assert query(server.admin_url, "SHOW unix_socket_directories") == [("",)]


def test_it_keeps_its_files_from_other_users(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    with local_postgres.running(folder, settings=FAST_AND_LOSSY):
        kept = [folder, folder / "password", folder / "data"]
        assert [oct(path.stat().st_mode & 0o077) for path in kept] == ["0o0"] * 3


def test_it_makes_the_folder_again_that_was_left_half_made(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rubbish").write_text("left by a start that was killed")
    with local_postgres.running(tmp_path, settings=FAST_AND_LOSSY) as server:
        assert answers(server.admin_url)


def test_it_makes_a_password_again_that_was_never_written(tmp_path: Path) -> None:
    (tmp_path / "password").touch()
    with local_postgres.running(tmp_path, settings=FAST_AND_LOSSY) as server:
        assert answers(server.admin_url)


def test_it_says_where_to_look_when_it_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(CannotStart, match="Its log: "), local_postgres.running(tmp_path):
        pass
    assert (tmp_path / "log").exists()


def test_it_finds_the_programs() -> None:
    assert os.access(local_postgres.binaries() / "postgres", os.X_OK)
