"""The list of matters, and the page of one."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from casehug.intake import access
from casehug.intake.files import ACCEPT_ATTRIBUTE
from casehug.intake.models import Matter, MatterStatus
from casehug.intake.queries.matters import ChecklistRow, MatterFilter, checklist_of, list_matters
from casehug.intake.us_states import US_STATES
from casehug.sync.queries import card_of
from casehug.tenancy.actor import Actor
from casehug.tenancy.queries import member_names
from casehug.web import reading, wording
from casehug.web.shell import FirmRequest, firm_page

DELIVERY_FILTERS = ("linked", "waiting", "held", "none")


@require_safe
@firm_page()
def matters(request: FirmRequest) -> HttpResponse:
    wanted = MatterFilter(
        search=reading.words(request, "q"),
        status=reading.one_of(request, "status", MatterStatus.values),
        delivery=reading.one_of(request, "delivery", DELIVERY_FILTERS),
        before=reading.record_id(request, "before"),
        after=reading.record_id(request, "after"),
    )
    page = list_matters(request.actor, wanted)
    kept = {"q": wanted.search, "status": wanted.status, "delivery": wanted.delivery}
    context = {
        "page": page,
        "wanted": wanted,
        "filtered": any(kept.values()),
        "status_chips": _status_chips(kept),
        "delivery_chips": _delivery_chips(kept),
        "newer": reading.query(**kept, after=page.newer) if page.newer else "",
        "older": reading.query(**kept, before=page.older) if page.older else "",
    }
    return render(request, "web/matters.html", context)


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
    return render(request, "web/matter.html", desk(request.actor, found))


def desk(actor: Actor, matter: Matter) -> dict[str, Any]:
    """Everything that the page of a matter shows, whole or in fragments."""
    rows = checklist_of(actor, matter)
    required = [row for row in rows if row.item.required]
    place = ", ".join(filter(None, [US_STATES.get(matter.state, matter.state), matter.county]))
    return {
        "matter": matter,
        "note": " · ".join(filter(None, [matter.case_type_name, place, str(matter.client or "")])),
        "groups": _by_category(rows),
        "required_count": len(required),
        "required_approved": sum(row.state == "approved" for row in required),
        "progress_note": _progress_note(rows),
        "accept": ACCEPT_ATTRIBUTE,
        "names": member_names(actor),
        **lawmatics_of(actor, matter),
    }


def lawmatics_of(actor: Actor, matter: Matter) -> dict[str, Any]:
    """What the Lawmatics card of a matter shows. It polls while a sync is about to run, not while one is parked."""
    card = card_of(actor, matter.id)
    return {"card": card, "polls": card.live and card.connection == "connected"}


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
