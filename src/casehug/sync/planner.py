"""What has to happen in Lawmatics for one matter: a pure function from what is wanted and known to steps.

The applier makes the first step, adds what it learned to `Known`, and plans again until nothing is left. So a preview
shows exactly what would be done, and a plan applied and planned again is empty. Contact data goes to the contact only:
writing a person's fields on a matter would change the shared contact (Lawmatics API docs, Matters).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from casehug.intake.disclosure import MatterDisclosure
from casehug.intake.normal import fold
from casehug.sync.mapping import Placement
from casehug.sync.models import Decision, RecordKind

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """How the records should look. `note` tells the facts of the note that is due, or None."""

    matter_id: UUID
    client_id: UUID | None
    contact: Fields
    matter: Fields
    stage_id: str
    note: Mapping[str, Any] | None


@dataclass(frozen=True)
class KnownLink:
    """A link to a record in Lawmatics: what we last sent, and the digest of what was wanted then."""

    lawmatics_id: str
    sent: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Found:
    """A record as read from Lawmatics in this run."""

    lawmatics_id: str
    fields: Fields


@dataclass(frozen=True)
class Known:
    """What is known of Lawmatics. `candidates` is None until it was searched."""

    links: Mapping[RecordKind, KnownLink] = field(default_factory=dict)
    candidates: tuple[Found, ...] | None = None
    read: Mapping[RecordKind, Found] = field(default_factory=dict)
    decision: Decision = Decision.NONE
    # The contacts that the decision is about; "link" means the first of them.
    decided_on: tuple[str, ...] = ()

    def having_read(self, kind: RecordKind, found: Found) -> "Known":
        return replace(self, read={**self.read, kind: found})

    def having_linked(self, kind: RecordKind, link: KnownLink) -> "Known":
        return replace(self, links={**self.links, kind: link})


@dataclass(frozen=True)
class FindContact:
    """Search by e-mail address. One request."""

    email: str


@dataclass(frozen=True)
class LinkContact:
    """Take an existing contact as the client's. No request."""

    found: Found
    others: int = 0


@dataclass(frozen=True)
class AskWhichPerson:
    """The address belongs to somebody with another name: a person has to decide. The first is the one to link."""

    found: tuple[Found, ...]


@dataclass(frozen=True)
class Create:
    """Make a contact or a matter. One request, recorded before it leaves."""

    kind: RecordKind
    fields: Fields
    stage_id: str = ""


@dataclass(frozen=True)
class Read:
    """Read the record before changing it, so that nothing the firm typed is overwritten. One request."""

    kind: RecordKind
    lawmatics_id: str


@dataclass(frozen=True)
class Update:
    """Write the fields that are blank there or still hold what we wrote. One request, none if there are no fields."""

    kind: RecordKind
    lawmatics_id: str
    fields: Fields


@dataclass(frozen=True)
class AddNote:
    """Add the note to the contact. One request, recorded before it leaves."""

    facts: Mapping[str, Any]


@dataclass(frozen=True)
class NeedsClient:
    """The matter has no client yet, so there is nobody to send."""


Step = FindContact | LinkContact | AskWhichPerson | Create | Read | Update | AddNote | NeedsClient


def describe_wanted(
    disclosure: MatterDisclosure, placement: Placement, *, clicked: bool, sent_note: Mapping[str, Any]
) -> Wanted:
    """The wanted state of a matter's records. `sent_note` is the `sent` of the note's link, {} without one."""
    person = disclosure.person
    contact = (
        {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "phone": person.phone,
        }
        if person
        else {}
    )
    matter = {"case_title": disclosure.title, "practice_area_id": placement.practice_area_id}
    return Wanted(
        matter_id=disclosure.matter_id,
        client_id=person.client_id if person else None,
        contact=contact,
        matter=matter,
        stage_id=placement.stage_id,
        note=_note_due(disclosure, clicked=clicked, sent=sent_note),
    )


