"""Before anything is planned: what became of the writes that an earlier run left open?

A write stays open when its answer was lost or its worker died. A create of that kind is never simply repeated: it is
looked for in Lawmatics, adopted if it is there, and sent again only when two looks, a quarantine apart, found nothing.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casehug.kit import clock
from casehug.sync import contact_list, lanes, ledger, lookup, policy
from casehug.sync.errand import Errand
from casehug.sync.lookup import CREATES, QUARANTINE
from casehug.sync.models import Attempt, AttemptState, Decision, RecordKind
from casehug.sync.planner import KnownLink, digest, label_unsure
from casehug.sync.policy import NeedsPerson, StillUnknown
from casehug.tenancy.scope import firm_scope
from lawmatics import Contact

LOOK = "lookup"


@dataclass(frozen=True)
class Recovery:
    """Settles the open writes of one change's matter, and of its client's contact, whichever matter sent it."""

    errand: Errand

    def run(self) -> None:
        """Opens its own scopes.

        Raises StillUnknown until the looks are done, NeedsPerson if Lawmatics cannot tell, LaneLost, LawmaticsError.
        """
        for attempt in self.errand.open_writes:
            if attempt.action in CREATES:
                self._look_for(attempt)
            else:
                # An update can be compared and made again without harm.
                self._resolve(attempt, AttemptState.FAILED, text="Its outcome is unknown; compared again.")

    def _look_for(self, attempt: Attempt) -> None:
        kind = RecordKind(attempt.action.split(".")[0])
        record_id = _record_of(attempt, kind)
        sighting = lookup.look(self.errand.client, attempt)
        seen = {*sighting.ids, *sighting.unsure, attempt.lawmatics_id} - {""}
        with firm_scope(self.errand.lease.firm_id):
            # What is another record's counterpart already cannot be the one we look for.
            taken = ledger.linked_elsewhere(kind, seen, but=record_id) if kind != RecordKind.NOTE else set()
        apart = self._said_to_be_others(attempt, kind)
        ids = [found for found in sighting.ids if found not in taken and found not in apart]
        now = clock.now()
        if ids:
            self._found(attempt, kind, record_id, ids, apart)
        elif attempt.lawmatics_id in taken and kind == RecordKind.MATTER:
            # Lawmatics itself said so. What only looks like ours is a namesake.
            raise NeedsPerson(policy.TAKEN_ID)
        elif now < attempt.at + QUARANTINE:
            # An early look, for somebody's click. It may find; that it does not find means nothing yet.
            raise StillUnknown(attempt.at + QUARANTINE)
        elif attempt.looked_at is None:
            self._resolve(attempt, AttemptState.UNKNOWN, lookups=1, looked_at=now)
            raise StillUnknown(now + QUARANTINE)
        elif now < attempt.looked_at + QUARANTINE:
            raise StillUnknown(attempt.looked_at + QUARANTINE)
        elif not taken.issuperset(sighting.unsure):
            raise NeedsPerson(policy.OTHER_NUMBER, _other_number(attempt))
        elif sighting.blind and kind == RecordKind.FORM:
            self._leave_to_a_person(attempt, record_id)
        else:
            self._resolve(attempt, AttemptState.ABSENT, lookups=2, text="Looked twice: it was not created.")
            if sighting.blind:
                raise NeedsPerson(policy.UNDECIDABLE_NOTE)

    def _said_to_be_others(self, attempt: Attempt, kind: RecordKind) -> list[str]:
        """Contacts with nothing but the client's name of which a person said that they are somebody else."""
        if not _name_only(attempt, kind):
            return []
        asked_about, *others = self.errand.change.asked_about.split(",")
        return [asked_about, *others] if self.errand.change.decision == Decision.APART else others

    def _found(self, attempt: Attempt, kind: RecordKind, record_id: UUID, ids: list[str], apart: list[str]) -> None:
        if _name_only(attempt, kind):
            # A name alone is no proof that it is ours: somebody else of this name may have come in meanwhile.
            asked_about = self.errand.change.asked_about.split(",")[0]
            if not (asked_about in ids and self.errand.change.decision == Decision.LINK):
                about = ",".join([ids[0], *apart])
                raise NeedsPerson(policy.OTHER_PERSON, _same_name(attempt.intended["fields"]), asked_about=about)
            ids = [asked_about]
        self._adopt(attempt, kind, record_id, ids)

    def _adopt(self, attempt: Attempt, kind: RecordKind, record_id: UUID, ids: list[str]) -> None:
        intended = attempt.intended
        several = f"{len(ids)} records fit; the oldest was taken." if len(ids) > 1 else ""
        with lanes.held(self.errand.lease):
            text = several or "Found in Lawmatics after its answer was lost."
            ledger.resolve(attempt, state=AttemptState.ADOPTED, lawmatics_id=ids[0], text=text)
            if kind == RecordKind.NOTE:
                facts = intended["facts"]
                link = KnownLink(lawmatics_id="", sent=facts, digest=digest(facts))
            elif ledger.is_linked(kind, record_id):
                # Linked by other means since: a link is never replaced.
                return
            elif "receipt" in intended:
                link = KnownLink(lawmatics_id=ids[0], sent=intended["receipt"], digest="")
            else:
                # No digest: the next plan reads the record and compares it before it is taken for up to date.
                sent = {**intended["fields"], **label_unsure(intended)}
                link = KnownLink(lawmatics_id=ids[0], sent=sent, digest="")
            account_id = self._account_of(attempt)
            ledger.save_link(
                kind=kind, record_id=record_id, link=link, account_id=account_id, adopted=True, notice=several
            )
            if kind == RecordKind.CONTACT and self.errand.rules.lists_contacts:
                contact_list.remember(_contact(ids[0], intended["fields"]), account_id)

    def _leave_to_a_person(self, attempt: Attempt, record_id: UUID) -> None:
        """A form starts automations that write to clients: what may have been submitted counts as submitted."""
        ruling = policy.FORM_UNKNOWN
        with lanes.held(self.errand.lease):
            ledger.resolve(attempt, state=AttemptState.FAILED, lookups=2, problem=ruling.code, text=ruling.text)
            link = KnownLink(lawmatics_id="", sent=attempt.intended["receipt"], digest="")
            ledger.save_link(
                kind=RecordKind.FORM,
                record_id=record_id,
                link=link,
                account_id=self._account_of(attempt),
                notice=ruling.happened,
            )
        raise NeedsPerson(ruling)

    def _account_of(self, attempt: Attempt) -> str:
        """Attempts of old versions do not tell theirs; what is found is found in the one that is connected."""
        return attempt.account_id or self.errand.rules.account_id

    def _resolve(self, attempt: Attempt, state: AttemptState, **columns: Any) -> None:
        with lanes.held(self.errand.lease):
            ledger.resolve(attempt, state=state, **columns)


