"""Lists of matters: newest first, searched by words, filtered, paged by key."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter, MatterStatus, MatterWord
from casehug.intake.normal import search_words
from casehug.tenancy.actor import Actor

PAGE_SIZE = 25
LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class MatterFilter:
    search: str = ""
    status: str = ""
    delivery: str = ""
    # A member's id, or "none": nobody is responsible yet.
    attorney: str = ""
    before: UUID | None = None
    after: UUID | None = None


@dataclass(frozen=True)
class MatterRow:
    matter: Matter
    approved: int
    asked: int


@dataclass(frozen=True)
class MatterPage:
    rows: list[MatterRow]
    newer: UUID | None
    older: UUID | None


def list_matters(actor: Actor, wanted: MatterFilter) -> MatterPage:
    """One page of the firm's matters, newest first. `before`/`after` are the ids at the edges of a page."""
    found = _matching(actor, wanted)
    if wanted.after:
        ids = list(found.filter(id__gt=wanted.after).order_by("id").values_list("id", flat=True)[: PAGE_SIZE + 1])
        more_newer, ids = len(ids) > PAGE_SIZE, list(reversed(ids[:PAGE_SIZE]))
        more_older = True
    else:
        if wanted.before:
            found = found.filter(id__lt=wanted.before)
        ids = list(found.order_by("-id").values_list("id", flat=True)[: PAGE_SIZE + 1])
        more_older, ids = len(ids) > PAGE_SIZE, ids[:PAGE_SIZE]
        more_newer = wanted.before is not None
    return MatterPage(
        rows=_rows(ids),
        newer=ids[0] if ids and more_newer else None,
        older=ids[-1] if ids and more_older else None,
    )


def _matching(actor: Actor, wanted: MatterFilter) -> QuerySet[Matter]:
    found = Matter.objects.filter(firm_id=actor.firm_id)
    if wanted.status in MatterStatus.values:
        found = found.filter(status=wanted.status)
    elif not wanted.status:
        found = found.exclude(status=MatterStatus.ARCHIVED)
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


def count_by_status(actor: Actor) -> dict[str, int]:
    return dict(
        Matter.objects.filter(firm_id=actor.firm_id).values_list("status").annotate(Count("id")).order_by("status")
    )


def awaiting_review(actor: Actor, limit: int = 6) -> tuple[list[Document], int]:
    """The newest documents that wait for review, and how many there are in all."""
    waiting = Document.objects.filter(firm_id=actor.firm_id, state=DocumentState.UPLOADED, part_of=None)
    newest = list(waiting.select_related("matter", "item").order_by("-id")[:limit])
    return newest, len(newest) if len(newest) < limit else waiting.count()


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