def _note_due(disclosure: MatterDisclosure, *, clicked: bool, sent: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """By itself one note per completion. A person who asks gets one for anything approved that no note tells yet."""
    intake = disclosure.intake
    facts = {
        "completed_at": intake.completed_at.isoformat() if intake.completed_at else "",
        "approved": list(intake.approved),
        "asked": intake.asked,
    }
    newly_complete = bool(facts["completed_at"]) and facts["completed_at"] != sent.get("completed_at")
    asked_for = clicked and bool(intake.approved) and facts != {key: sent.get(key) for key in facts}
    return facts if newly_complete or asked_for else None


def plan(wanted: Wanted, known: Known) -> tuple[Step, ...]:
    """The steps from what is known to what is wanted, in order; () when nothing is left.

    Steps behind a search or a read are the ones that follow if it brings nothing unexpected.
    """
    if not wanted.contact:
        return (NeedsClient(),)
    steps = _plan_contact(wanted, known)
    if steps and isinstance(steps[-1], AskWhichPerson):
        return steps
    steps += _plan_matter(wanted, known)
    if wanted.note is not None:
        steps += (AddNote(wanted.note),)
    return steps


def _plan_contact(wanted: Wanted, known: Known) -> tuple[Step, ...]:
    link = known.links.get(RecordKind.CONTACT)
    if link is not None:
        return _plan_update(RecordKind.CONTACT, link, wanted.contact, known)
    create = Create(RecordKind.CONTACT, _filled(wanted.contact))
    if not wanted.contact["email"]:
        return (create,)
    if known.candidates is None:
        return (FindContact(wanted.contact["email"]), create)
    # A decision is about the contacts that were shown, and says nothing about another that has the address by now.
    chosen = known.decided_on[0] if known.decided_on and known.decision == Decision.LINK else ""
    if decided := next((found for found in known.candidates if found.lawmatics_id == chosen), None):
        return (LinkContact(decided, others=len(known.candidates) - 1),)
    apart = known.decided_on if known.decision == Decision.APART else ()
    left = tuple(found for found in known.candidates if found.lawmatics_id not in apart)
    if not left:
        return (create,)
    # The same address twice: the one with the same name, else ask about the oldest.
    best = next((found for found in left if same_person(wanted.contact, found.fields)), None)
    return (LinkContact(best, others=len(known.candidates) - 1),) if best else (AskWhichPerson(left),)


def _plan_matter(wanted: Wanted, known: Known) -> tuple[Step, ...]:
    link = known.links.get(RecordKind.MATTER)
    if link is None:
        return (Create(RecordKind.MATTER, _filled(wanted.matter), stage_id=wanted.stage_id),)
    return _plan_update(RecordKind.MATTER, link, wanted.matter, known)


def _plan_update(kind: RecordKind, link: KnownLink, wanted: Fields, known: Known) -> tuple[Step, ...]:
    if link.digest == digest(wanted):
        return ()
    found = known.read.get(kind)
    if found is None:
        return (Read(kind, link.lawmatics_id),)
    return (Update(kind, link.lawmatics_id, writable(wanted, found.fields, link.sent)),)


def writable(wanted: Fields, remote: Fields, sent: Mapping[str, Any]) -> dict[str, str]:
    """The fields that may be written: blank there, or still holding what we wrote last. The firm's own typing stays."""
    changes: dict[str, str] = {}
    for name, value in wanted.items():
        there = remote.get(name, "")
        if not value or alike(name, value, there):
            continue
        if not there or (name in sent and alike(name, str(sent[name]), there)):
            changes[name] = value
    return changes


def alike(name: str, ours: str, theirs: str) -> bool:
    """Whether two values of a field mean the same, although Lawmatics may format them differently."""
    if name == "phone":
        return _digits(ours)[-10:] == _digits(theirs)[-10:]
    if name == "email":
        return ours.strip().casefold() == theirs.strip().casefold()
    return " ".join(ours.split()) == " ".join(theirs.split())


def same_person(ours: Fields, theirs: Fields) -> bool:
    """Whether two contacts with one e-mail address may be taken for one person without asking.

    Strict on purpose, because data of the wrong person is the worst mistake: first and last name must be equal, without
    regard to case, accents and spacing. A contact that has no name at all may be ours.
    """
    pairs = [(fold(ours.get(name, "")), fold(theirs.get(name, ""))) for name in ("first_name", "last_name")]
    return all(mine == other for mine, other in pairs) or not any(other for _, other in pairs)


def digest(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _filled(fields: Fields) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
