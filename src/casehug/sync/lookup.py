"""Did it happen? The look into Lawmatics after a create whose answer never came.

A look may find at any time; that it finds nothing counts only after the quarantine, because a request that timed out
here can still commit there. What was made is found by our own marker where there is one (a note's name), else by
everything we sent, exactly, among the records made since it left.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from casehug.sync.models import Attempt
from casehug.sync.planner import alike
from lawmatics import LONGEST_TIMEOUT_SECONDS, Lawmatics, Ref, errors

# At least twice the longest time-out: until then a request that we gave up can still commit.
QUARANTINE = timedelta(seconds=max(120.0, 2 * LONGEST_TIMEOUT_SECONDS))
MARGIN = timedelta(minutes=5)

CREATE_CONTACT, CREATE_MATTER, ADD_NOTE = "contact.create", "matter.create", "note.add"
SUBMIT_FORM, FILE_DOCUMENT = "form.submit", "document.file"
OF_CONTACT = "contact/"
PHONE = re.compile(r"\+?[\d ().-]{7,20}", re.ASCII)
CREATES = {CREATE_CONTACT, CREATE_MATTER, ADD_NOTE, SUBMIT_FORM, FILE_DOCUMENT}


@dataclass(frozen=True)
class Sighting:
    """What a look brought: the ids that fit, oldest first. `blind` means the remote cannot tell; `unsure` are ids of
    which a person has to tell."""

    ids: tuple[str, ...]
    blind: bool = False
    unsure: tuple[str, ...] = ()


def look(client: Lawmatics, attempt: Attempt) -> Sighting:
    """Search for the record that `attempt` may have made. Reads only. Raises LawmaticsError."""
    intended = attempt.intended
    since = attempt.at + timedelta(seconds=intended.get("clock_offset", 0.0)) - MARGIN
    if attempt.action == CREATE_CONTACT:
        return _look_for_contact(client, intended["fields"], since)
    if attempt.action == CREATE_MATTER:
        return _look_for_matter(client, intended, since)
    if attempt.action == SUBMIT_FORM:
        return _look_for_entry(client, intended, since)
    if attempt.action == FILE_DOCUMENT:
        return _look_for_file(client, intended, since)
    return _look_for_note(client, intended, since)


def _look_for_contact(client: Lawmatics, fields: dict[str, str], since: datetime) -> Sighting:
    if email := fields.get("email"):
        candidates = [c for c in client.contacts.with_email(email) if c.created_at is None or c.created_at >= since]
    else:
        candidates = list(client.contacts.newest_first(since))
    fitting = [
        contact
        for contact in candidates
        if all(
            alike(name, fields.get(name, ""), getattr(contact, name) or "")
            for name in ("first_name", "last_name", "email", "phone")
        )
    ]
    return Sighting(_oldest_first(fitting))


def _look_for_matter(client: Lawmatics, intended: dict[str, Any], since: datetime) -> Sighting:
    title = intended["fields"].get("case_title", "")
    # Where CaseHug numbers matters the number is the marker; the contact and the title have to fit all the same. One
    # with another number may be a namesake, or ours, numbered anew by Lawmatics or by the firm.
    number = intended.get("case_number")
    fitting = [
        matter
        for matter in client.matters.newest_first(since)
        if matter.contact_id == intended["contact_id"] and alike("case_title", title, matter.case_title or "")
    ]
    if number is None:
        return Sighting(_oldest_first(fitting))
    ours = [matter for matter in fitting if matter.case_number == number]
    return Sighting(_oldest_first(ours), unsure=tuple(matter.id for matter in fitting if matter not in ours))


def _look_for_note(client: Lawmatics, intended: dict[str, Any], since: datetime) -> Sighting:
    name = intended["name"]
    listed = tuple(note.id for note in client.notes.newest_first(since) if note.name == name)
    if listed:
        return Sighting(listed)
    # Notes of a contact are not documented to be listed there; they are in its timeline (docs: Activities).
    timeline = [
        activity
        for activity in client.activities.of_contact(intended["contact_id"])
        if activity.created_at is None or activity.created_at >= since
    ]
    notes = [a.tracked.id for a in timeline if a.key == "note.create" and a.tracked is not None]
    for note_id in notes:
        try:
            if client.notes.get(note_id).name == name:
                return Sighting((note_id,))
        except errors.NotFound:
            continue
    return Sighting((), blind=not timeline and not notes)


def _look_for_entry(client: Lawmatics, intended: dict[str, Any], since: datetime) -> Sighting:
    """By everything that was sent. An entry that shares a part of it only is for a person to judge: never sent again.

    A contact's form makes the same contact each time, so its id cannot tell one submission from another.
    """
    values: dict[str, Any] = intended["values"]
    if intended["after"]:
        # What we submitted to this form before is not what we look for.
        since = max(since, datetime.fromisoformat(intended["after"]))
    try:
        entries = list(client.forms.entries(intended["form_id"], since))
    except errors.NotFound:
        return Sighting((), blind=True)
    fitting = [entry for entry in entries if all(_same(value, entry.answers.get(key)) for key, value in values.items())]
    made = [made_by(entry.contactable) for entry in reversed(fitting) if entry.contactable is not None]
    unsure = [
        entry
        for entry in entries
        if not entry.answers or any(_telling(value, entry.answers.get(key)) for key, value in values.items())
    ]
    return Sighting(tuple(made), blind=len(unsure) > len(made) or any(one.startswith(OF_CONTACT) for one in made))


def made_by(record: Ref) -> str:
    """How we write down what a form made: a matter by its id, a contact as `contact/<id>`."""
    return f"{OF_CONTACT}{record.id}" if record.type == "contact" else record.id


def _same(ours: Any, theirs: Any) -> bool:
    return alike("", ours, theirs) or (_is_phone(ours) and alike("phone", ours, theirs))


def _telling(ours: Any, theirs: Any) -> bool:
    return isinstance(ours, str) and len(ours) > 2 and theirs is not None and _same(ours, theirs)


def _is_phone(value: Any) -> bool:
    return isinstance(value, str) and PHONE.fullmatch(value) is not None


def _look_for_file(client: Lawmatics, intended: dict[str, Any], since: datetime) -> Sighting:
    """By name and size on the same matter: CaseHug gives no name twice there."""
    receipt = intended["receipt"]
    fitting = [
        file
        for file in client.files.newest_first(since)
        if file.name == receipt["name"]
        and file.size == receipt["size"]
        and file.documentable is not None
        and file.documentable.id == intended["matter_id"]
    ]
    return Sighting(_oldest_first(fitting))


def _oldest_first(records: list[Any]) -> tuple[str, ...]:
    return tuple(r.id for r in sorted(records, key=lambda r: (r.created_at is None, r.created_at, r.id)))
