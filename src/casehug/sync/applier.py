"""Making it so: plan, make the first step, add what was learned, plan again, until nothing is left."""

import re
from dataclasses import replace
from uuid import UUID

from casehug.intake.disclosure import disclose_matter
from casehug.sync import ledger, policy, reference
from casehug.sync.errand import Errand
from casehug.sync.extras import extras_for
from casehug.sync.fields import mapped_fields
from casehug.sync.limits import BudgetSpent
from casehug.sync.mapping import Reference
from casehug.sync.models import Attempt, Decision, Priority, RecordKind
from casehug.sync.planner import (
    AddNote,
    AskWhichPerson,
    AskWhichValue,
    Create,
    FileDocument,
    FindContact,
    Known,
    LinkContact,
    Read,
    SetSubStatus,
    Step,
    SubmitForm,
    Update,
    describe_wanted,
    plan,
)
from casehug.sync.policy import NeedsPerson
from casehug.sync.recovery import LOOK, Recovery
from casehug.sync.rules import kept_rules
from casehug.sync.steps import contacts, documents, forms, matters, notes, records
from casehug.tenancy.scope import firm_scope
from lawmatics import errors

# How Lawmatics names a custom field that it refuses.
FIELD_BY_ID = re.compile(r"custom[ _]field(?:s)?(?: with)?(?: id)?[ _:#]*(\d+)", re.IGNORECASE)


def load(errand: Errand) -> None:
    """Read what the change is about, as it stands now. Joins a scope. Raises NotFound for a matter that is gone."""
    disclosure = disclose_matter(errand.change.matter_id)
    person = disclosure.person
    client_id = person.client_id if person else None
    errand.open_writes = ledger.unresolved(errand.change.matter_id, client_id, account_id=errand.rules.account_id)
    links = ledger.links_of(errand.change.matter_id, client_id)
    note = links.get(RecordKind.NOTE)
    errand.disclosure = disclosure
    errand.placement = errand.rules.place(disclosure.case_type, disclosure.practice_area)
    errand.wanted = describe_wanted(
        disclosure,
        errand.placement,
        clicked=errand.change.priority == Priority.CLICK,
        sent_note=note.sent if note else {},
        quiet=errand.change.quiet,
        extras=extras_for(disclosure, errand.rules, by_hand=errand.change.forms),
    )
    errand.known = Known(
        links=links,
        decision=Decision(errand.change.decision),
        decided_on=tuple(filter(None, errand.change.asked_about.split(","))),
        shown=errand.change.asked_names,
        done=ledger.done_of(errand.wanted),
    )


def apply(errand: Errand) -> None:
    """Bring the matter to what is wanted. What the last step brought is still to be written down: see `finish`.

    Raises NeedsPerson, StillUnknown, LaneLost, BudgetSpent and LawmaticsError; the caller settles those.
    """
    if errand.open_writes:
        errand.action = LOOK
        Recovery(errand).run()
        with firm_scope(errand.lease.firm_id):
            load(errand)
    errand.action = "plan"
    undo_of, refused = errand.change.undo_of, ""
    if undo_of is not None and not _undo(errand, undo_of):
        refused = errand.action
    while steps := plan(errand.wanted, errand.known):
        try:
            errand.known = make(errand, steps[0])
        except errors.Invalid as error:
            if not _placed_anew(errand, steps[0], error):
                raise _naming_fields(error, errand.rules.reference) from error
    if undo_of is not None and refused:
        # Told last, when everything else has gone. The wish is forgotten: it must not stand in the way of other things.
        errand.action = refused
        errand.later(lambda: ledger.forget_undo(errand.change, undo_of))
        raise NeedsPerson(policy.EDITED_SINCE)


def finish(errand: Errand) -> None:
    """Write down the last step's outcome and mark the change delivered. Joins a scope in which the lane is held."""
    errand.unload()
    if errand.meter.requests == 0 and errand.change.priority == Priority.CLICK:
        # Somebody asked and should see an answer; an automatic reason that changes nothing is noise.
        errand.log("unchanged")
    ledger.delivered(errand.change)


def _undo(errand: Errand, attempt_id: UUID) -> bool:
    """False if somebody edited the fields since, so that it cannot be taken back."""
    with firm_scope(errand.lease.firm_id):
        attempt = Attempt.objects.filter(id=attempt_id, undone_at=None).first()
    return attempt is None or records.undo(errand, attempt)


def make(errand: Errand, step: Step) -> Known:
    """One step, and what is known after it. A rehearsal makes the same ones with a stand-in for Lawmatics."""
    match step:
        case FindContact():
            return contacts.find(errand, step)
        case LinkContact():
            return contacts.link(errand, step)
        case AskWhichPerson():
            return contacts.ask_which(errand, step)
        case Create(kind=RecordKind.CONTACT):
            return contacts.create(errand, step)
        case Create():
            if gone := errand.placement.in_the_way(quiet=errand.change.quiet):
                errand.action = "plan"
                told = " ".join(one.sentence for one in gone)
                raise NeedsPerson(policy.DRIFT, f"{told} {policy.DRIFT.advice}")
            return matters.create(errand, step)
        case SetSubStatus():
            return matters.set_sub_status(errand, step)
        case Read():
            return records.read(errand, step)
        case Update():
            return records.update(errand, step)
        case AddNote():
            return notes.add(errand, step)
        case SubmitForm():
            return forms.submit(errand, step)
        case FileDocument():
            return documents.file(errand, step)
        case AskWhichValue():
            return records.ask_which_value(errand, step)
        case _:
            raise NeedsPerson(policy.NO_CLIENT)


def _placed_anew(errand: Errand, step: Step, error: errors.Invalid) -> bool:
    """A refused write may name a stage or a field that was deleted: read the firm's settings again, once.

    True if the matter's place or its mapped fields are others now, so that the plan is worth a new try.
    """
    if errand.rules_read or not isinstance(step, Create | Update):
        return False
    errand.rules_read = True
    try:
        reference.refresh(errand.client, errand.lease)
    except (errors.LawmaticsError, BudgetSpent):
        # The refusal is certain, whatever became of this question; the settings are read again another time.
        return False
    disclosure, before = errand.disclosure, errand.rules
    with firm_scope(errand.lease.firm_id):
        rules = kept_rules()
        same_fields = mapped_fields(disclosure, rules) == mapped_fields(disclosure, before)
    if same_fields and rules.place(disclosure.case_type, disclosure.practice_area) == errand.placement:
        return False
    ruling = policy.rule(error)
    known = errand.known
    with firm_scope(errand.lease.firm_id):
        changed = "; ".join(drift.sentence for drift in rules.drifts() if drift not in before.drifts())
        text = f"{policy.explain(error, ruling)} The firm's Lawmatics settings have changed; they were read again."
        errand.log_failure(ruling, f"{text} {changed}".strip())
        errand.rules = rules
        load(errand)
    errand.known = replace(errand.known, candidates=known.candidates, read=known.read)
    return True


def _naming_fields(error: errors.Invalid, there: Reference) -> errors.Invalid:
    """The same refusal with custom fields named instead of numbered."""

    def name(found: re.Match[str]) -> str:
        field = there.custom_field(found[1])
        return f"the field “{field.name}”" if field else found[0]

    told = tuple(replace(problem, detail=FIELD_BY_ID.sub(name, problem.detail)) for problem in error.problems)
    return errors.Invalid(error.call, error.status, told)
