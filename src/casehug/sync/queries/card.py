"""What the Lawmatics card of a matter shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from casehug.connections.models import Connection, ConnectionState
from casehug.intake.disclosure import MatterDisclosure, disclose_matter
from casehug.kit import clock
from casehug.sync import ledger
from casehug.sync.extras import extras_for
from casehug.sync.fields import mapped_fields
from casehug.sync.mapping import Placement
from casehug.sync.models import OPEN_STATES, Attempt, Change, ChangeState, Link, RecordKind
from casehug.sync.planner import (
    AddNote,
    AskWhichPerson,
    AskWhichValue,
    Create,
    FileDocument,
    FindContact,
    Known,
    LinkContact,
    NeedsClient,
    Read,
    SetSubStatus,
    Step,
    SubmitForm,
    Update,
    describe_wanted,
    plan,
)
from casehug.sync.policy import Button
from casehug.sync.queries.attention import button_of
from casehug.sync.queries.log import LogLine, line_of
from casehug.sync.rules import kept_rules
from casehug.tenancy.actor import Actor

LOOK_WORDS = "Look in Lawmatics for what may have been created although the answer was lost; if it is there, link it"


@dataclass(frozen=True)
class MatterCard:
    """The Lawmatics card of a matter.

    `state` is off (no connection), not_linked, waiting, held or linked. `button` is what mends a
    held change, `question` names what is asked there. `quiet` says that it goes without a stage. `live` says that the
    card will change by itself within seconds.
    """

    state: str
    connection: str
    problem: str
    problem_text: str
    button: Button
    question: str
    quiet: bool
    live: bool
    not_before: datetime | None
    contact_id: str
    matter_id: str
    matter_url: str
    stage: str
    notices: list[str]
    synced_at: datetime | None
    planned: list[str]
    unsent: list[str]
    history: list[LogLine]
    change_id: UUID | None


def card_of(actor: Actor, matter_id: UUID) -> MatterCard:
    """Raises NotFound for a matter that is not the firm's."""
    connection = Connection.objects.filter(firm_id=actor.firm_id).first()
    change = Change.objects.filter(firm_id=actor.firm_id, matter_id=matter_id, state__in=OPEN_STATES).first()
    disclosure = disclose_matter(matter_id)
    client_id = disclosure.person.client_id if disclosure.person else None
    records = [id_ for id_ in (matter_id, client_id) if id_]
    links = {link.kind: link for link in Link.objects.filter(firm_id=actor.firm_id, record_id__in=records)}
    matter_link, contact_link = links.get(RecordKind.MATTER), links.get(RecordKind.CONTACT)
    lines = Attempt.objects.filter(firm_id=actor.firm_id, matter_id=matter_id).order_by("-id")[:12]
    state = _card_state(connection, change, matter_link)
    return MatterCard(
        state=state,
        connection=connection.state if connection else "",
        problem=change.problem if change else "",
        problem_text=change.problem_text if change else "",
        button=button_of(change) if change else Button.RETRY,
        question=change.question if change else "",
        quiet=bool(change and change.quiet),
        live=state == "waiting" and bool(change and change.not_before <= clock.now() + timedelta(seconds=30)),
        not_before=change.not_before if change and change.failures else None,
        contact_id=contact_link.lawmatics_id if contact_link else "",
        matter_id=matter_link.lawmatics_id if matter_link else "",
        matter_url=settings.LAWMATICS_MATTER_PAGE.format(id=matter_link.lawmatics_id)
        if matter_link and settings.LAWMATICS_MATTER_PAGE
        else "",
        stage=matter_link.stage_name if matter_link else "",
        notices=[link.notice for link in (matter_link, contact_link) if link and link.notice],
        synced_at=max((link.updated_at for link in links.values()), default=None),
        planned=_planned(disclosure) if connection and connection.is_connected else [],
        unsent=_unsent(disclosure) if connection and connection.is_connected else [],
        history=[line_of(attempt) for attempt in lines],
        change_id=change.id if change else None,
    )


def _unsent(disclosure: MatterDisclosure) -> list[str]:
    """What the firm's mappings cannot send of this matter, in sentences."""
    rules = kept_rules()
    placement = rules.place(disclosure.case_type, disclosure.practice_area)
    return [*(one.sentence for one in placement.missing), *mapped_fields(disclosure, rules).problems]


def _card_state(connection: Connection | None, change: Change | None, link: Link | None) -> str:
    if change is not None and connection is not None and connection.state != ConnectionState.ENDED:
        return "held" if change.state == ChangeState.HELD else "waiting"
    if connection is None or connection.state in {ConnectionState.DRAFT, ConnectionState.ENDED}:
        return "off"
    return "linked" if link else "not_linked"


def _planned(disclosure: MatterDisclosure) -> list[str]:
    """What "Sync to Lawmatics" would do now, in words, from the same plan that the applier follows."""
    rules = kept_rules()
    matter_id = disclosure.matter_id
    placement = rules.place(disclosure.case_type, disclosure.practice_area)
    person = disclosure.person
    links = ledger.links_of(matter_id, person.client_id if person else None)
    note = links.get(RecordKind.NOTE)
    extras = extras_for(disclosure, rules)
    wanted = describe_wanted(disclosure, placement, clicked=True, sent_note=note.sent if note else {}, extras=extras)
    open_writes = ledger.unresolved(matter_id, person.client_id if person else None, account_id=rules.account_id)
    looks = [LOOK_WORDS] if open_writes else []
    known = Known(links=links, done=ledger.done_of(wanted))
    return looks + [in_words(step, placement) for step in plan(wanted, known)]


def in_words(step: Step, placement: Placement) -> str:
    match step:
        case FindContact():
            return "Look for a contact with this e-mail address, and link it if it is the same person"
        case LinkContact():
            return "Link the contact that is there"
        case AskWhichPerson():
            return "Ask you whether it is the same person"
        case Create(kind=RecordKind.CONTACT):
            return "Create the contact, if none was found"
        case Create():
            return (
                f"Create the matter in stage “{placement.stage_name}”"
                if placement.stage_name
                else ("Create the matter, without a stage")
            )
        case Read(kind=kind):
            return f"Read the {kind}, to leave alone what the firm typed there"
        case Update(kind=kind):
            return f"Update the {kind}"
        case SetSubStatus():
            return "Set the sub status, since the stage did not take"
        case AddNote():
            return "Add a note about the intake to the contact"
        case SubmitForm():
            return f"Submit the form “{step.form_name}”"
        case FileDocument():
            return f"File “{step.name}” in the folder {' / '.join(step.folder)}"
        case AskWhichValue():
            return "Ask you which values to keep"
        case NeedsClient():
            return "Wait until the matter has a client"
    raise TypeError(step)
