"""Everything that changes the town's records, with the side effects Lawmatics has.

The API and the console both come through here, so a card moved by hand leaves the same traces as a call.
Values arrive checked (`parse.py`); nothing in here can be refused halfway.
"""

from collections.abc import Iterable
from typing import Any

from sandbox import automations
from sandbox.hand import Hand
from sandbox.parse import NAMES
from sandbox.records import Activity, Contact, ContactPoint, Matter, Note, Record, Ref, Tag
from sandbox.store import Firm
from sandbox.table import Table

NoteText = tuple[str | None, str | None]


def touch(hand: Hand, record: Record) -> None:
    record.updated_at = hand.at


def log_activity(
    hand: Hand, key: str, recipient: Ref, detail: dict[str, Any] | list[Any], tracked: Ref | None = None
) -> None:
    noun = key.split(".")[0]
    # API docs, Timeline Activities: notes are of type `note`, the rest carries a class name.
    kind = "note" if noun == "note" else f"TimelineActivity::{noun.capitalize()}"
    activity = Activity(
        **hand.new("activity"), key=key, type=kind, detail_keys=detail, owner=Ref("user", hand.user.id),
        tracked=tracked or recipient, recipient=recipient,
    )  # fmt: skip
    hand.firm.activities[activity.id] = activity


# Contacts


def add_contact(
    hand: Hand,
    person: dict[str, Any],
    custom: dict[int, Any] | None = None,
    notes: Iterable[NoteText] = (),
) -> Contact:
    contact = Contact(**hand.new("contact"), created_by_id=hand.user.id)
    hand.firm.contacts[contact.id] = contact
    _set_person(hand, contact, person)
    _set_custom(contact.custom, custom or {})
    log_activity(hand, "contact.create", Ref("contact", contact.id), {})
    add_notes(hand, Ref("contact", contact.id), notes)
    return contact


def change_contact(
    hand: Hand,
    contact: Contact,
    person: dict[str, Any],
    custom: dict[int, Any] | None = None,
    notes: Iterable[NoteText] = (),
) -> None:
    before = {key: getattr(contact, key) for key in NAMES}
    changed = _set_person(hand, contact, person)
    if _set_custom(contact.custom, custom or {}) or changed:
        touch(hand, contact)
        detail = [{key: [before[key], person[key]]} for key in changed if key in before]
        log_activity(hand, "contact.update", Ref("contact", contact.id), detail)
    # API docs, Update Contact: `notes` adds notes, it never replaces the old ones.
    add_notes(hand, Ref("contact", contact.id), notes)


def _set_person(hand: Hand, contact: Contact, person: dict[str, Any]) -> list[str]:
    changed = []
    for key, value in person.items():
        if key in NAMES:
            if getattr(contact, key) != value:
                setattr(contact, key, value)
                changed.append(key)
        elif contact.details.get(key) != value:
            contact.details[key] = value
            changed.append(key)
    for key, kind in (("email", "email_address"), ("phone", "phone_number")):
        if key in changed:
            _mirror_point(hand, contact, kind, getattr(contact, key))
    return changed


def points(firm: Firm, kind: str) -> Table[ContactPoint]:
    return firm.email_addresses if kind == "email_address" else firm.phone_numbers


def _mirror_point(hand: Hand, contact: Contact, kind: str, value: str | None) -> None:
    table = points(hand.firm, kind)
    owner = Ref("contact", contact.id)
    primary = next((p for p in table.group("owner", owner) if p.label == "Primary"), None)
    if value is None:
        if primary:
            del table[primary.id]
    elif primary:
        primary.info = value
        touch(hand, primary)
    else:
        point = ContactPoint(**hand.new(kind), label="Primary", info=value, owner=owner)
        table[point.id] = point


def _set_custom(held: dict[int, Any], values: dict[int, Any]) -> bool:
    before = dict(held)
    for field_id, value in values.items():
        if value is None:
            held.pop(field_id, None)
        else:
            held[field_id] = value
    return held != before


def delete_contact(hand: Hand, contact: Contact) -> None:
    """Takes the matters along: a matter wraps a contact and can't stand without one."""
    for matter in hand.firm.matters.group("contact_id", contact.id):
        delete_matter(hand, matter)
    _forget(hand, Ref("contact", contact.id))
    for table in (hand.firm.email_addresses, hand.firm.phone_numbers):
        for point in table.group("owner", Ref("contact", contact.id)):
            del table[point.id]
    del hand.firm.contacts[contact.id]


def merge_contacts(hand: Hand, keep: Contact, gone: Contact) -> None:
    """What hung on `gone` hangs on `keep`, which also takes over what it lacks; then `gone` is no more."""
    firm, old, new = hand.firm, Ref("contact", gone.id), Ref("contact", keep.id)
    for matter in firm.matters.group("contact_id", gone.id):
        matter.contact_id = keep.id
        touch(hand, matter)
    for note in firm.notes.group("notable", old):
        note.notable = new
    for activity in firm.activities.group("recipient", old):
        activity.recipient = new
    for held in (*firm.files.group("documentable", old), *firm.folders.group("documentable", old)):
        held.documentable = new
    missing = {key: getattr(gone, key) for key in NAMES if not getattr(keep, key)}
    missing |= {key: value for key, value in gone.details.items() if not keep.details.get(key)}
    custom = {key: value for key, value in gone.custom.items() if key not in keep.custom}
    for table in (firm.email_addresses, firm.phone_numbers):
        for point in table.group("owner", old):
            point.owner, point.label = new, "Other"
    del firm.contacts[gone.id]
    change_contact(hand, keep, missing, custom)
    touch(hand, keep)
    log_activity(hand, "contact.merge", new, {"merged_id": gone.id})


