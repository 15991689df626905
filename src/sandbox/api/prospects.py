"""Matters, which the API calls prospects. A matter wraps a contact (API docs, Matters)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import parse, writes
from sandbox.api.attributes import (
    always,
    custom_field_values,
    custom_fields,
    days_since,
    detail,
    plain,
    plains,
    points_of,
)
from sandbox.api.finders import Finders, closest_by_name, digits
from sandbox.api.rest import Call, Resource
from sandbox.envelope import Attribute, Relationship, Scene, Shape, invalid
from sandbox.records import Contact, ContactPoint, Matter, Ref
from sandbox.store import Firm
from sandbox.table import Table

_DETAILS = (
    "address", "birthdate", "name_prefix", "middle_name", "name_suffix", "informal_name", "employer",
    "occupation", "citizenship", "bio", "title", "hobbies", "social_security", "age", "referring_url",
    "driver_license", "gender", "marital_status", "timezone", "utm_source", "utm_campaign", "utm_medium",
    "utm_term", "street", "street2", "city", "state", "zipcode", "country", "full_street",
    "city_state_zip", "full_address",
)  # fmt: skip
_NOTHING_YET = ("events", "file_requests", "documents", "tasks", "addresses", "invoices", "relationships")


def contact_of(scene: Scene, matter: Matter) -> Contact:
    return scene.firm.contacts[matter.contact_id]


def _person(name: str) -> Attribute:
    def read(scene: Scene, matter: Matter) -> Any:
        contact = contact_of(scene, matter)
        return getattr(contact, name) if name in parse.NAMES else detail(contact, name)

    return read


def _sub_status(scene: Scene, matter: Matter) -> str:
    """The firm's label, or the bare status as a word (API docs, Create Matter: "Pnc")."""
    own = scene.firm.sub_statuses.get(matter.sub_status_id or 0)
    return own.name if own else matter.status.capitalize()


def _to_one(kind: str, field: str) -> Relationship:
    def point(_: Scene, matter: Matter) -> Ref | None:
        number = getattr(matter, field)
        return Ref(kind, number) if number else None

    return point


def _points(kind: str, table: str) -> Relationship:
    def point(scene: Scene, matter: Matter) -> list[Ref]:
        rows: Table[ContactPoint] = getattr(scene.firm, table)
        return [Ref(kind, row.id) for row in points_of(rows, Ref("contact", matter.contact_id))]

    return point


def _notes(scene: Scene, matter: Matter) -> list[Ref]:
    own = Ref("prospect", matter.id)
    return [Ref("note", note.id) for note in scene.firm.notes.group("notable", own)]


def _none(_: Scene, __: Matter) -> list[Ref]:
    return []


SHAPE: Shape[Matter] = Shape(
    type="prospect",
    noun="Prospect",
    attributes={
        "first_name": _person("first_name"),
        "last_name": _person("last_name"),
        **plains("case_title", "case_number", "case_blurb", "status"),
        "type_of_billing": always(None),
        "email": _person("email"),
        "phone": _person("phone"),
        "phone_number": _person("phone"),
        "email_address": _person("email"),
        **{name: _person(name) for name in _DETAILS},
        "sub_status": _sub_status,
        **plains("estimated_value_cents", "actual_value_cents"),
        "lead_cost_cents": always(0),
        "date_of_last_contact": plain("created_at"),
        "days_since_last_contact": lambda scene, row: days_since(row.created_at, scene.now),
        "converted_date": plain("converted_date"),
        "statute_of_limitations": always(None),
        "photo_url": always(None),
        "custom_fields": custom_fields,
        "custom_field_values": custom_field_values,
        **plains("created_at", "updated_at"),
        "last_contacted_date": plain("created_at"),
    },
    relationships={
        "source": _to_one("source", "source_id"),
        "stage": _to_one("stage", "stage_id"),
        "campaign": _to_one("campaign", "campaign_id"),
        "practice_area": _to_one("practice_area", "practice_area_id"),
        "salesperson": lambda _, __: None,
        "lead_attorney": _to_one("user", "lead_attorney_id"),
        "originating_attorney": _to_one("user", "originating_attorney_id"),
        "owned_by": _to_one("user", "owned_by_id"),
        "created_by": _to_one("user", "created_by_id"),
        "contact": _to_one("contact", "contact_id"),
        "company": lambda _, __: None,
        "assigned_staff": lambda _, row: [Ref("user", number) for number in row.assigned_staff_ids],
        "notes": _notes,
        "emails": _points("email_address", "email_addresses"),
        "phone_numbers": _points("phone_number", "phone_numbers"),
        "tags": lambda _, row: [Ref("tag", number) for number in row.tag_ids],
        **dict.fromkeys(_NOTHING_YET, _none),
    },
    filters={"sub_status_id": plain("sub_status_id")},
    defaults=("first_name", "last_name", "email", "phone", "created_at", "updated_at"),
    list_defaults=("first_name", "last_name", "email", "created_at", "updated_at"),
    write_defaults=("first_name", "last_name", "email", "phone", "custom_fields"),
)


