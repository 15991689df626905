"""What has to happen in Lawmatics for one matter: a pure function from what is wanted and known to steps.

The applier makes the first step, adds what it learned to `Known`, and plans again until nothing is left. So a preview
shows exactly what would be done, and a plan applied and planned again is empty. Contact data goes to the contact only:
writing a person's fields on a matter would change the shared contact (Lawmatics API docs, Matters).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from casehug.intake.disclosure import MatterDisclosure
from casehug.sync.identity import same_person
from casehug.sync.mapping import Placement
from casehug.sync.models import Decision, RecordKind, Rule

# Field name -> value. A custom field is named `custom:<id>`; its value is what Lawmatics takes: text, a number, true or
# false, an option's id, or a list of those.
Fields = Mapping[str, Any]

NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
NOTHING: tuple[Any, ...] = (None, "", [], ())
# In the `sent` of a matter's link: the sub status to set because the stage did not take.
SUB_STATUS_DUE = "sub_status_due"
# There too, for a matter that was adopted: the stage that it was sent with, of which no answer told whether it took.
STAGE_UNSURE = "stage_unsure"
# In the same place: by field the values of updates that left and of which no answer came, the newest first.
POSSIBLY_SENT, MOST_POSSIBLE = "possibly_sent", 5


@dataclass(frozen=True)
class FileDocument:
    """File one of the client's approved documents in the matter's folder. One request, recorded before it leaves."""

    document_id: UUID
    folder: tuple[str, ...]
    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class SubmitForm:
    """Submit a form with the client's answers. One request, recorded before it leaves; never simply repeated.

    `record_id` stands for this form and this matter; `values` goes from component to value.
    """

    record_id: UUID
    form_id: str
    form_name: str
    values: Fields


@dataclass(frozen=True)
class Wanted:
    """How the records should look. `note` tells the facts of the note that is due, or None.

    `rules` names the fields whose rule is not to fill blanks only. `fallback_sub_status_id` is for the case that the
    stage does not take. `numbered` says that CaseHug gives the matter its case number.
    """

    matter_id: UUID
    client_id: UUID | None
    contact: Fields
    matter: Fields
    stage_id: str
    note: Mapping[str, Any] | None
    sub_status_id: str = ""
    fallback_sub_status_id: str = ""
    numbered: bool = False
    rules: Mapping[RecordKind, Mapping[str, Rule]] = field(default_factory=dict)
    documents: tuple[FileDocument, ...] = ()
    forms: tuple[SubmitForm, ...] = ()

    def fields(self, kind: RecordKind) -> Fields:
        return self.contact if kind == RecordKind.CONTACT else self.matter

    def digest(self, kind: RecordKind) -> str:
        """Equal while nothing is to be compared again. A changed rule is a reason to."""
        rules = {name: str(rule) for name, rule in self.rules.get(kind, {}).items()}
        return digest({**self.fields(kind), **({"rules": rules} if rules else {})})


@dataclass(frozen=True)
class KnownLink:
    """A link to a record in Lawmatics: what we last sent, and the digest of what was wanted then.

    `declined` has, by field, the digest of a value that a person decided not to write.
    """

    lawmatics_id: str
    sent: Mapping[str, Any]
    digest: str
    declined: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """A record as read from Lawmatics in this run."""

    lawmatics_id: str
    fields: Fields


@dataclass(frozen=True)
class Known:
    """What is known of Lawmatics. `candidates` is None until it was searched; oldest first.

    `done` has the ids of documents that are filed and of forms that are submitted.
    """

    links: Mapping[RecordKind, KnownLink] = field(default_factory=dict)
    candidates: tuple[Found, ...] | None = None
    read: Mapping[RecordKind, Found] = field(default_factory=dict)
    decision: Decision = Decision.NONE
    # What the decision is about: contacts, of which "link" means the first, or conflicts.
    decided_on: tuple[str, ...] = ()
    done: frozenset[UUID] = frozenset()
    # Digests of the names under which contacts were shown, by id.
    shown: Mapping[str, str] = field(default_factory=dict)

    def having_read(self, kind: RecordKind, found: Found) -> "Known":
        return replace(self, read={**self.read, kind: found})

    def having_linked(self, kind: RecordKind, link: KnownLink) -> "Known":
        return replace(self, links={**self.links, kind: link})

    def having_done(self, record_id: UUID) -> "Known":
        return replace(self, done=self.done | {record_id})


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
    sub_status_id: str = ""
    numbered: bool = False


@dataclass(frozen=True)
class SetSubStatus:
    """Lawmatics did not take the stage: label the matter instead. One request."""

    lawmatics_id: str
    sub_status_id: str


@dataclass(frozen=True)
class Read:
    """Read the record before changing it, so that nothing the firm typed is overwritten. One request."""

    kind: RecordKind
    lawmatics_id: str


@dataclass(frozen=True)
class Conflict:
    """A field that the firm filled otherwise, and whose rule is to ask."""

    kind: RecordKind
    name: str
    ours: Any
    theirs: Any

    @property
    def key(self) -> str:
        """Names this very question: other values make another one."""
        return digest({"kind": self.kind, "name": self.name, "ours": self.ours, "theirs": self.theirs})[:16]


@dataclass(frozen=True)
class Update:
    """Write the fields whose rule allows it. One request, none if there are no fields.

    `before` has the values that stand there now. While `conflicts` are open the record is not taken for compared.
    """

    kind: RecordKind
    lawmatics_id: str
    fields: Fields
    before: Fields = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    declined: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AddNote:
    """Add the note to the contact. One request, recorded before it leaves."""

    facts: Mapping[str, Any]


@dataclass(frozen=True)
class AskWhichValue:
    """Everything else is done; for these fields a person has to decide."""

    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class NeedsClient:
    """The matter has no client yet, so there is nobody to send."""


Step = (
    FindContact
    | LinkContact
    | AskWhichPerson
    | Create
    | SetSubStatus
    | Read
    | Update
    | AddNote
    | SubmitForm
    | FileDocument
    | AskWhichValue
    | NeedsClient
)


@dataclass(frozen=True)
class Extras:
    """What the firm's own settings add to a matter: mapped fields by record, their rules, documents and forms."""

    contact: Fields = field(default_factory=dict)
    matter: Fields = field(default_factory=dict)
    rules: Mapping[RecordKind, Mapping[str, Rule]] = field(default_factory=dict)
    documents: tuple[FileDocument, ...] = ()
    forms: tuple[SubmitForm, ...] = ()
    numbered: bool = False


