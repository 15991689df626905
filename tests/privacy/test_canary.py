"""Whatever leaves the house carries only the columns that may leave that way, however they are written there.

Each way out has a list of its own, with the reason. A new column is planted by itself, so it fails these tests on the
day on which it leaves, and until there is a row to plant it in.
"""

import base64
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.apps import apps
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import override_settings
from django.test.utils import isolate_apps

from casehug.connections.client import use_http
from casehug.events import catalogue
from casehug.events.bus import publish
from casehug.intake.arrival import take_file
from casehug.intake.models import Answer, ChecklistItem, Client, Document, DocumentState, IntakeLink, Matter, Provider
from casehug.intake.services.links import request_code, send_link
from casehug.kit import clock
from casehug.kit.encryption import keyset
from casehug.kit.outgoing import build_client, shared_client
from casehug.notify.delivery import run_round
from casehug.notify.invitations import invite
from casehug.notify.letters import Contents, write_mail
from casehug.notify.models import Channel, Message, Wishes
from casehug.notify.reminders import remind
from casehug.notify.services import queue_message, send_code
from casehug.notify.wording import Words
from casehug.sync.drain import drain
from casehug.sync.models import ChangeState
from casehug.tenancy.actor import Actor
from casehug.tenancy.models import Firm, FirmOwned, Role
from casehug.tenancy.scope import firm_scope
from sandbox.app import create_app
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.documents import PDF, approve_all
from tests.lawmatics_town import TownTransport, connect
from tests.privacy.canaries import (
    BYTES,
    DIRECTORIES,
    STEERING,
    columns,
    fields_of,
    found_in,
    in_base64,
    opened,
    plant,
    unclassified,
    watched_models,
)
from tests.sync.engine import click, only_change
from tests.tenancy.world import fill_the_intake

LAWMATICS = {
    "intake_client.first_name": "the contact is the client",
    "intake_client.last_name": "the contact is the client",
    "intake_client.email": "the contact is the client",
    "intake_client.phone": "the contact is the client",
    "intake_matter.title": "the matter's name there",
    "intake_matter.case_type_name": "the note says what the intake was about",
    "intake_checklistitem.name": "the note lists what is approved, by the plain name of the item",
}
FIRM = {
    "tenancy_firm.name": "who writes",
    "tenancy_firm.email": "where an answer goes",
    "tenancy_firm.phone": "whom to call",
}
MAIL_TO_CLIENT = {
    **FIRM,
    "intake_client.email": "where it goes",
    "intake_client.first_name": "the greeting",
    "intake_checklistitem.name": "which document is needed again",
    "intake_checklistitem.name_es": "the same in Spanish",
    "intake_document.reject_message": "what the firm wrote to the client about it",
}
TEXT_TO_CLIENT = {"tenancy_firm.name": "who writes", "intake_client.phone": "where it goes"}
MAIL_TO_STAFF = {
    **FIRM,
    "accounts_user.email": "where it goes",
    "accounts_user.name": "whom it greets, and who has invited them",
    "intake_client.first_name": "whose intake it is, for people who may open it",
}
NOTHING: dict[str, str] = {}

# In files and sealed answers: what a walk over the columns cannot plant.
FILE_OF_CLIENT, FILE_OF_STAFF, SECRET = "cnryfilex", "cnryworkx", "cnryssnxx"
CONTENTS = {
    FILE_OF_CLIENT: "a file of the client",
    FILE_OF_STAFF: "a file of the staff",
    SECRET: "a secret answer",
}


