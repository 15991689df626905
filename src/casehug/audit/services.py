"""Writing the record, in the transaction of the thing recorded."""

from uuid import UUID

from casehug.audit.models import Entry
from casehug.events import catalogue
from casehug.tenancy.actor import Actor

# The field of each fact that says what it is about, most specific first.
SUBJECT_FIELDS = ("document_id", "matter_id", "client_id", "connection_id")


def record(actor: Actor, *, action: str, subject: str, subject_id: UUID | None = None, **details: str | int) -> None:
    """Add an entry for something that is not a domain fact (a setting changed, a connection tested).

    `details` are states, counts and ids; never a secret and nothing a client said.
    """
    Entry.objects.create(actor_id=actor.user_id, action=action, subject=subject, subject_id=subject_id, details=details)


def record_fact(fact: catalogue.Fact) -> None:
    """Subscriber of every fact."""
    field = next(name for name in SUBJECT_FIELDS if hasattr(fact, name))
    Entry.objects.create(
        actor_id=fact.actor_id,
        action=fact.name,
        subject=field.removesuffix("_id"),
        subject_id=getattr(fact, field),
    )
