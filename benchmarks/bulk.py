"""A bulk sync: what it costs, how fast it is counted, and how well it uses 50 requests a minute."""

import time
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg

from benchmarks import house
from benchmarks.figures import Figure
from casehug.ops.stack import Stack

CONTACTS, NEW_MATTERS, COUNTED = 2_000, 1_000, 10_000
UNDER_LIMIT = 80
# Two windows are full after about 126 seconds.
WATCHED_SECONDS = 130.0
WAIT_SECONDS = 300.0

# Copies of one matter with its client and checklist, each of another client.
COPY = """
    CREATE TEMP TABLE n AS
    SELECT g AS number, uuidv7() AS client, uuidv7() AS matter FROM generate_series(1, {count}) AS g;
"""
OWN: dict[str, dict[str, str]] = {
    "intake_client": {
        "id": "n.client",
        "first_name": "'Bulk' || n.number",
        "email": "n.client || '@example.com'",
        "email_key": "n.client || '@example.com'",
    },
    "intake_matter": {"id": "n.matter", "client_id": "n.client", "request_key": "gen_random_uuid()"},
    "intake_checklistitem": {"id": "uuidv7()", "matter_id": "n.matter"},
}
FOUND_BY = {"intake_client": "id", "intake_matter": "id", "intake_checklistitem": "matter_id"}


def measure() -> Iterator[Figure]:
    yield from _prices()
    yield from _use_of_the_budget()


def _prices() -> Iterator[Figure]:
    with house.running({"SANDBOX_RATE_LIMIT": "off", "LAWMATICS_REQUESTS_PER_MINUTE": "1000000"}) as running:
        alice = _connected(running)
        _fill_lawmatics(running, alice.firm_id)
        first = _first_matter(alice)
        _copy(running, first, NEW_MATTERS - 1)
        run_id, _ = _preview(alice)
        before, started = house.state_of(running)["requests"], time.monotonic()
        _start(alice, run_id)
        _wait_until_done(alice, run_id)
        seconds, calls = time.monotonic() - started, house.state_of(running)["requests"] - before
        name = f"Bulk sync of {NEW_MATTERS} new matters, {CONTACTS} contacts there: calls each"
        yield Figure(name, calls / NEW_MATTERS, "calls", 2.1)
        yield Figure("Of all its calls for reading the contact list", -(-CONTACTS // 25), "calls")
        yield Figure(f"The list is read from so many unlinked clients on, {CONTACTS} contacts", _break_even(alice), "")
        yield Figure(f"Bulk sync of {NEW_MATTERS} new matters, no limit", seconds, "s")
        _copy(running, first, COUNTED - NEW_MATTERS)
        _, counting = _preview(alice)
        yield Figure(f"Preview of {COUNTED} matters from the list that was read", counting, "s", 10)


def _use_of_the_budget() -> Iterator[Figure]:
    with house.running({"SANDBOX_RATE_LIMIT": "50", "LAWMATICS_REQUESTS_PER_MINUTE": "50"}) as running:
        alice = _connected(running)
        _copy(running, _first_matter(alice), UNDER_LIMIT - 1)
        run_id, _ = _preview(alice)
        began = time.time()
        _start(alice, run_id)
        times = _watch(alice, began)
        most = max(bisect_right(times, at + 60) - number for number, at in enumerate(times))
        # From the first request of one full window to the first of the one after the next.
        share = _bulk_share()
        pace = 2 * share / (times[2 * share] - times[0]) * 60 if len(times) > 2 * share else 0.0
        yield Figure("Requests in the busiest 60 s under a limit of 50", most, "calls", 50)
        yield Figure("Requests a minute of a bulk sync under a limit of 50", pace, "calls", 42, least=True)


def _connected(running: Stack) -> Any:
    """Alice, connected, with nothing going by itself."""
    house.join_django(running)
    house.connected_browser(running)
    from casehug.connections.services import save_switches  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    alice = house.alice_at_work()
    with firm_scope(alice.firm_id):
        save_switches(alice, on_creation=False, on_approval=False)
    return alice


def _fill_lawmatics(running: Stack, firm_id: UUID) -> None:
    from casehug.connections.client import client_with_token, fresh_token  # noqa: PLC0415
    from lawmatics import ContactWrite  # noqa: PLC0415

    with house.sync_login(running):
        client = client_with_token(fresh_token(firm_id))
        for number in range(len(house.state_of(running)["contacts"]), CONTACTS):
            client.contacts.create(
                ContactWrite(first_name="There", last_name=f"Already{number}", email=f"there{number}@example.com")
            )


def _first_matter(alice: Any) -> dict[str, UUID]:
    from casehug.intake.services.matters import NewClient, open_matter  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    with firm_scope(alice.firm_id):
        matter = open_matter(
            alice,
            title="First of many",
            case_type="divorce-standard",
            state="CO",
            client=NewClient("First", "Bulk", f"{uuid4().hex}@example.com"),
            request_key=uuid4(),
        )
    assert matter.client_id
    return {"intake_client": matter.client_id, "intake_matter": matter.id, "intake_checklistitem": matter.id}


def _copy(running: Stack, first: dict[str, UUID], count: int) -> None:
    with psycopg.connect(running.addresses["admin"], autocommit=True) as connection:
        connection.execute(COPY.format(count=count))  # type: ignore[arg-type]
        for table, own in OWN.items():
            names = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
                [table],
            ).fetchall()
            columns = [name for (name,) in names]
            values = ", ".join(own.get(column, f"one.{column}") for column in columns)
            connection.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM n"  # type: ignore[arg-type]
                f" CROSS JOIN (SELECT * FROM {table} WHERE {FOUND_BY[table]} = '{first[table]}') AS one"
            )
        connection.execute("VACUUM ANALYZE")


