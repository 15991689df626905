"""From the link in a message to a device that was let in.

Opening the address writes nothing, so programs that preview links consume nothing. The button does: the first device
is let in at once, every later one proves with a code that it is the client's.
"""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casehug.intake.models import IntakeLink
from casehug.intake.services import links
from casehug.intake.services.clients import update_client
from casehug.intake.services.links import CodeVerdict
from casehug.portal import codes
from casehug.portal.shell import (
    LANGUAGE_COOKIE,
    TOKEN_SECONDS,
    YEAR,
    drop_intake_cookie,
    gone,
    intake_cookie,
    language_of,
    missing,
    set_intake_cookie,
    spoken,
)
from casehug.portal.texts import LANGUAGES, say
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope


def unwritten(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the token out of every log line about this request, refusals and failures included."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        request.path = "/i/"
        return view(request, token)

    return guarded


@unwritten
@require_safe
def intake_link(request: HttpRequest, token: str) -> HttpResponse:
    """Swap the token in the address for a cookie, so that it is gone from the address bar and the history."""
    found = links.find_by_token(token)
    if found is None or not _works(*found):
        return _unreferred(gone(request))
    response = redirect("portal_home")
    # A device that was let in already stays so, whichever of the messages it comes from.
    if links.find_by_cookie(intake_cookie(request)) != found:
        set_intake_cookie(response, token, seconds=TOKEN_SECONDS)
    return _unreferred(response)


def knock(request: HttpRequest) -> HttpResponse:
    """The page before the door: nothing about the firm or the client, a button."""
    return _with_link(request, lambda actor, link: _page(request, "door.html"))


@require_POST
def open_portal(request: HttpRequest) -> HttpResponse:
    """Let the first device in; send every other one a code."""

    def step(actor: Actor, link: IntakeLink) -> HttpResponse:
        if secret := links.open_on_first_device(actor, link=link):
            return _let_in(request, actor, link, secret)
        code = links.request_code(link)
        if code and not codes.deliver(actor, link=link, code=code):
            return _page(request, "code.html", error="code_unreachable", status=422)
        return redirect("portal_code")

    return _with_link(request, step)


@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    def step(actor: Actor, link: IntakeLink) -> HttpResponse:
        if request.method != "POST":
            return _page(request, "code.html", error="code_locked" if links.is_locked(link) else "")
        verdict = links.check_code(actor, link=link, code=request.POST.get("code", ""))
        if verdict == CodeVerdict.RIGHT:
            return _let_in(request, actor, link, links.register_device(actor, link=link))
        return _page(request, "code.html", error=f"code_{verdict.value}", status=422)

    return _with_link(request, step)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget this device: for those who borrowed somebody's phone."""
    language = spoken(request)
    links.forget_device(intake_cookie(request))
    response = _page(request, "left.html", language=language)
    drop_intake_cookie(response)
    return response


@require_POST
def choose_language(request: HttpRequest, language: str) -> HttpResponse:
    """Before the door for this device; after it for the client: then messages are written in it too."""
    if language not in LANGUAGES:
        return missing(request)
    back = request.POST.get("next", "")
    # Only back into the portal, and to no other server: "//" and "\" would lead away.
    safe = back.startswith("/portal/") and "//" not in back and "\\" not in back
    response = redirect(back if safe else "/portal/")
    found = links.find_by_cookie(intake_cookie(request))
    if found is None:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, httponly=True, samesite="Lax")
        return response
    with firm_scope(found[0]):
        link = links.working_link(found[1])
        if link:
            _keep_language(Actor.client(found[0]), link, language)
    return response


def _keep_language(actor: Actor, link: IntakeLink, language: str) -> None:
    """Write it down for the client, where the firm's people see it and can change it."""
    client = link.matter.client
    if client and client.language != language:
        known = {part: getattr(client, part) for part in ("first_name", "last_name", "email", "phone")}
        update_client(actor, client=client, language=language, **known)


def _with_link(request: HttpRequest, step: Callable[[Actor, IntakeLink], HttpResponse]) -> HttpResponse:
    """Run a step in the scope of the link whose token the cookie carries."""
    cookie = intake_cookie(request)
    if links.find_by_cookie(cookie):
        return redirect("portal_home")
    found = links.find_by_token(cookie)
    if found is None:
        return gone(request)
    firm_id, link_id = found
    with firm_scope(firm_id):
        link = links.working_link(link_id)
        return gone(request) if link is None else step(Actor.client(firm_id), link)


def _works(firm_id: UUID, link_id: UUID) -> bool:
    with firm_scope(firm_id):
        return links.working_link(link_id) is not None


def _let_in(request: HttpRequest, actor: Actor, link: IntakeLink, secret: str) -> HttpResponse:
    """What was chosen before the door is the client's choice too, and needs to be remembered here no more."""
    response = redirect("portal_home")
    if (chosen := request.COOKIES.get(LANGUAGE_COOKIE, "")) in LANGUAGES:
        _keep_language(actor, link, chosen)
    response.delete_cookie(LANGUAGE_COOKIE)
    set_intake_cookie(response, secret, seconds=int(IntakeLink.LIFETIME.total_seconds()))
    return response


def _page(
    request: HttpRequest, template: str, *, error: str = "", status: int = 200, language: str = ""
) -> HttpResponse:
    language = language or language_of(request)
    context = {"language": language, "languages": LANGUAGES, "error": say(error, language) if error else ""}
    with translation.override(language):
        return render(request, f"portal/{template}", context, status=status)


def _unreferred(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
