"""The wall between firms: present on every table, and it holds without our code's help.

Each proof has its twin: with the wall taken down, the same probe reaches the other firm's rows.
"""

import json
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, models
from django.db import connection as django_connection
from psycopg import sql

from casehug.tenancy.models import FirmOwned, SameFirmKey
from casehug.tenancy.scope import firm_scope
from tests.databases import TestDatabase
from tests.tenancy.world import Prober, World, firm_column, firm_models, tables

RULE = "({} = (NULLIF(current_setting('casehug.firm_id'::text, true), ''::text))::uuid)"
OWN_MEMBERSHIP = "(user_id = (NULLIF(current_setting('casehug.user_id'::text, true), ''::text))::uuid)"

SAME_FIRM_KEYS = [
    (model._meta.db_table, field.column, field.related_model._meta.db_table)
    for model in firm_models()
    for field in model._meta.local_fields
    if isinstance(field, SameFirmKey)
]

# Columns that PostgreSQL fills by itself.
GENERATED = {"status_height"}

# Every other table of the database, and why no firm owns it. A new table is unknown until it stands here.
NOT_FIRM_OWNED = {
    "account_emailaddress": "belongs to a person, who is known before any firm is",
    "account_emailconfirmation": "belongs to a person's address",
    "accounts_cache": "counts of failed sign-ins, before anybody is known",
    "accounts_user": "a person signs in before a firm is known, and may belong to several",
    "auth_group": "comes with Django; no login of ours has rights on it",
    "auth_group_permissions": "comes with Django; no login of ours has rights on it",
    "auth_permission": "comes with Django; no login of ours has rights on it",
    "django_content_type": "names of our own models",
    "django_migrations": "which migrations have run",
    "django_session": "a session is read before the firm is known",
    "procrastinate_events": "the queue's own history: ids only",
    "procrastinate_jobs": "a worker takes jobs of every firm; arguments are ids only",
    "procrastinate_periodic_defers": "when the tick ran",
    "procrastinate_workers": "which workers live",
    "sync_doorbell": "a directory: which firms have something new, no client data",
    "intake_firmwithfiles": "a directory: which firms the sweep has to look at, ids only",
    "intake_portalkey": "a directory: a private link must be found before its firm is known; hashes and ids only",
    "notify_mailround": "a directory: the mail worker must find the firms that have something to send",
    "sync_lane": "a directory: which firms are due, no client data",
}


@pytest.mark.parametrize("table", tables())
def test_it_has_row_security_enabled_and_forced(database: TestDatabase, table: str) -> None:
    with database.connect("admin") as connection:
        found = connection.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table]
        ).fetchone()
    assert found == (True, True)


@pytest.mark.parametrize("table", tables())
def test_it_has_exactly_its_policy(database: TestDatabase, table: str) -> None:
    rule = RULE.format(firm_column(table))
    expected = [("same_firm", "PERMISSIVE", "ALL", rule, rule)]
    if table == "tenancy_membership":
        expected.insert(0, ("own_membership", "PERMISSIVE", "SELECT", OWN_MEMBERSHIP, None))
    with database.connect("admin") as connection:
        found = connection.execute(
            "SELECT policyname, permissive, cmd, qual, with_check FROM pg_policies WHERE tablename = %s ORDER BY 1",
            [table],
        ).fetchall()
    assert found == expected


def test_it_knows_every_table_of_the_database(database: TestDatabase) -> None:
    with database.connect("admin") as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        ).fetchall()
    assert {name for (name,) in found} == {*NOT_FIRM_OWNED, *tables()}


def test_it_walls_off_no_table_that_no_firm_owns(database: TestDatabase) -> None:
    with database.connect("admin") as connection:
        walled = connection.execute("SELECT DISTINCT tablename FROM pg_policies").fetchall()
    assert {name for (name,) in walled} == set(tables())


def test_it_makes_every_model_that_names_a_firm_firm_owned() -> None:
    """A model with a key to Firm that does not stand on FirmOwned would have no wall."""
    naming = {
        model.__name__
        for model in apps.get_models()
        if any(field.is_relation and field.related_model in firm_models() for field in model._meta.local_fields)
    }
    assert naming == {model.__name__ for model in firm_models() if issubclass(model, FirmOwned)}


def test_it_has_no_view_and_no_function_that_runs_as_its_owner(database: TestDatabase) -> None:
    with database.connect("admin") as connection:
        views = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'public'").fetchall()
        definers = connection.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert (views, definers) == ([], [])


def test_it_has_no_unique_key_that_tells_one_firm_about_another(database: TestDatabase) -> None:
    """A unique value shared by all firms would be an oracle: refused means somebody else has it. Ids are random."""
    with database.connect("admin") as connection:
        found = connection.execute(
            """
            SELECT relname, array_agg(attname::text ORDER BY attname)
            FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
            JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
            WHERE indisunique AND relname = ANY(%s) GROUP BY indexrelid, relname
            """,
            [tables()],
        ).fetchall()
    assert [key for key in found if "firm_id" not in key[1] and key[1] != ["id"]] == []


@pytest.mark.parametrize("table", tables())
def test_it_has_rows_of_both_firms_to_probe(world: World, table: str) -> None:
    own = world.prober.reach(table, of=world.ours, as_firm=world.ours)
    other = world.prober.reach(table, of=world.theirs, as_firm=world.theirs)
    assert min(*own, *other) >= 1


@pytest.mark.parametrize("table", tables())
def test_it_hides_the_other_firm_s_rows(world: World, table: str) -> None:
    assert world.prober.reach(table, of=world.ours, as_firm=world.theirs) == (0, 0, 0)


