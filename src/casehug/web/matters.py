"""The list of matters, and the checklist of one, where documents are reviewed in place."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from casehug.intake import access, previews
from casehug.intake.files import ACCEPT_ATTRIBUTE
from casehug.intake.models import Document, DocumentState, Matter, MatterStatus
from casehug.intake.queries.matters import (
    NEWEST,
    ORDERS,
    ChecklistRow,
    MatterFilter,
    case_types_in_use,
    checklist_of,
    list_matters,
)
from casehug.intake.queries.review import assignable
from casehug.intake.services.review import LONGEST_MESSAGE, REASONS
from casehug.sync.queries.forms import filed_documents, largest_filed
from casehug.tenancy.actor import Actor
from casehug.tenancy.queries import matter_order_of
from casehug.tenancy.services import remember_matter_order
from casehug.web import reading, wording
from casehug.web.matter_desk import frame
from casehug.web.shell import FirmRequest, firm_page

DELIVERY_FILTERS = ("linked", "waiting", "held", "none")
MINE, NOBODY = "mine", "none"


@require_safe
@firm_page()
def matters(request: FirmRequest) -> HttpResponse:
    people, case_types = assignable(request.actor), case_types_in_use(request.actor)
    attorney = reading.one_of(request, "attorney", {MINE, NOBODY, *map(str, people)})
    wanted = MatterFilter(
        search=reading.words(request, "q"),
        status=reading.one_of(request, "status", MatterStatus.values),
        case_type=reading.one_of(request, "case_type", case_types),
        delivery=reading.one_of(request, "delivery", DELIVERY_FILTERS),
        attorney=str(request.actor.user_id) if attorney == MINE else attorney,
        order=_order(request),
        before=reading.record_id(request, "before"),
        after=reading.record_id(request, "after"),
        key=request.GET.get("key", "")[:40],
    )
    page = list_matters(request.actor, wanted)
    kept = {"q": wanted.search, "attorney": attorney}
    kept |= {name: getattr(wanted, name) for name in ("status", "case_type", "delivery", "order")}
    context = {
        "page": page,
        "wanted": wanted,
        "filtered": any(value for name, value in kept.items() if name != "order"),
        "attorney": attorney,
        "attorneys": [(str(id_), name) for id_, name in people.items() if id_ != request.actor.user_id],
        "case_types": case_types,
        "orders": [(name, order.label) for name, order in ORDERS.items()],
        "by_change": wanted.order == "changed",
        "order_note": ORDERS[wanted.order].note,
        "names": people,
        "status_chips": _status_chips(kept),
        "delivery_chips": _delivery_chips(kept),
        "newer": reading.query(**kept, after=page.newer, key=page.newer_key) if page.newer else "",
        "older": reading.query(**kept, before=page.older, key=page.older_key) if page.older else "",
    }
    return render(request, "web/matters.html", context)


def _order(request: FirmRequest) -> str:
    """The order of the address, remembered for this person; without one, the order they used last."""
    chosen, known = reading.one_of(request, "order", ORDERS), matter_order_of(request.actor)
    if chosen and chosen != known:
        remember_matter_order(request.actor, order=chosen)
    return chosen or (known if known in ORDERS else NEWEST)


def _status_chips(kept: dict[str, str]) -> list[dict[str, object]]:
    choices = [("", "All open"), *MatterStatus.choices]
    return [_chip(kept, "status", value, str(label)) for value, label in choices]


def _delivery_chips(kept: dict[str, str]) -> list[dict[str, object]]:
    labels = {"": "All", **{word: wording.DELIVERY[word][0] for word in DELIVERY_FILTERS[:3]}, "none": "Not linked"}
    return [_chip(kept, "delivery", value, label) for value, label in labels.items()]


def _chip(kept: dict[str, str], name: str, value: str, label: str) -> dict[str, object]:
    return {"label": label, "url": reading.query(**{**kept, name: value}), "current": kept[name] == value}


@require_safe
@firm_page()
def matter(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    found = access.matter(request.actor, matter_id)
    page = request.GET.get("page", "")
    context = desk(
        request.actor,
        found,
        review=reading.record_id(request, "review"),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
    )
    return render(request, "web/matter.html", context)


def desk(actor: Actor, matter: Matter, *, review: UUID | None = None, page: int = 1) -> dict[str, Any]:
    """Everything that the checklist tab shows, whole or in fragments; `review` is the document that is opened."""
    rows = checklist_of(actor, matter)
    required = [row for row in rows if row.item.required]
    documents = [document for row in rows for document in row.documents]
    return {
        **frame(actor, matter, tab="matter"),
        "groups": _by_category(rows),
        "filed": filed_documents(actor, [document.id for document in documents]),
        "largest_filed": largest_filed(actor),
        "waiting": [document.id for document in documents if document.state == DocumentState.UPLOADED],
        "required_count": len(required),
        "required_approved": sum(row.state == "approved" for row in required),
        "progress_note": _progress_note(rows),
        "accept": ACCEPT_ATTRIBUTE,
        "reasons": REASONS,
        "longest_message": LONGEST_MESSAGE,
        "opened": next((_opened(document, page) for document in documents if document.id == review), None),
    }


def _opened(document: Document, page: int) -> dict[str, Any]:
    """The document that is reviewed, on the page that is looked at."""
    try:
        pages = previews.page_count(document)
    except previews.NoPreview:
        pages = 0
    page = max(1, min(page, pages))
    return {
        "id": document.id,
        "pages": pages,
        "page": page,
        "previous": page - 1 if page > 1 else 0,
        "next": page + 1 if page < pages else 0,
    }


def item_url(matter_id: UUID, item_id: UUID) -> str:
    """The matter's page, scrolled to one item of its checklist."""
    return f"{reverse('matter', args=[matter_id])}#item-{item_id}"


def _by_category(rows: list[ChecklistRow]) -> list[tuple[str, list[ChecklistRow]]]:
    # Categories in the order in which they first come up; within one, the checklist's own order.
    first_seen = {category: number for number, category in enumerate(dict.fromkeys(row.item.category for row in rows))}
    ordered = sorted(rows, key=lambda row: first_seen[row.item.category])
    return [(category, list(group)) for category, group in groupby(ordered, key=lambda row: row.item.category)]


def _progress_note(rows: list[ChecklistRow]) -> str:
    waiting = sum(row.state == "uploaded" for row in rows)
    optional = sum(row.state == "approved" and not row.item.required for row in rows)
    told = [f"{waiting} to review" if waiting else "", f"{optional} optional approved" if optional else ""]
    return " · ".join(filter(None, told))
