"""What a bulk sync would do, counted matter by matter with the plan that the applier follows. Nothing is sent.

It works on what is known here: the links, and the contact list as last read. What only a look into Lawmatics tells
(whether a value there is the firm's own, or a contact that is not in the list) shows when the run comes to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError

from casehug.intake.disclosure import MatterDisclosure, count_matters, disclose_matters
from casehug.kit import clock
from casehug.sync import contact_list, ledger
from casehug.sync.extras import extras_for
from casehug.sync.models import (
    BulkItem,
    BulkRun,
    Change,
    ChangeState,
    ContactList,
    ItemResult,
    Link,
    RecordKind,
    RemoteContact,
    RunState,
)
from casehug.sync.planner import (
    AskWhichPerson,
    Create,
    FindContact,
    Found,
    Known,
    KnownLink,
    LinkContact,
    NeedsClient,
    Read,
    Step,
    SubmitForm,
    Wanted,
    describe_wanted,
    plan,
)
from casehug.sync.policy import NO_CLIENT, OTHER_PERSON, UNLISTED
from casehug.sync.rules import FirmRules, kept_rules
from casehug.tenancy.scope import firm_scope

log = structlog.get_logger()

BATCH = 500
FATES = ("create", "link", "update", "unchanged", "held")
UNCHANGED = "Unchanged: nothing to send."


@dataclass(frozen=True)
class Verdict:
    """What would become of a matter. `searches` counts the requests that the contact list spares."""

    fate: str
    text: str = ""
    calls: int = 0
    searches: int = 0
    forms: int = 0
    enters_stage: bool = False
    settled: ItemResult | None = None


@dataclass
class Surroundings:
    """What is known about a batch of matters. `coming` has the clients whose contact an earlier matter would bring."""

    links: Mapping[tuple[str, UUID], KnownLink]
    held: Mapping[UUID, str]
    contacts: Mapping[str, list[RemoteContact]]
    coming: set[UUID] = field(default_factory=set)


def preview_on(firm_id: UUID) -> bool:
    """Count the next batch of the run that is being previewed. False if there is none. Opens its own scope.

    A batch and the place it ends are one transaction, so it counts once whoever else is at it.
    """
    try:
        return _count_batch(firm_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # Only its kind: what it says may hold what was read.
        log.error("sync.preview_failed", firm_id=str(firm_id), error=type(error).__name__)
        with firm_scope(firm_id):
            BulkRun.objects.filter(state=RunState.PREVIEWING).update(
                state=RunState.CANCELLED, finished_at=clock.now(), problem_text=UNLISTED.text
            )
        return True


def _count_batch(firm_id: UUID) -> bool:
    with firm_scope(firm_id):
        run = BulkRun.objects.select_for_update().filter(state=RunState.PREVIEWING).first()
        if run is None:
            return False
        matters = disclose_matters(after=run.cursor, limit=BATCH)
        if run.cursor is None:
            run.total = count_matters()
        _count(run, matters)
        if len(matters) < BATCH:
            run.state, run.previewed_at, run.total = RunState.PREVIEWED, clock.now(), run.previewed
            run.counts["finding"] = _finding(run.counts.get("searches", 0))
            run.calls += run.counts["finding"]
        run.save()
    return True


def _finding(searches: int) -> int:
    """What finding the contacts of unlinked clients costs: the list, or a search each."""
    rules = kept_rules()
    if contact_list.usable(rules.account_id, within=contact_list.FRESH):
        return 0
    kept = ContactList.objects.filter(account_id=rules.account_id).first()
    return min(searches, kept.pages) if kept and kept.pages else searches


def _count(run: BulkRun, matters: list[MatterDisclosure]) -> None:
    rules = kept_rules()
    around = _surroundings(matters)
    items = []
    for disclosure in matters:
        run.previewed += 1
        run.cursor = disclosure.matter_id
        if run.only_unlinked and (RecordKind.MATTER, disclosure.matter_id) in around.links:
            continue
        verdict = judge(disclosure, rules, around)
        items.append(_item(run, disclosure.matter_id, verdict))
        run.calls += verdict.calls
        run.enter_stage += verdict.enters_stage
        for name, more in ((verdict.fate, 1), ("searches", verdict.searches), ("forms", verdict.forms)):
            run.counts[name] = run.counts.get(name, 0) + more
    BulkItem.objects.bulk_create(items)


def _item(run: BulkRun, matter_id: UUID, verdict: Verdict) -> BulkItem:
    return BulkItem(
        run=run,
        matter_id=matter_id,
        fate=verdict.fate,
        text=verdict.text,
        result=verdict.settled or ItemResult.PLANNED,
        settled_at=clock.now() if verdict.settled else None,
    )


def _surroundings(matters: list[MatterDisclosure]) -> Surroundings:
    ids = [matter.matter_id for matter in matters]
    people = [matter.person for matter in matters if matter.person]
    linked = Link.objects.filter(record_id__in=[*ids, *{person.client_id for person in people}])
    links = {
        (str(link.kind), link.record_id): KnownLink(link.lawmatics_id, link.sent, link.wanted_digest, link.declined)
        for link in linked.filter(kind__in=[RecordKind.CONTACT, RecordKind.MATTER, RecordKind.NOTE])
    }
    held = Change.objects.filter(matter_id__in=ids, state=ChangeState.HELD)
    strangers = [person.email for person in people if (RecordKind.CONTACT, person.client_id) not in links]
    return Surroundings(
        links=links,
        held=dict(held.values_list("matter_id", "problem_text")),
        contacts=contact_list.matches(strangers),
    )


def judge(disclosure: MatterDisclosure, rules: FirmRules, around: Surroundings) -> Verdict:
    """By the very plan of the applier, as far as it can be followed without asking Lawmatics."""
    wanted, known = _wanted_and_known(disclosure, rules, around)
    steps = plan(wanted, known)
    if isinstance(next(iter(steps), None), NeedsClient):
        return Verdict("held", NO_CLIENT.text, settled=ItemResult.HELD)
    if disclosure.matter_id in around.held:
        return Verdict("held", around.held[disclosure.matter_id], settled=ItemResult.HELD)
    if not steps:
        return Verdict("unchanged", UNCHANGED, settled=ItemResult.DONE)
    calls = searches = 0
    linked = False
    if isinstance(steps[0], FindContact) and wanted.client_id not in around.coming:
        found = tuple(_found(one) for one in around.contacts.get(contact_list.folded(steps[0].email), ()))
        # An address in the list is searched for all the same.
        calls, searches = (1, 0) if found else (0, 1)
        known = replace(known, candidates=found)
        steps = plan(wanted, known)
        if isinstance(steps[-1], AskWhichPerson):
            return Verdict("held", OTHER_PERSON.text, calls=calls)
        linked = isinstance(steps[0], LinkContact)
        if isinstance(steps[0], LinkContact):
            steps = plan(wanted, _having_linked(known, steps[0].found))
    elif isinstance(steps[0], FindContact):
        steps = tuple(step for step in steps if not isinstance(step, FindContact) and not _makes_contact(step))
    if wanted.client_id and any(_makes_contact(step) for step in steps):
        around.coming.add(wanted.client_id)
    creates = [step for step in steps if isinstance(step, Create)]
    return Verdict(
        fate="link" if linked else "create" if creates else "update",
        calls=calls + sum(_price(step) for step in steps),
        searches=searches,
        forms=sum(isinstance(step, SubmitForm) for step in steps),
        enters_stage=any(step.stage_id or step.sub_status_id for step in creates),
    )


def _wanted_and_known(disclosure: MatterDisclosure, rules: FirmRules, around: Surroundings) -> tuple[Wanted, Known]:
    mine = [(RecordKind.MATTER, disclosure.matter_id), (RecordKind.NOTE, disclosure.matter_id)]
    if disclosure.person:
        mine.append((RecordKind.CONTACT, disclosure.person.client_id))
    links = {kind: around.links[kind, record] for kind, record in mine if (kind, record) in around.links}
    note = links.get(RecordKind.NOTE)
    wanted = describe_wanted(
        disclosure,
        rules.place(disclosure.case_type, disclosure.practice_area),
        clicked=False,
        sent_note=note.sent if note else {},
        extras=extras_for(disclosure, rules),
    )
    return wanted, Known(links=links, done=ledger.done_of(wanted))


def _found(contact: RemoteContact) -> Found:
    names = ("first_name", "last_name", "email", "phone")
    return Found(contact.lawmatics_id, {name: getattr(contact, name) for name in names})


def _having_linked(known: Known, found: Found) -> Known:
    link = KnownLink(lawmatics_id=found.lawmatics_id, sent={}, digest="")
    return known.having_linked(RecordKind.CONTACT, link).having_read(RecordKind.CONTACT, found)


def _makes_contact(step: Step) -> bool:
    return isinstance(step, Create) and step.kind == RecordKind.CONTACT


def _price(step: Step) -> int:
    """In requests. A record that has to be compared is read, and then usually written. Forms are counted apart."""
    match step:
        case Read():
            return 2
        case FindContact() | LinkContact() | SubmitForm():
            return 0
        case _:
            return 0 if getattr(step, "fields", True) == {} else 1
