"""What pages ask about long work: the contact list, bulk syncs, the comparison of all matters. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q

from casehug.connections.models import Connection
from casehug.kit import clock
from casehug.sync import limits
from casehug.sync.bulk import run_of
from casehug.sync.bulk_preview import FATES
from casehug.sync.contact_list import READING, usable
from casehug.sync.models import (
    OPEN_RUNS,
    BulkItem,
    BulkRun,
    ContactList,
    ItemResult,
    Lane,
    PullReport,
    RunState,
)
from casehug.sync.queries.log import TitlesOf
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope

ROWS_AT_ONCE = 500
RUNS_SHOWN = 10
MISSING_SHOWN = 100
# A run slower than its budget says is believed after so long.
LATELY = timedelta(minutes=2)

FATE_WORDS = {
    "create": "New in Lawmatics",
    "link": "Linked to a contact there",
    "update": "Compared and updated",
    "unchanged": "Unchanged",
    "held": "Needs a person",
}


@dataclass(frozen=True)
class Reading:
    """A listing that is, was or will be read page by page. `minutes_left` by the present budget."""

    state: str
    live: bool
    pages_read: int
    pages: int
    minutes_left: int
    read_at: datetime | None
    problem: str

    @property
    def left_words(self) -> str:
        return _left_words(self.minutes_left)


@dataclass(frozen=True)
class RunCard:
    """A bulk run as its page shows it. `minutes` is the whole run's estimate, `minutes_left` what is left of it.

    `settled` are done, held or cancelled.
    """

    id: UUID
    state: str
    label: str
    live: bool
    quiet: bool
    only_unlinked: bool
    fates: list[tuple[str, int]]
    to_send: int
    enter_stage: int
    forms: int
    calls: int
    minutes: int
    total: int
    looked_at: int
    settled: int
    done: int
    held: int
    cancelled: int
    minutes_left: int
    created_at: datetime
    previewed_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    problem: str

    @property
    def tone(self) -> str:
        return TONES.get(self.state, "info")

    @property
    def left_words(self) -> str:
        return _left_words(self.minutes_left)

    @property
    def time_words(self) -> str:
        return f"about {_in_words(self.minutes)} at the present budget" if self.minutes else "none"

    @property
    def stage_hint(self) -> str:
        one = self.enter_stage == 1
        without = "it is" if one else "they are"
        forms = f" {self.forms} form{'s' if self.forms > 1 else ''} would be submitted as well." if self.forms else ""
        return (
            f"{self.enter_stage} matter{' enters its' if one else 's enter their'} stage in Lawmatics. Automations that"
            f" start there may write to these clients. Off: {without} created without a stage.{forms}"
        )


TONES = {"done": "success", "paused": "warning", "cancelled": "neutral"}


def _left_words(minutes: int) -> str:
    return f"about {_in_words(minutes)} left" if minutes else ""


def _in_words(minutes: int) -> str:
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def contact_reading(actor: Actor) -> Reading:
    return _reading(ContactList.objects.filter(firm_id=actor.firm_id).first(), actor, _account(actor))


def _account(actor: Actor) -> str:
    return Connection.objects.filter(firm_id=actor.firm_id).values_list("account_id", flat=True).first() or ""


def _reading(row: ContactList | PullReport | None, actor: Actor, account_id: str) -> Reading:
    # What was read from another account says nothing about this one.
    if row is None or (row.account_id and row.account_id != account_id and row.state not in READING):
        return Reading("", False, 0, 0, 0, None, "")
    left = max(0, row.pages - row.pages_read)
    return Reading(
        state=row.state,
        live=row.state in READING,
        pages_read=row.pages_read,
        pages=row.pages,
        minutes_left=minutes_for(left, actor),
        read_at=row.read_at if row.account_id == account_id else None,
        problem=row.problem_text,
    )


def minutes_for(calls: int, actor: Actor) -> int:
    """How long so many requests take for work that nobody waits for, rounded up, by what the firm may send now."""
    lane = Lane.objects.filter(firm_id=actor.firm_id).first()
    per_window = max(1, limits.limit_of(lane) - limits.KEPT_FROM_BULK)
    return -(-int(calls * limits.WINDOW.total_seconds() / per_window) // 60) if calls else 0


def open_run(actor: Actor) -> RunCard | None:
    """The run that is being counted, waits to be started, runs or is paused; else the newest that was started, or that
    could not be counted."""
    runs = BulkRun.objects.filter(firm_id=actor.firm_id)
    never_begun = Q(started_at=None, problem_text="")
    run = runs.filter(state__in=OPEN_RUNS).first() or runs.exclude(never_begun).order_by("-id").first()
    return _card(run, actor) if run else None


def earlier_runs(actor: Actor) -> list[RunCard]:
    """The runs that are over, newest first; of those that were never started none."""
    over = BulkRun.objects.filter(firm_id=actor.firm_id).exclude(state__in=OPEN_RUNS).exclude(started_at=None)
    return [_card(run, actor) for run in over.order_by("-id")[:RUNS_SHOWN]]


def _card(run: BulkRun, actor: Actor) -> RunCard:
    by_result = dict(BulkItem.objects.filter(run=run).order_by().values_list("result").annotate(Count("id")))
    items = sum(by_result.values())
    open_items = by_result.get(ItemResult.PLANNED, 0) + by_result.get(ItemResult.QUEUED, 0)
    to_send = run.counts.get("create", 0) + run.counts.get("link", 0) + run.counts.get("update", 0)
    return RunCard(
        id=run.id,
        state=run.state,
        label=RunState(run.state).label,
        live=run.state in {RunState.PREVIEWING, RunState.RUNNING},
        quiet=run.quiet,
        only_unlinked=run.only_unlinked,
        fates=[(FATE_WORDS[fate], run.counts.get(fate, 0)) for fate in FATES],
        to_send=to_send,
        enter_stage=run.enter_stage,
        forms=run.counts.get("forms", 0),
        calls=run.calls,
        minutes=minutes_for(run.calls, actor),
        total=items if run.previewed_at else run.total,
        looked_at=run.previewed,
        settled=items - open_items,
        done=by_result.get(ItemResult.DONE, 0),
        held=by_result.get(ItemResult.HELD, 0),
        cancelled=by_result.get(ItemResult.CANCELLED, 0),
        minutes_left=_minutes_left(run, open_items, to_send, actor),
        created_at=run.created_at,
        previewed_at=run.previewed_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        problem=run.problem_text,
    )


def _minutes_left(run: BulkRun, open_items: int, to_send: int, actor: Actor) -> int:
    """By the budget; by the pace of the last minutes if that is slower, since others use the budget too."""
    # Once the contact list is there, finding a contact costs nothing any more.
    spared = run.counts.get("finding", 0) if usable(_account(actor)) else 0
    by_budget = minutes_for((run.calls - spared) * open_items // max(1, to_send), actor)
    if run.started_at is None or clock.now() - run.started_at < 2 * LATELY:
        return by_budget
    lately = BulkItem.objects.filter(run=run, settled_at__gt=clock.now() - LATELY).count()
    by_pace = -(-open_items * int(LATELY.total_seconds()) // (60 * lately)) if lately else 0
    return max(by_budget, by_pace)


@dataclass(frozen=True)
class ResultRow:
    matter_id: UUID
    title: str
    fate: str
    result: str
    text: str
    settled_at: datetime | None


def result_rows(actor: Actor, run_id: UUID, titles: TitlesOf) -> Iterator[ResultRow]:
    """Every matter of a run, portion by portion, each in a scope of its own: nothing is held open for a slow reader."""
    last: UUID | None = None
    while True:
        with firm_scope(actor.firm_id):
            items = BulkItem.objects.filter(firm_id=actor.firm_id, run_id=run_id).order_by("id")
            rows = list((items.filter(id__gt=last) if last else items)[:ROWS_AT_ONCE])
            named = titles([row.matter_id for row in rows])
        for row in rows:
            yield ResultRow(
                matter_id=row.matter_id,
                title=named.get(row.matter_id, ""),
                fate=FATE_WORDS.get(row.fate, row.fate),
                result=ItemResult(row.result).label,
                text=row.text,
                settled_at=row.settled_at,
            )
        if len(rows) < ROWS_AT_ONCE:
            return
        last = rows[-1].id


def check_run(actor: Actor, run_id: UUID) -> None:
    """Raises NotFound for a run that is not the firm's."""
    run_of(actor, run_id)


@dataclass(frozen=True)
class PullCard:
    """The last complete comparison, and one that is under way."""

    reading: Reading
    total: int
    linked: int
    not_linked_here: int
    missing: int
    gone: list[tuple[UUID, str]]


def pull_card(actor: Actor, titles: TitlesOf) -> PullCard:
    report = PullReport.objects.filter(firm_id=actor.firm_id).first()
    reading = _reading(report, actor, _account(actor))
    if report is None or reading.read_at is None:
        return PullCard(reading, 0, 0, 0, 0, [])
    shown = [UUID(matter_id) for matter_id in report.missing[:MISSING_SHOWN]]
    named = titles(shown) if shown else {}
    gone = [(matter_id, named.get(matter_id, "")) for matter_id in shown]
    return PullCard(reading, report.total, report.linked, report.not_linked_here, len(report.missing), gone)
