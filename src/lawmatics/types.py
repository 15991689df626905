"""The shapes a caller works with: frozen, typed, times in aware UTC, ids always strings.

Each `parse` takes an opened Record and never raises: what the remote leaves out or bends is None or empty.
Where a record holds what a person typed, that stays out of the repr, so that a stray log line shows an id and
not a client. Source of all attribute names: Lawmatics API docs v1.21, the section named in each docstring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lawmatics.envelope import Record, Ref, id_text, objects

FORM_BLOCKS_THE_API_ACCEPTS = frozenset({"field", "general_field", "instructions", "horizontal_divider"})


@dataclass(frozen=True, slots=True)
class CustomValue:
    """One custom field of a record. For a list, `value` is the option's id and `formatted` its label."""

    field_id: str
    value: Any = field(repr=False, hash=False)
    formatted: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class User:
    """Docs: Users. `firm_id` says which account this is; only `users.get` can fill it, and not always."""

    id: str
    name: str | None
    email: str | None = field(repr=False)
    role: str | None
    firm_id: str | None

    @classmethod
    def parse(cls, record: Record) -> User:
        return cls(
            id=record.id,
            name=record.text("name"),
            email=record.text("email"),
            role=record.text("role"),
            firm_id=record.related_id("current_firm"),
        )


@dataclass(frozen=True, slots=True)
class Contact:
    """Docs: Contacts. `custom_fields` is keyed by field id."""

    id: str
    first_name: str | None = field(repr=False)
    last_name: str | None = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    created_at: datetime | None
    updated_at: datetime | None
    custom_fields: Mapping[str, CustomValue] = field(default_factory=dict, repr=False, hash=False)

    @classmethod
    def parse(cls, record: Record) -> Contact:
        return cls(
            id=record.id,
            first_name=record.text("first_name"),
            last_name=record.text("last_name"),
            email=record.text("email", "email_address"),
            phone=record.text("phone", "phone_number"),
            created_at=record.moment("created_at"),
            updated_at=record.moment("updated_at"),
            custom_fields=_custom_values(record),
        )


@dataclass(frozen=True, slots=True)
class Matter:
    """Docs: Matters, there called prospects. `status` is pnc, hired or lost; `sub_status` the firm's own
    label.

    `stage_name` is usually None: most replies give the stage's id only. The person's fields that a prospect
    repeats from its contact are left out: read the contact.
    """

    id: str
    case_title: str | None = field(repr=False)
    case_number: str | None
    status: str | None
    sub_status: str | None
    contact_id: str | None
    stage_id: str | None
    stage_name: str | None
    practice_area_id: str | None
    created_at: datetime | None
    updated_at: datetime | None
    custom_fields: Mapping[str, CustomValue] = field(default_factory=dict, repr=False, hash=False)

    @classmethod
    def parse(cls, record: Record) -> Matter:
        return cls(
            id=record.id,
            case_title=record.text("case_title"),
            case_number=record.text("case_number"),
            status=record.text("status"),
            sub_status=record.text("sub_status"),
            contact_id=record.related_id("contact"),
            stage_id=record.related_id("stage"),
            stage_name=record.related_name("stage"),
            practice_area_id=record.related_id("practice_area"),
            created_at=record.moment("created_at"),
            updated_at=record.moment("updated_at"),
            custom_fields=_custom_values(record),
        )


@dataclass(frozen=True, slots=True)
class Note:
    """Docs: Notes. `notable_type` is the type of the record it hangs on, in lower case (`prospect`,
    `company`, …)."""

    id: str
    name: str | None = field(repr=False)
    body: str | None = field(repr=False)
    notable_type: str | None
    notable_id: str | None
    created_at: datetime | None

    @classmethod
    def parse(cls, record: Record) -> Note:
        notable = record.related("notable")
        kind = notable.type if notable else record.text("notable_type")
        return cls(
            id=record.id,
            name=record.text("name"),
            body=record.text("body"),
            notable_type=kind.lower() if kind else None,
            notable_id=record.related_id("notable"),
            created_at=record.moment("created_at"),
        )


