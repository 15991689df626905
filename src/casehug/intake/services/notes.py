"""Internal notes: privileged, kept apart from everything that can leave. Only people of the firm write them."""

from casehug.audit.services import record
from casehug.intake.errors import BadInput, NotAllowed
from casehug.intake.models import InternalNote, Matter
from casehug.tenancy.actor import Actor

LONGEST_NOTE = 10_000


def add_note(actor: Actor, *, matter: Matter, text: str) -> InternalNote:
    """Write a note. Raises BadInput (field "text")."""
    if actor.user_id is None:
        raise NotAllowed("Only people of the firm write internal notes.")
    # A browser sends CRLF; PostgreSQL stores no NUL.
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise BadInput("Write the note first.", field="text")
    if len(text) > LONGEST_NOTE:
        raise BadInput(f"The note is too long: at most {LONGEST_NOTE:,} characters.", field="text")
    note = InternalNote.objects.create(matter=matter, text=text, author_id=actor.user_id)
    record(actor, action="note.added", subject="matter", subject_id=matter.id)
    return note


def delete_note(actor: Actor, *, note: InternalNote) -> None:
    """Take back a note of one's own. Raises NotAllowed for somebody else's."""
    if note.author_id != actor.user_id:
        raise NotAllowed("Only the person who wrote a note can delete it.")
    deleted, _ = InternalNote.objects.filter(id=note.id).delete()
    if deleted:
        record(actor, action="note.deleted", subject="matter", subject_id=note.matter_id)
