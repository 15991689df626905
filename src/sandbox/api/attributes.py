"""Attribute getters that several nouns share."""

from datetime import date, datetime
from typing import Any

from sandbox.envelope import Attribute, Scene
from sandbox.parse import lookup_rows
from sandbox.records import Contact, ContactPoint, CustomField, Ref
from sandbox.store import Firm
from sandbox.table import Table


def plain(name: str) -> Attribute:
    """The record's own field of that name."""

    def read(_: Scene, row: Any) -> Any:
        return getattr(row, name)

    return read


def plains(*names: str) -> dict[str, Attribute]:
    return {name: plain(name) for name in names}


def always(value: Any) -> Attribute:
    return lambda _, __: value


def days_since(moment: datetime, now: datetime) -> int:
    return max(0, (now - moment).days)


# A person's fields, read from a contact. Matters show those of their contact.


def detail(contact: Contact, name: str) -> Any:
    if name == "full_street":
        return _joined(", ", contact, "street", "street2")
    if name == "city_state_zip":
        state_zip = _joined(" ", contact, "state", "zipcode")
        return ", ".join(part for part in (contact.details.get("city"), state_zip) if part) or None
    if name in ("full_address", "address"):
        parts = (detail(contact, "full_street"), detail(contact, "city_state_zip"))
        return ", ".join(part for part in parts if part) or None
    return contact.details.get(name)


def _joined(between: str, contact: Contact, *names: str) -> str | None:
    return between.join(str(contact.details[n]) for n in names if contact.details.get(n)) or None


def points_of(table: Table[ContactPoint], owner: Ref) -> list[ContactPoint]:
    return table.group("owner", owner)


# Custom fields


def custom_fields(scene: Scene, row: Any) -> list[dict[str, Any]]:
    """Only fields that are set; ids are numbers here, strings on records (API docs, Update Contact)."""
    fields = scene.firm.custom_fields
    return [custom_item(scene.firm, fields[key], value) for key, value in row.custom.items() if key in fields]


def custom_field_values(scene: Scene, row: Any) -> dict[str, Any]:
    return {str(item["id"]): item for item in custom_fields(scene, row)}


def custom_item(firm: Firm, field: CustomField, value: Any) -> dict[str, Any]:
    shown = value
    if isinstance(value, datetime):
        shown = value.astimezone(firm.timezone).isoformat(timespec="milliseconds")
    return {
        "id": field.id, "name": field.name, "field_type": field.field_type, "value": shown,
        "formatted_value": formatted(firm, field, value),
    }  # fmt: skip


def formatted(firm: Firm, field: CustomField, value: Any) -> str:
    """As people read it: "Yes", "June 28, 1991", an option's name (API docs, Create Matter)."""
    names = {str(option.id): option.name for option in field.options}
    match field.field_type:
        case "boolean":
            return "Yes" if value else "No"
        case "list":
            return names.get(value, "")
        case "multi_picklist":
            return ", ".join(names[one] for one in value if one in names)
        case "currency":
            return f"${value:,.2f}"
        case "date":
            return _long_date(date.fromisoformat(value))
        case "datetime":
            local = value.astimezone(firm.timezone)
            hour = f"{local.hour % 12 or 12}:{local:%M}{local:%p}".lower()
            return f"{_long_date(local)} at {hour} {local:%Z}"
        case "lookup":
            return getattr(lookup_rows(field.lookup_type, firm).get(int(value)), "name", "") or ""
    return str(value)


def _long_date(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
