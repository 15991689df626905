"""The outbox: what the demo sent instead of mails and text messages, with the links to follow."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casehug.notify.outbox import sent_messages
from casehug.web.shell import FirmRequest, firm_page


@require_safe
@firm_page()
def outbox(request: FirmRequest) -> HttpResponse:
    """There is no such page unless a setting says so, and with a real mail server CaseHug refuses that setting."""
    if not settings.OUTBOX_PAGE:
        raise Http404
    return render(request, "web/outbox.html", {"sent": sent_messages(request.actor)})
