"""A firm with 100,000 matters: one is opened as people do it, and PostgreSQL copies its rows."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from benchmarks import house
from casehug.ops.stack import Stack

MATTERS = 100_000
# Once in 20,000 matters. Everything else is shared by a sixth of them or more.
RARE = "zanzibar"

# Of each copy its number, its new ids, and the moment at which it was opened.
NUMBERS = """
    CREATE TEMP TABLE n AS
    SELECT g AS number, uuidv7() AS client, uuidv7() AS matter, now() - make_interval(mins => {most} - g) AS at,
        CASE WHEN g % 20000 = 777 THEN {rare} ELSE 'client' || g END AS name
    FROM generate_series(1, {most}) AS g
"""
# What a copy has of its own in each table; all other columns are the first matter's.
COPIES: dict[str, dict[str, str]] = {
    "intake_client": {
        "id": "n.client",
        "first_name": "initcap(n.name)",
        "last_name": "'Bench'",
        "name_key": "'bench ' || n.name",
        "email": "n.name || n.number || '@example.com'",
        "email_key": "n.name || n.number || '@example.com'",
        "created_at": "n.at",
    },
    "intake_matter": {
        "id": "n.matter",
        "client_id": "n.client",
        "request_key": "gen_random_uuid()",
        "title": "'Bench v. ' || initcap(n.name) || ' ' || md5(n.number::text)",
        "title_key": "md5(n.number::text) || ' v. ' || n.name",
        "case_type": "CASE WHEN n.number % 20000 = 500 THEN 'rare' ELSE 'common-' || n.number % 6 END",
        "status": "CASE WHEN n.number % 20000 = 600 THEN 'declined'"
        " ELSE (ARRAY['new', 'intake', 'review', 'active', 'closed', 'archived'])[n.number % 6 + 1] END",
        "delivery_state": "(ARRAY['linked', 'waiting', 'held', ''])[n.number % 4 + 1]",
        "attorney_id": "CASE WHEN n.number % 20000 = 700 THEN {alice} ELSE {colleague} END",
        "created_at": "n.at",
        "changed_at": "now() - make_interval(mins => (n.number * 7919) % 100000)",
    },
    "intake_checklistitem": {"id": "uuidv7()", "matter_id": "n.matter"},
    "intake_intakelink": {
        "id": "uuidv7()",
        "matter_id": "n.matter",
        "created_at": "n.at",
        "sent_at": "now() - interval '4 days'",
    },
    "sync_change": {"id": "uuidv7()", "matter_id": "n.matter", "settled_at": "now() - n.number * interval '6 seconds'"},
    "audit_entry": {"id": "uuidv7()", "subject_id": "n.matter", "at": "n.at"},
}
WORDS = {
    "intake_clientword": ("client", "'bench', n.name, n.name || n.number || '@example.com'"),
    "intake_matterword": ("matter", "'bench', n.name, md5(n.number::text), n.name || n.number || '@example.com'"),
}


def fill(running: Stack, alice: Any) -> UUID:
    """The firm's matters with clients, checklists, words, links and history; the id of one in the middle."""
    first = _first_matter(running, alice)
    with psycopg.connect(running.addresses["admin"], autocommit=True) as connection:
        connection.execute(sql.SQL(NUMBERS).format(most=MATTERS, rare=RARE))  # type: ignore[arg-type]
        connection.execute("ANALYZE n")
        for table, own in COPIES.items():
            _copy(connection, table, own, first, alice)
        for table, (whose, words) in WORDS.items():
            connection.execute(
                f"INSERT INTO {table} (id, firm_id, {whose}_id, word)"  # type: ignore[arg-type]
                f" SELECT uuidv7(), %s, n.{whose}, unnest(ARRAY[{words}]) FROM n",
                [alice.firm_id],
            )
        # As autovacuum would have done by itself by now.
        connection.execute("VACUUM ANALYZE")
        middle = connection.execute("SELECT matter FROM n WHERE number = %s", [MATTERS // 2]).fetchone()
    assert middle
    return UUID(str(middle[0]))


def _first_matter(running: Stack, alice: Any) -> dict[str, UUID]:
    """By table, the value of the column that its first rows are found by."""
    from casehug.intake.services.links import prepare_link  # noqa: PLC0415
    from casehug.intake.services.matters import NewClient, open_matter  # noqa: PLC0415
    from casehug.sync.models import Change, ChangeState  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    with firm_scope(alice.firm_id):
        matter = open_matter(
            alice,
            title="First of many",
            case_type="divorce-standard",
            state="CO",
            client=NewClient("First", "Client", "first@example.com"),
            request_key=uuid4(),
        )
        prepare_link(alice, matter=matter)
    with house.sync_login(running), firm_scope(alice.firm_id):
        change = Change.objects.create(matter_id=uuid4(), reason="bench", state=ChangeState.DELIVERED)
    assert matter.client_id
    return {
        "intake_client": matter.client_id,
        "intake_matter": matter.id,
        "intake_checklistitem": matter.id,
        "intake_intakelink": matter.id,
        "sync_change": change.id,
        "audit_entry": matter.id,
    }


FOUND_BY = {"intake_checklistitem": "matter_id", "intake_intakelink": "matter_id", "audit_entry": "subject_id"}


def _copy(
    connection: "psycopg.Connection[Any]", table: str, own: Mapping[str, str], first: Mapping[str, UUID], alice: Any
) -> None:
    names = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
    ).fetchall()
    columns = [name for (name,) in names]
    colleague = connection.execute(
        "SELECT user_id FROM tenancy_membership WHERE firm_id = %s AND user_id <> %s", [alice.firm_id, alice.user_id]
    ).fetchone()
    assert colleague
    values = ", ".join(own.get(column, f"one.{column}") for column in columns)
    people = {"alice": f"'{alice.user_id}'::uuid", "colleague": f"'{colleague[0]}'::uuid"}
    many = table == "intake_checklistitem"
    source = f"SELECT * FROM {table} WHERE {FOUND_BY.get(table, 'id')} = '{first[table]}'" + (
        "" if many else " LIMIT 1"
    )
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)})"  # type: ignore[arg-type]
        f" SELECT {values.format(**people)} FROM n CROSS JOIN ({source}) AS one"
    )
