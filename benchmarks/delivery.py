"""From the commit of a matter to its contact and matter in (the sandbox of) Lawmatics, and how many calls it takes."""

import time
from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from benchmarks import house
from benchmarks.figures import Figure, percentile
from casehug.ops.stack import Stack

MATTERS = 200
PACE_SECONDS = 0.1
IN_ONE_MINUTE = 12
WAIT_SECONDS = 120.0


def measure() -> Iterator[Figure]:
    unlimited = {"SANDBOX_RATE_LIMIT": "off", "LAWMATICS_REQUESTS_PER_MINUTE": "1000000"}
    with house.running(unlimited) as running:
        house.join_django(running)
        house.connected_browser(running)
        before = house.state_of(running)["requests"]
        delays = deliver(running, MATTERS)
        calls = house.state_of(running)["requests"] - before
        yield Figure(f"Commit to Lawmatics, {MATTERS} matters, no limit: p50", percentile(delays, 0.5), "ms", 300)
        yield Figure(f"Commit to Lawmatics, {MATTERS} matters, no limit: p99", percentile(delays, 0.99), "ms", 1000)
        yield Figure("API calls per new matter (search, contact, matter)", calls / MATTERS, "calls", 3)
        yield Figure("API calls per unchanged matter synced again", sync_all_again(running) / MATTERS, "calls", 0)
    with house.running({}) as running:
        house.join_django(running)
        house.connected_browser(running)
        delays = deliver(running, IN_ONE_MINUTE)
        name = f"Commit to Lawmatics under 50 calls a minute, first {IN_ONE_MINUTE}"
        yield Figure(f"{name}: p50", percentile(delays, 0.5), "ms")
        yield Figure(f"{name}: p99", percentile(delays, 0.99), "ms")


def deliver(running: Stack, matters: int) -> list[float]:
    """Open matters at a steady pace; how many milliseconds after its commit each stood in Lawmatics.

    Lawmatics' own creation time is compared with our clock: both are this machine's.
    """
    from casehug.intake.services.matters import NewClient, open_matter  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    alice = house.alice_at_work()
    committed: dict[str, float] = {}
    for number in range(matters):
        title = f"Bench {uuid4()}"
        with firm_scope(alice.firm_id):
            open_matter(
                alice,
                title=title,
                case_type="divorce-standard",
                state="CO",
                request_key=uuid4(),
                client=NewClient(f"Client{number}", "Bench", email=f"bench-{uuid4().hex}@example.com"),
            )
        committed[title] = time.time()
        time.sleep(PACE_SECONDS)
    return [(arrived - committed[title]) * 1000 for title, arrived in _arrivals(running, set(committed)).items()]


def _arrivals(running: Stack, titles: set[str]) -> dict[str, float]:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        rows = [row for row in house.state_of(running)["matters"] if row["case_title"] in titles]
        if len(rows) == len(titles):
            return {row["case_title"]: datetime.fromisoformat(row["created_at"]).timestamp() for row in rows}
        time.sleep(0.2)
    raise SystemExit(f"Only {len(rows)} of {len(titles)} matters reached Lawmatics within {WAIT_SECONDS:.0f} s.")


def sync_all_again(running: Stack) -> int:
    """Press "Sync to Lawmatics" on every matter; how many calls that took."""
    from casehug.intake.models import Matter  # noqa: PLC0415
    from casehug.sync.models import OPEN_STATES, Change  # noqa: PLC0415
    from casehug.sync.outbox import request_sync  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    alice = house.alice_at_work()
    before = house.state_of(running)["requests"]
    with firm_scope(alice.firm_id):
        ids = list(Matter.objects.values_list("id", flat=True))
    for matter_id in ids:
        with firm_scope(alice.firm_id):
            request_sync(alice, matter_id=matter_id)
    waiting = True
    while waiting:
        time.sleep(0.2)
        with firm_scope(alice.firm_id):
            waiting = Change.objects.filter(state__in=OPEN_STATES).exists()
    calls: int = house.state_of(running)["requests"] - before
    return calls
