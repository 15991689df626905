"""The firm's Lawmatics forms: what they ask, which intake fields fill them, and by whom they may be submitted.

A form is submitted without a way back: it makes another matter in Lawmatics each time and starts the form's
automations, which write to the client. So a form that cannot be filled as it stands is refused, with the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID, uuid5

from casehug.audit.services import record
from casehug.connections.models import Connection
from casehug.intake.disclosure import disclose_matter
from casehug.intake.errors import BadInput, NotAllowed, NotFound
from casehug.intake.services.templates import available_templates
from casehug.kit import clock
from casehug.sync import lanes, policy
from casehug.sync.bulk import need_connection
from casehug.sync.contact_list import READING
from casehug.sync.fields import Source, sources
from casehug.sync.lanes import Lease
from casehug.sync.lookup import SUBMIT_FORM
from casehug.sync.mapping import CustomFieldOption
from casehug.sync.models import (
    OPEN_STATES,
    UNRESOLVED,
    Attempt,
    Change,
    FormList,
    FormMapping,
    JobState,
    Link,
    Priority,
    RecordKind,
)
from casehug.sync.outbox import enqueue, wake
from casehug.sync.readers import reading
from casehug.sync.rules import FirmRules
from casehug.sync.values import FITTING, TEXTS, DoesNotFit, Given, convert, why_not
from casehug.tenancy.actor import Actor
from lawmatics import Form, Lawmatics

ADMINS_ONLY = "Only a firm admin can change this."
ASKED_ALREADY = "This form is on its way already."
UNSURE = "An earlier submission got no answer. CaseHug looks in Lawmatics first, so that nothing is submitted twice."
SUBMITTED_MEANWHILE = "Somebody has submitted this form meanwhile. Look at the page again before you do."
ASKS = frozenset({"field", "general_field"})
# What stands in a form without asking anything; every other block keeps the API from submitting the form.
SILENT = frozenset({"instructions", "horizontal_divider"})
BLOCKS = {
    "payment": "a payment block",
    "payment_gateway": "a payment block",
    "relationship": "a relationship block",
    "file_upload": "a file upload block",
    "signature": "a signature block",
    "scheduler": "an appointment block",
}
MOST_SUBMISSIONS = 20
_SPACE = UUID("5d1f9a52-4c8c-4d0b-9a53-0a0f6a0c9b11")


@dataclass(frozen=True)
class Component:
    """One thing that a form asks. `field` is what the values are converted for."""

    id: str
    label: str
    type: str
    general: bool
    required: bool
    options: tuple[tuple[str, str], ...] = ()

    @property
    def field(self) -> CustomFieldOption:
        known = self.type in TEXTS or self.type in FITTING
        kind = "string" if self.general and not known else self.type
        return CustomFieldOption(id=self.id, name=self.label, entity="form", type=kind, options=self.options)

    def why_not(self, source: Source) -> str:
        """Why this intake field cannot fill it; "" if it can."""
        reason = why_not(source.kind, self.field.type)
        return f"“{self.label}” cannot be filled with “{source.name}”. {reason}" if reason else ""


@dataclass(frozen=True)
class FormShape:
    """A form as it stands in Lawmatics. `blocks` are those in the way, in words."""

    id: str
    name: str
    components: tuple[Component, ...]
    blocks: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        if self.blocks:
            there = " and ".join(self.blocks)
            return f"The form “{self.name}” has {there}, and Lawmatics takes no such form from other programs."
        unfit = next((one for one in self.components if one.required and not _fillable(one)), None)
        if unfit is not None:
            return f"The form “{self.name}” requires “{unfit.label}”, a kind of field that no answer can fill."
        return "" if self.components else f"The form “{self.name}” asks nothing."

    def missing(self, filled: Iterable[str]) -> list[str]:
        """The labels of required components that are not among these ids."""
        there = set(filled)
        return [one.label for one in self.components if one.required and one.id not in there]

    @classmethod
    def of(cls, form: Form) -> "FormShape":
        asked = [one for one in form.components if one.component_type in ASKS and one.id]
        blocks = [_block(one.component_type, one.label) for one in form.blocks_in_the_way]
        return cls(
            id=form.id,
            name=form.name or "Form without a name",
            components=tuple(
                Component(
                    id=one.id,
                    label=one.label or "Unnamed field",
                    type=one.field_type or "string",
                    general=one.component_type == "general_field",
                    required=one.required,
                    options=tuple((option.id, option.name or "") for option in one.options),
                )
                for one in asked
            ),
            blocks=tuple(dict.fromkeys(blocks)),
        )

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "FormShape":
        components = (
            Component(**{**one, "options": tuple(map(tuple, one["options"]))}) for one in content["components"]
        )
        return cls(content["id"], content["name"], tuple(components), tuple(content["blocks"]))


def _fillable(component: Component) -> bool:
    return component.field.type in TEXTS or component.field.type in FITTING


def _block(kind: str | None, label: str | None) -> str:
    words = BLOCKS.get(kind or "", f"a block of the kind “{(kind or 'unknown').replace('_', ' ')}”")
    return f"{words} (“{label}”)" if label else words


@dataclass(frozen=True)
class Filled:
    """What a form is submitted with: component id to value; why some are left out; which required ones lack a value."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def fill(form: FormShape, answers: Mapping[str, str], given: Mapping[str, Given], *, time_zone: str) -> Filled:
    """The values for a form by the mapped sources. Pure: `given` is one matter's."""
    values: dict[str, Any] = {}
    problems = []
    for component in form.components:
        source = given.get(answers.get(component.id, ""))
        if source is None:
            continue
        try:
            value = convert(source, component.field, time_zone=time_zone)
        except DoesNotFit as misfit:
            problems.append(f"“{component.label}” is left out. {misfit.sentence}")
            continue
        if value not in (None, "", []):
            values[component.id] = _as_text(value)
    return Filled(values, tuple(problems), tuple(form.missing(values)))


