"""What pages ask about the engine. Reads only, inside the open firm scope."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Min, Q

from casehug.connections.models import Connection, ConnectionState
from casehug.intake.disclosure import MatterDisclosure, disclose_matter
from casehug.intake.errors import NotFound
from casehug.intake.services.templates import available_templates
from casehug.intake.templates import Template
from casehug.kit import clock
from casehug.sync import ledger, limits, reference
from casehug.sync.mapping import Placement, Reference, place
from casehug.sync.models import (
    OPEN_STATES,
    Attempt,
    AttemptState,
    Change,
    ChangeState,
    Lane,
    Link,
    RecordKind,
)
from casehug.sync.planner import (
    AddNote,
    AskWhichPerson,
    Create,
    FindContact,
    Known,
    LinkContact,
    NeedsClient,
    Read,
    Step,
    Update,
    describe_wanted,
    plan,
)
from casehug.tenancy.actor import Actor

PAGE_SIZE = 50

# Answers the titles of matters by their ids: pages hand in intake's query.
TitlesOf = Callable[[Iterable[UUID]], dict[UUID, str]]

# How each line of the log reads when it went well.
DONE_WORDS = {
    "contact.link": "Linked to a contact that was there",
    "contact.create": "Contact created",
    "contact.update": "Contact updated",
    "matter.create": "Matter created",
    "matter.update": "Matter updated",
    "note.add": "Intake note added",
    "unchanged": "Nothing to send: unchanged",
}
# And when it did not, or not yet.
STEP_WORDS = {
    "contact.search": "Search for the contact",
    "contact.read": "Read the contact",
    "matter.read": "Read the matter",
    "contact.link": "Link the contact",
    "contact.create": "Create the contact",
    "contact.update": "Update the contact",
    "matter.create": "Create the matter",
    "matter.update": "Update the matter",
    "note.add": "Add the intake note",
    "lookup": "Look for what may have been created",
    "plan": "Prepare the matter",
}

LOOK_WORDS = "Look in Lawmatics for what may have been created although the answer was lost; if it is there, link it"


@dataclass(frozen=True)
class LogLine:
    """One line of the sync log. `tone` is success, danger, warning or info; `retry` says that a click can help."""

    id: UUID
    at: datetime
    action: str
    words: str
    state: str
    tone: str
    text: str
    lawmatics_id: str
    requests: int
    milliseconds: int | None
    matter_id: UUID
    matter_title: str = ""


@dataclass(frozen=True)
class MatterCard:
    """The Lawmatics card of a matter.

    `state` is off (no connection), not_linked, waiting, held or linked. `asks_person` says that the two buttons "same
    person" and "somebody else" are due. `live` says that the card will change by itself within seconds.
    """

    state: str
    connection: str
    problem: str
    problem_text: str
    asks_person: bool
    live: bool
    not_before: datetime | None
    contact_id: str
    matter_id: str
    matter_url: str
    stage: str
    notices: list[str]
    synced_at: datetime | None
    planned: list[str]
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
        asks_person=bool(change and change.state == ChangeState.HELD and change.problem == "other_person"),
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
        history=[_line(attempt) for attempt in lines],
        change_id=change.id if change else None,
    )


def _card_state(connection: Connection | None, change: Change | None, link: Link | None) -> str:
    if change is not None and connection is not None and connection.state != ConnectionState.ENDED:
        return "held" if change.state == ChangeState.HELD else "waiting"
    if connection is None or connection.state in {ConnectionState.DRAFT, ConnectionState.ENDED}:
        return "off"
    return "linked" if link else "not_linked"


def _planned(disclosure: MatterDisclosure) -> list[str]:
    """What "Sync to Lawmatics" would do now, in words, from the same plan that the applier follows."""
    kept, _ = reference.kept()
    matter_id = disclosure.matter_id
    placement = place(disclosure.case_type, disclosure.practice_area, kept or Reference())
    person = disclosure.person
    links = ledger.links_of(matter_id, person.client_id if person else None)
    note = links.get(RecordKind.NOTE)
    wanted = describe_wanted(disclosure, placement, clicked=True, sent_note=note.sent if note else {})
    looks = [LOOK_WORDS] if ledger.unresolved(matter_id, person.client_id if person else None) else []
    return looks + [_in_words(step, placement) for step in plan(wanted, Known(links=links))]


def _in_words(step: Step, placement: Placement) -> str:
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
        case AddNote():
            return "Add a note about the intake to the contact"
        case NeedsClient():
            return "Wait until the matter has a client"
    raise TypeError(step)


@dataclass(frozen=True)
class LogPage:
    lines: list[LogLine]
    newer: UUID | None
    older: UUID | None


def log_page(
    actor: Actor,
    titles: TitlesOf,
    *,
    problems_only: bool = False,
    before: UUID | None = None,
    after: UUID | None = None,
) -> LogPage:
    """The firm's sync log, newest first. `titles` answers the titles of matters by id."""
    found = Attempt.objects.filter(firm_id=actor.firm_id)
    if problems_only:
        found = found.filter(state__in=[AttemptState.FAILED, AttemptState.UNKNOWN])
    if after:
        rows = list(found.filter(id__gt=after).order_by("id")[: PAGE_SIZE + 1])
        more_newer, rows, more_older = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE][::-1], True
    else:
        rows = list((found.filter(id__lt=before) if before else found).order_by("-id")[: PAGE_SIZE + 1])
        more_older, rows, more_newer = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE], before is not None
    named = titles({row.matter_id for row in rows})
    return LogPage(
        lines=[_line(row, named.get(row.matter_id, "")) for row in rows],
        newer=rows[0].id if rows and more_newer else None,
        older=rows[-1].id if rows and more_older else None,
    )


