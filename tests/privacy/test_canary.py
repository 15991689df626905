"""A canary in every text and JSON column of a firm: whatever leaves the house carries only those that may.

The columns are found by walking the models, so a new one is under watch before anybody thinks of it.
"""

import base64
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, unquote_plus
from uuid import UUID

import httpx2
import pytest
from django.apps import apps
from django.db import models
from psycopg import sql
from psycopg.types.json import Jsonb

from casehug.connections.client import use_http
from casehug.intake.models import Matter
from casehug.kit.outgoing import build_client, shared_client
from casehug.sync.drain import drain
from casehug.sync.models import ChangeState
from casehug.tenancy.scope import firm_scope
from sandbox.app import create_app
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.documents import approve_all
from tests.lawmatics_town import TownTransport, connect
from tests.sync.engine import click, only_change
from tests.tenancy.world import fill_the_intake

ROOMS = ("tenancy", "intake", "notify", "audit")

# What a client provided, or what names the matter: the texts that may reach Lawmatics.
MAY_LEAVE = {
    "intake_client.first_name",
    "intake_client.last_name",
    "intake_client.email",
    "intake_client.phone",
    "intake_matter.title",
    "intake_matter.case_type_name",
    "intake_checklistitem.name",
}
# Columns that steer the program: a canary in them would only break it. None of them holds anybody's words.
STEERING = {
    "intake_matter.case_type": "key of the case type",
    "intake_matter.status": "a word of ours, checked by the database",
    "intake_matter.delivery_state": "a word of ours",
    "intake_matter.state": "two letters",
    "intake_client.language": "two letters",
    "intake_document.state": "a word of ours, checked by the database",
    "intake_document.provided_by": "a word of ours, checked by the database",
    "intake_upload.provided_by": "a word of ours",
    "notify_message.channel": "a word of ours",
    "notify_message.state": "a word of ours, checked by the database",
    "tenancy_membership.role": "a word of ours, checked by the database",
    "tenancy_firm.time_zone": "the name of a zone",
    "tenancy_firm.accent": "a colour",
}

COLUMNS = [
    (model._meta.db_table, field.column, isinstance(field, models.JSONField), getattr(field, "max_length", None))
    for room in ROOMS
    for model in apps.get_app_config(room).get_models()
    if getattr(model, "firm_owned", False)
    for field in model._meta.local_fields
    if isinstance(field, models.CharField | models.TextField | models.JSONField)
    and f"{model._meta.db_table}.{field.column}" not in STEERING
]


class Listening(TownTransport):
    """The sandbox, with a record of every byte that goes to it."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.sent: list[str] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        head = " ".join(value for name, value in request.headers.items() if name.lower() != "authorization")
        self.sent.append(f"{request.url} {head} {request.read().decode()}")
        return super().handle_request(request)


@pytest.fixture
def listening(town: Town) -> Iterator[Listening]:
    transport = Listening(create_app(town))
    client = build_client(transport)
    use_http(lambda: client)
    yield transport
    use_http(shared_client)


@pytest.fixture
def matter(people: Cast, listening: Listening, sync_process: ThreadPoolExecutor) -> Matter:
    """A finished intake with a row in every table, of a firm that is connected."""
    connect(people.alice, build_client(listening))
    opened = cast.open_dana(people.bob)
    approve_all(people.ann, opened, required_only=True)
    with firm_scope(people.firm_id):
        fill_the_intake(people.bob, opened)
    return opened


def plant(database: TestDatabase, firm_id: UUID) -> dict[str, str]:
    """Write a canary into every column of the firm, as the administrator; answers canary -> column."""
    planted: dict[str, str] = {}
    with database.connect("admin") as connection:
        for number, (table, column, is_json, max_length) in enumerate(COLUMNS):
            canary = f"cnry{number:03d}x"[: max_length or 40]
            value: Any = Jsonb({canary: canary}) if is_json else canary
            if column == "email":
                value = f"{canary}@example.com"
            owner = "id" if table == "tenancy_firm" else "firm_id"
            name, field = sql.Identifier(table), sql.Identifier(column)
            where = sql.SQL("WHERE {0} = {1}").format(sql.Identifier(owner), firm_id)
            one = sql.SQL("UPDATE {0} SET {1} = {2} WHERE ctid = (SELECT ctid FROM {0} {3} LIMIT 1)")
            connection.execute(one.format(name, field, sql.Literal(value), where))
            planted[canary] = f"{table}.{column}"
    return planted


def found_in(text: str, planted: dict[str, str]) -> set[str]:
    """The columns whose canary is in the text: as it stands, URL-encoded, or in base64."""
    plain = unquote_plus(text)
    hits = set()
    for canary, column in planted.items():
        encoded = base64.b64encode(canary.encode()).decode().rstrip("=")
        if canary in plain or quote(canary) in text or encoded in text:
            hits.add(column)
    return hits


def test_it_sends_lawmatics_only_what_the_client_provided(
    people: Cast,
    matter: Matter,
    listening: Listening,
    database: TestDatabase,
    sync_process: ThreadPoolExecutor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    planted = plant(database, people.firm_id)
    listening.sent.clear()
    with caplog.at_level(logging.DEBUG):
        click(people.bob, matter)
        sync_process.submit(drain, people.firm_id).result()
    assert only_change(people.firm_id, matter, latest=True).state == ChangeState.DELIVERED
    found = found_in("\n".join(listening.sent), planted)
    assert found <= MAY_LEAVE
    assert {"intake_client.first_name", "intake_client.email", "intake_matter.title"} <= found, "the search can find"
    assert found_in(caplog.text, planted) == set(), "nothing of it is in a log"


def test_it_watches_the_columns_that_matter() -> None:
    watched = {f"{table}.{column}" for table, column, _, _ in COLUMNS}
    assert watched >= {"intake_internalnote.text", "intake_answer.value", "intake_document.file_name"}
    assert not watched & set(STEERING)


def test_it_finds_a_canary_however_it_is_written() -> None:
    planted = {"cnry001x": "a.b"}
    for text in ("..cnry001x..", json.dumps({"x": "cnry001x"}), base64.b64encode(b"cnry001x").decode()):
        assert found_in(text, planted) == {"a.b"}