@dataclass(frozen=True, slots=True)
class Activity:
    """Docs: Timeline Activities. `key` is what happened (`note.create`), `tracked` the record it happened to,
    `recipient` the contact or matter whose timeline shows it, `owner` who did it."""

    id: str
    key: str | None
    type: str | None
    tracked: Ref | None
    recipient: Ref | None
    owner: Ref | None
    created_at: datetime | None

    @classmethod
    def parse(cls, record: Record) -> Activity:
        return cls(
            id=record.id,
            key=record.text("key"),
            type=record.text("type"),
            tracked=record.related("tracked"),
            recipient=record.related("recipient"),
            owner=record.related("owner"),
            created_at=record.moment("created_at"),
        )


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Docs: Matter Pipelines. `statuses` are the matter statuses it shows."""

    id: str
    name: str | None
    pipeline_type: str | None
    statuses: tuple[str, ...]
    stage_ids: tuple[str, ...]

    @classmethod
    def parse(cls, record: Record) -> Pipeline:
        return cls(
            id=record.id,
            name=record.text("name"),
            pipeline_type=record.text("pipeline_type"),
            statuses=record.texts("statuses"),
            stage_ids=record.related_ids("stages"),
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """Docs: Matter Pipeline Stages. `order` is its place in the pipeline."""

    id: str
    name: str | None
    order: int | None
    pipeline_id: str | None
    color: str | None

    @classmethod
    def parse(cls, record: Record) -> Stage:
        return cls(
            id=record.id,
            name=record.text("name"),
            order=record.number("order"),
            pipeline_id=record.related_id("pipeline"),
            color=record.text("color"),
        )


@dataclass(frozen=True, slots=True)
class PracticeArea:
    """Docs: Matter Practice Areas."""

    id: str
    name: str | None
    color: str | None

    @classmethod
    def parse(cls, record: Record) -> PracticeArea:
        return cls(record.id, record.text("name"), record.text("color"))


@dataclass(frozen=True, slots=True)
class SubStatus:
    """Docs: Matter Sub Statuses. `status` is the matter status (pnc, hired, lost) it belongs to."""

    id: str
    name: str | None
    status: str | None

    @classmethod
    def parse(cls, record: Record) -> SubStatus:
        return cls(record.id, record.text("name"), record.text("status"))


@dataclass(frozen=True, slots=True)
class ListOption:
    """A choice of a list field; its id is what is written."""

    id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class CustomField:
    """Docs: Custom Fields. `type` is the record it belongs to (Prospect, Contact, Client, Company,
    PracticeArea)."""

    id: str
    name: str | None
    type: str | None
    field_type: str | None
    options: tuple[ListOption, ...]
    lookup_type: str | None
    visibility: str | None

    @classmethod
    def parse(cls, record: Record) -> CustomField:
        return cls(
            id=record.id,
            name=record.text("name"),
            type=record.text("type"),
            field_type=record.text("field_type"),
            options=_options(record.attributes.get("list_options")),
            lookup_type=record.text("lookup_type"),
            visibility=record.text("visibility"),
        )


@dataclass(frozen=True, slots=True)
class FormComponent:
    """One block of a form; `id` is the key its value is submitted under."""

    id: str
    component_type: str | None
    field_type: str | None
    label: str | None
    required: bool
    options: tuple[ListOption, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """Docs: Custom Forms; `id` is its UUID."""

    id: str
    name: str | None
    type: str | None
    components: tuple[FormComponent, ...]

    @property
    def blocks_in_the_way(self) -> tuple[FormComponent, ...]:
        """The blocks (payment, relationship, …) that keep the API from submitting this form."""
        return tuple(c for c in self.components if c.component_type not in FORM_BLOCKS_THE_API_ACCEPTS)

    @classmethod
    def parse(cls, record: Record) -> Form:
        blocks = (block for row in record.items("rows") for block in objects(row.get("components")))
        return cls(record.id, record.text("name"), record.text("type"), tuple(_component(b) for b in blocks))


@dataclass(frozen=True, slots=True)
class FormEntry:
    """Docs: Custom Form Entries: a form as it was sent in. `contactable` is the contact or matter it made.

    `answers` goes from component id and from label to value; what an entry's body looks like is not documented
    further, so it may be empty.
    """

    id: str
    contactable: Ref | None
    created_at: datetime | None
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)

    @classmethod
    def parse(cls, record: Record) -> FormEntry:
        answers: dict[str, Any] = {}
        for item in record.items("body"):
            if "value" in item:
                keys = (id_text(item.get("id")), item.get("label"))
                answers |= {key: item["value"] for key in keys if isinstance(key, str) and key}
        return cls(record.id, record.related("contactable"), record.moment("created_at"), answers)


@dataclass(frozen=True, slots=True)
class File:
    """Docs: Files. `size` is in bytes, `documentable` the record it hangs on. Its URL is left out: it opens
    the file for whoever holds it."""

    id: str
    name: str | None = field(repr=False)
    file_name: str | None = field(repr=False)
    file_type: str | None
    size: int | None
    documentable: Ref | None
    folder_id: str | None
    created_at: datetime | None

    @classmethod
    def parse(cls, record: Record) -> File:
        return cls(
            id=record.id,
            name=record.text("name"),
            file_name=record.text("file_name"),
            file_type=record.text("file_type"),
            size=record.number("file_size"),
            documentable=record.related("documentable"),
            folder_id=record.related_id("folder"),
            created_at=record.moment("created_at"),
        )


def _custom_values(record: Record) -> Mapping[str, CustomValue]:
    """By field id; an array may repeat a field, the last one counts (docs: Custom Fields)."""
    values: dict[str, CustomValue] = {}
    for item in record.items("custom_fields"):
        field_id = id_text(item.get("id"))
        if field_id:
            formatted = item.get("formatted_value")
            values[field_id] = CustomValue(
                field_id, item.get("value"), formatted if isinstance(formatted, str) else None
            )
    return values


def _options(value: object) -> tuple[ListOption, ...]:
    found = ((id_text(item.get("id")), item.get("name")) for item in objects(value))
    return tuple(ListOption(key, name if isinstance(name, str) else None) for key, name in found if key)


def _component(block: Mapping[str, Any]) -> FormComponent:
    def text(name: str) -> str | None:
        value = block.get(name)
        return value if isinstance(value, str) else None

    return FormComponent(
        id=id_text(block.get("id")) or "",
        component_type=text("component_type"),
        field_type=text("field_type"),
        label=text("label"),
        required=block.get("required") is True,
        options=_options(block.get("list_options")),
    )