def describe_wanted(
    disclosure: MatterDisclosure,
    placement: Placement,
    *,
    clicked: bool,
    sent_note: Mapping[str, Any],
    quiet: bool = False,
    extras: Extras = Extras(),
) -> Wanted:
    """The wanted state of a matter's records. `sent_note` is the `sent` of the note's link, {} without one.

    `quiet` leaves out what starts the firm's automations, which e-mail real clients: stage, sub status and forms.
    """
    person = disclosure.person
    contact = (
        {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "phone": person.phone,
            **extras.contact,
        }
        if person
        else {}
    )
    matter = {"case_title": disclosure.title, "practice_area_id": placement.practice_area_id, **extras.matter}
    return Wanted(
        matter_id=disclosure.matter_id,
        client_id=person.client_id if person else None,
        contact=contact,
        matter=matter,
        stage_id="" if quiet else placement.stage_id,
        sub_status_id="" if quiet else placement.sub_status_id,
        fallback_sub_status_id="" if quiet else placement.fallback_sub_status_id,
        numbered=extras.numbered,
        note=_note_due(disclosure, clicked=clicked, sent=sent_note),
        rules=extras.rules,
        documents=extras.documents,
        forms=() if quiet else extras.forms,
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
    steps += tuple(form for form in wanted.forms if form.record_id not in known.done)
    steps += tuple(document for document in wanted.documents if document.document_id not in known.done)
    conflicts = _conflicts(wanted, known)
    return (*steps, AskWhichValue(conflicts)) if conflicts else steps


def _plan_contact(wanted: Wanted, known: Known) -> tuple[Step, ...]:
    link = known.links.get(RecordKind.CONTACT)
    if link is not None:
        return _plan_update(RecordKind.CONTACT, link, wanted, known)
    create = Create(RecordKind.CONTACT, _filled(wanted.contact))
    if not wanted.contact["email"]:
        return (create,)
    if known.candidates is None:
        return (FindContact(wanted.contact["email"]), create)
    # A decision is about the contacts that were shown, under the names that were shown. It says nothing about another
    # that has the address by now, nor about one that was renamed.
    decided = {found.lawmatics_id: found for found in known.candidates if _was_shown(found, known)}
    if known.decision == Decision.LINK and (linked := decided.get(next(iter(known.decided_on), ""))):
        return (LinkContact(linked, others=len(known.candidates) - 1),)
    apart = decided if known.decision == Decision.APART else {}
    left = tuple(found for found in known.candidates if found.lawmatics_id not in apart)
    if not left:
        return (create,)
    # The same address twice: the oldest one with the same name, else ask about the oldest.
    best = next((found for found in left if same_person(wanted.contact, found.fields)), None)
    return (LinkContact(best, others=len(known.candidates) - 1),) if best else (AskWhichPerson(left),)


def _was_shown(found: Found, known: Known) -> bool:
    name = name_digest(found)
    return found.lawmatics_id in known.decided_on and known.shown.get(found.lawmatics_id, name) == name


def name_digest(found: Found) -> str:
    """Names under which name a contact is shown to a person who has to decide."""
    return digest({name: found.fields.get(name) or "" for name in ("first_name", "last_name")})[:16]


def _plan_matter(wanted: Wanted, known: Known) -> tuple[Step, ...]:
    link = known.links.get(RecordKind.MATTER)
    if link is None:
        return (
            Create(
                RecordKind.MATTER,
                _filled(wanted.matter),
                stage_id=wanted.stage_id,
                sub_status_id=wanted.sub_status_id,
                numbered=wanted.numbered,
            ),
        )
    # What is due from an earlier, loud sync is not for a quiet one: a label starts automations too.
    due = link.sent.get(SUB_STATUS_DUE) if wanted.fallback_sub_status_id else None
    label: tuple[Step, ...] = (SetSubStatus(link.lawmatics_id, due),) if due else ()
    return label + _plan_update(RecordKind.MATTER, link, wanted, known)


def _plan_update(kind: RecordKind, link: KnownLink, wanted: Wanted, known: Known) -> tuple[Step, ...]:
    if link.digest == wanted.digest(kind):
        return ()
    found = known.read.get(kind)
    if found is None:
        return (Read(kind, link.lawmatics_id),)
    update = compared(kind, link, wanted, known, found)
    # Nothing left but questions: they come last, when everything else is done.
    return () if update.conflicts and not update.fields and not update.declined else (update,)


def _conflicts(wanted: Wanted, known: Known) -> tuple[Conflict, ...]:
    conflicts: tuple[Conflict, ...] = ()
    for kind in (RecordKind.CONTACT, RecordKind.MATTER):
        link, found = known.links.get(kind), known.read.get(kind)
        if link is not None and found is not None and link.digest != wanted.digest(kind):
            conflicts += compared(kind, link, wanted, known, found).conflicts
    return conflicts


def compared(kind: RecordKind, link: KnownLink, wanted: Wanted, known: Known, found: Found) -> Update:
    """What may be written of a record: blank there, or still holding what we wrote last, or where the intake wins.

    The firm's own typing stays, unless the field's rule is to ask and a person said so.
    """
    rules = wanted.rules.get(kind, {})
    fields: dict[str, Any] = {}
    declined: dict[str, str] = {}
    conflicts: list[Conflict] = []
    sent = seen_sent(link.sent, found)
    for name, value in wanted.fields(kind).items():
        there = found.fields.get(name)
        if value in NOTHING or alike(name, value, there):
            continue
        rule = rules.get(name, Rule.BLANKS)
        ours_there = name in sent and alike(name, sent[name], there)
        if there in NOTHING or (ours_there and sent[name] not in NOTHING) or rule == Rule.OURS:
            if link.declined.get(name) != digest({"value": value}):
                fields[name] = value
            continue
        conflict = Conflict(kind, name, value, there)
        if rule != Rule.ASK or link.declined.get(name) == digest({"value": value}):
            continue
        asked = conflict.key in known.decided_on
        if asked and known.decision == Decision.OURS:
            fields[name] = value
        elif asked and known.decision == Decision.KEEP:
            declined[name] = digest({"value": value})
        else:
            conflicts.append(conflict)
    before = {name: found.fields.get(name) for name in fields}
    return Update(kind, found.lawmatics_id, fields, before, tuple(conflicts), declined)


def label_unsure(intended: Mapping[str, Any]) -> dict[str, str]:
    """What the link of an adopted matter tells of its stage, until the matter is read."""
    return {STAGE_UNSURE: intended["stage_id"]} if intended.get("stage_id") else {}


def seen_sent(sent: Mapping[str, Any], found: Found) -> dict[str, Any]:
    """What we wrote last, with what stands there of the updates whose answer never came."""
    arrived = {
        name: value
        for name, values in sent.get(POSSIBLY_SENT, {}).items()
        for value in values
        if alike(name, value, found.fields.get(name))
    }
    return {**sent, **arrived}


def possibly_sent(sent: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """What is known of a link while an update is under way: its fields hold these values, if it arrived."""
    before = sent.get(POSSIBLY_SENT, {})
    added = {name: [value, *before.get(name, [])][:MOST_POSSIBLE] for name, value in fields.items()}
    return {**sent, POSSIBLY_SENT: {**before, **added}}


def certainly_sent(sent: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """What we wrote last, now that these fields have arrived."""
    left = {name: values for name, values in sent.get(POSSIBLY_SENT, {}).items() if name not in fields}
    known = {name: value for name, value in sent.items() if name != POSSIBLY_SENT}
    return {**known, **fields, **({POSSIBLY_SENT: left} if left else {})}


def taken_back(update: Fields, before: Fields, there: Fields) -> bool:
    """Whether the values of before the update stand there again."""
    return all(alike(name, before.get(name), there.get(name)) for name in update)


def undoable(update: Fields, before: Fields, there: Fields) -> dict[str, Any] | None:
    """The values that take an update back, or None if somebody has changed one of its fields since."""
    if not all(alike(name, value, there.get(name)) for name, value in update.items()):
        return None
    return {name: before.get(name) for name in update}


def alike(name: str, ours: Any, theirs: Any) -> bool:
    """Whether two values of a field mean the same, although Lawmatics may format them differently."""
    if ours in NOTHING or theirs in NOTHING:
        return ours in NOTHING and theirs in NOTHING
    if name == "phone":
        return _digits(str(ours))[-10:] == _digits(str(theirs))[-10:]
    if name == "email":
        return str(ours).strip().casefold() == str(theirs).strip().casefold()
    return bool(_plain(ours) == _plain(theirs))


def digest(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A value without what formatting adds: 5, 5.0 and "5" are one, so is a moment in two time zones, and a choice of
    several has no order."""
    if isinstance(value, list | tuple):
        return frozenset(_plain(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    text = " ".join(str(value).split())
    if NUMBER.fullmatch(text):
        # Never as a float: the cents of a large amount would be lost.
        return f"{(Decimal(text) + 0).normalize():f}"
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%dT%H:%M:%S}" if MOMENT.fullmatch(text) else text
    except (ValueError, OverflowError):
        return text


def _filled(fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in NOTHING}


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def questions(conflicts: Iterable[Conflict]) -> str:
    """The keys of conflicts, as a change keeps what a person was asked about."""
    return ",".join(conflict.key for conflict in conflicts)
