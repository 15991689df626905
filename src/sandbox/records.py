"""The rows of the town: small mutable dataclasses, one per Lawmatics noun."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Protocol


class Ref(NamedTuple):
    """A pointer to another record, as it stands in `relationships`."""

    type: str
    id: int


class Watcher(Protocol):
    """The index of the table a record lies in: it wants to know when one of its fields changes."""

    watched: frozenset[str]

    def refile(self, row: "Record", name: str, before: Any) -> None: ...


@dataclass(kw_only=True)
class Record:
    id: int
    created_at: datetime
    updated_at: datetime
    _watcher: ClassVar[Watcher | None] = None

    def watched_by(self, watcher: Watcher | None) -> None:
        object.__setattr__(self, "_watcher", watcher)

    def __setattr__(self, name: str, value: Any) -> None:
        watcher = self._watcher
        if watcher is None or name not in watcher.watched:
            object.__setattr__(self, name, value)
            return
        before = getattr(self, name)
        object.__setattr__(self, name, value)
        watcher.refile(self, name, before)


@dataclass(kw_only=True)
class User(Record):
    first_name: str
    last_name: str
    email: str
    role: str = "admin"
    sign_in_count: int = 1

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(kw_only=True)
class Contact(Record):
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    # middle_name, birthdate, street, city and the other person fields of the API: absent means null.
    details: dict[str, Any] = field(default_factory=dict)
    custom: dict[int, Any] = field(default_factory=dict)
    contact_type: str = "PNC"
    created_by_id: int | None = None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)


@dataclass(kw_only=True)
class Company(Record):
    name: str


@dataclass(kw_only=True)
class Matter(Record):
    contact_id: int
    case_title: str | None = None
    case_number: str | None = None
    case_blurb: str | None = None
    status: str = "pnc"
    sub_status_id: int | None = None
    stage_id: int | None = None
    practice_area_id: int | None = None
    source_id: int | None = None
    campaign_id: int | None = None
    owned_by_id: int | None = None
    lead_attorney_id: int | None = None
    originating_attorney_id: int | None = None
    assigned_staff_ids: list[int] = field(default_factory=list)
    estimated_value_cents: int = 0
    actual_value_cents: int = 0
    tag_ids: list[int] = field(default_factory=list)
    custom: dict[int, Any] = field(default_factory=dict)
    converted_date: datetime | None = None
    created_by_id: int | None = None


@dataclass(kw_only=True)
class Note(Record):
    name: str | None
    body: str | None
    notable: Ref
    created_by_id: int | None = None


@dataclass(kw_only=True)
class Activity(Record):
    key: str
    type: str
    detail_keys: dict[str, Any] | list[Any]
    owner: Ref
    tracked: Ref | None
    recipient: Ref
    parent_id: int | None = None


@dataclass(kw_only=True)
class Pipeline(Record):
    name: str
    description: str = ""
    statuses: list[str] = field(default_factory=lambda: ["pnc"])
    pipeline_type: str = "matter"
    created_by_id: int | None = None


@dataclass(kw_only=True)
class Stage(Record):
    name: str
    color: str
    order: int
    pipeline_id: int


@dataclass(kw_only=True)
class PracticeArea(Record):
    name: str
    color: str = "#5c6f82"
    statute_of_limitations_enabled: bool = False


@dataclass(kw_only=True)
class SubStatus(Record):
    name: str
    status: str
    created_by_id: int | None = None


class Option(NamedTuple):
    id: int
    name: str


@dataclass(kw_only=True)
class CustomField(Record):
    name: str
    type: str
    field_type: str
    visibility: str = "default"
    lookup_type: str | None = None
    practice_area: str | None = None
    options: list[Option] = field(default_factory=list)


@dataclass(kw_only=True)
class Tag(Record):
    name: str
    color: str = "#8a8f98"
    description: str | None = None


@dataclass(kw_only=True)
class ContactPoint(Record):
    """An e-mail address or a phone number of a contact or company; `Primary` mirrors the contact's own."""

    label: str
    info: str
    owner: Ref


@dataclass(kw_only=True)
class ContactType(Record):
    name: str


# Forms, files and automations


@dataclass(kw_only=True)
class Form(Record):
    """`rows` hold `components`, as on the wire; `makes` says what a submission answers: prospect or contact."""

    uuid: str
    name: str
    type: str
    makes: str
    rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass(kw_only=True)
class FormEntry(Record):
    form_id: int
    body: list[dict[str, Any]]
    contactable: Ref


@dataclass(kw_only=True)
class Folder(Record):
    name: str
    documentable: Ref
    folder_id: int | None = None


@dataclass(kw_only=True)
class File(Record):
    """What is known of an uploaded file; its bytes lie in the town's cupboard, under its id."""

    name: str
    file_name: str
    file_type: str
    file_size: int
    sha256: str
    documentable: Ref
    folder_id: int | None = None


@dataclass(kw_only=True)
class Automation(Record):
    """Writes one e-mail when a matter meets its trigger: `stage`, `form` or `field`, with the id of it."""

    campaign: str
    trigger: str
    trigger_id: int
    once: bool = True  # per matter, the vendor's default


@dataclass(kw_only=True)
class Email(Record):
    """An e-mail that Lawmatics would have sent to a real client."""

    automation_id: int
    campaign: str
    because: str
    matter_id: int
    contact_id: int
    to_name: str
    to_address: str | None
