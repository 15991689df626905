"""Every fact leaves its entry in the same transaction, and no login can take one back."""

import dataclasses
from typing import Literal, get_args, get_origin
from uuid import UUID, uuid4

import psycopg
import pytest

from casehug.audit.models import Entry
from casehug.audit.services import SUBJECT_FIELDS, record
from casehug.events import catalogue
from casehug.events.bus import publish
from casehug.events.catalogue import Fact
from casehug.intake.services.documents import approve_document
from casehug.kit.clock import ManualClock
from casehug.tenancy.scope import OutsideFirmScope, firm_scope
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.documents import hand_in

KINDS = [
    kind for kind in vars(catalogue).values() if isinstance(kind, type) and issubclass(kind, Fact) and kind is not Fact
]


def entries(firm_id: UUID) -> list[tuple[str, str]]:
    with firm_scope(firm_id):
        return list(Entry.objects.order_by("id").values_list("action", "subject"))


def ids_of(kind: type[Fact]) -> dict[str, UUID]:
    """Made-up ids; a field that has words of our own is not about an id."""
    carried = [f for f in dataclasses.fields(kind) if f.name not in ("firm_id", "actor_id")]
    return {f.name: uuid4() for f in carried if get_origin(f.type) is not Literal}


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_an_entry_of_every_kind_of_fact(people: Cast, time: ManualClock, kind: type[Fact]) -> None:
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        # Other rooms listen too, and look at the record that the fact is about.
        real = {"matter_id": matter.id, "document_id": hand_in(people.bob, matter, key="photo-id").id}
        ids = {name: real.get(name, made_up) for name, made_up in ids_of(kind).items()}
        before = set(Entry.objects.values_list("id", flat=True))
        words = {f.name: get_args(f.type)[0] for f in dataclasses.fields(kind) if get_origin(f.type) is Literal}
        publish(kind(firm_id=people.firm_id, actor_id=people.bob.user_id, **ids, **words))
        entry = Entry.objects.exclude(id__in=before).get()
    subject = next(name for name in SUBJECT_FIELDS if name in ids)
    assert (entry.action, entry.subject, entry.subject_id) == (
        kind.name,
        subject.removesuffix("_id"),
        ids[subject],
    )
    assert (entry.actor_id, entry.at, entry.firm_id) == (people.bob.user_id, time.now(), people.firm_id)


def test_it_tells_the_story_of_a_matter(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        approve_document(people.ann, document=hand_in(people.bob, matter, key="photo-id"))
    assert entries(people.firm_id) == [
        ("client.created", "client"),
        ("matter.created", "matter"),
        ("document.uploaded", "document"),
        ("document.approved", "document"),
    ]


def test_it_says_who_did_it(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        approve_document(people.ann, document=hand_in(people.bob, matter, key="photo-id"))
        by = dict(Entry.objects.values_list("action", "actor_id"))
    assert (by["document.uploaded"], by["document.approved"]) == (people.bob.user_id, people.ann.user_id)


def test_it_keeps_no_entry_of_what_was_rolled_back(people: Cast) -> None:
    with pytest.raises(ValueError), firm_scope(people.firm_id):
        record(people.alice, action="connection.tested", subject="connection")
        raise ValueError
    assert entries(people.firm_id) == []


def test_it_refuses_an_entry_outside_a_scope(people: Cast) -> None:
    with pytest.raises(OutsideFirmScope):
        record(people.alice, action="connection.tested", subject="connection")


def test_it_keeps_the_details_of_what_is_no_fact(people: Cast) -> None:
    with firm_scope(people.firm_id):
        record(people.alice, action="connection.tested", subject="connection", worked="no", requests=1)
        assert Entry.objects.get().details == {"worked": "no", "requests": 1}


def test_it_holds_nothing_that_a_client_said(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        hand_in(people.bob, matter, key="photo-id")
        told = str(list(Entry.objects.values()))
    assert [word for word in ("Dana", "Johnson", "dana@", "+1303", "555-0134", "scan.pdf") if word in told] == []


@pytest.mark.parametrize("login", ["app", "sync"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'nothing'",
        "UPDATE audit_entry SET actor_id = NULL WHERE false",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DROP TABLE audit_entry",
        "ALTER TABLE audit_entry ADD COLUMN x int",
        "CREATE RULE hide AS ON INSERT TO audit_entry DO INSTEAD NOTHING",
        "INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (id) DO UPDATE SET action = 'nothing'",
        "DELETE FROM tenancy_firm",
    ],
)
def test_it_lets_no_run_time_login_take_an_entry_back(
    database: TestDatabase, people: Cast, login: str, statement: str
) -> None:
    cast.open_dana(people.bob)
    with psycopg.connect(database.addresses[login]) as connection:
        connection.execute("SELECT set_config('casehug.firm_id', %s, true)", [str(people.firm_id)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)  # type: ignore[call-overload]
        connection.rollback()
    assert len(entries(people.firm_id)) == 2


@pytest.mark.parametrize("login", ["app", "sync"])
def test_it_lets_the_run_time_logins_add_an_entry(database: TestDatabase, people: Cast, login: str) -> None:
    """The twin: the refusals above are about taking back, not about the table as such."""
    with psycopg.connect(database.addresses[login]) as connection:
        connection.execute("SELECT set_config('casehug.firm_id', %s, true)", [str(people.firm_id)])
        connection.execute(
            "INSERT INTO audit_entry (id, firm_id, at, action, subject, details)"
            " VALUES (gen_random_uuid(), %s, now(), 'a.b', 'test', '{}')",
            [people.firm_id],
        )
    assert entries(people.firm_id) == [("a.b", "test")]
