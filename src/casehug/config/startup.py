"""Refuses to run where a promise could not be kept. Every refusal has a number; docs/reference/start-up-checks.md."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from casehug.config import logs
from casehug.config.env import Misconfigured
from casehug.kit.encryption import BadKeyset, keyset


def refuse_unless_safe() -> None:
    """Raises Misconfigured with the first problem found. Run before anything is served or worked on."""
    logs.configure()
    for problem in problems():
        raise problem


def problems() -> Iterator[Misconfigured]:
    yield from _keys()
    yield from _login()
    yield from _tables()
    yield from _migrations()


def _keys() -> Iterator[Misconfigured]:
    try:
        keyset()
    except BadKeyset as error:
        yield Misconfigured("E002", f"CASEHUG_ENCRYPTION_KEYS cannot be read: {error}.", "Make one with: casehug keys")


def _login() -> Iterator[Misconfigured]:
    """The database login must be one for whom row security counts."""
    with connection.cursor() as cursor:
        # Member of a role counts as being it: SET ROLE is one statement away.
        cursor.execute(
            "SELECT bool_or(rolsuper), bool_or(rolbypassrls), bool_or(rolname = 'casehug_owner')"
            " FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')"
        )
        superuser, bypasses, owns = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner"
            " WHERE relkind = 'r' AND rolname = current_user"
        )
        (owned,) = cursor.fetchone()
    hint = "Use the logins that casehug init-database made: casehug_app for the web, casehug_sync for the worker."
    if superuser:
        yield Misconfigured("E010", "the database login is a superuser, who passes every wall.", hint)
    if bypasses:
        yield Misconfigured("E011", "the database login may bypass row security.", hint)
    if owned or owns:
        yield Misconfigured("E012", "the database login owns tables, or is a member of their owner.", hint)


def _tables() -> Iterator[Misconfigured]:
    """Every firm-owned table has row security enabled and forced."""
    tables = [m._meta.db_table for m in apps.get_models() if getattr(m, "firm_owned", False)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relrowsecurity AND relforcerowsecurity",
            [tables],
        )
        walled = {row[0] for row in cursor.fetchall()}
    if open_tables := sorted(set(tables) - walled):
        yield Misconfigured(
            "E013",
            f"row security is not forced on: {', '.join(open_tables)}.",
            "Run: casehug migrate, as the owner.",
        )


def _migrations() -> Iterator[Misconfigured]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Misconfigured(
            "E014",
            "the database is older than the program.",
            "Run: CASEHUG_PROCESS=owner casehug migrate. Nothing was changed.",
        )