def _record_of(attempt: Attempt, kind: RecordKind) -> UUID:
    """The local record that the write was for."""
    if "record_id" in attempt.intended:
        return UUID(attempt.intended["record_id"])
    return UUID(attempt.intended["client_id"]) if kind == RecordKind.CONTACT else attempt.matter_id


def _name_only(attempt: Attempt, kind: RecordKind) -> bool:
    fields = attempt.intended.get("fields", {})
    return kind == RecordKind.CONTACT and not fields.get("email") and not fields.get("phone")


def _contact(lawmatics_id: str, fields: dict[str, Any]) -> Contact:
    """As it was sent."""
    first_name, last_name, email, phone = map(fields.get, ("first_name", "last_name", "email", "phone"))
    return Contact(lawmatics_id, first_name, last_name, email, phone, created_at=None, updated_at=None)


def _other_number(attempt: Attempt) -> str:
    ruling, number = policy.OTHER_NUMBER, attempt.intended["case_number"]
    return f"{ruling.happened} CaseHug gave it {number}. {ruling.advice}"


def _same_name(fields: dict[str, str]) -> str:
    name = f"{fields.get('first_name', '')} {fields.get('last_name', '')}".strip()
    return (
        f"The answer to creating the contact was lost, and Lawmatics has a new contact named “{name}” without e-mail"
        " address and phone. Decide whether it is this client."
    )
