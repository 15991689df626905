"""Reviewing what was handed in: send a document back with a message, approve all that waits, or look again at one."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from casehug.audit.services import record
from casehug.events.bus import publish
from casehug.events.catalogue import DocumentRejected, DocumentReopened
from casehug.intake.errors import BadInput, NotAllowed
from casehug.intake.models import Document, DocumentState, Matter
from casehug.intake.services.documents import approve_waiting
from casehug.intake.services.notes import add_note
from casehug.intake.templates import Text
from casehug.kit import clock
from casehug.tenancy.actor import Actor

LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class Reason:
    """A common reason to send a document back, in both languages of the portal."""

    key: str
    text: Text


REASONS = (
    Reason(
        "blurry",
        Text(
            en="The photo is blurry. Please take it again in good light, with all four corners visible.",
            es="La foto está borrosa. Tómela de nuevo con buena luz y con las cuatro esquinas visibles.",
        ),
    ),
    Reason(
        "incomplete",
        Text(
            en="A page is missing. Please send all pages of the document.",
            es="Falta una página. Envíe todas las páginas del documento.",
        ),
    ),
    Reason(
        "wrong",
        Text(
            en="This is the wrong document. Please look at the description and send the one it asks for.",
            es="Este no es el documento que pedimos. Lea la descripción y envíe el que se indica.",
        ),
    ),
    Reason(
        "old",
        Text(
            en="It is out of date. Please send the most recent one.",
            es="No está vigente. Envíe el más reciente.",
        ),
    ),
)


def message_of(*, reason: str, words: str, language: str) -> str:
    """The client's message: the chosen reason in the client's language, and what the reviewer added."""
    chosen = next((known.text.in_language(language) for known in REASONS if known.key == reason), "")
    return " ".join(filter(None, [chosen, " ".join(words.replace("\x00", "").split())]))


def reject_document(actor: Actor, *, document: Document, message: str) -> None:
    """Send back a document that waits for review; the client reads the message. A second time changes nothing.

    Raises BadInput (field "message"), and NotAllowed if it was approved meanwhile.
    """
    message = message.replace("\x00", "").strip()
    if not message:
        raise BadInput("Choose a reason or write what is wrong: the client reads it.", field="message")
    if len(message) > LONGEST_MESSAGE:
        raise BadInput(f"The message is too long: at most {LONGEST_MESSAGE} characters.", field="message")
    # The matter's row first, as every review does: approvals and rejections of one matter come one after the other.
    Matter.objects.select_for_update().get(id=document.matter_id)
    changed = Document.objects.filter(id=document.id, state=DocumentState.UPLOADED, part_of=None).update(
        state=DocumentState.REJECTED,
        reviewed_by_id=actor.user_id,
        reviewed_at=clock.now(),
        reject_message=message,
    )
    if not changed:
        document.refresh_from_db(fields=["state"])
        if document.state != DocumentState.REJECTED:
            raise NotAllowed("This document does not wait for review any more. Look at it again.")
        return
    publish(
        DocumentRejected(
            firm_id=actor.firm_id,
            actor_id=actor.user_id,
            matter_id=document.matter_id,
            document_id=document.id,
        )
    )


def approve_all(actor: Actor, *, matter: Matter, seen: Collection[UUID] | None = None) -> int:
    """Approve every document of the matter that waits, in one transaction, and answer how many there were.

    With `seen`, only these: what came in after the page was drawn has been looked at by nobody.
    """
    matter = Matter.objects.select_for_update().get(id=matter.id)
    return approve_waiting(actor, matter=matter, only=seen)


def reopen_document(actor: Actor, *, document: Document, reason: str) -> None:
    """Take an approved document back to review. A second time changes nothing.

    An intake that was complete stays so: when it became complete is history. The reason is an internal note, for it
    is said among colleagues. Raises BadInput (field "reason"), and NotAllowed if the document is not approved.
    """
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise BadInput("Write why: your colleagues find it in the notes.", field="reason")
    if len(reason) > LONGEST_MESSAGE:
        raise BadInput(f"The reason is too long: at most {LONGEST_MESSAGE} characters.", field="reason")
    matter = Matter.objects.select_for_update().get(id=document.matter_id)
    changed = Document.objects.filter(id=document.id, state=DocumentState.APPROVED, part_of=None).update(
        state=DocumentState.UPLOADED, reviewed_by_id=None, reviewed_at=None
    )
    if not changed:
        document.refresh_from_db(fields=["state"])
        if document.state != DocumentState.UPLOADED:
            raise NotAllowed("This document is not approved any more. Look at it again.")
        return
    add_note(actor, matter=matter, text=f"{document.item.name}: taken back to review. {reason}")
    publish(
        DocumentReopened(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id, document_id=document.id)
    )


def note_viewed(actor: Actor, *, document: Document, page: int | None = None) -> None:
    """Write down that somebody looked at a page of a document, or took the whole of it (no page)."""
    seen: dict[str, str | int] = {"how": "download"} if page is None else {"how": "preview", "page": page}
    record(actor, action="document.viewed", subject="document", subject_id=document.id, **seen)