def delete_matter(hand: Hand, matter: Matter) -> None:
    _forget(hand, Ref("prospect", matter.id))
    del hand.firm.matters[matter.id]


def _forget(hand: Hand, owner: Ref) -> None:
    firm = hand.firm
    for file in firm.files.group("documentable", owner):
        hand.town.cupboard.drop(file.id)
        del firm.files[file.id]
    for folder in firm.folders.group("documentable", owner):
        del firm.folders[folder.id]
    for note in firm.notes.group("notable", owner):
        del firm.notes[note.id]
    for activity in firm.activities.group("recipient", owner):
        del firm.activities[activity.id]


# Notes and tags


def add_note(hand: Hand, notable: Ref, name: str | None, body: str | None) -> Note:
    note = Note(**hand.new("note"), name=name, body=body, notable=notable, created_by_id=hand.user.id)
    hand.firm.notes[note.id] = note
    # The timeline entry appears by itself: that is what "logged as an activity" means.
    log_activity(hand, "note.create", notable, {"body": body, "name": name}, tracked=Ref("note", note.id))
    return note


def add_notes(hand: Hand, notable: Ref, notes: Iterable[NoteText]) -> None:
    for name, body in notes:
        add_note(hand, notable, name, body)


def tag_ids(hand: Hand, names: Iterable[str]) -> list[int]:
    """Ids of the tags with these names, made where missing (API docs, Create Matter)."""
    ids = []
    for name in names:
        tag = next((t for t in hand.firm.tags.values() if t.name.casefold() == name.casefold()), None)
        if tag is None:
            tag = Tag(**hand.new("tag"), name=name)
            hand.firm.tags[tag.id] = tag
        ids.append(tag.id)
    return ids


# Matters


def add_matter(
    hand: Hand,
    contact: Contact,
    fields: dict[str, Any],
    custom: dict[int, Any] | None = None,
    tags: Iterable[str] = (),
    notes: Iterable[NoteText] = (),
) -> Matter:
    matter = Matter(**hand.new("matter"), contact_id=contact.id, created_by_id=hand.user.id)
    hand.firm.matters[matter.id] = matter
    _set_matter(hand, matter, fields)
    _set_custom(matter.custom, custom or {})
    matter.tag_ids = tag_ids(hand, tags)
    log_activity(hand, "prospect.create", Ref("prospect", matter.id), {})
    add_notes(hand, Ref("prospect", matter.id), notes)
    automations.run(hand, matter, [("stage", matter.stage_id), *(("field", key) for key in matter.custom)])
    return matter


def change_matter(
    hand: Hand,
    matter: Matter,
    fields: dict[str, Any],
    custom: dict[int, Any] | None = None,
    tags: Iterable[str] = (),
    notes: Iterable[NoteText] = (),
) -> None:
    before_tags, before_stage, before_custom = list(matter.tag_ids), matter.stage_id, dict(matter.custom)
    changed = _set_matter(hand, matter, fields)
    if _set_custom(matter.custom, custom or {}):
        changed.append({"custom_fields": ["…", "…"]})
    matter.tag_ids = list(dict.fromkeys([*matter.tag_ids, *tag_ids(hand, tags)]))
    if changed or matter.tag_ids != before_tags:
        touch(hand, matter)
        log_activity(hand, "prospect.update", Ref("prospect", matter.id), changed)
    add_notes(hand, Ref("prospect", matter.id), notes)
    met = [("field", key) for key, value in matter.custom.items() if before_custom.get(key) != value]
    if matter.stage_id != before_stage:
        met.append(("stage", matter.stage_id or 0))
    automations.run(hand, matter, met)


def _set_matter(hand: Hand, matter: Matter, fields: dict[str, Any]) -> list[Any]:
    changed: list[Any] = []
    for key, value in fields.items():
        before = getattr(matter, key)
        if before != value:
            setattr(matter, key, value)
            changed.append({key: [before, value]})
    sub_status = hand.firm.sub_statuses.get(fields.get("sub_status_id") or 0)
    if sub_status and sub_status.status != matter.status:
        # A sub status is a label under one of three statuses (API docs, Sub Statuses): the status follows.
        changed.append({"status": [matter.status, sub_status.status]})
        matter.status = sub_status.status
    if matter.status == "hired" and matter.converted_date is None:
        matter.converted_date = hand.at
    return changed


def set_status(hand: Hand, matter: Matter, status: str) -> None:
    """What a person does with Convert or Mark as lost; the API has no field for it."""
    own = [s.id for s in hand.firm.sub_statuses.values() if s.status == status]
    sub_status_id = matter.sub_status_id if matter.sub_status_id in own else None
    change_matter(hand, matter, {"status": status, "sub_status_id": sub_status_id})
