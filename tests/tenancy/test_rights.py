"""What each login may do: nothing but what the migrations grant, and never what only an owner may."""

import re

import pytest
from django.db import connection as django_connection
from django.db.migrations.loader import MigrationLoader

from casehug.tenancy.rowsecurity import GrantMore, ProtectFirmTable
from tests.databases import TestDatabase
from tests.tenancy.world import tables

SECRET_FROM_SYNC = (
    "intake_matterword",
    "tenancy_membership",
    "connections_consentrequest",
    "django_session",
    "accounts_user",
    "account_emailaddress",
    "account_emailconfirmation",
    "accounts_cache",
)
LOGINS = ("casehug_app", "casehug_sync")


def granted_by_migrations() -> dict[tuple[str, str], set[str]]:
    """(login, table) -> rights such as "SELECT" or "UPDATE (delivery_state)", read from the migrations themselves."""
    found: dict[tuple[str, str], set[str]] = {}
    for (label, _), migration in MigrationLoader(None).disk_migrations.items():
        for operation in migration.operations:
            if isinstance(operation, ProtectFirmTable | GrantMore):
                for login, rights in (("casehug_app", operation.app), ("casehug_sync", operation.sync)):
                    pieces = re.findall(r"\w+(?:\s*\([^)]*\))?", rights)
                    parts = {re.sub(r"^\w+", lambda verb: verb.group().upper(), piece) for piece in pieces}
                    found.setdefault((login, f"{label}_{operation.model_name}"), set()).update(parts)
    return found


def rights_of(database: TestDatabase, login: str, table: str) -> set[str]:
    with database.connect("admin") as connection:
        whole = connection.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = %s AND table_name = %s",
            [login, table],
        ).fetchall()
        columns = connection.execute(
            "SELECT privilege_type, column_name FROM information_schema.role_column_grants"
            " WHERE grantee = %s AND table_name = %s",
            [login, table],
        ).fetchall()
    found = {right for (right,) in whole}
    return found | {f"{right} ({column})" for right, column in columns if right not in found}


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("table", tables())
def test_it_grants_exactly_what_the_migration_says(database: TestDatabase, login: str, table: str) -> None:
    assert rights_of(database, login, table) == granted_by_migrations().get((login, table), set())


def test_it_knows_a_migration_for_every_firm_owned_table(database: TestDatabase) -> None:
    assert {table for _, table in granted_by_migrations()} == set(tables())


@pytest.mark.parametrize("table", SECRET_FROM_SYNC)
def test_it_gives_the_engine_no_right_at_all_on(database: TestDatabase, table: str) -> None:
    assert rights_of(database, "casehug_sync", table) == set()


@pytest.mark.parametrize("table", ["auth_group", "auth_permission", "auth_group_permissions"])
@pytest.mark.parametrize("login", LOGINS)
def test_it_gives_nobody_a_right_on_what_we_do_not_use(database: TestDatabase, login: str, table: str) -> None:
    assert rights_of(database, login, table) == set()


def test_it_gives_the_public_no_right_on_any_table(database: TestDatabase) -> None:
    with database.connect("admin") as connection:
        found = connection.execute(
            "SELECT table_name FROM information_schema.role_table_grants"
            " WHERE grantee = 'PUBLIC' AND table_schema = 'public'"
        ).fetchall()
    assert found == []


@pytest.mark.parametrize("login", [*LOGINS, "casehug_owner"])
def test_it_has_logins_that_row_security_counts_for(database: TestDatabase, login: str) -> None:
    with database.connect("admin") as connection:
        found = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
            " WHERE rolname = %s",
            [login],
        ).fetchone()
    assert found == (False, False, False, False, False)


@pytest.mark.parametrize("login", LOGINS)
def test_it_makes_no_run_time_login_a_member_of_anything(database: TestDatabase, login: str) -> None:
    with database.connect("admin") as connection:
        found = connection.execute(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'MEMBER')", [login]
        ).fetchall()
    assert found == [(login,)]


@pytest.mark.parametrize("login", LOGINS)
def test_it_makes_no_run_time_login_an_owner(database: TestDatabase, login: str) -> None:
    with database.connect("admin") as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE rolname = %s", [login]
        ).fetchall()
    assert found == []


@pytest.mark.parametrize("login", ["app", "sync"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE loot (id int)",
        "ALTER TABLE intake_matter DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE intake_matter NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY same_firm ON intake_matter",
        "CREATE POLICY open ON intake_matter USING (true)",
        "TRUNCATE audit_entry",
        "SET ROLE casehug_owner",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "COPY intake_client TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_it_refuses_what_only_an_owner_may(database: TestDatabase, login: str, statement: str) -> None:
    with database.connect(login) as connection, pytest.raises(Exception, match=r"permission denied|must be owner"):
        connection.execute(statement)  # type: ignore[call-overload]


def test_it_is_the_app_login_that_django_uses_here(database: TestDatabase) -> None:
    with django_connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("casehug_app",)
