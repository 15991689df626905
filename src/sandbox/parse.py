"""What a request body may say: values checked once, before anything is changed."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sandbox.envelope import invalid
from sandbox.records import CustomField, Option
from sandbox.store import Firm

Body = Mapping[str, Any]

NAMES = ("first_name", "last_name", "email", "phone")
DETAILS = (
    "birthdate", "name_prefix", "middle_name", "name_suffix", "informal_name", "employer", "occupation",
    "citizenship", "bio", "title", "hobbies", "social_security", "age", "driver_license", "gender",
    "marital_status", "timezone", "street", "street2", "city", "state", "zipcode", "country",
    "referring_url", "utm_source", "utm_campaign", "utm_medium", "utm_term",
)  # fmt: skip
PERSON = (*NAMES, *DETAILS)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def person(body: Body) -> dict[str, Any]:
    """The person fields that the body names; an empty string clears, as null does."""
    found = {key: body[key] for key in PERSON if key in body}
    for key, value in found.items():
        if value is not None and not isinstance(value, str | int):
            raise invalid(f"{key} must be text.")
        found[key] = (str(value).strip() or None) if value is not None else None
    email = found.get("email")
    if email is not None and not _EMAIL.fullmatch(email):
        raise invalid("Email is invalid")
    return found


def text(body: Body, key: str) -> str | None:
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, str | int | float):
        raise invalid(f"{key} must be text.")
    return str(value)


def required_text(body: Body, key: str) -> str:
    value = (text(body, key) or "").strip()
    if not value:
        raise invalid(f"{key.replace('_', ' ').capitalize()} can't be blank")
    return value


def whole(value: Any, key: str) -> int:
    """Ids and cents come as numbers or as digits in a string."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value.strip()):
        return int(value)
    raise invalid(f"{key} must be a whole number.")


def known_id(body: Body, key: str, rows: Mapping[int, Any], noun: str) -> int | None:
    value = body.get(key)
    if value is None or value == "":
        return None
    number = whole(value, key)
    if number not in rows:
        raise invalid(f"{noun} with id {number} does not exist")
    return number


def known_ids(body: Body, key: str, rows: Mapping[int, Any], noun: str) -> list[int]:
    return [known_id({key: value}, key, rows, noun) or 0 for value in _array(body, key)]


def names(body: Body, key: str) -> list[str]:
    found = [str(value).strip() for value in _array(body, key) if isinstance(value, str | int)]
    return list(dict.fromkeys(name for name in found if name))


def notes(body: Body) -> list[tuple[str | None, str | None]]:
    found = []
    for item in _array(body, "notes"):
        if not isinstance(item, dict):
            raise invalid("Each note must be an object with name and body.")
        found.append((text(item, "name"), text(item, "body")))
    return found


def _array(body: Body, key: str) -> list[Any]:
    value = body.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(f"{key} must be an array.")
    return value


def custom_values(body: Body, firm: Firm, kind: str) -> dict[int, Any]:
    """`custom_fields:[{id,value}]` for records of `kind`. A repeated field: the last one wins (API docs)."""
    values: dict[int, Any] = {}
    for item in _array(body, "custom_fields"):
        if not isinstance(item, dict) or "id" not in item:
            raise invalid("Each custom field must be an object with id and value.")
        number = whole(item["id"], "custom_fields id")
        field = firm.custom_fields.get(number)
        if field is None or field.type != kind:
            raise invalid(f"Custom Field with id {number} does not exist on {kind}")
        values[number] = custom_value(field, item.get("value"), firm)
    return values


def custom_value(field: CustomField, value: Any, firm: Firm) -> Any:
    """The stored form of a value; None clears."""
    if value is None or value == "":
        return None
    try:
        return _STORE[field.field_type](field, value, firm)
    except (ValueError, TypeError) as problem:
        raise invalid(f"{field.name}: {value!r} is no valid {field.field_type} value") from problem


def _boolean(_: CustomField, value: Any, __: Firm) -> bool:
    words = {"true": True, "false": False, "1": True, "0": False}
    return words[str(value).casefold()] if str(value).casefold() in words else bool(_raise(value))


def _raise(value: Any) -> Any:
    raise ValueError(value)


def _string(_: CustomField, value: Any, __: Firm) -> str:
    return str(value) if isinstance(value, str | int | float) else str(_raise(value))


def _integer(_: CustomField, value: Any, __: Firm) -> int:
    return int(str(value)) if not isinstance(value, bool) else int(_raise(value))


def _currency(_: CustomField, value: Any, __: Firm) -> float:
    amount = round(float(value), 2)
    return amount if math.isfinite(amount) else float(_raise(value))


def _date(_: CustomField, value: Any, __: Firm) -> str:
    return date.fromisoformat(str(value)[:10]).isoformat()


def _time(_: CustomField, value: Any, __: Firm) -> str:
    return datetime.strptime(str(value)[:5], "%H:%M").strftime("%H:%M")  # noqa: DTZ007 - a bare time of day


def _datetime(_: CustomField, value: Any, firm: Firm) -> datetime:
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=firm.timezone)


def _option(field: CustomField, value: Any) -> Option:
    # A list value is written as the option's id (API docs, Custom Fields).
    wanted = str(value)
    return next((option for option in field.options if str(option.id) == wanted), None) or _raise(value)


def _list(field: CustomField, value: Any, _: Firm) -> str:
    return str(_option(field, value).id)


def _picklist(field: CustomField, value: Any, _: Firm) -> list[str]:
    wanted = value if isinstance(value, list) else [value]
    return [str(_option(field, one).id) for one in wanted]


def lookup_rows(lookup_type: str | None, firm: Firm) -> Mapping[int, Any]:
    tables: dict[str, Mapping[int, Any]] = {
        "User": firm.users, "Contact": firm.contacts, "Company": firm.companies, "Prospect": firm.matters
    }  # fmt: skip
    return tables.get(lookup_type or "", {})


def _lookup(field: CustomField, value: Any, firm: Firm) -> str:
    number = int(str(value))
    return str(number) if number in lookup_rows(field.lookup_type, firm) else str(_raise(value))


_STORE: dict[str, Callable[[CustomField, Any, Firm], Any]] = {
    "integer": _integer, "boolean": _boolean, "string": _string, "text": _string, "currency": _currency,
    "date": _date, "time": _time, "datetime": _datetime, "list": _list, "multi_picklist": _picklist,
    "lookup": _lookup,
}  # fmt: skip
FIELD_TYPES = tuple(_STORE)
