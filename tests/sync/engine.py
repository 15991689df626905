"""Small handles for tests of the engine."""

from collections.abc import Callable
from uuid import UUID

from casehug.intake.models import Matter
from casehug.sync.models import OPEN_STATES, Attempt, Change, Decision
from casehug.sync.outbox import request_sync
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox import records
from sandbox.store import Firm

Drain = Callable[[UUID], None]


def click(actor: Actor, matter: Matter, decision: Decision = Decision.NONE, *, question: str | None = None) -> bool:
    """Press "Sync to Lawmatics", or answer what is asked: what was shown (`question`), else what is asked now."""
    asked = question_of(actor.firm_id, matter) if question is None else question
    with firm_scope(actor.firm_id):
        return request_sync(actor, matter_id=matter.id, decision=decision, question=asked, loud=not decision)


def question_of(firm_id: UUID, matter: Matter) -> str:
    """What a page shows of the question that is open."""
    with firm_scope(firm_id):
        change = Change.objects.filter(matter_id=matter.id, state__in=OPEN_STATES).first()
        return change.question if change else ""


def only_change(firm_id: UUID, matter: Matter, *, latest: bool = False) -> Change:
    with firm_scope(firm_id):
        changes = list(Change.objects.filter(matter_id=matter.id).order_by("id"))
    assert latest or len(changes) == 1
    return changes[-1]


def attempts(firm_id: UUID, matter: Matter) -> list[tuple[str, str]]:
    """The matter's log as (action, state), oldest first."""
    with firm_scope(firm_id):
        return list(Attempt.objects.filter(matter_id=matter.id).order_by("id").values_list("action", "state"))


def contacts_named(firm: Firm, name: str) -> list[records.Contact]:
    return [contact for contact in firm.contacts.values() if contact.name == name]


def matters_titled(firm: Firm, *titles: str) -> list[records.Matter]:
    return [matter for matter in firm.matters.values() if matter.case_title in titles]
