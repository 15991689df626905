"""Handles for tests of what leaves besides contact, matter and note: forms and files."""

from collections.abc import Mapping
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from casehug.connections.models import Connection
from casehug.intake.arrival import take_file
from casehug.intake.models import ChecklistItem, Document, Matter, Provider
from casehug.intake.services.documents import approve_document
from casehug.sync import form_choices
from casehug.sync.models import FormMapping, Link, RecordKind
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox import records
from sandbox.store import Firm
from tests.cast import Cast
from tests.documents import pdf_of
from tests.sync.engine import Drain

PERSON = {
    "First name": "client.first_name",
    "Last name": "client.last_name",
    "E-mail": "client.email",
    "Phone": "client.phone",
}


def form_named(firm: Firm, name: str) -> records.Form:
    return next(form for form in firm.forms.values() if form.name == name)


def entries_of(firm: Firm, form: records.Form) -> list[records.FormEntry]:
    """Those that were sent in since the town was built: the seeded one stands for an old matter."""
    return [entry for entry in firm.form_entries.values() if entry.form_id == form.id][1:]


def answers_in(entry: records.FormEntry) -> dict[str, str]:
    return {answer["label"]: answer["value"] for answer in entry.body if answer["value"] is not None}


def read_forms(people: Cast, run: Drain) -> None:
    with firm_scope(people.firm_id):
        form_choices.ask(people.alice)
    run(people.firm_id)


def map_form(
    people: Cast,
    form: records.Form,
    answers: Mapping[str, str] = PERSON,
    *,
    case_type: str = "",
    on_completion: bool = False,
) -> FormMapping:
    """By labels. The forms have to be read before."""
    ids = {part["label"]: part["id"] for row in form.rows for part in row["components"] if "label" in part}
    with firm_scope(people.firm_id):
        return form_choices.map_form(
            people.alice,
            form_id=form.uuid,
            case_type=case_type,
            answers={ids[label]: source for label, source in answers.items()},
            on_completion=on_completion,
        )


def submit(actor: Actor, matter: Matter, mapping: FormMapping, *, number: int = 1) -> None:
    with firm_scope(actor.firm_id):
        form_choices.request_form(actor, matter_id=matter.id, form_id=mapping.form_id, number=number)


def links(firm_id: UUID, kind: RecordKind) -> list[Link]:
    with firm_scope(firm_id):
        return list(Link.objects.filter(kind=kind).order_by("id"))


def switch_filing(people: Cast, *, on: bool = True) -> None:
    with firm_scope(people.firm_id):
        Connection.objects.update(file_documents=on)


def give(people: Cast, matter: Matter, *, key: str = "photo-id", size: int = 2000, approved: bool = True) -> Document:
    """The client hands in a document, and the firm approves it."""
    with firm_scope(people.firm_id):
        item = ChecklistItem.objects.get(matter=matter, key=key)
    upload = SimpleUploadedFile("IMG 0001.pdf", pdf_of(size))
    document = take_file(Actor.client(people.firm_id), item=item, upload=upload, provided_by=Provider.CLIENT)
    if approved:
        with firm_scope(people.firm_id):
            approve_document(people.ann, document=Document.objects.get(id=document.id))
    return document
