"""Forms that are submitted with the client's answers."""

from collections.abc import Sequence

from casehug.intake.disclosure import MatterDisclosure
from casehug.sync.errand import Errand
from casehug.sync.fields import given_by
from casehug.sync.form_choices import (
    FormShape,
    applicable,
    fill,
    kept_forms,
    submission_id,
    submissions_of,
    wishes,
)
from casehug.sync.ledger import save_link
from casehug.sync.lookup import SUBMIT_FORM, made_by
from casehug.sync.models import FormMapping, RecordKind
from casehug.sync.planner import Known, KnownLink, SubmitForm
from casehug.sync.policy import FORM_CHANGED, NeedsPerson
from casehug.sync.rules import FirmRules
from casehug.tenancy.scope import firm_scope
from lawmatics import Ref, errors

NOT_OURS = "It is a matter of its own there: CaseHug does not link it, and sends it nothing more."


def due(disclosure: MatterDisclosure, rules: FirmRules, *, by_hand: Sequence[str]) -> tuple[SubmitForm, ...]:
    """The forms to submit for a matter: those of its case type once its intake is complete, and those asked for.

    By itself a form is submitted once for a matter, and only for an intake that was completed after the firm chose so.
    Joins the open scope.
    """
    asked, mine = wishes(by_hand), applicable(rules.forms, disclosure.case_type)
    chosen = [(mapping, number) for mapping in mine for form_id, number in asked if mapping.form_id == form_id]
    completed_at = disclosure.intake.completed_at
    for mapping in mine:
        if mapping.on_completion and completed_at and mapping.since and completed_at >= mapping.since:
            chosen.append((mapping, 1))
    mapped = {mapping.form_id for mapping in mine}
    unmapped = [(form_id, number) for form_id, number in asked if form_id not in mapped]
    if not (chosen or unmapped) or disclosure.person is None:
        return ()
    there, given = kept_forms(rules.account_id), given_by(disclosure)
    steps = {}
    for form_id, number in unmapped:
        # It cannot be filled any more; whoever asked is told so.
        record_id, form = submission_id(form_id, disclosure.matter_id, number), there.get(form_id)
        steps[record_id] = SubmitForm(record_id, form_id, form.name if form else "", {})
    for mapping, number in chosen:
        form = there.get(mapping.form_id)
        filled = fill(form, mapping.answers, given, time_zone=rules.time_zone) if form else None
        record_id = submission_id(mapping.form_id, disclosure.matter_id, number)
        values = filled.values if filled else {}
        steps[record_id] = SubmitForm(record_id, mapping.form_id, mapping.form_name, values)
    return tuple(steps.values())


def submit(errand: Errand, step: SubmitForm) -> Known:
    """Read the form as it stands now, fill it, send it. What it made is told in the log and not linked as ours."""
    errand.action = "form.read"
    mapping = _mapping_of(errand, step)
    form = _form_as_it_stands(errand, step)
    with firm_scope(errand.lease.firm_id):
        given = given_by(errand.disclosure)
        earlier = submissions_of([step.form_id], errand.change.matter_id).get(step.form_id, [])
    filled = fill(form, mapping.answers, given, time_zone=errand.rules.time_zone)
    if filled.missing:
        labels = ", ".join(f"“{label}”" for label in filled.missing)
        why = f" {' '.join(filled.problems)}" if filled.problems else " This intake has nothing to fill it with."
        raise NeedsPerson(FORM_CHANGED, f"The form “{form.name}” requires {labels}.{why} {FORM_CHANGED.advice}")
    receipt = {"form_id": form.id, "form_name": form.name, "number": len(earlier) + 1}
    errand.write(
        SUBMIT_FORM,
        intended={
            "record_id": str(step.record_id),
            "form_id": form.id,
            "values": filled.values,
            "after": max((link.created_at.isoformat() for link in earlier), default=""),
            "receipt": receipt,
        },
        call=lambda: errand.client.forms.submit(form.id, filled.values),
        remember=lambda made: save_link(
            kind=RecordKind.FORM,
            record_id=step.record_id,
            link=KnownLink(lawmatics_id=made_by(made), sent=receipt, digest=""),
            account_id=errand.rules.account_id,
        ),
        record_of=made_by,
        text_of=lambda made: _told(form.name, made, filled.problems),
    )
    return errand.known.having_done(step.record_id)


def _form_as_it_stands(errand: Errand, step: SubmitForm) -> FormShape:
    try:
        form = FormShape.of(errand.client.forms.get(step.form_id))
    except errors.NotFound as error:
        told = f"The form “{step.form_name}” was deleted in Lawmatics. {FORM_CHANGED.advice}"
        raise NeedsPerson(FORM_CHANGED, told) from error
    if form.refusal:
        raise NeedsPerson(FORM_CHANGED, f"{form.refusal} {FORM_CHANGED.advice}")
    return form


def _mapping_of(errand: Errand, step: SubmitForm) -> FormMapping:
    found = applicable(errand.rules.forms, errand.disclosure.case_type)
    mapping = next((mapping for mapping in found if mapping.form_id == step.form_id), None)
    if mapping is None:
        told = f"Nobody chooses any more what fills the form “{step.form_name}”. {FORM_CHANGED.advice}"
        raise NeedsPerson(FORM_CHANGED, told)
    return mapping


def _told(name: str, made: Ref, problems: Sequence[str]) -> str:
    what = f"the contact {made.id}" if made.type == "contact" else f"the matter {made.id}"
    ours = "" if made.type == "contact" else f" {NOT_OURS}"
    return " ".join([f"The form “{name}” made {what} in Lawmatics.{ours}", *problems])
