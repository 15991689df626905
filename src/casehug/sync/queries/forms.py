"""What the pages show of forms and of filed documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from casehug.connections.models import Connection
from casehug.intake.disclosure import disclose_matter
from casehug.intake.errors import NotFound
from casehug.intake.services.templates import available_templates
from casehug.sync.contact_list import READING
from casehug.sync.fields import Source, given_by, sources
from casehug.sync.form_choices import Component, Filled, FormShape, applicable, fill, kept_forms, submissions_of, wishes
from casehug.sync.lookup import SUBMIT_FORM
from casehug.sync.models import (
    OPEN_STATES,
    UNRESOLVED,
    Attempt,
    Change,
    ChangeState,
    FormList,
    FormMapping,
    Link,
    RecordKind,
)
from casehug.sync.rules import FirmRules, kept_rules
from casehug.tenancy.actor import Actor

ALL_CASE_TYPES = "All case types"


@dataclass(frozen=True)
class FormsRead:
    """How old what is kept of the firm's forms is. `read_at` None: never read from this account."""

    read_at: datetime | None
    reading: bool
    problem: str


@dataclass(frozen=True)
class MappedFor:
    """A mapping of a form, with the name of the case type it is for."""

    mapping: FormMapping
    name: str
    missing: list[str]


@dataclass(frozen=True)
class FormRow:
    form: FormShape
    mapped: list[MappedFor]
    gone: bool = False


@dataclass(frozen=True)
class ComponentRow:
    """A thing that the form asks, what fills it, and what could."""

    component: Component
    source: str
    choices: tuple[Source, ...]


@dataclass(frozen=True)
class FormPage:
    form: FormShape
    case_type: str
    case_types: list[tuple[str, str]]
    mapping: FormMapping | None
    rows: list[ComponentRow]
    missing: list[str]
    mapped: list[MappedFor]


@dataclass(frozen=True)
class Submission:
    at: datetime
    made: str
    of_contact: bool
    notice: str


@dataclass(frozen=True)
class OfferedForm:
    """A form that can be submitted for a matter. `why_not` says why not now; `number` is which submission it would
    be."""

    form: FormShape
    mapping: FormMapping
    filled: Filled
    values: list[tuple[str, str]]
    made: list[Submission]
    number: int
    why_not: str


def forms_read(actor: Actor) -> FormsRead:
    kept, account_id = FormList.objects.first(), kept_rules().account_id
    if kept is None:
        return FormsRead(None, False, "")
    read_at = kept.read_at if kept.account_id == account_id else None
    return FormsRead(read_at, kept.state in READING, kept.problem_text)


def form_rows(actor: Actor) -> list[FormRow]:
    """The firm's forms, those that are mapped first; also one that is mapped and no longer there."""
    rules = kept_rules()
    there, names = kept_forms(rules.account_id), _names(actor)
    rows = [FormRow(form, _mapped(form, rules, names)) for form in there.values()]
    for mapping in rules.forms:
        if mapping.form_id not in there and mapping.form_id not in {row.form.id for row in rows}:
            shape = FormShape(mapping.form_id, mapping.form_name, ())
            rows.append(FormRow(shape, _mapped(shape, rules, names), gone=True))
    return sorted(rows, key=lambda row: (not row.mapped, row.form.name.casefold()))


def form_page(actor: Actor, form_id: str, *, case_type: str) -> FormPage:
    """Raises NotFound for a form that is not among those last read."""
    rules = kept_rules()
    form = kept_forms(rules.account_id).get(form_id)
    if form is None:
        raise NotFound
    templates, names = available_templates(actor), _names(actor)
    case_type = case_type if case_type in names else ""
    mapping = next((one for one in rules.forms if (one.form_id, one.case_type) == (form_id, case_type)), None)
    answers = mapping.answers if mapping else {}
    # A case type is asked its own questions; for all of them any question may do.
    asked = sources([one for one in templates if case_type in {one.key, ""}])
    return FormPage(
        form=form,
        case_type=case_type,
        case_types=[("", ALL_CASE_TYPES), *((template.key, template.name) for template in templates)],
        mapping=mapping,
        rows=[_component_row(one, answers.get(one.id, ""), asked, suggest=mapping is None) for one in form.components],
        missing=form.missing(answers),
        mapped=_mapped(form, rules, names),
    )


