"""Notes on matters and companies. A note on a contact is written through the contact (API docs, Notes)."""

from collections.abc import Mapping
from typing import Any

from sandbox import parse, writes
from sandbox.api.attributes import plain, plains
from sandbox.api.rest import Call, Resource
from sandbox.envelope import Shape, invalid
from sandbox.records import Note, Ref

SHAPE: Shape[Note] = Shape(
    type="note",
    noun="Note",
    attributes=plains("name", "body", "created_at", "updated_at"),
    relationships={
        "notable": plain("notable"),
        "created_by": lambda _, row: Ref("user", row.created_by_id) if row.created_by_id else None,
    },
    filters={"notable_type": lambda _, row: row.notable.type.capitalize()},
    defaults=("name", "body", "created_at", "updated_at", "notable"),
    write_defaults=("name", "body", "created_at", "updated_at"),
)


def _create(call: Call) -> Note:
    # The documented examples know Prospect and Company only.
    tables: dict[str, Mapping[int, Any]] = {"Prospect": call.firm.matters, "Company": call.firm.companies}
    kind = call.body.get("notable_type")
    if not isinstance(kind, str) or kind not in tables:
        raise invalid("notable_type must be one of Prospect, Company")
    number = parse.known_id(call.body, "notable_id", tables[kind], kind)
    if number is None:
        raise invalid("notable_id can't be blank")
    name, body = parse.text(call.body, "name"), parse.text(call.body, "body")
    return writes.add_note(call.hand, Ref(kind.casefold(), number), name, body)


def _update(call: Call, note: Note) -> None:
    for key in ("name", "body"):
        if key in call.body:
            setattr(note, key, parse.text(call.body, key))
    writes.touch(call.hand, note)


def _delete(call: Call, note: Note) -> None:
    del call.firm.notes[note.id]


RESOURCE: Resource[Note] = Resource(
    path="notes", shape=SHAPE, rows=lambda firm: firm.notes, create=_create, update=_update, delete=_delete
)
