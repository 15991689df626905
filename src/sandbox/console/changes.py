"""What members of the firm do inside Lawmatics, by form or by JSON: merge, delete, rename, edit, add fields.

Each verb takes the desk and values of text; a `RefusedError` says in a sentence what is wrong with them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox import parse, writes
from sandbox.api import custom_fields, files, reference
from sandbox.console.desk import Desk, RefusedError
from sandbox.envelope import ApiError, invalid
from sandbox.records import CustomField, Option, Record, Ref
from sandbox.table import Table

Values = Mapping[str, Any]
RENAMED = ("stages", "practice_areas", "sub_statuses", "custom_fields", "pipelines", "forms")


def apply(desk: Desk, values: Values) -> Record | None:
    """Do what `do` says; answers the record that was changed or made, if one is left."""
    verb = VERBS.get(str(values.get("do", "")))
    if verb is None:
        raise RefusedError(f"do must be one of {', '.join(VERBS)}.")
    try:
        return verb(desk, values)
    except ApiError as problem:
        raise RefusedError(problem.detail) from problem


def _row(rows: Table[Any], values: Values, key: str, noun: str) -> Any:
    number = parse.known_id(values, key, rows, noun)
    if number is None:
        raise invalid(f"{key} is missing.")
    return rows[number]


def _merge_contacts(desk: Desk, values: Values) -> Record:
    keep = _row(desk.firm.contacts, values, "keep", "Contact")
    gone = _row(desk.firm.contacts, values, "gone", "Contact")
    if keep is gone:
        raise RefusedError("A contact can't be merged with itself.")
    writes.merge_contacts(desk.hand, keep, gone)
    return keep  # type: ignore[no-any-return]


def _delete_contact(desk: Desk, values: Values) -> None:
    writes.delete_contact(desk.hand, _row(desk.firm.contacts, values, "id", "Contact"))


def _edit_contact(desk: Desk, values: Values) -> Record:
    contact = _row(desk.firm.contacts, values, "id", "Contact")
    custom = parse.custom_values(values, desk.firm, "Contact")
    writes.change_contact(desk.hand, contact, parse.person(values), custom)
    return contact  # type: ignore[no-any-return]


def _delete_matter(desk: Desk, values: Values) -> None:
    writes.delete_matter(desk.hand, _row(desk.firm.matters, values, "id", "Matter"))


def _edit_matter(desk: Desk, values: Values) -> Record:
    matter = _row(desk.firm.matters, values, "id", "Matter")
    fields: dict[str, Any] = {key: parse.text(values, key) for key in ("case_title", "case_number") if key in values}
    for key, rows in (("stage_id", desk.firm.stages), ("practice_area_id", desk.firm.practice_areas)):
        if key in values:
            fields[key] = parse.known_id(values, key, rows, "Record")
    custom = parse.custom_values(values, desk.firm, "Prospect")
    writes.change_matter(desk.hand, matter, fields, custom)
    return matter  # type: ignore[no-any-return]


def _delete_file(desk: Desk, values: Values) -> None:
    files.delete(desk.town, desk.firm, _row(desk.firm.files, values, "id", "File"))


# Set-up


def _setup_row(desk: Desk, values: Values) -> tuple[str, Any]:
    kind = str(values.get("table", ""))
    if kind not in RENAMED:
        raise RefusedError(f"table must be one of {', '.join(RENAMED)}.")
    return kind, _row(getattr(desk.firm, kind), values, "id", "Record")


def _rename(desk: Desk, values: Values) -> Record:
    _, row = _setup_row(desk, values)
    row.name = parse.required_text(values, "name")
    writes.touch(desk.hand, row)
    return row  # type: ignore[no-any-return]


def _delete(desk: Desk, values: Values) -> None:
    kind, row = _setup_row(desk, values)
    if kind not in _DELETE:
        raise RefusedError("This can be renamed, but not deleted.")
    _DELETE[kind](desk, row)


def _delete_field(desk: Desk, field: CustomField) -> None:
    del desk.firm.custom_fields[field.id]


_DELETE: dict[str, Callable[[Desk, Any], None]] = {
    "stages": lambda desk, row: reference.delete_stage(desk.firm, row),
    "practice_areas": lambda desk, row: reference.delete_area(desk.firm, row),
    "sub_statuses": lambda desk, row: reference.delete_sub_status(desk.firm, row),
    "custom_fields": _delete_field,
}


def _add_field(desk: Desk, values: Values) -> Record:
    return custom_fields.add(desk.hand, values)


def _option_of(desk: Desk, values: Values) -> tuple[CustomField, Option]:
    field: CustomField = _row(desk.firm.custom_fields, values, "field", "Custom Field")
    number = parse.whole(values.get("option"), "option")
    found = next((option for option in field.options if option.id == number), None)
    if found is None:
        raise RefusedError(f"{field.name} has no option {number}.")
    return field, found


def _rename_option(desk: Desk, values: Values) -> Record:
    field, option = _option_of(desk, values)
    name = parse.required_text(values, "name")
    field.options = [Option(one.id, name) if one is option else one for one in field.options]
    writes.touch(desk.hand, field)
    return field


def _delete_option(desk: Desk, values: Values) -> Record:
    field, option = _option_of(desk, values)
    field.options = [one for one in field.options if one is not option]
    writes.touch(desk.hand, field)
    return field


def _add_option(desk: Desk, values: Values) -> Record:
    field: CustomField = _row(desk.firm.custom_fields, values, "field", "Custom Field")
    if field.field_type not in custom_fields.LISTS:
        raise RefusedError(f"{field.name} is no list.")
    field.options = [*field.options, Option(desk.town.next_id("list_option"), parse.required_text(values, "name"))]
    writes.touch(desk.hand, field)
    return field


def _add_note(desk: Desk, values: Values) -> Record:
    tables: dict[str, Table[Any]] = {"contact": desk.firm.contacts, "prospect": desk.firm.matters}
    kind = str(values.get("on", ""))
    if kind not in tables:
        raise RefusedError("on must be contact or prospect.")
    row = _row(tables[kind], values, "id", kind.capitalize())
    return writes.add_note(desk.hand, Ref(kind, row.id), parse.text(values, "name"), parse.text(values, "body"))


VERBS: dict[str, Callable[[Desk, Values], Record | None]] = {
    "merge_contacts": _merge_contacts,
    "delete_contact": _delete_contact,
    "edit_contact": _edit_contact,
    "delete_matter": _delete_matter,
    "edit_matter": _edit_matter,
    "delete_file": _delete_file,
    "add_note": _add_note,
    "rename": _rename,
    "delete": _delete,
    "add_field": _add_field,
    "add_option": _add_option,
    "rename_option": _rename_option,
    "delete_option": _delete_option,
}
