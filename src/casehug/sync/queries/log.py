"""The sync log, line by line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from casehug.sync.models import Attempt, AttemptState, Change
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
    "matter.sub_status": "Sub status set",
    "contact.undo": "Contact update taken back",
    "matter.undo": "Matter update taken back",
    "form.submit": "Form submitted",
    "document.file": "Document filed",
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
    "matter.sub_status": "Set the sub status",
    "contact.undo": "Take back the update of the contact",
    "matter.undo": "Take back the update of the matter",
    "form.read": "Read the form",
    "form.submit": "Submit the form",
    "document.open": "Open the document",
    "document.file": "File the document",
    "note.add": "Add the intake note",
    "lookup": "Look for what may have been created",
    "plan": "Prepare the matter",
}


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
    can_be_undone: bool = False


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
    rows, newer, older = newest_first(found, before=before, after=after)
    named = titles({row.matter_id for row in rows})
    return LogPage(lines=[line_of(row, named.get(row.matter_id, "")) for row in rows], newer=newer, older=older)


Row = TypeVar("Row", Attempt, Change)


def newest_first(
    found: QuerySet[Row], *, before: UUID | None, after: UUID | None
) -> tuple[list[Row], UUID | None, UUID | None]:
    """A page by key, newest first, and the ids from which the newer and the older page begin, if there are such."""
    if after:
        rows = list(found.filter(id__gt=after).order_by("id")[: PAGE_SIZE + 1])
        more_newer, rows, more_older = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE][::-1], True
    else:
        rows = list((found.filter(id__lt=before) if before else found).order_by("-id")[: PAGE_SIZE + 1])
        more_older, rows, more_newer = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE], before is not None
    return rows, rows[0].id if rows and more_newer else None, rows[-1].id if rows and more_older else None


def line_of(attempt: Attempt, title: str = "") -> LogLine:
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
        can_be_undone=attempt.can_be_undone,
    )
