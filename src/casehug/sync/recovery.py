"""Before anything is planned: what became of the writes that an earlier run left open?

A write stays open when its answer was lost or its worker died. A create of that kind is never simply repeated: it is
looked for in Lawmatics, adopted if it is there, and sent again only when two looks, a quarantine apart, found nothing.
"""

from typing import Any

from casehug.intake.disclosure import disclose_matter
from casehug.kit import clock
from casehug.sync import ledger, lookup, policy
from casehug.sync.lanes import Lease
from casehug.sync.lookup import CREATES, QUARANTINE
from casehug.sync.models import Attempt, AttemptState, Change, RecordKind
from casehug.sync.planner import KnownLink, digest
from casehug.sync.policy import NeedsPerson, StillUnknown
from casehug.tenancy.scope import firm_scope
from lawmatics import Lawmatics

LOOK = "lookup"


def resolve_unknown(lease: Lease, client: Lawmatics, change: Change) -> None:
    """Settle every open write of the change's matter. Opens its own scopes.

    Raises StillUnknown until the looks are done, NeedsPerson if Lawmatics cannot tell, LaneLost, LawmaticsError.
    """
    with firm_scope(lease.firm_id):
        attempts = ledger.unresolved(change.matter_id)
    for attempt in attempts:
        if attempt.action in CREATES:
            _look_for(lease, client, change, attempt)
        else:
            # An update can be compared and made again without harm.
            _resolve(lease, attempt, AttemptState.FAILED, text="Its outcome is unknown; compared again.")


def _look_for(lease: Lease, client: Lawmatics, change: Change, attempt: Attempt) -> None:
    sighting = lookup.look(client, attempt)
    kind = RecordKind(attempt.action.split(".")[0])
    with firm_scope(lease.firm_id):
        # A matter that is another matter's counterpart already cannot be the one we look for.
        taken = ledger.linked_elsewhere(kind, sighting.ids) if kind == RecordKind.MATTER else set()
    ids = [record_id for record_id in sighting.ids if record_id not in taken]
    now = clock.now()
    if ids:
        _adopt(lease, change, attempt, kind, ids)
    elif now < attempt.at + QUARANTINE:
        # An early look, for somebody's click. It may find; that it does not find means nothing yet.
        raise StillUnknown(attempt.at + QUARANTINE)
    elif attempt.looked_at is None:
        _resolve(lease, attempt, AttemptState.UNKNOWN, lookups=1, looked_at=now)
        raise StillUnknown(now + QUARANTINE)
    elif now < attempt.looked_at + QUARANTINE:
        raise StillUnknown(attempt.looked_at + QUARANTINE)
    else:
        _resolve(lease, attempt, AttemptState.ABSENT, lookups=2, text="Looked twice: it was not created.")
        if sighting.blind:
            raise NeedsPerson(policy.UNDECIDABLE_NOTE)


def _adopt(lease: Lease, change: Change, attempt: Attempt, kind: RecordKind, ids: list[str]) -> None:
    intended = attempt.intended
    several = f"{len(ids)} records fit; the oldest was taken." if len(ids) > 1 else ""
    with firm_scope(lease.firm_id):
        ledger.resolve(
            lease,
            attempt,
            state=AttemptState.ADOPTED,
            lawmatics_id=ids[0],
            text=several or "Found in Lawmatics after its answer was lost.",
        )
        if kind == RecordKind.NOTE:
            facts = intended["facts"]
            link = KnownLink(lawmatics_id="", sent=facts, digest=digest(facts))
        else:
            # No digest: the next plan reads the record and compares it before it is taken for up to date.
            link = KnownLink(lawmatics_id=ids[0], sent=intended["fields"], digest="")
        record_id = change.matter_id
        if kind == RecordKind.CONTACT:
            person = disclose_matter(change.matter_id).person
            if person is None:
                raise NeedsPerson(policy.NO_CLIENT)
            record_id = person.client_id
        ledger.save_link(kind=kind, record_id=record_id, link=link, adopted=True, notice=several)


def _resolve(lease: Lease, attempt: Attempt, state: AttemptState, **columns: Any) -> None:
    with firm_scope(lease.firm_id):
        ledger.resolve(lease, attempt, state=state, **columns)