def _line(attempt: Attempt, title: str = "") -> LogLine:
    well = attempt.state in {AttemptState.DONE, AttemptState.ADOPTED}
    words = (DONE_WORDS if well else STEP_WORDS).get(attempt.action, attempt.action)
    tones = {
        AttemptState.FAILED: "danger",
        AttemptState.UNKNOWN: "warning",
        AttemptState.SENDING: "info",
        AttemptState.ABSENT: "info",
    }
    return LogLine(
        id=attempt.id,
        at=attempt.at,
        action=attempt.action,
        words=words,
        state=AttemptState(attempt.state).label,
        tone=tones.get(AttemptState(attempt.state), "success"),
        text=attempt.text,
        lawmatics_id=attempt.lawmatics_id,
        requests=attempt.requests,
        milliseconds=attempt.milliseconds,
        matter_id=attempt.matter_id,
        matter_title=title,
    )


@dataclass(frozen=True)
class Troubled:
    """A change that waits for a person, or keeps failing by itself."""

    change_id: UUID
    matter_id: UUID
    matter_title: str
    state: str
    problem: str
    text: str
    asks_person: bool
    since: datetime
    not_before: datetime | None


def troubled(actor: Actor, titles: TitlesOf, limit: int = 50) -> list[Troubled]:
    """What needs attention: held changes first, then those that failed and wait for their next try."""
    failing = Change.objects.filter(firm_id=actor.firm_id, state=ChangeState.WAITING, failures__gt=0).order_by("-id")
    found = held(actor, titles, limit=limit)
    return found + _troubles(list(failing[: limit - len(found)]), titles)


def held(actor: Actor, titles: TitlesOf, *, limit: int) -> list[Troubled]:
    """The changes that wait for a person, newest first."""
    rows = Change.objects.filter(firm_id=actor.firm_id, state=ChangeState.HELD).order_by("-id")
    return _troubles(list(rows[:limit]), titles)


