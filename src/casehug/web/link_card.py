"""The card of the client's private link: send it, let it live longer, shut it, or copy a fresh one."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casehug.intake import access
from casehug.intake.errors import IntakeError
from casehug.intake.models import Matter
from casehug.intake.queries.review import link_of
from casehug.intake.services import links
from casehug.web.matter_desk import link_card_of
from casehug.web.matters import desk
from casehug.web.shell import FirmRequest, firm_page


@require_POST
@firm_page()
def send_link(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    try:
        links.send_link(request.actor, matter=matter)
    except IntakeError as problem:
        return _answer(request, matter, error=problem.sentence)
    messages.success(request, "The link is on its way to the client.")
    return _answer(request, matter)


@require_POST
@firm_page()
def renew_link(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    known = link_of(request.actor, matter)
    if known.link is None:
        return _answer(request, matter, error="There is no link to renew yet. Send it first.")
    links.renew_link(request.actor, link=known.link)
    messages.success(request, "The link works for another 90 days.")
    return _answer(request, matter)


@require_POST
@firm_page()
def revoke_link(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    known = link_of(request.actor, matter)
    if known.link is None or known.state == "revoked":
        return _answer(request, matter, error="There is no link that works, so nothing was revoked.")
    links.revoke_link(request.actor, link=known.link)
    messages.success(request, "The link no longer works, on any device.")
    return _answer(request, matter)


@require_POST
@firm_page()
def copy_link(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    """A fresh address, shown in this answer only: of the ones made before, nothing but hashes are kept."""
    matter = access.matter(request.actor, matter_id)
    try:
        link = links.prepare_link(request.actor, matter=matter)
    except IntakeError as problem:
        return _answer(request, matter, error=problem.sentence)
    return _answer(request, matter, fresh=f"{settings.BASE_URL}/i/{links.new_token(link)}")


def _answer(request: FirmRequest, matter: Matter, *, error: str = "", fresh: str = "") -> HttpResponse:
    """The card for htmx; else back to the page, or the page itself when it has something to show once."""
    told = {"link_error": error, "fresh_link": fresh}
    if request.htmx:
        context = {**link_card_of(request.actor, matter), **told}
        return render(request, "web/matter.html#linked", context, status=422 if error else 200)
    if not error and not fresh:
        return redirect(reverse("matter", args=[matter.id]) + "#link")
    context = {**desk(request.actor, matter), **told}
    return render(request, "web/matter.html", context, status=422 if error else 200)