class Listening(TownTransport):
    """The sandbox, with a record of every byte that goes to it."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.sent: list[str] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        head = " ".join(value for name, value in request.headers.items() if name.lower() != "authorization")
        self.sent.append(f"{request.url} {head} {request.read().decode(errors='replace')}")
        return super().handle_request(request)


@pytest.fixture
def listening(town: Town) -> Iterator[Listening]:
    transport = Listening(create_app(town))
    client = build_client(transport)
    use_http(lambda: client)
    yield transport
    use_http(shared_client)


@pytest.fixture
def matter(people: Cast) -> Matter:
    """An intake with a row in every table, files of both sides and a secret answer."""
    opened_matter = cast.open_dana(people.bob)
    approve_all(people.ann, opened_matter, required_only=True)
    with firm_scope(people.firm_id):
        fill_the_intake(people.bob, opened_matter)
        item = ChecklistItem.objects.filter(matter=opened_matter, required=False)[0]
        client, ours = (
            SimpleUploadedFile(f"{word}.pdf", PDF[:9] + f"%{word}\n".encode() + PDF[9:])
            for word in (FILE_OF_CLIENT, FILE_OF_STAFF)
        )
        secret = Answer(matter=opened_matter, question="ssn")
        secret.sealed = keyset().seal(SECRET.encode(), context=f"answer:{secret.id}")
        secret.save()
        Message.objects.create(kind="link", recipient="dana@example.com", not_before=clock.now() + timedelta(days=99))
        Wishes.objects.create(text_messages=True)
    take_file(Actor.client(people.firm_id), item=item, upload=client, provided_by=Provider.CLIENT)
    take_file(people.bob, item=item, upload=ours, provided_by=Provider.STAFF)
    return opened_matter


def test_it_sends_lawmatics_only_what_the_client_provided(
    people: Cast,
    matter: Matter,
    listening: Listening,
    database: TestDatabase,
    sync_process: ThreadPoolExecutor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    connect(people.alice, build_client(listening))
    planted = plant(database, people.firm_id) | CONTENTS
    listening.sent.clear()
    with caplog.at_level(logging.DEBUG):
        click(people.bob, matter)
        sync_process.submit(drain, people.firm_id).result()
    assert only_change(people.firm_id, matter, latest=True).state == ChangeState.DELIVERED
    found = found_in("\n".join(listening.sent), planted)
    assert found - set(LAWMATICS) == set()
    assert {"intake_client.first_name", "intake_client.email", "intake_matter.title"} <= found, "the search can find"
    assert found_in(caplog.text, planted) == set(NOTHING), "nothing of it is in a log"


def tell_everything(people: Cast, matter: Matter) -> None:
    """Let happen whatever the firm or its client is written to about."""
    link = IntakeLink.objects.get(matter=matter)
    send_link(people.alice, matter=Matter.objects.get(id=matter.id))
    link.refresh_from_db()
    code = request_code(link)
    assert send_code(Actor.client(people.firm_id), link=link, code=code or "123456")
    rejected = Document.objects.filter(matter=matter, provided_by=Provider.CLIENT)[0]
    Document.objects.filter(item_id=rejected.item_id).update(state=DocumentState.REJECTED)
    told = {"firm_id": people.firm_id, "actor_id": None, "matter_id": matter.id}
    publish(catalogue.DocumentRejected(**told, document_id=rejected.id))  # type: ignore[arg-type]
    for kind in (catalogue.IntakeSubmitted, catalogue.IntakeCompleted, catalogue.IntakeLinkLocked):
        publish(kind(**told))  # type: ignore[arg-type]
    alice = Actor.member(people.alice.user_id) if people.alice.user_id else None
    assert alice
    invite(alice, email=f"new-{matter.id.hex}@example.com", name="New Person", role=Role.STAFF)
    # Not complete, sent a month ago and about to end: due for a reminder and for a warning.
    now = clock.now()
    Matter.objects.filter(id=matter.id).update(intake_completed_at=None)
    IntakeLink.objects.filter(id=link.id).update(
        sent_at=now - timedelta(days=30), expires_at=now + timedelta(days=3), reminders=0
    )


def deliver(people: Cast) -> dict[str, str]:
    """A round; what was sent by whom it went to, opened."""
    mail.outbox = []
    run_round(people.firm_id)
    with firm_scope(people.firm_id):
        client_mail = Client.objects.values_list("email", flat=True)[0]
    heaps: dict[str, list[str]] = {"client": [], "staff": []}
    for sent in mail.outbox:
        assert not sent.cc and not sent.bcc
        heaps["client" if sent.to == [client_mail] else "staff"].append(opened(sent.message().as_bytes()))
    return {whom: "\n".join(letters) for whom, letters in heaps.items()}


@pytest.mark.parametrize("language", ["en", "es"])
def test_messages_carry_only_what_they_need(
    people: Cast,
    matter: Matter,
    database: TestDatabase,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    language: str,
) -> None:
    planted = plant(database, people.firm_id) | CONTENTS
    with caplog.at_level(logging.DEBUG), override_settings(EMAIL_FILE_PATH=tmp_path):
        with firm_scope(people.firm_id):
            Client.objects.update(language=language)
            # Quiet hours would hold the rejection back.
            Wishes.objects.update(quiet_from=0, quiet_until=0)
            tell_everything(people, matter)
        remind(people.firm_id)
        letters = deliver(people)
    texts = "\n".join(file.read_text() for file in tmp_path.glob("*.sms"))
    with firm_scope(people.firm_id):
        kinds = set(Message.objects.filter(state="sent").values_list("kind", flat=True))
    assert kinds == EVERY_KIND, "each of them went out"
    told_client, told_staff = found_in(letters["client"], planted), found_in(letters["staff"], planted)
    assert told_client - set(MAIL_TO_CLIENT) == set()
    assert told_staff - set(MAIL_TO_STAFF) == set()
    assert found_in(texts, planted) == set(TEXT_TO_CLIENT)
    wanted = {"intake_client.first_name", "tenancy_firm.phone", "intake_document.reject_message"}
    assert wanted <= told_client and {"accounts_user.name", "intake_client.first_name"} <= told_staff
    assert found_in(f"{caplog.text} {jobs(database)}", planted) == set(NOTHING), "nothing of it is in a log or a job"


EVERY_KIND = {
    *("link", "rejected", "reminder", "code", "submitted", "completed", "locked", "expiring", "invitation"),
}


def jobs(database: TestDatabase) -> str:
    with database.connect("admin") as admin:
        return " ".join(args for (args,) in admin.execute("SELECT args::text FROM procrastinate_jobs").fetchall())


def careless(matter: Matter) -> Contents:
    """A letter by somebody who did not think: privileged words in the text, a last name in the subject."""
    client = Client.objects.get(id=matter.client_id)
    note = matter.internal_notes.get().text  # type: ignore[attr-defined]
    words = Words("About {last_name}", "Hello", ("{note}",))
    return write_mail(words, firm=Firm.objects.get(), last_name=client.last_name, note=note)


def test_a_letter_with_more_than_it_may_is_found(people: Cast, matter: Matter, database: TestDatabase) -> None:
    planted = plant(database, people.firm_id) | CONTENTS
    with firm_scope(people.firm_id):
        Message.objects.update(state="sent")
        recipient = Client.objects.get(id=matter.client_id).email
        queue_message(kind="link", channel=Channel.EMAIL, recipient=recipient, contents=careless(matter))
    found = found_in(deliver(people)["client"], planted)
    assert found - set(MAIL_TO_CLIENT) == {"intake_client.last_name", "intake_internalnote.text"}


def test_it_watches_the_columns_that_matter() -> None:
    watched = set(columns(watched_models()))
    assert watched >= {"intake_internalnote.text", "intake_answer.value", "intake_document.file_name"}
    everything = {name for name, _ in fields_of(watched_models())}
    listed = {*LAWMATICS, *MAIL_TO_CLIENT, *MAIL_TO_STAFF, *TEXT_TO_CLIENT}
    assert listed <= watched, "what may leave is under watch"
    assert {*STEERING, *BYTES} <= everything, "the lists name columns that exist"


def test_every_column_is_planted_or_named_with_a_reason() -> None:
    assert unclassified(watched_models()) == set()
    ours = [model for model in apps.get_models() if model.__module__.startswith("casehug.")]
    of_no_firm = {model._meta.db_table for model in ours if not getattr(model, "firm_owned", False)}
    assert {table for table in of_no_firm if not table.startswith("sync_")} == set(DIRECTORIES)


@isolate_apps("casehug.intake")
def test_a_new_column_is_under_watch_at_once_or_fails() -> None:
    class Confession(FirmOwned):
        words = models.TextField()
        picture = models.BinaryField()
        scan = models.FileField()

        class Meta:
            app_label = "intake"

    assert set(columns([Confession])) == {"intake_confession.words"}
    assert unclassified([Confession]) == {"intake_confession.picture", "intake_confession.scan"}


WORD = "cnry001x"


@pytest.mark.parametrize(
    "text",
    [
        f"..{WORD}..",
        json.dumps({"x": WORD}),
        "".join(f"\\u{ord(letter):04X}" for letter in WORD),
        "".join(f"%{ord(letter):02X}" for letter in WORD),
        "".join(f"&#{ord(letter)};" for letter in WORD),
        WORD.encode().hex().upper(),
        f"{WORD[:4]}=\r\n{WORD[4:]}",
        *sorted(in_base64(WORD)),
    ],
)
def test_it_finds_a_canary_however_it_is_written(text: str) -> None:
    assert found_in(text, {WORD: "a.b"}) == {"a.b"}


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc"])
def test_it_finds_a_canary_at_every_place_in_base64(before: bytes) -> None:
    wrapped = base64.encodebytes(before * 19 + b"x" * 50 + WORD.encode() + b"after").decode()
    assert found_in(wrapped, {WORD: "a.b", "cnry002x": "c.d"}) == {"a.b"}
