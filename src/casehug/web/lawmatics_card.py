"""The Lawmatics card of a matter: its state while a sync runs, and the button that asks for one."""

from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from casehug.intake import access
from casehug.intake.errors import NotAllowed
from casehug.sync.models import Decision
from casehug.sync.outbox import request_sync, request_undo
from casehug.web.matter_desk import lawmatics_of
from casehug.web.shell import FirmRequest, firm_page

NOT_CONNECTED = "Lawmatics is not connected, so nothing was sent. A firm admin connects it in Settings, Integrations."
OTHER_QUESTION = (
    "What has to be decided has changed since this page was shown, so your decision was not taken. CaseHug looks again;"
    " if it still has to ask, the question stands here in a moment."
)
ASKED = "The sync is on its way. This page shows when it has arrived."


class Answer(TypedDict):
    decision: Decision
    question: str


@require_safe
@firm_page()
def lawmatics_card(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    context = {"matter": matter, **lawmatics_of(request.actor, matter)}
    # Only a card that waits is asked for again, so a card that no longer does has news to announce.
    return render(request, "web/matter.html#card", {**context, "news": not context["polls"]})


@require_POST
@firm_page()
def sync_matter(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    if lawmatics_of(request.actor, matter)["card"].state == "off":
        messages.warning(request, NOT_CONNECTED)
    else:
        loud = bool(request.POST.get("loud"))
        if not request_sync(request.actor, matter_id=matter.id, loud=loud, **decision_of(request)):
            messages.warning(request, OTHER_QUESTION)
        elif not request.htmx:
            messages.info(request, ASKED)
    if not request.htmx:
        return redirect(reverse("matter", args=[matter.id]) + "#lawmatics")
    return render(request, "web/matter.html#synced", {"matter": matter, **lawmatics_of(request.actor, matter)})


@require_POST
@firm_page()
def undo_update(request: FirmRequest, matter_id: UUID, attempt_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    if lawmatics_of(request.actor, matter)["card"].state == "off":
        messages.warning(request, NOT_CONNECTED)
    else:
        try:
            request_undo(request.actor, matter_id=matter.id, attempt_id=attempt_id)
        except NotAllowed as refusal:
            messages.warning(request, refusal.sentence)
        else:
            messages.info(request, "The update is being taken back. The history shows how it went.")
    return redirect(reverse("matter", args=[matter.id]) + "#lawmatics")


def decision_of(request: FirmRequest) -> Answer:
    """What the person said, and what they were asked; nothing, if they were not asked."""
    said = request.POST.get("decision", "")
    decision = Decision(said) if said in Decision.values else Decision.NONE
    return {"decision": decision, "question": request.POST.get("question", "")}