def _preview(alice: Any) -> tuple[UUID, float]:
    """A counted run, and how many seconds that took from the press to the result."""
    from casehug.sync import bulk  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    started = time.monotonic()
    with firm_scope(alice.firm_id):
        run = bulk.preview(alice)
    _wait(alice, run.id, "previewed")
    return run.id, time.monotonic() - started


def _start(alice: Any, run_id: UUID) -> None:
    from casehug.sync import bulk  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    with firm_scope(alice.firm_id):
        bulk.start(alice, run_id, quiet=True)


def _wait_until_done(alice: Any, run_id: UUID) -> None:
    _wait(alice, run_id, "done")


def _wait(alice: Any, run_id: UUID, state: str) -> None:
    from casehug.sync.models import BulkRun  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with firm_scope(alice.firm_id):
            if BulkRun.objects.filter(id=run_id, state=state).exists():
                return
        time.sleep(0.1)
    raise SystemExit(f"The bulk sync was not {state} within {WAIT_SECONDS:.0f} s.")


def _break_even(alice: Any) -> int:
    from casehug.sync.models import ContactList  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    with firm_scope(alice.firm_id):
        return ContactList.objects.get().pages


def _bulk_share() -> int:
    from casehug.sync.limits import KEPT_FROM_BULK  # noqa: PLC0415

    return 50 - KEPT_FROM_BULK


def _watch(alice: Any, began: float) -> list[float]:
    """When requests left, by the log from which the budget is counted. It is swept, so it is read all the while."""
    from casehug.sync.models import Lane, RequestSlot  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    seen: set[float] = set()
    while time.time() < began + WATCHED_SECONDS:
        time.sleep(2)
        with firm_scope(alice.firm_id):
            times: list[datetime] = list(RequestSlot.objects.values_list("at", flat=True))
        seen.update(at.timestamp() for at in times)
    if Lane.objects.filter(firm_id=alice.firm_id).exclude(learned_limit=None).exists():
        raise SystemExit("Lawmatics refused a request of the bulk sync: the budget was overdrawn.")
    return sorted(at for at in seen if at >= began)
