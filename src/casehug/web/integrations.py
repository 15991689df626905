"""Settings, Integrations: the page of the Lawmatics connection, its switches and its log. Firm admins only."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from casehug.connections.models import Connection, ConnectionState
from casehug.connections.queries import connection_of
from casehug.connections.services import save_switches
from casehug.intake.queries.matters import titles_of
from casehug.sync.queries import count_troubled, health, log_page, placements, troubled
from casehug.sync.queries.mappings import drifts
from casehug.tenancy.queries import member_names
from casehug.web import reading, wording
from casehug.web.forms import CredentialsForm
from casehug.web.shell import ADMINS, FirmRequest, firm_page

# In these states tokens are there (or were refused a moment ago), so the page is about the account, not about set-up.
SET_UP = frozenset({ConnectionState.CONNECTED, ConnectionState.BROKEN})
LINES_ON_PAGE = 8
TROUBLES_ON_PAGE = 3


@require_safe
@firm_page(roles=ADMINS)
def integrations(request: FirmRequest) -> HttpResponse:
    connection = connection_of(request.actor)
    context = {
        "tabs": settings_tabs(),
        "connection": connection,
        "health": health(request.actor, time_zone=request.firm.time_zone),
        "drifts": drifts(request.actor),
    }
    return render(request, "web/integrations.html", context)


@require_safe
@firm_page(roles=ADMINS)
def lawmatics(request: FirmRequest) -> HttpResponse:
    return lawmatics_page(request)


def lawmatics_page(request: FirmRequest, *, form: CredentialsForm | None = None) -> HttpResponse:
    """The page of the connection in whatever state, inside the open scope; with the errors of `form`, if given."""
    connection = connection_of(request.actor)
    context = {
        "tabs": settings_tabs(),
        "connection": connection,
        "form": form or CredentialsForm(saved_id=connection.client_id if connection else ""),
        "callback_url": callback_url(),
        **_letter(request),
    }
    if connection and connection.state in SET_UP:
        page, more = "web/lawmatics.html", _account(request, connection)
    else:
        page, more = "web/connect.html", {"steps": _steps(connection)}
    return render(request, page, {**context, **more}, status=422 if form else 200)


def _account(request: FirmRequest, connection: Connection) -> dict[str, Any]:
    actor = request.actor
    connected_by = connection.connected_by_id
    return {
        "connected_by": member_names(actor).get(connected_by, "a former member") if connected_by else "",
        "health": health(actor, time_zone=request.firm.time_zone),
        "troubled_count": count_troubled(actor),
        "troubled": troubled(actor, titles_of, limit=TROUBLES_ON_PAGE),
        "drifts": drifts(actor),
        "lines": log_page(actor, titles_of).lines[:LINES_ON_PAGE],
        "placements": placements(actor),
    }


def _steps(connection: Connection | None) -> list[dict[str, str]]:
    labels = [
        ("Developer settings", "Switched on by Lawmatics"),
        ("Create the app", "In Lawmatics"),
        ("Credentials", "Client ID and Secret"),
        ("Connect", "Allow access"),
        ("Test", "Ask Lawmatics once"),
    ]
    # Nobody can see from here whether the developer settings are on; saved credentials prove the first three.
    done = 3 if connection else 0
    state = ["done"] * done + ["current"] + ["todo"] * (len(labels) - done - 1)
    return [{"label": label, "hint": hint, "state": state[at]} for at, (label, hint) in enumerate(labels)]


def _letter(request: FirmRequest) -> dict[str, str]:
    subject, body = wording.letter_to_support(request.firm.name, request.actor.name)
    mailto = f"mailto:{wording.SUPPORT}?subject={quote(subject)}&body={quote(body)}"
    return {"letter": body, "letter_subject": subject, "mailto": mailto}


@require_POST
@firm_page(roles=ADMINS)
def save_switches_page(request: FirmRequest) -> HttpResponse:
    if connection_of(request.actor) is None:
        messages.warning(request, "Connect Lawmatics first.")
    else:
        on_creation, on_approval = "on_creation" in request.POST, "on_approval" in request.POST
        filing = "file_documents" in request.POST
        save_switches(request.actor, on_creation=on_creation, on_approval=on_approval, file_documents=filing)
        messages.success(request, "Saved.")
    return redirect("lawmatics")


@require_safe
@firm_page(roles=ADMINS)
def sync_log(request: FirmRequest) -> HttpResponse:
    show = reading.one_of(request, "show", ("problems",))
    page = log_page(
        request.actor,
        titles_of,
        problems_only=bool(show),
        before=reading.record_id(request, "before"),
        after=reading.record_id(request, "after"),
    )
    context = {
        "tabs": settings_tabs(),
        "lines": page.lines,
        "show": show,
        "chips": [
            {"label": "All", "url": reading.query(), "current": not show},
            {"label": "Problems", "url": reading.query(show="problems"), "current": bool(show)},
        ],
        "newer": reading.query(show=show, after=page.newer) if page.newer else "",
        "older": reading.query(show=show, before=page.older) if page.older else "",
    }
    return render(request, "web/sync_log.html", context)


# Every tab of the settings with the name of its address.
TABS = (
    ("Firm Profile", "firm_profile"),
    ("Notifications", "notifications"),
    ("Team", "team"),
    ("Branding", "branding"),
    ("Templates", "templates"),
    ("Integrations", "integrations"),
)


def settings_tabs(current: str = "integrations") -> list[dict[str, object]]:
    """The tabs of the settings; `current` is the name of the one that is open."""
    return [{"label": label, "url": reverse(name), "current": name == current} for label, name in TABS]


def callback_url() -> str:
    """Where Lawmatics sends the browser back to. It must be the same in the app there and in every request."""
    return f"{settings.BASE_URL}{reverse('lawmatics_callback')}"
