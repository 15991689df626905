"""Settings, Integrations, Lawmatics: Pull Matters. Counts what is there; imports nothing. Firm admins only."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from casehug.connections.queries import connection_of
from casehug.intake.errors import NotAllowed
from casehug.intake.queries.matters import titles_of
from casehug.sync import pull
from casehug.sync.queries.runs import MISSING_SHOWN, pull_card
from casehug.web.integrations import settings_tabs
from casehug.web.lawmatics_bulk import poll_answer
from casehug.web.shell import ADMINS, FirmRequest, firm_page


@require_safe
@firm_page(roles=ADMINS)
def pull_matters(request: FirmRequest) -> HttpResponse:
    card = pull_card(request.actor, titles_of)
    context = {"card": card, "reading": card.reading}
    if request.htmx:
        return poll_answer(request, "web/lawmatics_pull.html#progress", context, live=card.reading.live)
    more = {"tabs": settings_tabs(), "connection": connection_of(request.actor), "most": MISSING_SHOWN}
    return render(request, "web/lawmatics_pull.html", {**context, **more})


@require_POST
@firm_page(roles=ADMINS)
def compare_matters(request: FirmRequest) -> HttpResponse:
    try:
        pull.ask(request.actor)
    except NotAllowed as problem:
        messages.warning(request, problem.sentence)
    return redirect("pull_matters")
