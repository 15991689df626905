"""Lists of matters: in the order one likes, searched by words, filtered, paged by key.

Every order and every filter has an index of its own. PostgreSQL walks the order's index and sifts when much fits, or
takes the filter's index and sorts when little does.
"""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Func, OuterRef, QuerySet, UUIDField, Value
from django.db.models.lookups import GreaterThan, LessThan

from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter, MatterStatus, MatterWord
from casehug.intake.normal import search_words
from casehug.tenancy.actor import Actor

PAGE_SIZE = 25
LAST_CHARACTER = "\U0010ffff"
# Beyond these, a page tells "10,000+": to count all matters of a large firm would take longer than the page.
COUNTED, WAITING_COUNTED = 10_000, 1_000
NEWEST = "newest"
CASE_TYPE = ("case_type", "case_type_name")


@dataclass(frozen=True)
class Order:
    """One way to sort the list. Both columns of an order, its field and the id, run the same way."""

    label: str
    note: str
    field: str = ""
    ascending: bool = False

    def columns(self, *, backwards: bool = False) -> list[str]:
        sign = "" if self.ascending != backwards else "-"
        return [sign + name for name in (self.field, "id") if name]


ORDERS = {
    NEWEST: Order("Newest first", "Newest first"),
    "changed": Order("Last change first", "Last changed first", "changed_at"),
    "title": Order("Title, A to Z", "By title", "title_key", ascending=True),
    "status": Order("Status", "By status, newest first in each", "status_height"),
}


@dataclass(frozen=True)
class MatterFilter:
    """`before` and `after` are the ids at the edges of a page, and `key` is what the order sorts that edge by."""

    search: str = ""
    status: str = ""
    case_type: str = ""
    delivery: str = ""
    # A member's id, or "none": nobody is responsible yet.
    attorney: str = ""
    order: str = NEWEST
    before: UUID | None = None
    after: UUID | None = None
    key: str = ""


@dataclass(frozen=True)
class MatterRow:
    matter: Matter
    approved: int
    asked: int


@dataclass(frozen=True)
class MatterPage:
    """`newer` leads towards the top of the list and `older` towards its end, in every order."""

    rows: list[MatterRow]
    newer: UUID | None
    older: UUID | None
    newer_key: str = ""
    older_key: str = ""


def list_matters(actor: Actor, wanted: MatterFilter) -> MatterPage:
    """One page of the firm's matters. An edge that is no longer there leads to the first page."""
    order = ORDERS[wanted.order]
    if order.field == "status_height" and wanted.status:
        # All have the same status: sorted by it they would only be read and sorted once more.
        order = ORDERS[NEWEST]
    found = _matching(actor, wanted)
    edge = _edge(actor, order, wanted)
    backwards = edge is not None and wanted.after is not None
    if edge is not None:
        found = found.filter(_beyond(order, edge, backwards=backwards))
    ids = list(found.order_by(*order.columns(backwards=backwards)).values_list("id", flat=True)[: PAGE_SIZE + 1])
    more, ids = len(ids) > PAGE_SIZE, ids[:PAGE_SIZE]
    if backwards:
        ids.reverse()
    rows = _rows(ids)
    newer = rows[0].matter if rows and (more if backwards else edge is not None) else None
    older = rows[-1].matter if rows and (more or backwards) else None
    return MatterPage(
        rows=rows,
        newer=newer.id if newer else None,
        older=older.id if older else None,
        newer_key=_key(order, newer),
        older_key=_key(order, older),
    )


def _key(order: Order, matter: Matter | None) -> str:
    """What a link carries of the edge beside its id: never the title, since addresses end up in logs."""
    if matter is None or order.field not in {"changed_at", "status_height"}:
        return ""
    value = getattr(matter, order.field)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _edge(actor: Actor, order: Order, wanted: MatterFilter) -> tuple[Any, ...] | None:
    """The values of the order's columns at the edge of the page before, None for the first page.

    They are read from the link, where they stay what they were although the matter moves, or else from the matter.
    """
    id_ = wanted.after or wanted.before
    if id_ is None:
        return None
    if not order.field:
        return (id_,)
    with suppress(ValueError):
        if wanted.key and order.field == "changed_at":
            at = datetime.fromisoformat(wanted.key)
            return (at, id_) if at.tzinfo else None
        if wanted.key and order.field == "status_height":
            return min(max(int(wanted.key), 0), len(MatterStatus)), id_
    return Matter.objects.filter(firm_id=actor.firm_id, id=id_).values_list(order.field, "id").first()


def _beyond(order: Order, edge: tuple[Any, ...], *, backwards: bool) -> GreaterThan | LessThan:
    """(a, b) < (x, y), for which PostgreSQL goes straight to the place in an index; for an OR of two it does not."""
    names = order.columns()
    fields: list[Any] = [Matter._meta.get_field(name.lstrip("-")) for name in names]
    here = Func(*(F(one.name) for one in fields), function="ROW", output_field=UUIDField())
    there = Func(
        *(
            Value(value, output_field=getattr(one, "output_field", one))
            for one, value in zip(fields, edge, strict=True)
        ),
        function="ROW",
        output_field=UUIDField(),
    )
    return (GreaterThan if order.ascending != backwards else LessThan)(here, there)


