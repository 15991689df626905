"""The only door out: exactly these fields, and nothing else that is written anywhere in the house."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import models
from psycopg import sql
from psycopg.types.json import Jsonb

from casehug.intake import disclosure
from casehug.intake.disclosure import (
    disclose_answers,
    disclose_documents,
    disclose_matter,
    open_disclosed_document,
)
from casehug.intake.errors import NotFound
from casehug.intake.models import Answer, ChecklistItem, Client, Document, Matter, PortalKey
from casehug.intake.services.documents import approve_document
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.documents import approve_all, pdf, upload_document
from tests.tenancy.world import fill_the_intake

# What may leave. A new line here is a decision about clients' secrets, not a formality.
DOOR = {
    "PersonDisclosure": ["client_id", "first_name", "last_name", "email", "phone"],
    "IntakeDisclosure": ["case_type", "state", "completed_at", "approved", "asked"],
    "MatterDisclosure": [
        "matter_id",
        "title",
        "case_type",
        "case_type_name",
        "practice_area",
        "state",
        "person",
        "intake",
    ],
    "AnswerDisclosure": ["question", "value", "kind", "label", "words"],
    "DocumentDisclosure": ["document_id", "item", "category", "file_name", "content_type", "size", "sha256"],
}
# The text columns that these fields are made of.
DISCLOSED = {
    (Matter, "title"),
    (Matter, "case_type"),
    (Matter, "case_type_name"),
    (Matter, "practice_area"),
    (Matter, "state"),
    (Client, "first_name"),
    (Client, "last_name"),
    (Client, "email"),
    (Client, "phone"),
    (ChecklistItem, "name"),
    (Answer, "question"),
    (Answer, "value"),
}
# Limited by a check in the database to words of our own, so they hold no text of anybody.
OUR_OWN_WORDS = {(Matter, "status"), (Document, "state"), (Document, "provided_by")}

OTHER_TEXTS = [
    (model, field)
    for model in apps.get_app_config("intake").get_models()
    for field in model._meta.local_fields
    if isinstance(field, models.CharField | models.TextField | models.JSONField)
    and (model, field.name) not in DISCLOSED | OUR_OWN_WORDS
    # Too short for a canary: codes of languages and states. And a directory of hashes, which no firm owns.
    and (field.max_length or 40) >= 8
    and model is not PortalKey
]


def told(matter_id: UUID, firm_id: UUID) -> str:
    """Everything that the door hands out about a matter."""
    with firm_scope(firm_id):
        return as_text(matter_id)


def as_text(matter_id: UUID) -> str:
    found = [disclose_matter(matter_id), *disclose_answers(matter_id), *disclose_documents(matter_id)]
    return repr(found) + str([dataclasses.asdict(part) for part in found])


def test_it_has_exactly_these_fields() -> None:
    found = {
        name: [field.name for field in dataclasses.fields(kind)]
        for name, kind in vars(disclosure).items()
        if dataclasses.is_dataclass(kind) and kind.__module__ == disclosure.__name__
    }
    assert found == DOOR


def test_it_cannot_be_added_to_afterwards(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        found = disclose_matter(matter.id)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.title = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("model", "field"), OTHER_TEXTS, ids=[f"{model.__name__}.{field.name}" for model, field in OTHER_TEXTS]
)
def test_it_tells_no_other_text_of_the_domain(
    full_matter: Matter, database: TestDatabase, model: type[models.Model], field: models.CharField
) -> None:
    canary = "canary-in-this-column"[: field.max_length or 40]
    with planted(database, full_matter.firm_id, model, field, canary):
        assert canary not in told(full_matter.id, full_matter.firm_id)


@pytest.fixture(scope="module")
def full_matter(database: TestDatabase) -> Matter:
    """For many questions one by one: what each of them plants is taken out again."""
    return a_full_matter(cast.assemble())


def a_full_matter(people: Cast) -> Matter:
    """A matter with a row in every table of the intake."""
    matter = cast.open_dana(people.bob)
    approve_all(people.ann, matter, required_only=False)
    with firm_scope(people.firm_id):
        fill_the_intake(people.bob, matter)
    return matter


@contextmanager
def planted(
    database: TestDatabase, firm_id: UUID, model: type[models.Model], field: models.CharField, canary: str
) -> Iterator[None]:
    """As the administrator, since the app may not change every column. One row, where values must be unique."""
    table, column = sql.Identifier(model._meta.db_table), sql.Identifier(field.column)
    value = Jsonb({canary: canary}) if isinstance(field, models.JSONField) else canary
    one_row = sql.SQL("id = (SELECT id FROM {0} WHERE firm_id = {1} LIMIT 1)").format(table, firm_id)
    change = sql.SQL("UPDATE {0} SET {1} = {2} WHERE ").format(table, column, sql.Literal(value)) + one_row
    read = sql.SQL("SELECT id, {1} FROM {0} WHERE ").format(table, column) + one_row
    put_back = sql.SQL("UPDATE {0} SET {1} = %s WHERE id = %s").format(table, column)
    with database.connect("admin") as connection:
        row = connection.execute(read).fetchone()
        assert row
        assert connection.execute(change).rowcount == 1
        try:
            yield
        finally:
            before = Jsonb(row[1]) if isinstance(field, models.JSONField) and row[1] is not None else row[1]
            connection.execute(put_back, [before, row[0]])


def test_it_has_other_texts_to_prove_it_with() -> None:
    names = {(model.__name__, field.name) for model, field in OTHER_TEXTS}
    assert names >= {
        ("Document", "file_name"),
        ("Matter", "county"),
        ("InternalNote", "text"),
        ("TemplateVersion", "content"),
    }


@pytest.mark.parametrize(("model", "column"), sorted(DISCLOSED, key=str))
def test_it_tells_each_text_that_it_should(full_matter: Matter, model: type[models.Model], column: str) -> None:
    """The twin: the same canary in a disclosed column is found, so the search above can find."""
    canary = "canary-in-this-column"[: model._meta.get_field(column).max_length]  # type: ignore[union-attr]
    with pytest.raises(Unplanted), firm_scope(full_matter.firm_id):
        model._default_manager.update(**{column: canary})
        assert canary in as_text(full_matter.id)
        raise Unplanted


class Unplanted(Exception):
    """Rolls back what was planted."""


def test_it_hands_out_only_documents_that_the_client_gave(people: Cast) -> None:
    matter = a_full_matter(people)
    with firm_scope(people.firm_id):
        assert disclose_documents(matter.id) == ()
        given = Document.objects.filter(matter=matter, part_of=None).first()
        assert given
        Document.objects.filter(id=given.id).update(provided_by="client")
        assert [document.document_id for document in disclose_documents(matter.id)] == [given.id]


def test_it_opens_only_what_is_approved_and_came_from_the_client(people: Cast) -> None:
    matter = a_full_matter(people)
    with firm_scope(people.firm_id):
        given = Document.objects.filter(matter=matter, part_of=None, state="approved").first()
        assert given
        for provider, state in [("staff", "approved"), ("client", "uploaded"), ("client", "rejected")]:
            Document.objects.filter(id=given.id).update(provided_by=provider, state=state)
            with pytest.raises(NotFound):
                open_disclosed_document(given.id)
        Document.objects.filter(id=given.id).update(provided_by="client", state="approved")
        assert open_disclosed_document(given.id).stored_as == given.stored_as
    with firm_scope(people.other_firm_id), pytest.raises(NotFound):
        open_disclosed_document(given.id)


def test_it_hands_out_no_secret(people: Cast) -> None:
    matter = a_full_matter(people)
    with firm_scope(people.firm_id):
        Answer.objects.create(matter=matter, question="ssn", sealed=b"sealed", value="masked")
        assert [answer.question for answer in disclose_answers(matter.id)] == ["nickname"]


def test_it_names_no_file_of_the_staff(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        item = ChecklistItem.objects.get(matter=matter, key="photo-id")
        upload = pdf("Strategy memo - opposing counsel is bluffing.pdf")
        approve_document(people.ann, document=upload_document(people.bob, item=item, upload=upload))
    text = told(matter.id, people.firm_id)
    assert "Photo identification" in text
    assert "Strategy" not in text


def test_it_names_what_is_approved_in_the_order_of_the_checklist(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    approve_all(people.ann, matter, required_only=True)
    with firm_scope(people.firm_id):
        found = disclose_matter(matter.id).intake
    assert found.approved == ("Photo identification", "Marriage certificate", "Tax returns, last three years")
    assert (found.asked, found.state, found.case_type) == (7, "Colorado", "Divorce — Standard")
    assert found.completed_at is not None


def test_it_counts_an_item_with_two_approved_documents_once(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        item = ChecklistItem.objects.get(matter=matter, key="photo-id")
        for _ in range(2):
            approve_document(people.ann, document=upload_document(people.bob, item=item, upload=pdf()))
        assert disclose_matter(matter.id).intake.approved == ("Photo identification",)


def test_it_tells_nobody_where_there_is_no_client(people: Cast) -> None:
    matter = cast.open_dana(people.bob, client=None)
    with firm_scope(people.firm_id):
        assert disclose_matter(matter.id).person is None


def test_it_tells_nothing_of_another_firm_s_matter(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    for matter_id in (matter.id, uuid4()):
        with firm_scope(people.other_firm_id), pytest.raises(NotFound):
            disclose_matter(matter_id)
