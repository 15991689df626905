"""What left, to the byte; and what would leave, to the byte."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from casehug.audit.models import Entry
from casehug.connections.client import use_http
from casehug.intake.models import Client, Matter
from casehug.intake.services.matters import NewClient
from casehug.kit.encryption import CannotOpen
from casehug.kit.outgoing import build_client
from casehug.sync import egress
from casehug.sync.models import SentBody
from casehug.sync.rehearsal import rehearse
from casehug.tenancy.scope import firm_scope
from sandbox.app import create_app
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.documents import approve_all
from tests.lawmatics_town import TownTransport
from tests.sync.engine import Drain, click


class Tap(TownTransport):
    """Keeps what arrives at the sandbox."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.requests: list[tuple[str, str]] = []
        self.bodies: list[tuple[str, str, bytes]] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append((request.method, request.url.path))
        if request.method != "GET":
            self.bodies.append((request.method, request.url.path, request.read()))
        return super().handle_request(request)


@pytest.fixture
def tap(connected: Cast, town: Town) -> Iterator[Tap]:
    tap = Tap(create_app(town))
    client = build_client(tap)
    use_http(lambda: client)
    yield tap


def sent(people: Cast, matter: Matter) -> list[egress.Sent]:
    """Oldest first, as an admin sees it."""
    with firm_scope(people.firm_id):
        return egress.sent_page(people.alice, matter_id=matter.id).items[::-1]


@pytest.fixture
def delivered(connected: Cast, tap: Tap, run: Drain) -> Matter:
    """A new matter with everything approved: contact, matter and note have left."""
    matter = cast.open_dana(connected.bob)
    approve_all(connected.bob, matter, required_only=False)
    run(connected.firm_id)
    return matter


def test_the_bytes_shown_are_the_bytes_that_arrived(connected: Cast, tap: Tap, delivered: Matter) -> None:
    shown = [(one.method, one.path, one.body) for one in sent(connected, delivered)]
    assert len(shown) == 3
    assert shown == tap.bodies
    assert all(one.intact for one in sent(connected, delivered))


def test_they_lie_sealed_in_the_database(connected: Cast, tap: Tap, delivered: Matter, database: TestDatabase) -> None:
    with database.connect("admin") as connection:
        rows = connection.execute("SELECT row_to_json(s)::text FROM sync_sentbody s").fetchall()
        raw = b"".join(bytes(row[0]) for row in connection.execute("SELECT body_sealed FROM sync_sentbody").fetchall())
    dump = "".join(row[0] for row in rows)
    for secret in ("Johnson", "dana@example.com", "5550134"):
        assert any(secret.encode() in body for _, _, body in tap.bodies)
        assert secret not in dump
        assert secret.encode().hex() not in dump
        assert secret.encode() not in raw


def test_the_export_is_byte_for_byte(connected: Cast, tap: Tap, delivered: Matter) -> None:
    with firm_scope(connected.firm_id):
        packed = egress.export(connected.alice, matter_id=delivered.id)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        lines = [json.loads(line) for line in archive.read("sent.jsonl").decode().splitlines()]
        bodies = [archive.read(line["file"]) for line in lines]
    assert bodies == [body for _, _, body in tap.bodies]
    assert [line["body"].encode() for line in lines] == bodies


def test_reading_and_exporting_are_recorded(connected: Cast, delivered: Matter) -> None:
    with firm_scope(connected.firm_id):
        egress.sent_page(connected.alice, matter_id=delivered.id)
        egress.export(connected.alice, matter_id=delivered.id)
        recorded = list(
            Entry.objects.filter(action__startswith="egress.").order_by("id").values_list("action", "subject_id")
        )
    assert recorded == [("egress.read", delivered.id), ("egress.exported", delivered.id)]


def test_a_body_that_was_moved_to_another_row_does_not_open(connected: Cast, delivered: Matter) -> None:
    with firm_scope(connected.firm_id):
        first, second, *_ = SentBody.objects.order_by("id")
        first.body_sealed = second.body_sealed
        with pytest.raises(CannotOpen):
            first.reveal()


# --- the rehearsal ----------------------------------------------------------------------------------------------------


def test_a_rehearsal_uses_no_network_and_leaves_no_trace(connected: Cast, tap: Tap) -> None:
    matter = cast.open_dana(connected.bob)
    tap.requests.clear()
    assert [step.request for step in rehearse(connected.firm_id, matter.id)] == [
        "GET /v1/contacts",
        "POST /v1/contacts",
        "POST /v1/prospects",
    ]
    assert tap.requests == []
    with firm_scope(connected.firm_id):
        assert not SentBody.objects.exists()


def test_what_is_rehearsed_is_what_leaves(connected: Cast, tap: Tap, run: Drain, town: Town) -> None:
    matter = cast.open_dana(connected.bob)
    rehearsed = [step.body for step in rehearse(connected.firm_id, matter.id) if step.body]
    run(connected.firm_id)
    [contact] = [one for one in town.firm("hartwell").contacts.values() if one.name == "Dana Johnson"]
    assert [body.replace(b'"new-contact"', str(contact.id).encode()) for body in rehearsed] == [
        body for _, _, body in tap.bodies
    ]


def test_the_note_is_rehearsed_but_for_its_reference(connected: Cast, tap: Tap, run: Drain) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    tap.bodies.clear()
    approve_all(connected.bob, matter, required_only=False)
    [rehearsed] = [step.body for step in rehearse(connected.firm_id, matter.id) if step.body]
    run(connected.firm_id)
    [(_, _, left)] = tap.bodies
    assert json.loads(rehearsed)["notes"][0]["body"] == json.loads(left)["notes"][0]["body"]


def test_an_update_is_rehearsed_as_the_most_that_could_leave(connected: Cast, tap: Tap, run: Drain, town: Town) -> None:
    """The contact was there before: what the firm has typed stays, so less leaves than was shown."""
    hartwell = town.firm("hartwell")
    matter = cast.open_dana(connected.bob, client=NewClient("Dana", "Johnson", "dana@example.com", "(303) 555-0134"))
    run(connected.firm_id)
    [contact] = [one for one in hartwell.contacts.values() if one.name == "Dana Johnson"]
    contact.phone = "(720) 555-0100"
    tap.bodies.clear()
    with firm_scope(connected.firm_id):
        Client.objects.filter(id=matter.client_id).update(phone="+13035550199", last_name="Jonson")
    rehearsed = {key for step in rehearse(connected.firm_id, matter.id) if step.body for key in json.loads(step.body)}
    click(connected.bob, matter)
    run(connected.firm_id)
    left = {key for _, _, body in tap.bodies for key in json.loads(body)}
    assert rehearsed == {"phone", "last_name"}
    assert left == {"last_name"}


def test_nothing_is_rehearsed_where_nothing_is_left_to_do(connected: Cast, delivered: Matter) -> None:
    assert rehearse(connected.firm_id, delivered.id) == []


def test_a_matter_without_a_client_says_what_it_waits_for(connected: Cast) -> None:
    matter = cast.open_dana(connected.bob, client=None)
    assert [step.words for step in rehearse(connected.firm_id, matter.id)] == ["Wait until the matter has a client"]
