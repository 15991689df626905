"""What needs a person: changes that are held, and those that keep failing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from casehug.intake.errors import NotFound
from casehug.sync.models import IN_TROUBLE, Change, ChangeState
from casehug.sync.policy import Button, button_for
from casehug.sync.queries.log import PAGE_SIZE, TitlesOf, newest_first
from casehug.tenancy.actor import Actor

# Where the counting stops.
COUNTED = 100


@dataclass(frozen=True)
class Troubled:
    """A change that waits for a person, or keeps failing by itself. `button` is what mends it.

    `question` names what is asked, for the answer to count for just that.
    """

    change_id: UUID
    matter_id: UUID
    matter_title: str
    state: str
    problem: str
    text: str
    button: Button
    question: str
    owner_id: UUID | None
    since: datetime
    failures: int
    not_before: datetime | None


@dataclass(frozen=True)
class TroublePage:
    items: list[Troubled]
    newer: UUID | None
    older: UUID | None


def trouble_page(
    actor: Actor,
    titles: TitlesOf,
    *,
    problem: str = "",
    owner: UUID | None = None,
    before: UUID | None = None,
    after: UUID | None = None,
) -> TroublePage:
    """Everything in trouble, newest first; of one problem or one owner only, if given."""
    found = Change.objects.filter(IN_TROUBLE, firm_id=actor.firm_id)
    if problem:
        found = found.filter(problem=problem)
    if owner:
        found = found.filter(owner_id=owner)
    rows, newer, older = newest_first(found, before=before, after=after)
    return TroublePage(items=_troubles(rows, titles), newer=newer, older=older)


def trouble_counts(actor: Actor) -> list[tuple[str, int]]:
    """How many changes in trouble there are of each problem, the most frequent first."""
    found = Change.objects.filter(IN_TROUBLE, firm_id=actor.firm_id)
    return list(found.values_list("problem").annotate(count=Count("id")).order_by("-count", "problem"))


def count_troubled(actor: Actor) -> int:
    """How many changes are in trouble; the count stops at COUNTED."""
    return Change.objects.filter(IN_TROUBLE, firm_id=actor.firm_id)[:COUNTED].count()


def troubled(actor: Actor, titles: TitlesOf, limit: int = PAGE_SIZE) -> list[Troubled]:
    """What needs attention: held changes first, then those that failed and wait for their next try."""
    failing = Change.objects.filter(firm_id=actor.firm_id, state=ChangeState.WAITING, failures__gt=0).order_by("-id")
    found = held(actor, titles, limit=limit)
    return found + _troubles(list(failing[: limit - len(found)]), titles)


def held(actor: Actor, titles: TitlesOf, *, limit: int) -> list[Troubled]:
    """The changes that wait for a person, newest first."""
    rows = Change.objects.filter(firm_id=actor.firm_id, state=ChangeState.HELD).order_by("-id")
    return _troubles(list(rows[:limit]), titles)


def _troubles(rows: Sequence[Change], titles: TitlesOf) -> list[Troubled]:
    named = titles({row.matter_id for row in rows}) if rows else {}
    return [
        Troubled(
            change_id=row.id,
            matter_id=row.matter_id,
            matter_title=named.get(row.matter_id, ""),
            state=row.state,
            problem=row.problem,
            text=row.problem_text,
            button=button_of(row),
            question=row.question,
            owner_id=row.owner_id,
            since=row.troubled_at or row.created_at,
            failures=row.failures,
            not_before=row.not_before if row.state == ChangeState.WAITING else None,
        )
        for row in rows
    ]


def button_of(change: Change) -> Button:
    """What mends this change now. A question that has been answered is not asked again while it waits for its turn."""
    button = button_for(change.problem)
    questions = {Button.PERSON, Button.VALUE}
    return Button.RETRY if button in questions and change.state != ChangeState.HELD else button


def change_of(actor: Actor, change_id: UUID) -> Change:
    """Raises NotFound."""
    change = Change.objects.filter(firm_id=actor.firm_id, id=change_id).first()
    if change is None:
        raise NotFound
    return change
