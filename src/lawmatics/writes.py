"""What is sent when a record is created or changed. A field left UNSET is not sent; None clears it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Final, TypeAlias, TypeVar

T = TypeVar("T")


class Unset(Enum):
    """The type of UNSET, which is not None: None is a value and clears a field."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET

Maybe: TypeAlias = T | Unset
CustomFields: TypeAlias = Mapping[str, Any]
"""Field id -> value. A list field takes the option's id; None clears the field (docs: Custom Fields)."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Write:
    def to_json(self) -> dict[str, Any]:
        """The exact request body: only what was set, ids as the numbers the API documents."""
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: _json(name, value) for name, value in given.items() if value is not UNSET}

    def __repr__(self) -> str:
        """Names the fields that are set and shows none of the values, which are a client's."""
        return f"<{type(self).__name__} {', '.join(self.to_json())}>"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ContactWrite(_Write):
    """The fields of a contact. Source: Lawmatics API docs v1.21, Contacts, Create Contact.

    Notes are not among them: they are added, not set, so a repeated update would add them again
    (`contacts.add_note`).
    """

    first_name: Maybe[str | None] = UNSET
    last_name: Maybe[str | None] = UNSET
    email: Maybe[str | None] = UNSET
    phone: Maybe[str | None] = UNSET
    custom_fields: Maybe[CustomFields] = UNSET


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MatterWrite(_Write):
    """The fields of a matter, and none of its person's. Source: Lawmatics API docs v1.21, Matters, Create
    Matter.

    A matter wraps a contact that other matters may share. The API also takes names, e-mail and phone here and
    writes them through to that contact, for all its matters at once; `match_contact_by` does so for the
    oldest contact that looks alike. So this class offers neither: write a person's data with ContactWrite,
    and name the contact by id.

    A number in `estimated_value_cents` and `actual_value_cents` is in cents; `tags` are names, created if
    missing. Stage, tags and sub status can start the firm's automations, which e-mail real people.
    """

    contact_id: Maybe[str] = UNSET
    case_title: Maybe[str | None] = UNSET
    case_number: Maybe[str | None] = UNSET
    case_blurb: Maybe[str | None] = UNSET
    practice_area_id: Maybe[str | None] = UNSET
    stage_id: Maybe[str | None] = UNSET
    sub_status_id: Maybe[str | None] = UNSET
    source_id: Maybe[str | None] = UNSET
    campaign_id: Maybe[str | None] = UNSET
    estimated_value_cents: Maybe[int | None] = UNSET
    actual_value_cents: Maybe[int | None] = UNSET
    owned_by_id: Maybe[str | None] = UNSET
    lead_attorney_id: Maybe[str | None] = UNSET
    originating_attorney_id: Maybe[str | None] = UNSET
    assigned_staff_ids: Maybe[Sequence[str]] = UNSET
    tags: Maybe[Sequence[str]] = UNSET
    custom_fields: Maybe[CustomFields] = UNSET


def wire_id(value: str | None) -> int | str | None:
    """An id as request bodies want it: a number where it is one (docs: Create Matter From Contact,
    `contact_id`)."""
    plain_number = value is not None and value.isascii() and value.isdigit() and len(value) < 19
    return int(value) if value is not None and plain_number and str(int(value)) == value else value


def _json(name: str, value: Any) -> Any:
    if name == "custom_fields":
        return [{"id": wire_id(key), "value": item} for key, item in value.items()]
    if name.endswith("_ids"):
        return [wire_id(item) for item in value]
    if name.endswith("_id"):
        return wire_id(value)
    return list(value) if name == "tags" else value