def _troubles(rows: list[Change], titles: TitlesOf) -> list[Troubled]:
    named = titles({row.matter_id for row in rows}) if rows else {}
    return [
        Troubled(
            change_id=row.id,
            matter_id=row.matter_id,
            matter_title=named.get(row.matter_id, ""),
            state=row.state,
            problem=row.problem,
            text=row.problem_text,
            asks_person=row.state == ChangeState.HELD and row.problem == "other_person",
            since=row.created_at,
            not_before=row.not_before if row.state == ChangeState.WAITING else None,
        )
        for row in rows
    ]


def change_of(actor: Actor, change_id: UUID) -> Change:
    """Raises NotFound."""
    change = Change.objects.filter(firm_id=actor.firm_id, id=change_id).first()
    if change is None:
        raise NotFound
    return change


@dataclass(frozen=True)
class Health:
    """How the firm's Lawmatics is doing, for the home page."""

    connection: str
    held: int
    waiting: int
    oldest_waiting: datetime | None
    last_sync: datetime | None
    budget_used: int
    budget: int
    pause_reason: str
    paused_until: datetime | None
    per_day: list[tuple[str, int]]


def health(actor: Actor, *, time_zone: str, days: int = 7) -> Health:
    connection = Connection.objects.filter(firm_id=actor.firm_id).first()
    waiting = Q(state=ChangeState.WAITING)
    numbers = Change.objects.filter(firm_id=actor.firm_id, state__in=OPEN_STATES).aggregate(
        waiting=Count("id", filter=waiting),
        oldest=Min("created_at", filter=waiting),
        held=Count("id", filter=Q(state=ChangeState.HELD)),
    )
    lane = Lane.objects.filter(firm_id=actor.firm_id).first()
    now = clock.now()
    paused = lane if lane and lane.paused_until and lane.paused_until > now else None
    done = Attempt.objects.filter(firm_id=actor.firm_id, state=AttemptState.DONE)
    return Health(
        connection=connection.state if connection else "",
        held=numbers["held"],
        waiting=numbers["waiting"],
        oldest_waiting=numbers["oldest"],
        last_sync=done.order_by("-id").values_list("at", flat=True).first(),
        budget_used=limits.used_this_minute(),
        budget=settings.LAWMATICS_REQUESTS_PER_MINUTE,
        pause_reason=paused.pause_reason if paused else "",
        paused_until=paused.paused_until if paused else None,
        per_day=_per_day(actor, now.astimezone(ZoneInfo(time_zone)), days),
    )


def _per_day(actor: Actor, today: datetime, days: int) -> list[tuple[str, int]]:
    """Deliveries of the last `days` days in the time zone of `today`, as (weekday, count), oldest first."""
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    # Wall-clock arithmetic: a day of 23 or 25 hours still ends at the next midnight.
    edges = [midnight + timedelta(days=day) for day in range(1 - days, 2)]
    starts = edges[:-1]
    counts = {
        f"day{number}": Count("id", filter=Q(settled_at__gte=start, settled_at__lt=edges[number + 1]))
        for number, start in enumerate(starts)
    }
    delivered = Change.objects.filter(firm_id=actor.firm_id, state=ChangeState.DELIVERED, settled_at__gte=starts[0])
    found = delivered.aggregate(**counts)
    return [(f"{start:%a}", found[f"day{number}"]) for number, start in enumerate(starts)]


@dataclass(frozen=True)
class PlacedCaseType:
    """Where matters of a case type go now. Names are "" where the firm's Lawmatics has nothing of the kind."""

    case_type: Template
    stage: str
    practice_area: str
    looked_for: tuple[str, ...]


def placements(actor: Actor) -> list[PlacedCaseType]:
    """Every case type on offer, the firm's own too, with its stage and practice area, by the kept settings.

    Empty until these were read once.
    """
    settings_there, _ = reference.kept()
    if settings_there is None:
        return []
    areas = {area.id: area.name for area in settings_there.practice_areas}
    found = []
    for case_type in available_templates(actor):
        placement = place(case_type.key, case_type.practice_area, settings_there)
        area = areas.get(placement.practice_area_id, "")
        found.append(PlacedCaseType(case_type, placement.stage_name, area, placement.looked_for))
    return found