@pytest.mark.parametrize("table", tables())
def test_it_hides_every_row_from_a_login_that_names_no_firm(world: World, table: str) -> None:
    assert world.prober.reach(table, of=world.ours, as_firm=None) == (0, 0, 0)


@pytest.mark.parametrize(
    "mutation",
    [
        "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        "ALTER POLICY same_firm ON {table} USING (true) WITH CHECK (true)",
        "CREATE POLICY second ON {table} USING (true)",
    ],
)
@pytest.mark.parametrize("table", tables())
def test_it_finds_the_other_firm_s_rows_once_the_wall_is_down(world: World, table: str, mutation: str) -> None:
    """The twin of the two tests above: each way of taking the wall down turns them red, on every table."""
    seen, changed, deleted = world.prober.reach(
        table, of=world.ours, as_firm=world.theirs, after=mutation.format(table=table)
    )
    assert min(seen, changed, deleted) >= 1


@pytest.mark.parametrize("table", tables())
def test_it_shows_nobody_anything_without_its_policy(world: World, table: str) -> None:
    drop = f"DROP POLICY same_firm ON {table}"
    assert world.prober.reach(table, of=world.ours, as_firm=world.ours, after=drop) == (0, 0, 0)


@pytest.mark.parametrize("table", tables())
def test_it_hides_every_row_from_the_owner_too(database: TestDatabase, world: World, table: str) -> None:
    owner = Prober(database, "casehug_owner")
    assert owner.reach(table, of=world.ours, as_firm=None) == (0, 0, 0)
    unforced = owner.reach(table, of=world.ours, as_firm=None, after=f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    assert min(unforced) >= 1, "without FORCE the owner would see all"


@pytest.mark.parametrize("table", tables())
def test_it_refuses_a_row_in_another_firm_s_name(world: World, table: str) -> None:
    name, column = sql.Identifier(table), firm_column(table)
    with world.prober.speaking_for(world.ours) as connection:
        found = connection.execute(sql.SQL("SELECT to_jsonb(t) FROM {} t LIMIT 1").format(name)).fetchone()
    assert found is not None
    forged = {**found[0], "id": str(uuid4()), column: str(world.ours if column == "firm_id" else uuid4())}
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in forged if name not in GENERATED)
    insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM jsonb_populate_record(NULL::{}, %s)").format(
        name, columns, columns, name
    )
    with world.prober.speaking_for(world.theirs) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(insert, [json.dumps(forged)])


@pytest.mark.parametrize("table", tables())
def test_it_refuses_to_give_a_row_away(world: World, table: str) -> None:
    name, column = sql.Identifier(table), sql.Identifier(firm_column(table))
    give = sql.SQL("UPDATE {} SET {} = %s").format(name, column)
    with world.prober.speaking_for(world.ours) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(give, [world.theirs])


@pytest.mark.parametrize(("table", "column", "target"), SAME_FIRM_KEYS)
def test_it_refuses_a_reference_into_another_firm(world: World, table: str, column: str, target: str) -> None:
    with world.prober.speaking_for(world.ours) as connection:
        foreign = connection.execute(sql.SQL("SELECT id FROM {}").format(sql.Identifier(target))).fetchone()
    assert foreign is not None
    point = sql.SQL("UPDATE {} SET {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    with world.prober.speaking_for(world.theirs) as connection:
        assert connection.execute(point, [foreign[0]]).rowcount >= 1
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(("table", "column", "target"), SAME_FIRM_KEYS)
def test_it_accepts_the_same_reference_within_the_firm(world: World, table: str, column: str, target: str) -> None:
    with world.prober.speaking_for(world.theirs) as connection:
        own = connection.execute(sql.SQL("SELECT id FROM {}").format(sql.Identifier(target))).fetchone()
        assert own is not None
        point = sql.SQL("UPDATE {} SET {} = %s").format(sql.Identifier(table), sql.Identifier(column))
        connection.execute(point, own)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_it_has_keys_within_the_firm_to_test() -> None:
    assert len(SAME_FIRM_KEYS) >= 7


# What the app login may not read at all, of its own firm either: other people's contacts, which the engine compares.
CLOSED_TO_APP = {"sync_remotecontact"}
OPEN_MODELS = [model for model in firm_models() if model._meta.db_table not in CLOSED_TO_APP]


@pytest.mark.parametrize("table", sorted(CLOSED_TO_APP))
def test_it_closes_to_the_app_what_only_the_engine_compares(world: World, table: str) -> None:
    with pytest.raises(ProgrammingError), firm_scope(world.theirs), django_connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize("model", OPEN_MODELS, ids=lambda model: model.__name__)
def test_it_gives_the_app_no_foreign_row_without_any_filter(world: World, model: type[models.Model]) -> None:
    column = firm_column(model._meta.db_table)
    with firm_scope(world.theirs):
        firms = set(model._default_manager.values_list(column, flat=True))
    assert firms == {world.theirs}


@pytest.mark.parametrize("table", [table for table in tables() if table not in CLOSED_TO_APP])
def test_it_gives_the_app_no_foreign_row_by_raw_sql(world: World, table: str) -> None:
    column = firm_column(table)
    with firm_scope(world.theirs), django_connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [world.ours])
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("login", ["app", "sync"])
def test_it_lets_the_run_time_logins_change_no_foreign_row(
    database: TestDatabase, world: World, login: str, table: str, statement: str
) -> None:
    column = firm_column(table)
    query = statement.format(table=table, column=column) + f" WHERE {column} = %s"
    with psycopg.connect(database.addresses[login]) as connection:
        connection.execute("SELECT set_config('casehug.firm_id', %s, true)", [str(world.theirs)])
        try:
            assert connection.execute(query, [world.ours]).rowcount == 0
        except psycopg.errors.InsufficientPrivilege:
            pass  # no such right at all
        connection.rollback()