def _as_text(value: Any) -> Any:
    """Forms take what people type: text, and lists of option ids."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, list) else str(value)


# --- what is kept -------------------------------------------------------------------------------------------------


def kept_forms(account_id: str) -> dict[str, FormShape]:
    """The forms of this account as last read, by id. Joins the open scope."""
    row = FormList.objects.filter(account_id=account_id).first()
    return {form.id: form for form in map(FormShape.from_json, row.content)} if row else {}


def ask(actor: Actor) -> None:
    """Have the forms read by the firm's lane, within its budget. Raises NotAllowed. Joins the open scope."""
    _require_admin(actor)
    need_connection()
    kept, created = FormList.objects.get_or_create()
    if created or FormList.objects.filter(id=kept.id).exclude(state__in=READING).update(
        state=JobState.WAITING, problem_text=""
    ):
        wake(actor.firm_id)


def read_on(lease: Lease, client: Lawmatics, rules: FirmRules) -> bool:
    """Read the forms, if somebody asked; one request per 25. False if nobody did.

    Raises LawmaticsError for what passes by itself, BudgetSpent and LaneLost.
    """
    with lanes.held(lease):
        kept = FormList.objects.filter(state__in=READING).first()
    if kept is None:
        return False
    with reading(lease, kept):
        forms = [asdict(FormShape.of(form)) for form in client.forms.all()]
        read = {"content": forms, "read_at": clock.now(), "account_id": rules.account_id}
        with lanes.held(lease):
            FormList.objects.filter(id=kept.id).update(state=JobState.DONE, problem_text="", **read)
    return True


# --- what an admin chooses ------------------------------------------------------------------------------------------


def map_form(
    actor: Actor, *, form_id: str, case_type: str, answers: Mapping[str, str], on_completion: bool
) -> FormMapping:
    """Fill this form with these intake fields, for one case type or ("") for all.

    Raises NotAllowed, NotFound, and BadInput for a form that is refused and for what does not fit, by component id.
    """
    _require_admin(actor)
    templates = available_templates(actor)
    form = kept_forms(_account_id()).get(form_id)
    if form is None or (case_type and case_type not in {one.key for one in templates}):
        raise NotFound
    if form.refusal:
        raise BadInput(form.refusal)
    known = {one.key: one for one in sources(templates)}
    chosen = {one.id: answers[one.id] for one in form.components if answers.get(one.id)}
    for component in form.components:
        if component.id in chosen:
            source = known.get(chosen[component.id])
            if source is None:
                raise BadInput("Choose an intake field from the list.", field=component.id)
            if reason := component.why_not(source):
                raise BadInput(reason, field=component.id)
    if on_completion and (missing := form.missing(chosen)):
        raise BadInput(f"The form requires {_listed(missing)}. Fill that too before it is submitted by itself.")
    mapping = FormMapping.objects.filter(form_id=form_id, case_type=case_type).first()
    mapping = mapping or FormMapping(form_id=form_id, case_type=case_type)
    if on_completion != mapping.on_completion:
        mapping.since = clock.now() if on_completion else None
    mapping.form_name, mapping.answers, mapping.on_completion = form.name, chosen, on_completion
    mapping.changed_by_id, mapping.changed_at = actor.user_id, clock.now()
    mapping.save()
    record(
        actor,
        action="mapping.form_saved",
        subject="mapping",
        subject_id=mapping.id,
        form=form_id,
        case_type=case_type or "all",
        on_completion=on_completion,
    )
    return mapping


