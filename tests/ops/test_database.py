"""Making the logins and the database: safe to repeat, closed to everybody else, never over an unsafe login."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from casehug.ops import database, local_postgres
from casehug.ops.database import CannotPrepare

PASSWORDS = {"owner": "first-o", "app": "first/a:@?", "sync": "first s"}


@pytest.fixture(scope="module")
def admin_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of these tests' own: logins are shared by all databases of a server."""
    folder: Path = tmp_path_factory.mktemp("postgres")
    with local_postgres.running(folder, settings=local_postgres.FAST_AND_LOSSY) as server:
        yield server.admin_url


@pytest.fixture
def made(admin_url: str) -> dict[str, str]:
    return database.init(admin_url, name="firm", passwords=PASSWORDS, replace=True)


def run(url: str, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        done = connection.execute(sql)  # type: ignore[call-overload]
        return list(done.fetchall()) if done.description else []


@pytest.mark.parametrize("process", ["owner", "app", "sync"])
def test_it_makes_a_login_for_each_process(made: dict[str, str], process: str) -> None:
    assert run(made[process], "SELECT current_user, current_database()") == [(f"casehug_{process}", "firm")]


def test_it_can_be_repeated(admin_url: str, made: dict[str, str]) -> None:
    run(made["owner"], "CREATE TABLE IF NOT EXISTS kept (id int)")
    assert database.init(admin_url, name="firm", passwords=PASSWORDS, replace=True) == made
    assert run(made["owner"], "SELECT count(*) FROM kept") == [(0,)]


def test_it_locks_nobody_out_unless_told_to(admin_url: str, made: dict[str, str]) -> None:
    with pytest.raises(CannotPrepare, match="--new-passwords"):
        database.init(admin_url, name="another", passwords=dict.fromkeys(PASSWORDS, "changed"))
    assert run(made["owner"], "SELECT 1") == [(1,)]


def test_it_gives_new_passwords_when_told_to(admin_url: str, made: dict[str, str]) -> None:
    again = database.init(admin_url, name="firm", passwords={**PASSWORDS, "app": "second"}, replace=True)
    assert run(again["app"], "SELECT 1") == [(1,)]
    with pytest.raises(psycopg.OperationalError):
        run(made["app"], "SELECT 1")


@pytest.mark.parametrize("right", ["SUPERUSER", "BYPASSRLS"])
@pytest.mark.parametrize("login", ["casehug_app", "casehug_sync", "casehug_owner"])
def test_it_refuses_a_login_that_passes_row_security(
    admin_url: str, made: dict[str, str], login: str, right: str
) -> None:
    run(admin_url, f"ALTER ROLE {login} {right}")
    try:
        with pytest.raises(CannotPrepare, match=login):
            database.init(admin_url, name="firm", passwords=dict.fromkeys(PASSWORDS, "changed"), replace=True)
        assert run(made[login.removeprefix("casehug_")], "SELECT 1") == [(1,)]
    finally:
        run(admin_url, f"ALTER ROLE {login} NO{right}")


def test_it_gives_a_login_no_new_password_before_it_was_found_safe(admin_url: str, made: dict[str, str]) -> None:
    run(admin_url, "ALTER ROLE casehug_owner SUPERUSER")
    try:
        with pytest.raises(CannotPrepare):
            database.init(admin_url, name="firm", passwords=dict.fromkeys(PASSWORDS, "changed"), replace=True)
        assert run(made["owner"], "SELECT 1") == [(1,)]
    finally:
        run(admin_url, "ALTER ROLE casehug_owner NOSUPERUSER")


def test_it_takes_the_right_to_make_logins_away(admin_url: str, made: dict[str, str]) -> None:
    run(admin_url, "ALTER ROLE casehug_app CREATEROLE CREATEDB")
    database.init(admin_url, name="firm", passwords=PASSWORDS, replace=True)
    assert run(admin_url, "SELECT rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'casehug_app'") == [
        (False, False)
    ]


@pytest.mark.parametrize("process", ["app", "sync"])
@pytest.mark.parametrize("statement", ["CREATE TABLE loot (id int)", "CREATE TEMPORARY TABLE loot (id int)"])
def test_it_lets_the_run_time_logins_make_no_table(made: dict[str, str], process: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(made[process], statement)


def test_it_lets_no_other_login_of_the_server_in(admin_url: str, made: dict[str, str]) -> None:
    run(admin_url, "CREATE ROLE neighbour LOGIN PASSWORD 'neighbour'")
    neighbour = made["app"].replace("casehug_app", "neighbour").replace("first%2Fa%3A%40%3F", "neighbour")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        run(neighbour, "SELECT 1")


def test_it_prints_addresses_that_work(admin_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    database.init_and_print(admin_url, name="printed", replace=True)
    lines = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert list(lines) == ["DATABASE_OWNER_URL", "DATABASE_URL", "DATABASE_SYNC_URL"]
    assert [run(url, "SELECT current_user") for url in lines.values()] == [
        [("casehug_owner",)],
        [("casehug_app",)],
        [("casehug_sync",)],
    ]


@pytest.mark.parametrize(
    ("admin", "app"),
    [
        ("postgresql://root:x@db.example/postgres", "postgresql://casehug_app:p%2Fw@db.example/firm"),
        ("postgresql://root:x@db.example:6432/postgres", "postgresql://casehug_app:p%2Fw@db.example:6432/firm"),
        ("postgresql://root:x@[::1]:5432/postgres", "postgresql://casehug_app:p%2Fw@[::1]:5432/firm"),
        ("postgresql://db.example/postgres", "postgresql://casehug_app:p%2Fw@db.example/firm"),
        (
            "postgresql://root:x@db.example/postgres?sslmode=verify-full",
            "postgresql://casehug_app:p%2Fw@db.example/firm?sslmode=verify-full",
        ),
    ],
)
def test_it_keeps_the_rest_of_the_administrator_s_address(admin: str, app: str) -> None:
    assert database.addresses(admin, name="firm", passwords=dict.fromkeys(PASSWORDS, "p/w"))["app"] == app
