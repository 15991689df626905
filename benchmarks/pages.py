"""How long the server takes for a page of a firm with 10,000 matters."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg

from benchmarks import house
from benchmarks.figures import Figure, percentile
from casehug.ops.demo.walk import Browser
from casehug.ops.stack import Stack

MATTERS = 10_000
REQUESTS = 150


def measure() -> Iterator[Figure]:
    with house.running({}) as running:
        house.join_django(running)
        browser = house.connected_browser(running)
        alice = house.alice_at_work()
        matter_id = fill(running, alice)
        with psycopg.connect(running.addresses["admin"], autocommit=True) as connection:
            # As autovacuum would have done by itself by now.
            connection.execute("VACUUM ANALYZE")
        pages = {
            "home": "/",
            "matters": "/matters/",
            "matters, page in the middle": f"/matters/?before={matter_id}",
            "matters, searched": "/matters/?q=client77",
            "matter": f"/matters/{matter_id}/",
            "sync log": "/settings/integrations/lawmatics/log/",
        }
        for name, path in pages.items():
            yield Figure(f"Page with {MATTERS} matters, {name}: p95", percentile(times(browser, path), 0.95), "ms", 50)


def times(browser: Browser, path: str) -> list[float]:
    """Milliseconds from request to complete answer on a kept connection, on this machine."""
    measured = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        answer = browser.http.get(path)
        measured.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}.")
    return measured[10:]


def fill(running: Stack, alice: Any) -> Any:
    """Ten thousand matters with clients, checklists, words, links and history; the id of one in the middle."""
    from casehug.intake.models import ChecklistItem, Client, Matter, MatterWord  # noqa: PLC0415
    from casehug.intake.normal import name_key, search_words  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    with firm_scope(alice.firm_id):
        clients = [
            Client(
                first_name=f"Client{number}",
                last_name="Bench",
                email=f"client{number}@example.com",
                email_key=f"client{number}@example.com",
                name_key=name_key(f"Client{number}", "Bench"),
            )
            for number in range(MATTERS)
        ]
        Client.objects.bulk_create(clients, batch_size=2000)
        matters = [
            Matter(
                title=f"Bench v. Client{number} — Divorce",
                case_type="divorce-standard",
                case_type_name="Divorce — Standard",
                practice_area="Family Law",
                state="CO",
                client=client,
                status=("new", "intake", "review", "active")[number % 4],
                request_key=uuid4(),
                delivery_state=("linked", "waiting", "held", "")[number % 4],
            )
            for number, client in enumerate(clients)
        ]
        Matter.objects.bulk_create(matters, batch_size=2000)
        MatterWord.objects.bulk_create(
            (
                MatterWord(matter=matter, word=word)
                for matter, client in zip(matters, clients, strict=True)
                for word in search_words(matter.title, client.first_name, client.last_name, client.email)
            ),
            batch_size=5000,
        )
        ChecklistItem.objects.bulk_create(
            (
                ChecklistItem(
                    matter=matter,
                    key=f"item-{position}",
                    name=f"Document {position}",
                    why="It is asked for.",
                    category="Financial",
                    required=position < 3,
                    position=position,
                )
                for matter in matters
                for position in range(7)
            ),
            batch_size=5000,
        )
    _fill_history(running, alice, [matter.id for matter in matters])
    return matters[MATTERS // 2].id


def _fill_history(running: Stack, alice: Any, matter_ids: list[Any]) -> None:
    """What the engine would have left behind, written as the sync login."""
    from casehug.kit import clock  # noqa: PLC0415
    from casehug.sync.models import Attempt, Change, ChangeState  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    with house.sync_login(running), firm_scope(alice.firm_id):
        changes = [
            Change(matter_id=matter_id, reason="bench", state=ChangeState.DELIVERED, settled_at=clock.now())
            for matter_id in matter_ids
        ]
        Change.objects.bulk_create(changes, batch_size=2000)
        Attempt.objects.bulk_create(
            (
                Attempt(change=change, matter_id=change.matter_id, action=action, state="done", requests=1)
                for change in changes
                for action in ("contact.create", "matter.create")
            ),
            batch_size=5000,
        )