def unmap_form(actor: Actor, *, mapping_id: UUID) -> FormMapping:
    """Submit the form no more. What was submitted stays. Raises NotAllowed, NotFound."""
    _require_admin(actor)
    mapping = FormMapping.objects.filter(firm_id=actor.firm_id, id=mapping_id).first()
    if mapping is None:
        raise NotFound
    FormMapping.objects.filter(id=mapping_id).delete()
    record(actor, action="mapping.form_removed", subject="mapping", subject_id=mapping_id, form=mapping.form_id)
    return mapping


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(f"“{label}”" for label in labels)


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise NotAllowed(ADMINS_ONLY)


def _account_id() -> str:
    return Connection.objects.values_list("account_id", flat=True).first() or ""


# --- submissions ----------------------------------------------------------------------------------------------------


def applicable(mappings: Iterable[FormMapping], case_type: str) -> list[FormMapping]:
    """The mappings for a case type, each form once: its own mapping before the one for all."""
    found: dict[str, FormMapping] = {}
    for mapping in sorted(mappings, key=lambda one: one.case_type, reverse=True):
        if mapping.case_type in {case_type, ""}:
            found.setdefault(mapping.form_id, mapping)
    return sorted(found.values(), key=lambda one: one.form_name)


def submission_id(form_id: str, matter_id: UUID, number: int) -> UUID:
    """Stands for the first, second, … submission of a form for a matter: each is made once, however often it is
    tried."""
    return uuid5(_SPACE, f"{form_id}/{matter_id}/{number}")


def submissions_of(form_ids: Iterable[str], matter_id: UUID) -> dict[str, list[Link]]:
    """By form, what was submitted for a matter, the first one first. Joins the open scope."""
    places = {
        submission_id(form_id, matter_id, number): (form_id, number)
        for form_id in form_ids
        for number in range(1, MOST_SUBMISSIONS + 1)
    }
    found = Link.objects.filter(kind=RecordKind.FORM, record_id__in=places)
    made: dict[str, list[Link]] = {}
    for link in sorted(found, key=lambda link: places[link.record_id][1]):
        made.setdefault(places[link.record_id][0], []).append(link)
    return made


def wish(form_id: str, number: int) -> str:
    """How a change keeps what a person asked for."""
    return f"{form_id}:{number}"


def wishes(kept: Iterable[str]) -> list[tuple[str, int]]:
    """Forms and numbers of submissions."""
    parts = (one.rpartition(":") for one in kept if ":" in one)
    return [(form_id, int(number)) for form_id, _, number in parts]


def request_form(actor: Actor, *, matter_id: UUID, form_id: str, number: int) -> None:
    """A person wants this form submitted for a matter, for the `number`-th time.

    The number is the one that the person saw, so two presses are one submission. Raises NotFound, and NotAllowed with
    the reason.
    """
    need_connection()
    disclosure = disclose_matter(matter_id)
    mappings = applicable(FormMapping.objects.filter(firm_id=actor.firm_id), disclosure.case_type)
    mapping = next((one for one in mappings if one.form_id == form_id), None)
    if mapping is None:
        raise NotFound
    kept = kept_forms(_account_id()).get(mapping.form_id)
    if kept is not None and kept.refusal:
        raise NotAllowed(kept.refusal)
    if disclosure.person is None:
        raise NotAllowed(policy.NO_CLIENT.text)
    # One at a time: what two people ask for at once is both kept, and counted once.
    Connection.objects.select_for_update(no_key=True).get()
    change = Change.objects.filter(matter_id=matter_id, state__in=OPEN_STATES).first()
    forms, asked = (change.forms if change else []), wish(form_id, number)
    unsure = Attempt.objects.filter(matter_id=matter_id, action=SUBMIT_FORM, state__in=UNRESOLVED)
    if unsure.filter(account_id__in=[_account_id(), ""]).exists():
        raise NotAllowed(UNSURE)
    if asked in forms:
        raise NotAllowed(ASKED_ALREADY)
    made = len(submissions_of([form_id], matter_id).get(form_id, []))
    if number != made + 1 or number > MOST_SUBMISSIONS:
        raise NotAllowed(SUBMITTED_MEANWHILE)
    enqueue(
        firm_id=actor.firm_id,
        matter_id=matter_id,
        reason="form",
        asked_by=actor.user_id,
        priority=Priority.CLICK,
        forms=[*forms, asked],
    )
    record(
        actor,
        action="sync.form_requested",
        subject="matter",
        subject_id=matter_id,
        form=form_id,
        number=number,
    )
