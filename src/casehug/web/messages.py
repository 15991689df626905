"""Messages: what went to clients and staff, and what did not arrive, with its cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from casehug.intake.errors import NotAllowed
from casehug.intake.queries.matters import titles_of
from casehug.notify import queries, repeats
from casehug.notify.models import NOT_WANTED, SET_ASIDE, Message, MessageState
from casehug.notify.wording import (
    CODE,
    COMPLETED,
    EXPIRING,
    INVITATION,
    LINK,
    LOCKED,
    REJECTED,
    REMINDER,
    SUBMITTED,
    SYNC_BROKEN,
    SYNC_RECOVERED,
    SYNC_TROUBLE,
)
from casehug.web import reading
from casehug.web.shell import FirmRequest, firm_page

KINDS = {
    LINK: "Private link",
    CODE: "Code for a new device",
    REJECTED: "A document is needed again",
    REMINDER: "Reminder",
    SUBMITTED: "Intake handed in",
    COMPLETED: "Intake complete",
    LOCKED: "Link locked after wrong codes",
    EXPIRING: "Link expires soon",
    INVITATION: "Invitation",
    SYNC_TROUBLE: "A sync needs attention",
    SYNC_BROKEN: "Lawmatics has to be connected again",
    SYNC_RECOVERED: "Lawmatics is in step again",
}
STATES = {
    MessageState.WAITING: ("Waiting", "info"),
    MessageState.SENT: ("Sent", "success"),
    MessageState.FAILED: ("Not delivered", "danger"),
}


@dataclass(frozen=True)
class Line:
    message: Message
    kind: str
    matter: str
    state: str
    tone: str
    repeatable: bool


@require_safe
@firm_page()
def sent_messages(request: FirmRequest) -> HttpResponse:
    before = reading.record_id(request, "before")
    failed = [] if before else list(queries.failed(request.actor)[: queries.MOST_FAILED])
    latest = queries.latest_messages(request.actor, before=before)
    shown = latest[: queries.PAGE]
    context = {
        "failed": _lines(failed),
        "lines": _lines(shown),
        "older": reading.query(before=shown[-1].id) if len(latest) > len(shown) else "",
        "newest": reading.query() if before else "",
    }
    return render(request, "web/messages.html", context)


@require_POST
@firm_page()
def send_message_again(request: FirmRequest, message_id: UUID) -> HttpResponse:
    return _do(request, message_id, repeats.send_again, "It is on its way again.")


@require_POST
@firm_page()
def set_message_aside(request: FirmRequest, message_id: UUID) -> HttpResponse:
    return _do(request, message_id, repeats.set_aside, "Set aside.")


def _do(request: FirmRequest, message_id: UUID, act: Callable[..., None], done: str) -> HttpResponse:
    try:
        act(request.actor, message_id=message_id)
    except NotAllowed as problem:
        messages.error(request, problem.sentence)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    else:
        messages.success(request, done)
    return redirect("messages")


def _lines(found: Iterable[Message]) -> list[Line]:
    found = list(found)
    titles = titles_of({message.matter_id for message in found if message.matter_id})
    return [_line(message, titles) for message in found]


def _line(message: Message, titles: dict[UUID, str]) -> Line:
    state, tone = STATES[MessageState(message.state)]
    if message.state == MessageState.FAILED and message.problem in {NOT_WANTED, SET_ASIDE}:
        state, tone = ("Not needed" if message.problem == NOT_WANTED else "Set aside"), "neutral"
    return Line(
        message=message,
        kind=KINDS.get(message.kind, "Message"),
        matter=titles.get(message.matter_id, "") if message.matter_id else "",
        state=state,
        tone=tone,
        repeatable=message.kind != CODE,
    )
