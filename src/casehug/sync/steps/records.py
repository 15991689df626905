"""What contacts and matters have in common: read before writing, write only what may be written, take it back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from casehug.sync import ledger, policy
from casehug.sync.errand import Errand
from casehug.sync.models import Attempt, RecordKind
from casehug.sync.planner import (
    AskWhichValue,
    Conflict,
    Found,
    Known,
    Read,
    Update,
    certainly_sent,
    digest,
    possibly_sent,
    questions,
    seen_sent,
    taken_back,
    undoable,
)
from casehug.sync.policy import NeedsPerson
from casehug.sync.steps.stages import label_of_adopted, seen_stage
from lawmatics import Contact, ContactWrite, Matter, MatterWrite
from lawmatics.types import CustomValue

CUSTOM = "custom:"


def read(errand: Errand, step: Read) -> Known:
    errand.action = f"{step.kind}.read"
    known = errand.known.having_read(step.kind, _read(errand, step.kind, step.lawmatics_id))
    link = known.links[step.kind]
    if step.kind == RecordKind.MATTER and errand.read_matter is not None:
        told = label_of_adopted(errand, link, errand.read_matter)
        if told is not link:
            errand.later(lambda: errand.save_link(step.kind, told))
            known = known.having_linked(step.kind, told)
    return known


def _read(errand: Errand, kind: RecordKind, lawmatics_id: str) -> Found:
    if kind == RecordKind.CONTACT:
        return found_contact(errand.client.contacts.get(lawmatics_id))
    errand.read_matter = errand.client.matters.get(lawmatics_id)
    return found_matter(errand.read_matter)


def update(errand: Errand, step: Update) -> Known:
    kind = step.kind
    before = errand.known.links[kind]
    seen = seen_sent(before.sent, errand.known.read[kind])
    link = replace(
        before,
        sent=certainly_sent(seen, step.fields),
        declined={**before.declined, **step.declined},
        digest="" if step.conflicts else errand.wanted.digest(kind),
    )
    told = seen_stage(errand) if kind == RecordKind.MATTER else {}
    if step.fields:
        # Committed before the request leaves: if its answer is lost, what it wrote must not pass for the firm's typing.
        leaving = possibly_sent(seen, step.fields)
        client_id = errand.wanted.client_id if kind == RecordKind.CONTACT else None
        record_id = client_id or errand.change.matter_id
        errand.later(lambda: ledger.note_leaving(kind, record_id, sent=leaving))
        errand.write(
            f"{kind}.update",
            intended={"fields": dict(step.fields)},
            before=step.before,
            call=lambda: write_fields(errand, kind, step.lawmatics_id, step.fields),
            remember=lambda _answer: errand.save_link(kind, link, **told),
        )
    else:
        # Everything there is ours already or was typed by the firm: remember that we compared.
        errand.later(lambda: errand.save_link(kind, link, **told))
    read = Found(step.lawmatics_id, {**errand.known.read[kind].fields, **step.fields})
    return errand.known.having_linked(kind, link).having_read(kind, read)


def ask_which_value(errand: Errand, step: AskWhichValue) -> Known:
    errand.action = "plan"
    raise NeedsPerson(policy.WHICH_VALUE, _differences(step.conflicts), asked_about=questions(step.conflicts))


def undo(errand: Errand, attempt: Attempt) -> bool:
    """Take an update back, if its fields still hold what it wrote. Then those fields are left alone.

    False if somebody has edited them since.
    """
    kind = RecordKind(attempt.action.split(".")[0])
    link = errand.known.links.get(kind)
    if link is None:
        return True
    errand.action = f"{kind}.undo"
    found = _read(errand, kind, link.lawmatics_id)
    written = attempt.intended["fields"]
    # It may have been taken back already, by an undo whose answer was lost.
    there_again = taken_back(written, attempt.before, found.fields)
    back = undoable(written, attempt.before, found.fields)
    if back is None and not there_again:
        errand.known = errand.known.having_read(kind, found)
        return False
    undone = replace(
        link,
        sent={name: value for name, value in certainly_sent(link.sent, written).items() if name not in written},
        declined={**link.declined, **{name: digest({"value": value}) for name, value in written.items()}},
    )

    def remember(_answer: object) -> None:
        errand.save_link(kind, undone)
        ledger.undone(attempt)

    if back is None or there_again:
        errand.later(lambda: remember(None))
        errand.known = errand.known.having_linked(kind, undone).having_read(kind, found)
        return True
    errand.write(
        f"{kind}.undo",
        intended={"fields": back, "undo_of": str(attempt.id)},
        before={name: found.fields.get(name) for name in back},
        call=lambda: write_fields(errand, kind, link.lawmatics_id, back),
        remember=remember,
    )
    errand.known = errand.known.having_linked(kind, undone).having_read(
        kind, Found(found.lawmatics_id, {**found.fields, **back})
    )
    return True


def write_fields(errand: Errand, kind: RecordKind, lawmatics_id: str, fields: Mapping[str, Any]) -> Contact | Matter:
    if kind == RecordKind.CONTACT:
        return errand.client.contacts.update(lawmatics_id, contact_write(fields))
    return errand.client.matters.update(lawmatics_id, matter_write(fields))


def contact_write(fields: Mapping[str, Any]) -> ContactWrite:
    return ContactWrite(**_body(fields))


def matter_write(fields: Mapping[str, Any]) -> MatterWrite:
    return MatterWrite(**_body(fields))


def _body(fields: Mapping[str, Any]) -> dict[str, Any]:
    standard = {name: _cleared(value) for name, value in fields.items() if not name.startswith(CUSTOM)}
    custom = {name.removeprefix(CUSTOM): _cleared(value) for name, value in fields.items() if name.startswith(CUSTOM)}
    return {**standard, **({"custom_fields": custom} if custom else {})}


def _cleared(value: Any) -> Any:
    return None if value == "" else value


def found_contact(contact: Contact) -> Found:
    fields = {name: getattr(contact, name) or "" for name in ("first_name", "last_name", "email", "phone")}
    return Found(lawmatics_id=contact.id, fields={**fields, **_custom(contact.custom_fields)})


def found_matter(matter: Matter) -> Found:
    fields = {"case_title": matter.case_title or "", "practice_area_id": matter.practice_area_id or ""}
    return Found(lawmatics_id=matter.id, fields={**fields, **_custom(matter.custom_fields)})


def _custom(values: Mapping[str, CustomValue]) -> dict[str, Any]:
    return {f"{CUSTOM}{key}": value.value for key, value in values.items()}


def _differences(conflicts: tuple[Conflict, ...]) -> str:
    told = "; ".join(f"{_words(one.name)} is “{one.theirs}” in Lawmatics and “{one.ours}” here" for one in conflicts)
    return f"{told}. Decide which to keep in Lawmatics."


def _words(name: str) -> str:
    return name.removeprefix(CUSTOM).removesuffix("_id").replace("_", " ").capitalize()
