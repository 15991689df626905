"""Two firms with a row in every firm-owned table, and a login that row security alone keeps apart.

The run-time logins lack many rights, so a refusal may come from those. The prober has every right on every table and
is neither owner nor superuser: what it cannot reach, the policy has refused.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import psycopg
from django.apps import apps
from django.db import models
from psycopg import sql

from casehug.connections.services import request_consent, save_credentials
from casehug.intake.models import (
    Answer,
    ChecklistItem,
    Device,
    DeviceCode,
    Document,
    FileKey,
    IntakeLink,
    InternalNote,
    Matter,
    StrayFile,
    TemplateVersion,
    Upload,
)
from casehug.kit import clock
from casehug.notify.models import Message, Unsubscribed, Wishes
from casehug.sync.models import (
    Attempt,
    BulkItem,
    BulkRun,
    CaseTypeMapping,
    Change,
    ContactList,
    FieldMapping,
    FormList,
    FormMapping,
    Link,
    PullReport,
    ReferenceData,
    RemoteContact,
    RequestSlot,
    SentBody,
)
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.databases import TestDatabase
from tests.documents import hand_in


@cache
def firm_models() -> list[type[models.Model]]:
    found = [model for model in apps.get_models(include_auto_created=True) if getattr(model, "firm_owned", False)]
    return sorted(found, key=lambda model: model._meta.db_table)


def tables() -> list[str]:
    return [model._meta.db_table for model in firm_models()]


def firm_column(table: str) -> str:
    return "id" if table == "tenancy_firm" else "firm_id"


@dataclass(frozen=True)
class World:
    """`ours` is the firm whose rows others must not reach; `theirs` is the stranger's."""

    ours: UUID
    theirs: UUID
    prober: "Prober"


class Prober:
    """A connection with every right but those of an owner, inside a transaction that is always rolled back."""

    def __init__(self, database: TestDatabase, role: str) -> None:
        self.database = database
        self.role = role

    @contextmanager
    def speaking_for(self, firm_id: UUID | None, *, after: str = "") -> Iterator["psycopg.Connection[Any]"]:
        """`after` is what an administrator changes first, in the same transaction: it never outlives the probe."""
        with psycopg.connect(self.database.addresses["admin"]) as connection:
            if after:
                connection.execute(after)  # type: ignore[call-overload]
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(self.role)))
            if firm_id:
                connection.execute("SELECT set_config('casehug.firm_id', %s, true)", [str(firm_id)])
            try:
                yield connection
            finally:
                connection.rollback()

    def reach(self, table: str, *, of: UUID, as_firm: UUID | None, after: str = "") -> tuple[int, int, int]:
        """How many rows of the firm `of` can be read, changed and deleted by `as_firm`."""
        column, name = sql.Identifier(firm_column(table)), sql.Identifier(table)
        with self.speaking_for(as_firm, after=after) as connection:
            where = sql.SQL(" WHERE {} = %s").format(column)
            seen = connection.execute(sql.SQL("SELECT * FROM {}").format(name) + where, [of]).rowcount
            change = sql.SQL("UPDATE {} SET {} = {}").format(name, column, column)
            changed = connection.execute(change + where, [of]).rowcount
            deleted = connection.execute(sql.SQL("DELETE FROM {}").format(name) + where, [of]).rowcount
        return seen, changed, deleted


@contextmanager
def prober(database: TestDatabase) -> Iterator[Prober]:
    role = database.addresses["admin"].rsplit("/", 1)[-1] + "_prober"
    name = sql.Identifier(role)
    with database.connect("admin") as connection:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
        connection.execute(sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}").format(name))
        try:
            yield Prober(database, role)
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
            connection.execute(sql.SQL("DROP ROLE {}").format(name))


def fill(actor: Actor, sync_process: ThreadPoolExecutor) -> None:
    """A row of this firm in every firm-owned table. A new table is unknown here until it is added."""
    matter = cast.open_dana(actor)
    with firm_scope(actor.firm_id):
        hand_in(actor, matter, key="photo-id")
        connection = save_credentials(actor, client_id="an-app", client_secret="a-secret")
        request_consent(actor)
        RequestSlot.objects.create(at=clock.now())
        ReferenceData.objects.create(read_at=clock.now())
        change = Change.objects.create(matter_id=matter.id, reason="test")
        run = BulkRun.objects.create()
        choose(actor)
        fill_the_intake(actor, matter)
        Message.objects.create(kind="link", recipient="dana@example.com")
        Wishes.objects.create()
        Unsubscribed.objects.create(user_id=actor.user_id)

    def as_the_engine() -> None:
        with firm_scope(actor.firm_id):
            attempt = Attempt.objects.create(change=change, matter_id=matter.id, action="matter.create", state="done")
            SentBody.objects.create(
                attempt=attempt, matter_id=matter.id, method="POST", path="/", body_sealed=b"x", size=1, sha256="0" * 64
            )
            RemoteContact.objects.create(lawmatics_id="1")
            BulkItem.objects.create(run=run, matter_id=matter.id, fate="create")
            Link.objects.create(connection=connection, kind="matter", record_id=matter.id, lawmatics_id="1")

    sync_process.submit(as_the_engine).result()


def choose(actor: Actor) -> None:
    """What an admin chose, and the long work that was started. Joins the open scope."""
    CaseTypeMapping.objects.create(case_type="divorce-standard", stage_id="7", changed_by_id=actor.user_id)
    FieldMapping.objects.create(entity="contact", source="client.email", target="email")
    FormMapping.objects.create(form_id="a-form", form_name="Intake")
    ContactList.objects.create()
    FormList.objects.create()
    PullReport.objects.create()


def fill_the_intake(actor: Actor, matter: Matter) -> None:
    """The tables of the client's side: template, answers, link, uploads, notes. Joins the open scope."""
    version, _ = TemplateVersion.objects.get_or_create(case_type="divorce-standard", number=1, defaults={"content": {}})
    Matter.objects.filter(id=matter.id).update(template=version)
    Answer.objects.create(matter=matter, question="nickname", value="Dee")
    link = IntakeLink.objects.create(matter=matter, expires_at=clock.now())
    Device.objects.create(link=link)
    DeviceCode.objects.create(link=link, code_hash="0" * 64)
    FileKey.objects.get_or_create(defaults={"sealed": b"sealed"})
    item = ChecklistItem.objects.filter(matter=matter).first()
    document = Document.objects.filter(matter=matter).first()
    assert item
    assert document
    Document.objects.filter(id=document.id).update(part_of=document)
    Upload.objects.create(
        matter=matter, item=item, file_name="a.pdf", size=1, stored_as="x", wrapped_key=b"k", provided_by="client"
    )
    StrayFile.objects.create(stored_as="documents/x")
    assert actor.user_id
    InternalNote.objects.create(matter=matter, text="privileged", author_id=actor.user_id)
