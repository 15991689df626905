"""What every page of the portal stands in: a device that was let in, the firm's scope, a link that still works.

There is no session and no account. One cookie carries the token of the link until the device is let in, and the
device's own secret from then on; the database keeps hashes of both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from casehug.intake.errors import NotFound
from casehug.intake.models import IntakeLink, Matter
from casehug.intake.services import links
from casehug.portal.texts import LANGUAGES
from casehug.tenancy.actor import Actor, current_firm
from casehug.tenancy.models import Firm
from casehug.tenancy.scope import firm_scope

LANGUAGE_COOKIE = "casehug-language"
YEAR = 365 * 24 * 60 * 60
TOKEN_SECONDS = 60 * 60


class PortalRequest(HttpRequest):
    """A request of a device that was let in. Only portal_page makes one."""

    client_actor: Actor
    firm: Firm
    link: IntakeLink
    matter: Matter
    language: str


View = Callable[..., HttpResponse]


def portal_page(view: View) -> View:
    """The view runs inside the firm's scope: one transaction, rolled back by any exception, refusals included."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = links.find_by_cookie(intake_cookie(request))
        if found is None:
            return _not_let_in(request)
        firm_id, link_id = found
        try:
            with firm_scope(firm_id):
                link = links.working_link(link_id)
                if link is None:
                    return gone(request)
                return _run(_as_client(request, firm_id, link), view, args, kwargs)
        except NotFound:
            return gone(request)

    guarded.portal_page = True  # type: ignore[attr-defined]  # read by the test that walks the URL table
    return guarded


def _run(request: PortalRequest, view: View, args: Any, kwargs: Any) -> HttpResponse:
    with translation.override(request.language), timezone.override(request.firm.time_zone):
        return view(request, *args, **kwargs)


def _as_client(request: HttpRequest, firm_id: UUID, link: IntakeLink) -> PortalRequest:
    links.note_use(link)
    request.client_actor = Actor.client(firm_id)  # type: ignore[attr-defined]
    request.firm = current_firm()  # type: ignore[attr-defined]
    request.link = link  # type: ignore[attr-defined]
    request.matter = link.matter  # type: ignore[attr-defined]
    client = link.matter.client
    request.language = language_of(request, client.language if client else "")  # type: ignore[attr-defined]
    return request  # type: ignore[return-value]


def show(
    request: PortalRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page of the portal in the client's language and the firm's colours."""
    frame = {"language": request.language, "languages": LANGUAGES, "firm": request.firm}
    return render(request, f"portal/{template}", {**frame, **(context or {})}, status=status)


def gone(request: HttpRequest) -> HttpResponse:
    """The one answer to links that are unknown, expired or revoked: the same bytes for each, in both languages."""
    if wants_json(request):
        return JsonResponse({"error": "gone"}, status=404)
    return render(request, "portal/gone.html", {"language": "en"}, status=404)


def _not_let_in(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"error": "gone"}, status=401) if wants_json(request) else redirect("portal_home")


def wants_json(request: HttpRequest) -> bool:
    """Whether the portal's own script asks."""
    return request.headers.get("Accept") == "application/json"


def language_of(request: HttpRequest, preferred: str = "") -> str:
    """What was chosen on this device; else what the firm wrote down for the client, else what the browser asks for."""
    for language in (request.COOKIES.get(LANGUAGE_COOKIE, ""), preferred):
        if language in LANGUAGES:
            return language
    return "es" if request.headers.get("Accept-Language", "").lower().startswith("es") else "en"


def cookie_name() -> str:
    return "__Host-intake" if settings.SESSION_COOKIE_SECURE else "casehug-intake"


def intake_cookie(request: HttpRequest) -> str:
    return request.COOKIES.get(cookie_name(), "")


def set_intake_cookie(response: HttpResponse, secret: str, *, seconds: int) -> None:
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=seconds,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def drop_intake_cookie(response: HttpResponse) -> None:
    set_intake_cookie(response, "", seconds=0)
