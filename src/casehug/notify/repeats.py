"""What a person does about a message that did not arrive: send it again, or set it aside."""

from __future__ import annotations

from uuid import UUID

from casehug.audit.services import record
from casehug.intake.errors import NotAllowed, NotFound
from casehug.kit import clock
from casehug.notify import queries
from casehug.notify.invitations import invite_again
from casehug.notify.models import SET_ASIDE, Message, MessageState
from casehug.notify.services import ring
from casehug.notify.wording import CODE, INVITATION
from casehug.tenancy.actor import Actor


def send_again(actor: Actor, *, message_id: UUID) -> None:
    """Put it back into the queue: it is written anew, for the address that the client has now.

    Raises NotFound, and NotAllowed if it is on its way already, or is a code: its client has to ask for that again.
    `tries` goes on, since it is the fence against a worker that was held up: after many tries each "again" is one more.
    """
    message = _failed(actor, message_id)
    if message.kind == CODE:
        raise NotAllowed("A code is good for a few minutes only. The client asks for a new one on their own page.")
    if message.kind == INVITATION:
        if not actor.is_admin or message.user_id is None:
            raise NotAllowed("Ask a firm admin to send the invitation again.")
        invite_again(actor, user_id=message.user_id)
        message.problem = SET_ASIDE
    else:
        message.state, message.not_before, message.problem = MessageState.WAITING, clock.now(), ""
    message.save(update_fields=["state", "not_before", "problem"])
    _record(actor, message, "message.sent_again")
    ring()


def set_aside(actor: Actor, *, message_id: UUID) -> None:
    """Nobody has to look at it any more. Raises NotFound and NotAllowed."""
    message = _failed(actor, message_id)
    message.problem = SET_ASIDE
    message.save(update_fields=["problem"])
    _record(actor, message, "message.set_aside")


def _failed(actor: Actor, message_id: UUID) -> Message:
    message = Message.objects.select_for_update().filter(id=message_id).first()
    if message is None:
        raise NotFound
    if not queries.failed(actor).filter(id=message_id).exists():
        raise NotAllowed("Somebody has seen to this message already.")
    return message


def _record(actor: Actor, message: Message, action: str) -> None:
    if message.matter_id:
        record(actor, action=action, subject="matter", subject_id=message.matter_id, kind=message.kind)
    else:
        record(actor, action=action, subject="message", subject_id=message.id, kind=message.kind)
