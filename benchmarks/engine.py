"""How fast one worker process is when nothing holds it back: 50 firms, an unlimited sandbox, durable commits.

And whether a firm with a long queue slows another.
"""

import cProfile
import pstats
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg

from benchmarks import house
from benchmarks.figures import Figure, percentile
from benchmarks.pages import times
from casehug.ops.processes import Child
from casehug.ops.stack import Stack

FIRMS, EACH = 50, 60
GOAL_A_SECOND = 120
CROWD = 10_000
ROWS = 1_000_000
SINGLES, PACE_SECONDS = 40, 0.1
WAIT_SECONDS = 300.0
SHOWN = 25

UNLIMITED = {"SANDBOX_RATE_LIMIT": "off", "LAWMATICS_REQUESTS_PER_MINUTE": "1000000", "CASEHUG_LOG_LEVEL": "WARNING"}


def measure() -> Iterator[Figure]:
    with house.running(UNLIMITED) as running:
        house.join_django(running)
        browser = house.connected_browser(running)
        alice = house.alice_at_work()
        stop(running.worker)
        firms = [found_connected(alice.firm_id) for _ in range(FIRMS)]
        for firm in firms:
            queue_matters(firm, EACH)
        running.worker.restart()
        seconds = drained(running, firms)
        rate = FIRMS * EACH / seconds
        yield Figure(f"New matters a second, one worker, {FIRMS} firms", rate, "/s", GOAL_A_SECOND, least=True)
        if rate < GOAL_A_SECOND:
            profile(running, firms[0])
        queue_matters(firms[0], CROWD)
        delays = singles(running, firms[1])
        name = f"Commit to Lawmatics while another firm has {CROWD} waiting"
        yield Figure(f"{name}: p99", percentile(delays, 0.99), "ms", 1000)
        stop(running.worker)
        remember_much(running, alice.firm_id)
        for page in ("log/", "attention/"):
            name = f"{ROWS:,} changes and log lines, {page.strip('/')} page: p95"
            yield Figure(name, percentile(times(browser, f"/settings/integrations/lawmatics/{page}"), 0.95), "ms", 50)


def stop(worker: Child) -> None:
    worker.stop()


def found_connected(like: UUID) -> UUID:
    """A firm with the connection of the firm `like`: its own row, the same account in the sandbox."""
    from casehug.connections.models import Connection, ConnectionState  # noqa: PLC0415
    from casehug.sync import lanes  # noqa: PLC0415
    from casehug.sync.models import ReferenceData  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415
    from casehug.tenancy.services import found_firm  # noqa: PLC0415

    with firm_scope(like):
        model = Connection.objects.get()
        token, secret = model.reveal("access_token_sealed"), model.reveal("client_secret_sealed")
        settings = ReferenceData.objects.get()
    firm = found_firm(name=f"Bench {uuid4()}")
    lanes.open_lane(firm)
    with firm_scope(firm):
        new = Connection(client_id=model.client_id, account_id=model.account_id, state=ConnectionState.CONNECTED)
        new.client_secret_sealed = new.seal("client_secret_sealed", secret) or b""
        new.access_token_sealed = new.seal("access_token_sealed", token)
        new.save(force_insert=True)
        ReferenceData.objects.create(content=settings.content, read_at=settings.read_at)
    return firm


def queue_matters(firm: UUID, number: int) -> None:
    """New matters with clients of their own, waiting to be sent. Their making is not measured."""
    from casehug.intake.models import Client, Matter  # noqa: PLC0415
    from casehug.sync import lanes  # noqa: PLC0415
    from casehug.sync.models import Change  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    with firm_scope(firm):
        clients = [
            Client(
                first_name=f"Client{at}",
                last_name="Bench",
                email=f"{uuid4().hex}@example.com",
                phone="+13035550134",
            )
            for at in range(number)
        ]
        Client.objects.bulk_create(clients)
        matters = [
            Matter(
                client=client,
                title=f"Bench {uuid4()}",
                case_type="divorce-standard",
                case_type_name="Divorce",
                practice_area="Family Law",
                state="CO",
                request_key=uuid4(),
            )
            for client in clients
        ]
        Matter.objects.bulk_create(matters)
        Change.objects.bulk_create([Change(matter_id=matter.id, reason="matter.created") for matter in matters])
        lanes.ring(firm)