def _matching(actor: Actor, wanted: MatterFilter) -> QuerySet[Matter]:
    found = Matter.objects.filter(firm_id=actor.firm_id)
    if wanted.status in MatterStatus.values:
        found = found.filter(status=wanted.status)
    elif not wanted.status:
        found = found.exclude(status=MatterStatus.ARCHIVED)
    if wanted.case_type:
        found = found.filter(case_type=wanted.case_type)
    if wanted.delivery:
        found = found.filter(delivery_state="" if wanted.delivery == "none" else wanted.delivery)
    if wanted.attorney:
        found = found.filter(attorney_id=None if wanted.attorney == "none" else wanted.attorney)
    words = search_words(wanted.search)
    if wanted.search.strip() and not words:
        return found.none()
    for word in words:
        found = found.filter(
            Exists(
                MatterWord.objects.filter(
                    firm_id=actor.firm_id,
                    matter=OuterRef("id"),
                    word__gte=word,
                    word__lt=word + LAST_CHARACTER,
                )
            )
        )
    return found


def _rows(ids: list[UUID]) -> list[MatterRow]:
    matters = {matter.id: matter for matter in Matter.objects.select_related("client").filter(id__in=ids)}
    asked = dict(
        ChecklistItem.objects.filter(matter_id__in=ids).values_list("matter_id").annotate(Count("id")).order_by()
    )
    approved = dict(
        Document.objects.filter(matter_id__in=ids, state=DocumentState.APPROVED)
        .values_list("matter_id")
        .annotate(Count("item_id", distinct=True))
        .order_by()
    )
    return [
        MatterRow(matter=matters[id_], approved=approved.get(id_, 0), asked=asked.get(id_, 0))
        for id_ in ids
        if id_ in matters
    ]


def case_types_in_use(actor: Actor, limit: int = 60) -> dict[str, str]:
    """The case types that the firm has matters of, with the name that the newest of each bears."""
    found: dict[str, str] = {}
    matters = Matter.objects.filter(firm_id=actor.firm_id).order_by("case_type", "-id")
    last = ""
    # From one type to the next by the index: DISTINCT would read all matters.
    while len(found) < limit and (row := matters.filter(case_type__gt=last).values_list(*CASE_TYPE).first()):
        last, found[row[0]] = row
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def count_by_status(actor: Actor, statuses: Iterable[str], *, most: int = COUNTED) -> dict[str, int]:
    """How many matters have each status; at `most` the counting stops."""
    matters = Matter.objects.filter(firm_id=actor.firm_id)
    return {status: matters.filter(status=status)[:most].count() for status in statuses}


def awaiting_review(actor: Actor, limit: int = 6) -> tuple[list[Document], int]:
    """The newest documents that wait for review, and how many there are in all; at WAITING_COUNTED counting stops."""
    waiting = Document.objects.filter(firm_id=actor.firm_id, state=DocumentState.UPLOADED, part_of=None)
    newest = list(waiting.select_related("matter", "item").order_by("-id")[:limit])
    return newest, len(newest) if len(newest) < limit else waiting[:WAITING_COUNTED].count()


@dataclass(frozen=True)
class ChecklistRow:
    """An item with what was handed in for it. The photos that a document was made of are its parts, not listed here."""

    item: ChecklistItem
    documents: list[Document]
    parts: dict[UUID, int] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """approved, uploaded (something to review), rejected, or missing."""
        states = {document.state for document in self.documents}
        for state in (DocumentState.APPROVED, DocumentState.UPLOADED, DocumentState.REJECTED):
            if state in states:
                return state.value
        return "missing"


def checklist_of(actor: Actor, matter: Matter) -> list[ChecklistRow]:
    """The matter's checklist in its order, each item with what was handed in for it."""
    documents: dict[UUID, list[Document]] = {}
    parts: Counter[UUID] = Counter()
    for document in Document.objects.filter(firm_id=actor.firm_id, matter=matter).order_by("id"):
        if document.part_of_id:
            parts[document.part_of_id] += 1
        else:
            documents.setdefault(document.item_id, []).append(document)
    items = ChecklistItem.objects.filter(firm_id=actor.firm_id, matter=matter).order_by("position")
    return [ChecklistRow(item=item, documents=documents.get(item.id, []), parts=parts) for item in items]


def recent_matters(actor: Actor, limit: int = 6) -> list[MatterRow]:
    ids = Matter.objects.filter(firm_id=actor.firm_id).exclude(status=MatterStatus.ARCHIVED).order_by("-id")
    return _rows(list(ids.values_list("id", flat=True)[:limit]))


def titles_of(matter_ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Matter.objects.filter(id__in=list(matter_ids)).values_list("id", "title"))


def matter_opened_by(actor: Actor, request_key: UUID) -> Matter | None:
    """The matter that a form with this key has opened already, if any."""
    return Matter.objects.filter(firm_id=actor.firm_id, request_key=request_key).first()
