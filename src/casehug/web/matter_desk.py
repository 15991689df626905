"""The frame around every tab of a matter: its header, its tabs, and the cards beside them."""

from typing import Any

from django.urls import reverse

from casehug.intake.models import Matter, MatterStatus
from casehug.intake.models.matter import TRANSITIONS
from casehug.intake.queries.review import assignable, link_of, missing_for_scoring
from casehug.intake.us_states import US_STATES
from casehug.sync.queries import card_of
from casehug.sync.queries.forms import has_forms
from casehug.tenancy.actor import Actor
from casehug.tenancy.queries import member_names

TABS = (
    ("matter", "Checklist"),
    ("matter_answers", "Answers"),
    ("matter_client", "Client"),
    ("matter_notes", "Notes"),
    ("matter_activity", "Activity"),
)


def frame(actor: Actor, matter: Matter, *, tab: str) -> dict[str, Any]:
    """What stands around the tab with this name of an address."""
    place = ", ".join(filter(None, [US_STATES.get(matter.state, matter.state), matter.county]))
    return {
        "matter": matter,
        "note": " · ".join(filter(None, [matter.case_type_name, place, str(matter.client or "")])),
        "tabs": [
            {"label": label, "url": reverse(name, args=[matter.id]), "current": name == tab} for name, label in TABS
        ],
        "names": member_names(actor),
        "attorneys": assignable(actor),
        "next_states": next_states(matter),
        "missing": missing_for_scoring(matter),
        "archived": matter.status == MatterStatus.ARCHIVED,
        **link_card_of(actor, matter),
        **lawmatics_of(actor, matter),
    }


def next_states(matter: Matter) -> list[tuple[str, str]]:
    """Where this matter may go by a choice of status; archiving has a button of its own."""
    allowed = TRANSITIONS[matter.status] - {MatterStatus.ARCHIVED}
    return [(value, str(label)) for value, label in MatterStatus.choices if value in allowed]


def link_card_of(actor: Actor, matter: Matter) -> dict[str, Any]:
    return {"link": link_of(actor, matter), "matter": matter}


def lawmatics_of(actor: Actor, matter: Matter) -> dict[str, Any]:
    """What the Lawmatics card of a matter shows. It polls while a sync is about to run, not while one is parked."""
    card = card_of(actor, matter.id)
    polls = card.live and card.connection == "connected"
    return {"card": card, "polls": polls, "has_forms": has_forms(actor, matter.case_type)}