def _fields(call: Call) -> dict[str, Any]:
    """The matter's own fields in the body, checked; unknown ids are refused."""
    body, firm = call.body, call.firm
    found: dict[str, Any] = {}
    for key in ("case_title", "case_number", "case_blurb"):
        if key in body:
            found[key] = parse.text(body, key)
    tables: dict[str, tuple[Mapping[int, Any], str]] = {
        "practice_area_id": (firm.practice_areas, "Practice Area"),
        "stage_id": (firm.stages, "Stage"),
        "sub_status_id": (firm.sub_statuses, "Sub Status"),
        "source_id": ({}, "Source"),
        "campaign_id": ({}, "Campaign"),
        "owned_by_id": (firm.users, "User"),
        "lead_attorney_id": (firm.users, "User"),
        "originating_attorney_id": (firm.users, "User"),
    }
    for key, (rows, noun) in tables.items():
        if key in body:
            found[key] = parse.known_id(body, key, rows, noun)
    if not firm.options.stages_move:
        found.pop("stage_id", None)
    for key in ("estimated_value_cents", "actual_value_cents"):
        if body.get(key) is not None:
            found[key] = parse.whole(body[key], key)
    if "assigned_staff_ids" in body:
        found["assigned_staff_ids"] = parse.known_ids(body, "assigned_staff_ids", firm.users, "User")
    return found


def _matched_contact(call: Call, person: dict[str, Any]) -> Contact | None:
    """API docs, Create Matter From Contact: the oldest match wins; nothing found, a new one is made."""
    by = call.body.get("match_contact_by")
    if by not in ("email", "phone", "name"):
        raise invalid("match_contact_by must be one of email, phone, name")
    held = call.firm.contacts
    rows: Sequence[Contact] = list(held.values())
    if by == "email":
        rows = held.spanned("email", held.span("email", "=", str(person.get(by) or "")))
    rows = sorted(rows, key=lambda row: (row.created_at, row.id))
    if by == "name":
        name = " ".join(str(person.get(key) or "") for key in ("first_name", "last_name")).strip()
        return closest_by_name([r for r in rows if r.name.casefold() == name.casefold()], lambda r: r, name)
    wanted = str(person.get(by) or "")
    if not wanted:
        raise invalid(f"match_contact_by {by} needs a value for {by}")
    if by == "phone":
        return next((row for row in rows if digits(row.phone) == digits(wanted) != ""), None)
    return next((row for row in rows if (row.email or "").casefold() == wanted.casefold()), None)


def _create(call: Call) -> Matter:
    body = call.body
    person = parse.person(body)
    fields = _fields(call)
    custom = parse.custom_values(body, call.firm, "Prospect")
    tags, notes = parse.names(body, "tags"), parse.notes(body)
    contact: Contact | None = None
    if body.get("contact_id") is not None:
        number = parse.known_id(body, "contact_id", call.firm.contacts, "Contact")
        contact = call.firm.contacts[number or 0]
    elif body.get("match_contact_by") is not None:
        contact = _matched_contact(call, person)
    if contact is None and not any(person.get(key) for key in parse.NAMES):
        raise invalid("contact_id can't be blank unless match_contact_by or person fields are given")
    if contact is None:
        # API docs, Create Matter: without contact_id and match_contact_by the person is made as well.
        contact = writes.add_contact(call.hand, person)
    else:
        # API docs, Create Matter From Contact: whatever is sent overwrites the shared contact.
        writes.change_contact(call.hand, contact, person)
    return writes.add_matter(call.hand, contact, fields, custom, tags, notes)


def _update(call: Call, matter: Matter) -> None:
    person = parse.person(call.body)
    fields = _fields(call)
    custom = parse.custom_values(call.body, call.firm, "Prospect")
    tags, notes = parse.names(call.body, "tags"), parse.notes(call.body)
    # API docs, Contacts: "shared via any Contactable". A matter's e-mail is its contact's e-mail.
    writes.change_contact(call.hand, contact_of(call.scene, matter), person)
    writes.change_matter(call.hand, matter, fields, custom, tags, notes)


def _delete(call: Call, matter: Matter) -> None:
    writes.delete_matter(call.hand, matter)


def matters(firm: Firm) -> Table[Matter]:
    return firm.matters


RESOURCE: Resource[Matter] = Resource(
    path="prospects", shape=SHAPE, rows=matters, create=_create, update=_update, delete=_delete,
    gone=("email", "phone"),
)  # fmt: skip
FINDERS: Finders[Matter] = Finders(RESOURCE, lambda call, matter: contact_of(call.scene, matter))
