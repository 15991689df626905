"""Custom fields: the firm's own columns (API docs, Custom Fields)."""

from typing import Any

from sandbox import parse, writes
from sandbox.api.attributes import plains
from sandbox.api.rest import Call, Resource
from sandbox.envelope import OMIT, Scene, Shape, invalid
from sandbox.hand import Hand
from sandbox.records import CustomField, Option

LISTS = ("list", "multi_picklist")
LOOKUPS = ("User", "Contact", "Company", "Prospect")
KINDS = ("Prospect", "Contact", "Client", "Company", "PracticeArea")


def _list_options(_: Scene, field: CustomField) -> Any:
    if field.field_type not in LISTS:
        return OMIT
    return [{"id": option.id, "name": option.name} for option in field.options]


SHAPE: Shape[CustomField] = Shape(
    type="custom_field",
    noun="Custom Field",
    bare=True,
    attributes={
        **plains("name", "type", "field_type", "visibility"),
        "practice_area": lambda _, row: row.practice_area if row.practice_area else OMIT,
        "lookup_type": lambda _, row: row.lookup_type if row.lookup_type else OMIT,
        "list_options": _list_options,
        **plains("created_at", "updated_at"),
    },
    defaults=("name", "type", "field_type", "visibility", "created_at", "updated_at"),
    write_defaults=(
        "name", "type", "field_type", "practice_area", "lookup_type", "list_options",
        "created_at", "updated_at", "visibility",
    ),
)  # fmt: skip


def add(hand: Hand, body: parse.Body) -> CustomField:
    """A new field, asked for over the API or made by a person."""
    name = parse.required_text(body, "name")
    kind = parse.required_text(body, "type")
    kind = "Prospect" if kind == "Matter" else kind  # sent as Matter, stored and read back as Prospect
    field_type = parse.required_text(body, "field_type")
    if kind not in KINDS:
        raise invalid(f"Type must be one of Matter, {', '.join(KINDS[1:])}")
    if field_type not in parse.FIELD_TYPES:
        raise invalid(f"Field type must be one of {', '.join(parse.FIELD_TYPES)}")
    names = parse.names(body, "list_options")
    if field_type in LISTS and len(names) < 2:
        raise invalid("List options need two options at minimum")
    lookup_type = parse.text(body, "lookup_type") if field_type == "lookup" else None
    if field_type == "lookup" and lookup_type not in LOOKUPS:
        raise invalid(f"Lookup type must be one of {', '.join(LOOKUPS)}")
    practice_area = parse.text(body, "practice_area")
    if kind == "PracticeArea" and not practice_area:
        raise invalid("Practice area can't be blank")
    field = CustomField(
        **hand.new("custom_field"), name=name, type=kind, field_type=field_type, lookup_type=lookup_type,
        practice_area=practice_area, visibility=parse.text(body, "visibility") or "default",
        options=[Option(hand.town.next_id("list_option"), option) for option in names],
    )  # fmt: skip
    hand.firm.custom_fields[field.id] = field
    return field


def _create(call: Call) -> CustomField:
    return add(call.hand, call.body)


def _update(call: Call, field: CustomField) -> None:
    names = parse.names(call.body, "list_options")
    if "name" in call.body:
        field.name = parse.required_text(call.body, "name")
    if names and field.field_type in LISTS:
        # An option that keeps its name keeps its id.
        held = {option.name: option for option in field.options}
        field.options = [held.get(name) or Option(call.town.next_id("list_option"), name) for name in names]
    writes.touch(call.hand, field)


def _delete(call: Call, field: CustomField) -> None:
    del call.firm.custom_fields[field.id]


RESOURCE: Resource[CustomField] = Resource(
    path="custom_fields", shape=SHAPE, rows=lambda firm: firm.custom_fields, create=_create, update=_update,
    delete=_delete,
)  # fmt: skip
