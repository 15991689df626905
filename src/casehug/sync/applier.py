"""Making it so: claim, call, settle.

For one change the applier plans, makes the first step, adds what it learned and plans again until nothing is left.
Every write is committed as an Attempt before it leaves, and the network is only used between transactions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from django.db import IntegrityError

from casehug.intake.disclosure import MatterDisclosure, disclose_matter
from casehug.kit.ids import new_marker
from casehug.sync import ledger, policy, reference
from casehug.sync.lanes import Lease
from casehug.sync.lookup import ADD_NOTE, CREATE_CONTACT, CREATE_MATTER
from casehug.sync.mapping import Placement, Reference, place
from casehug.sync.meter import Meter
from casehug.sync.models import Attempt, AttemptState, Change, Decision, Priority, RecordKind
from casehug.sync.note import note_body, note_name
from casehug.sync.planner import (
    AddNote,
    AskWhichPerson,
    Create,
    FindContact,
    Found,
    Known,
    KnownLink,
    LinkContact,
    Read,
    Step,
    Update,
    Wanted,
    describe_wanted,
    digest,
    plan,
)
from casehug.sync.policy import NeedsPerson, Ruling
from casehug.sync.recovery import LOOK, Recovery
from casehug.tenancy.actor import current_firm
from casehug.tenancy.scope import firm_scope
from lawmatics import Contact, ContactWrite, Lawmatics, Matter, MatterWrite, errors

Answer = TypeVar("Answer")


@dataclass
class Applier:
    """One change's way into Lawmatics. `action` names the step it is at, `attempt` the write that is out."""

    lease: Lease
    client: Lawmatics
    meter: Meter
    change: Change
    settings: Reference
    action: str = "plan"
    attempt: Attempt | None = None
    logged: int = 0
    read_matter: Matter | None = None
    settings_read: bool = False

    disclosure: MatterDisclosure = field(init=False)
    placement: Placement = field(init=False)
    wanted: Wanted = field(init=False)
    known: Known = field(init=False)
    time_zone: str = field(init=False)

    def apply(self) -> None:
        """Bring the matter to what is wanted and mark the change delivered.

        Raises NeedsPerson, StillUnknown, LaneLost, BudgetSpent and LawmaticsError; the caller settles those.
        """
        self.action = LOOK
        Recovery(self.lease, self.client, self.change).run()
        self.action = "plan"
        self._load()
        while steps := plan(self.wanted, self.known):
            try:
                self.known = self._make(steps[0])
            except errors.Invalid as error:
                if not self._placed_anew(steps[0], error):
                    raise
        with firm_scope(self.lease.firm_id):
            if self.meter.requests == 0 and self.change.priority == Priority.CLICK:
                # Somebody asked and should see an answer; an automatic reason that changes nothing is noise.
                ledger.log(self.change, action="unchanged", state=AttemptState.DONE, requests=0)
            ledger.delivered(self.lease, self.change)

    def log_failure(self, ruling: Ruling, text: str, state: AttemptState = AttemptState.FAILED) -> None:
        """Write what went wrong into the log: on the open write's own row, or on a line for the step. Joins a scope."""
        told = {"problem": ruling.code, "text": text}
        if self.attempt is not None:
            ledger.settle(self.lease, self.attempt, state=state, requests=1, **told)
            self.attempt = None
        else:
            ledger.log(
                self.change,
                action=self.action,
                state=AttemptState.FAILED,
                requests=self.meter.requests,
                **told,
            )

    def _load(self) -> None:
        with firm_scope(self.lease.firm_id):
            disclosure = disclose_matter(self.change.matter_id)
            person = disclosure.person
            links = ledger.links_of(self.change.matter_id, person.client_id if person else None)
            self.time_zone = current_firm().time_zone
        note = links.get(RecordKind.NOTE)
        self.disclosure = disclosure
        self.placement = place(disclosure.case_type, disclosure.practice_area, self.settings)
        self.wanted = describe_wanted(
            disclosure,
            self.placement,
            clicked=self.change.priority == Priority.CLICK,
            sent_note=note.sent if note else {},
        )
        self.known = Known(
            links=links,
            decision=Decision(self.change.decision),
            decided_on=tuple(filter(None, self.change.asked_about.split(","))),
        )

    def _placed_anew(self, step: Step, error: errors.Invalid) -> bool:
        """A refused new matter may name a stage that was deleted: read the firm's settings again, once.

        True if the matter's place is another one now, so that the plan is worth a new try.
        """
        if self.settings_read or not isinstance(step, Create) or step.kind != RecordKind.MATTER:
            return False
        self.settings_read = True
        settings = reference.refresh(self.client, self.lease.firm_id)
        placement = place(self.disclosure.case_type, self.disclosure.practice_area, settings)
        if placement == self.placement:
            return False
        ruling = policy.rule(error)
        with firm_scope(self.lease.firm_id):
            text = f"{policy.explain(error, ruling)} The firm's stages have changed; they were read again."
            self.log_failure(ruling, text)
        self.settings = settings
        known = self.known
        self._load()
        self.known = replace(self.known, candidates=known.candidates, read=known.read)
        return True

    # --- steps ----------------------------------------------------------------------------------------------------

    def _make(self, step: Step) -> Known:
        match step:
            case FindContact():
                return self._find_contact(step)
            case LinkContact():
                return self._link_contact(step)
            case Read():
                return self._read(step)
            case Create(kind=RecordKind.CONTACT):
                return self._create_contact(step)
            case Create():
                return self._create_matter(step)
            case Update():
                return self._update(step)
            case AddNote():
                return self._add_note(step)
            case AskWhichPerson():
                about = ",".join(found.lawmatics_id for found in step.found)[:300]
                raise NeedsPerson(policy.OTHER_PERSON, _which_person(step.found), asked_about=about)
            case _:
                raise NeedsPerson(policy.NO_CLIENT)

    def _find_contact(self, step: FindContact) -> Known:
        self.action = "contact.search"
        found = tuple(_found_contact(contact) for contact in self.client.contacts.with_email(step.email))
        return replace(self.known, candidates=found)

    def _link_contact(self, step: LinkContact) -> Known:
        self.action = "contact.link"
        link = KnownLink(lawmatics_id=step.found.lawmatics_id, sent={}, digest="")
        notice = f"{step.others} more contacts have this e-mail address in Lawmatics." if step.others else ""
        with firm_scope(self.lease.firm_id):
            self._save_link(RecordKind.CONTACT, link, notice=notice)
            ledger.log(
                self.change,
                action=self.action,
                state=AttemptState.DONE,
                requests=self._not_logged_yet(),
                lawmatics_id=step.found.lawmatics_id,
                text=notice,
            )
        return self.known.having_linked(RecordKind.CONTACT, link).having_read(RecordKind.CONTACT, step.found)

    def _read(self, step: Read) -> Known:
        self.action = f"{step.kind}.read"
        if step.kind == RecordKind.CONTACT:
            found = _found_contact(self.client.contacts.get(step.lawmatics_id))
        else:
            self.read_matter = self.client.matters.get(step.lawmatics_id)
            found = _found_matter(self.read_matter)
        return self.known.having_read(step.kind, found)

    def _create_contact(self, step: Create) -> Known:
        contact = self._write(
            CREATE_CONTACT,
            {"fields": dict(step.fields), "client_id": str(self.wanted.client_id)},
            lambda: self.client.contacts.create(_contact(step.fields)),
            lambda answer: self._linked_after_create(RecordKind.CONTACT, answer.id),
        )
        return self.known.having_linked(RecordKind.CONTACT, self._link_to(RecordKind.CONTACT, contact.id))

    def _create_matter(self, step: Create) -> Known:
        contact_id = self.known.links[RecordKind.CONTACT].lawmatics_id
        stage = {"stage_id": step.stage_id} if step.stage_id else {}
        write = _matter({"contact_id": contact_id, **step.fields, **stage})
        matter = self._write(
            CREATE_MATTER,
            {"fields": dict(step.fields), "contact_id": contact_id, "stage_id": step.stage_id},
            lambda: self.client.matters.create(write),
            lambda answer: self._linked_after_create(
                RecordKind.MATTER,
                answer.id,
                stage_name=self._stage_name(answer),
                notice=self._stage_notice(answer),
            ),
        )
        return self.known.having_linked(RecordKind.MATTER, self._link_to(RecordKind.MATTER, matter.id))

    def _update(self, step: Update) -> Known:
        before = self.known.links[step.kind]
        link = replace(before, sent={**before.sent, **step.fields}, digest=digest(self._fields(step.kind)))
        told = self._seen_stage() if step.kind == RecordKind.MATTER else {}
        if not step.fields:
            # Everything there is ours already or was typed by the firm: remember that we compared.
            with firm_scope(self.lease.firm_id):
                self._save_link(step.kind, link, **told)
        elif step.kind == RecordKind.CONTACT:
            self._write(
                "contact.update",
                {"fields": dict(step.fields)},
                lambda: self.client.contacts.update(step.lawmatics_id, _contact(step.fields)),
                lambda _answer: self._save_link(step.kind, link),
            )
        else:
            self._write(
                "matter.update",
                {"fields": dict(step.fields)},
                lambda: self.client.matters.update(step.lawmatics_id, _matter(step.fields)),
                lambda _answer: self._save_link(step.kind, link, **told),
            )
        return self.known.having_linked(step.kind, link)

    def _add_note(self, step: AddNote) -> Known:
        contact_id = self.known.links[RecordKind.CONTACT].lawmatics_id
        with firm_scope(self.lease.firm_id):
            marker = ledger.marker_of_absent(self.change.matter_id, ADD_NOTE) or new_marker()
        name = note_name(self.disclosure.intake, marker)
        body = note_body(self.disclosure.intake, matter_id=self.change.matter_id, time_zone=self.time_zone)
        link = KnownLink(lawmatics_id="", sent=step.facts, digest=digest(step.facts))
        self._write(
            ADD_NOTE,
            {"name": name, "marker": marker, "contact_id": contact_id, "facts": dict(step.facts)},
            lambda: self.client.contacts.add_note(contact_id, name=name, body=body),
            lambda _answer: self._save_link(RecordKind.NOTE, link),
        )
        self.wanted = replace(self.wanted, note=None)
        return self.known.having_linked(RecordKind.NOTE, link)

    # --- writing --------------------------------------------------------------------------------------------------

    def _write(
        self,
        action: str,
        intended: Mapping[str, Any],
        call: Callable[[], Answer],
        remember: Callable[[Answer], None],
    ) -> Answer:
        """Plan, record, make, settle: one write to Lawmatics."""
        self.action = action
        self.meter.prepay()
        with firm_scope(self.lease.firm_id):
            self.attempt = ledger.begin(
                self.change,
                action=action,
                fence=self.lease.fence,
                intended={**intended, "clock_offset": self.meter.clock_offset},
            )
        answer = call()
        try:
            with firm_scope(self.lease.firm_id):
                ledger.settle(
                    self.lease,
                    self.attempt,
                    state=AttemptState.DONE,
                    requests=self._not_logged_yet(),
                    lawmatics_id=getattr(answer, "id", ""),
                )
                remember(answer)
        except IntegrityError as error:
            # Lawmatics gave out an id that another matter here is linked to: nobody but a person can untangle that.
            raise NeedsPerson(policy.TAKEN_ID) from error
        self.attempt = None
        return answer

    def _not_logged_yet(self) -> int:
        """The requests since the last line of the log: a search or read counts with the step it was made for."""
        requests = self.meter.requests - self.logged
        self.logged = self.meter.requests
        return requests

    def _fields(self, kind: RecordKind) -> Mapping[str, str]:
        return self.wanted.contact if kind == RecordKind.CONTACT else self.wanted.matter

    def _link_to(self, kind: RecordKind, lawmatics_id: str) -> KnownLink:
        """The link after a create: everything wanted was sent."""
        fields = self._fields(kind)
        return KnownLink(lawmatics_id=lawmatics_id, sent=dict(fields), digest=digest(fields))

    def _linked_after_create(self, kind: RecordKind, lawmatics_id: str, **told: str) -> None:
        self._save_link(kind, self._link_to(kind, lawmatics_id), **told)

    def _save_link(self, kind: RecordKind, link: KnownLink, **told: Any) -> None:
        record_id = self.wanted.client_id if kind == RecordKind.CONTACT else self.change.matter_id
        if record_id is None:
            raise ValueError("a contact is only written for a matter that has a client")
        ledger.save_link(kind=kind, record_id=record_id, link=link, **told)

    def _stage_name(self, matter: Matter) -> str:
        return matter.stage_name or self.settings.stage_name(matter.stage_id or "")

    def _seen_stage(self) -> dict[str, str]:
        """What the read of an existing matter told about its stage, which the firm may have changed since."""
        if self.read_matter is None:
            return {}
        notice = "" if self.read_matter.stage_id else self._stage_notice(self.read_matter)
        return {"stage_name": self._stage_name(self.read_matter), "notice": notice}

    def _stage_notice(self, matter: Matter) -> str:
        if not self.placement.stage_id:
            names = " or ".join(f"“{name}”" for name in self.placement.looked_for)
            return f"Sent without a stage: no pipeline in this Lawmatics account has a stage named {names}."
        if matter.stage_id != self.placement.stage_id:
            return f"Lawmatics did not take the stage “{self.placement.stage_name}”. Move the matter there by hand."
        return ""


def _contact(fields: Mapping[str, Any]) -> ContactWrite:
    return ContactWrite(**fields)


def _matter(fields: Mapping[str, Any]) -> MatterWrite:
    return MatterWrite(**fields)


def _found_contact(contact: Contact) -> Found:
    fields = {name: getattr(contact, name) or "" for name in ("first_name", "last_name", "email", "phone")}
    return Found(lawmatics_id=contact.id, fields=fields)


def _found_matter(matter: Matter) -> Found:
    return Found(
        lawmatics_id=matter.id,
        fields={"case_title": matter.case_title or "", "practice_area_id": matter.practice_area_id or ""},
    )


def _which_person(found: tuple[Found, ...]) -> str:
    first, *others = (f"“{_name_of(contact)}”" for contact in found)
    also = f", and also {' and '.join(others)}" if others else ""
    return f"Lawmatics has {first} under this e-mail address{also}. Decide whether {first} is the same person."


def _name_of(found: Found) -> str:
    return f"{found.fields.get('first_name', '')} {found.fields.get('last_name', '')}".strip() or "somebody unnamed"