def drained(running: Stack, firms: list[UUID]) -> float:
    """Seconds from the first new matter in Lawmatics to the last change delivered."""
    begun: float | None = None
    with psycopg.connect(running.addresses["admin"], autocommit=True) as admin:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            row = admin.execute(
                "SELECT count(*) FILTER (WHERE state = 'delivered'), count(*) FILTER (WHERE state = 'held'), count(*)"
                " FROM sync_change WHERE firm_id = ANY(%s)",
                [firms],
            ).fetchone()
            assert row
            delivered, held, all_of_them = row
            if delivered and begun is None:
                begun = time.monotonic()
            if held:
                raise SystemExit(f"{held} changes were held: the measurement is worth nothing.")
            if begun is not None and delivered == all_of_them:
                return time.monotonic() - begun
            time.sleep(0.02)
    raise SystemExit(f"{all_of_them - delivered} of {all_of_them} changes were not delivered.")


def remember_much(running: Stack, firm: UUID) -> None:
    """A million changes of the firm that were delivered, and as many lines of its log, a few of them in trouble."""
    with psycopg.connect(running.addresses["admin"], autocommit=True) as admin:
        admin.execute(
            "INSERT INTO sync_change (id, firm_id, matter_id, reason, priority, decision, asked_about, quiet, forms,"
            " state, revision, failures, deaths, not_before, problem, problem_text, created_at, settled_at)"
            " SELECT uuidv7(), %s, gen_random_uuid(), 'bench', 5, '', '', false, '[]',"
            " CASE WHEN n %% 1000 = 0 THEN 'held' ELSE 'delivered' END, 1, 0, 0, now(), '', '', now(), now()"
            " FROM generate_series(1, %s) AS n",
            [firm, ROWS],
        )
        admin.execute(
            "INSERT INTO sync_attempt (id, firm_id, change_id, matter_id, account_id, action, state, at, requests,"
            " lawmatics_id, problem, text, intended, lookups, before)"
            " SELECT uuidv7(), firm_id, id, matter_id, '', 'matter.create', 'done', now(), 1,"
            " '1', '', '', '{}', 0, '{}'"
            " FROM sync_change WHERE firm_id = %s",
            [firm],
        )
        admin.execute("VACUUM ANALYZE sync_change")
        admin.execute("VACUUM ANALYZE sync_attempt")


def singles(running: Stack, firm: UUID) -> list[float]:
    """Matters of a quiet firm, one after the other: how many milliseconds each took to Lawmatics and back."""
    from casehug.kit.wakeup import start  # noqa: PLC0415

    delays = []
    with psycopg.connect(running.addresses["admin"], autocommit=True) as admin:
        for _ in range(SINGLES):
            queue_matters(firm, 1)
            begun = time.monotonic()
            start("sync.drain", lock=f"drain:{firm}", firm_id=str(firm))
            while admin.execute(
                "SELECT 1 FROM sync_change WHERE firm_id = %s AND state <> 'delivered' LIMIT 1", [firm]
            ).fetchone():
                time.sleep(0.002)
            delays.append((time.monotonic() - begun) * 1000)
            time.sleep(PACE_SECONDS)
    return delays


@contextmanager
def profiled() -> Iterator[None]:
    watch = cProfile.Profile()
    watch.enable()
    try:
        yield
    finally:
        watch.disable()
        print(f"    Where one drain's time goes (seconds, of {EACH} matters)")
        lines = pstats.Stats(watch).sort_stats("tottime")
        entries = sorted(lines.stats.items(), key=lambda item: -item[1][2])[:SHOWN]  # type: ignore[attr-defined]
        for (file, line, name), (_, calls, own, total, _) in entries:
            place = f"{file.split('site-packages/')[-1]}:{line} {name}"
            print(f"    {own:6.2f} own {total:6.2f} in all {calls:>8} calls  {place}")


def profile(running: Stack, firm: UUID) -> None:
    """One more firm's queue, drained in this process under the profiler."""
    from casehug.sync.drain import drain  # noqa: PLC0415

    stop(running.worker)
    queue_matters(firm, EACH)
    with house.sync_login(running), profiled():
        drain(firm)
    running.worker.restart()
