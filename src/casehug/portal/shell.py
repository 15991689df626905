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
from casehug.portal.texts import LANGUAGES, say
from casehug.tenancy.actor import Actor, current_firm
from casehug.tenancy.models import Firm
from casehug.tenancy.scope import firm_scope

LANGUAGE_COOKIE = "casehug-language"
YEAR = 365 * 24 * 60 * 60
TOKEN_SECONDS = 60 * 60


class PortalRequest(HttpRequest):
    """A request of a device that was let in. Only portal_page and portal_work_page make one."""

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
            return missing(request)

    guarded.portal_page = True  # type: ignore[attr-defined]  # read by the test that walks the URL table
    return guarded


def portal_work_page(view: View) -> View:
    """For the views that take in files: the same checks, but the scope is closed again before the view runs.

    Such a view opens short scopes of its own, so that no slow phone, scanner or storage holds a transaction open.
    """

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
                let_in = _as_client(request, firm_id, link)
            return _run(let_in, view, args, kwargs)
        except NotFound:
            return missing(request)

    guarded.portal_page = True  # type: ignore[attr-defined]
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
    request.language = client.language if client else language_of(request)  # type: ignore[attr-defined]
    return request  # type: ignore[return-value]


def show(
    request: PortalRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page of the portal in the client's language and the firm's colours."""
    frame = {
        "language": request.language,
        "languages": LANGUAGES,
        "firm": request.firm,
        # Opens nothing: it keeps apart what the script holds for two intakes on one phone.
        "intake": request.link.id,
    }
    return render(request, f"portal/{template}", {**frame, **(context or {})}, status=status)


def gone(request: HttpRequest) -> HttpResponse:
    """The one answer to links that are unknown, expired or revoked: the same bytes for each, in both languages."""
    if wants_json(request):
        return JsonResponse({"error": "gone"}, status=404)
    return render(request, "portal/gone.html", {"language": "en"}, status=404)


def missing(request: HttpRequest) -> HttpResponse:
    """The link works, but what was asked for is not here: taken back in another tab, or never this client's."""
    return trouble(request, "missing", status=404)


def trouble(request: HttpRequest, key: str, *, status: int, language: str = "") -> HttpResponse:
    """What went wrong, in one sentence and one that says what to do now. Needs no device that was let in."""
    language = language or spoken(request)
    if wants_json(request):
        return JsonResponse({"error": say(f"trouble_{key}_text", language)}, status=status)
    context = {"language": language, "title": f"trouble_{key}_title", "text": f"trouble_{key}_text"}
    with translation.override(language):
        return render(request, "portal/trouble.html", context, status=status)


def spoken(request: HttpRequest) -> str:
    """The language for a page outside of portal_page: the client's, if this device is let in."""
    known = getattr(request, "language", None) or _language_of_device(request)
    return known or language_of(request)


def _language_of_device(request: HttpRequest) -> str:
    found = links.find_by_cookie(intake_cookie(request))
    if found is None:
        return ""
    with firm_scope(found[0]):
        link = links.working_link(found[1])
        return link.matter.client.language if link and link.matter.client else ""


def _not_let_in(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"error": "gone"}, status=401) if wants_json(request) else redirect("portal_home")


def wants_json(request: HttpRequest) -> bool:
    """Whether the portal's own script asks."""
    return request.headers.get("Accept") == "application/json"


def language_of(request: HttpRequest) -> str:
    """For whom we do not know yet: what was chosen on this device, else what the browser asks for.

    Once the device is let in, the client's own language counts: the same on every device and in every message.
    """
    chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
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