def _component_row(component: Component, source: str, asked: Iterable[Source], *, suggest: bool) -> ComponentRow:
    """Where nothing is chosen yet, what stands for the client under the same name is suggested."""
    fitting = tuple(one for one in asked if not component.why_not(one))
    of_client = (one for one in fitting if one.key.startswith("client."))
    alike = (one.key for one in of_client if _plain(one.name) == _plain(component.label))
    return ComponentRow(component, source or (next(alike, "") if suggest else ""), fitting)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _mapped(form: FormShape, rules: FirmRules, names: dict[str, str]) -> list[MappedFor]:
    return [
        MappedFor(mapping, names.get(mapping.case_type, mapping.case_type), form.missing(mapping.answers))
        for mapping in rules.forms
        if mapping.form_id == form.id
    ]


def _names(actor: Actor) -> dict[str, str]:
    return {"": ALL_CASE_TYPES} | {template.key: template.name for template in available_templates(actor)}


def offered_forms(actor: Actor, matter_id: UUID) -> list[OfferedForm]:
    """The forms that can be submitted for this matter, as they would be now. Raises NotFound."""
    rules, disclosure = kept_rules(), disclose_matter(matter_id)
    mappings = applicable(rules.forms, disclosure.case_type)
    if not mappings:
        return []
    there, given = kept_forms(rules.account_id), given_by(disclosure)
    made = submissions_of([one.form_id for one in mappings], matter_id)
    change = Change.objects.filter(firm_id=actor.firm_id, matter_id=matter_id, state__in=OPEN_STATES).first()
    asked = wishes(change.forms) if change else []
    unsure = Attempt.objects.filter(matter_id=matter_id, action=SUBMIT_FORM, state__in=UNRESOLVED).exists()
    offered = []
    for mapping in mappings:
        form = there.get(mapping.form_id) or FormShape(mapping.form_id, mapping.form_name, ())
        filled = fill(form, mapping.answers, given, time_zone=rules.time_zone)
        earlier = made.get(mapping.form_id, [])
        number = len(earlier) + 1
        offered.append(
            OfferedForm(
                form=form,
                mapping=mapping,
                filled=filled,
                values=[(one.label, _words(one, filled)) for one in form.components if one.id in filled.values],
                made=[_submission(link) for link in earlier],
                number=number,
                why_not=_asked(change) if (form.id, number) in asked else _why_not(form, filled, unsure=unsure),
            )
        )
    return offered


def _asked(change: Change | None) -> str:
    held = change is not None and change.state == ChangeState.HELD
    return "It was asked for, and waits for a decision: see the matter." if held else "It is on its way."


def _why_not(form: FormShape, filled: Filled, *, unsure: bool) -> str:
    if unsure:
        return "A submission got no answer. CaseHug looks in Lawmatics before anything is submitted again."
    if form.refusal:
        return form.refusal
    if filled.missing:
        return f"This intake has nothing yet for {', '.join(f'“{label}”' for label in filled.missing)}."
    return ""


def _words(component: Component, filled: Filled) -> str:
    value, names = filled.values[component.id], dict(component.options)
    values = value if isinstance(value, list) else [value]
    return ", ".join(names.get(one) or str(one) for one in values)


def _submission(link: Link) -> Submission:
    of_contact = link.lawmatics_id.startswith("contact/")
    return Submission(link.created_at, link.lawmatics_id.rpartition("/")[2], of_contact, link.notice)


def has_forms(actor: Actor, case_type: str) -> bool:
    """Whether any form can be submitted for matters of this case type."""
    return FormMapping.objects.filter(firm_id=actor.firm_id, case_type__in=["", case_type]).exists()


def filed_documents(actor: Actor, document_ids: Iterable[UUID]) -> dict[UUID, Link]:
    """The receipts of filed documents, by document."""
    found = Link.objects.filter(firm_id=actor.firm_id, kind=RecordKind.DOCUMENT, record_id__in=list(document_ids))
    return {link.record_id: link for link in found}


def largest_filed(actor: Actor) -> int:
    """Documents up to this size are filed in Lawmatics; 0 where the firm files none."""
    files = Connection.objects.filter(firm_id=actor.firm_id, file_documents=True).exists()
    return settings.LAWMATICS_MAX_FILE_BYTES if files else 0
