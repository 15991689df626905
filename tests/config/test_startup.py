"""The start is refused wherever row security would not count, each time with its own number."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connections
from django.test import override_settings
from psycopg import sql

from casehug.config import env, startup
from casehug.kit.encryption import keyset
from casehug.ops.database import with_name
from tests.databases import TestDatabase, hang_up

PASSWORD = "of-a-throwaway-login"
KEY = base64.b64encode(bytes(32)).decode()


def numbers_as(address: str) -> list[str]:
    """The numbers of all problems that a process with this database address would find."""

    def look() -> list[str]:
        connection = connections["default"]
        connection.settings_dict = {**connection.settings_dict, **env.database(address)}
        try:
            found = list(startup.problems())
            assert all("Hint: " in str(problem) and PASSWORD not in str(problem) for problem in found)
            return [problem.number for problem in found]
        finally:
            hang_up()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(look).result()


@contextmanager
def login(database: TestDatabase, *, rights: str = "", member_of: str = "casehug_app") -> Iterator[str]:
    """The address of a login that exists only here."""
    name = f"throwaway_{uuid4().hex[:12]}"
    role, group = sql.Identifier(name), sql.Identifier(member_of)
    with database.connect("admin") as connection:
        make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} " + rights)  # type: ignore[arg-type]
        connection.execute(make.format(role, sql.Literal(PASSWORD)))
        connection.execute(sql.SQL("GRANT casehug_app, {} TO {}").format(group, role))
        try:
            address = database.addresses["app"]
            yield address.replace("//casehug_app:", f"//{name}:").replace("app-of-tests", PASSWORD)
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


@contextmanager
def changed(database: TestDatabase, change: str, back: str) -> Iterator[None]:
    with database.connect("admin") as connection:
        connection.execute(change)  # type: ignore[call-overload]
        try:
            yield
        finally:
            connection.execute(back)  # type: ignore[call-overload]


@pytest.mark.parametrize("process", ["app", "sync"])
def test_it_finds_nothing_wrong_with_the_logins_that_we_make(database: TestDatabase, process: str) -> None:
    assert numbers_as(database.addresses[process]) == []


def test_it_finds_nothing_wrong_with_a_login_of_another_name(database: TestDatabase) -> None:
    with login(database) as address:
        assert numbers_as(address) == []


def test_it_refuses_a_superuser(database: TestDatabase) -> None:
    with login(database, rights="SUPERUSER") as address:
        assert "E010" in numbers_as(address)


def test_it_refuses_a_login_that_may_become_a_superuser(database: TestDatabase) -> None:
    with database.connect("admin") as connection:
        [superuser] = connection.execute("SELECT current_user").fetchone() or [""]
    with login(database, member_of=superuser) as address:
        assert "E010" in numbers_as(address)


def test_it_refuses_a_login_that_bypasses_row_security(database: TestDatabase) -> None:
    with login(database, rights="BYPASSRLS") as address:
        assert numbers_as(address) == ["E011"]


def test_it_refuses_the_owner(database: TestDatabase) -> None:
    assert numbers_as(database.addresses["owner"]) == ["E012"]


def test_it_refuses_a_member_of_the_owner(database: TestDatabase) -> None:
    with login(database, member_of="casehug_owner") as address:
        assert numbers_as(address) == ["E012"]


@pytest.mark.parametrize("verb", ["DISABLE", "NO FORCE"])
def test_it_refuses_a_table_whose_row_security_is_off(database: TestDatabase, verb: str) -> None:
    back = "ENABLE" if verb == "DISABLE" else "FORCE"
    table = "ALTER TABLE intake_document {} ROW LEVEL SECURITY"
    with changed(database, table.format(verb), table.format(back)):
        assert numbers_as(database.addresses["app"]) == ["E013"]
    assert numbers_as(database.addresses["app"]) == []


def test_it_refuses_a_database_that_is_older_than_the_program(database: TestDatabase) -> None:
    where = "app = 'sync'"
    forget = f"UPDATE django_migrations SET app = 'forgotten' WHERE {where}"
    back = "UPDATE django_migrations SET app = 'sync' WHERE app = 'forgotten'"
    with changed(database, forget, back):
        assert numbers_as(database.addresses["app"]) == ["E014"]


@pytest.mark.parametrize("keys", ["", "k1", "k1:short", f"k1:{KEY},k1:{KEY}"])
def test_it_refuses_keys_that_cannot_be_read(database: TestDatabase, keys: str) -> None:
    keyset.cache_clear()
    try:
        with override_settings(ENCRYPTION_KEYS=keys):
            assert numbers_as(database.addresses["app"]) == ["E002"]
    finally:
        keyset.cache_clear()


def test_it_does_not_serve_as_a_superuser(database: TestDatabase) -> None:
    """The whole way: what the web server loads ends with the number instead of an application."""
    admin = with_name(database.addresses["admin"], database.addresses["app"].rsplit("/", 1)[-1])
    command = [sys.executable, "-c", "import casehug.config.wsgi"]
    done = subprocess.run(
        command, env={**os.environ, "DATABASE_URL": admin}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "casehug.E010" in done.stderr
    assert admin.split(":")[2].split("@")[0] not in done.stderr


def test_it_serves_as_the_app_login(database: TestDatabase) -> None:
    command = [sys.executable, "-c", "from casehug.config.wsgi import application; print(application)"]
    environment = {**os.environ, "DATABASE_URL": database.addresses["app"]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
