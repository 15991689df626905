"""Contacts: people. A contact is shared by all matters of that person (API docs, Contacts)."""

from sandbox import parse, writes
from sandbox.api.attributes import always, custom_fields, days_since, detail, plain, plains
from sandbox.api.finders import Finders
from sandbox.api.rest import Call, Resource
from sandbox.envelope import Attribute, Scene, Shape, invalid
from sandbox.records import Contact, Ref
from sandbox.store import Firm
from sandbox.table import Table

_DETAILS = (
    "birthdate", "name_prefix", "middle_name", "name_suffix", "informal_name", "employer", "occupation",
    "citizenship", "bio", "title", "hobbies", "social_security", "age", "driver_license", "gender",
    "marital_status", "timezone",
)  # fmt: skip


def _detail(name: str) -> Attribute:
    def read(_: Scene, contact: Contact) -> object:
        return detail(contact, name)

    return read


def _matters(scene: Scene, contact: Contact) -> list[Ref]:
    return [Ref("prospect", matter.id) for matter in scene.firm.matters.group("contact_id", contact.id)]


SHAPE: Shape[Contact] = Shape(
    type="contact",
    noun="Contact",
    attributes={
        **plains("first_name", "last_name", "email"),
        "email_address": plain("email"),
        "phone": plain("phone"),
        "phone_number": plain("phone"),
        **{name: _detail(name) for name in _DETAILS},
        "tracking_source_id": always(None),
        "date_of_last_contact": plain("created_at"),
        "days_since_last_contact": lambda scene, row: days_since(row.created_at, scene.now),
        "photo_url": always(None),
        "custom_fields": custom_fields,
        **plains("contact_type", "created_at", "updated_at"),
    },
    relationships={
        "prospects": _matters,
        "created_by": lambda _, row: Ref("user", row.created_by_id) if row.created_by_id else None,
        "client": lambda _, __: None,
        "company": lambda _, __: None,
    },
    defaults=("first_name", "last_name", "email", "phone", "created_at", "updated_at"),
    list_defaults=("first_name", "last_name", "email", "created_at", "updated_at"),
    write_defaults=("first_name", "last_name", "email", "phone", "custom_fields"),
)


def contacts(firm: Firm) -> Table[Contact]:
    return firm.contacts


def _create(call: Call) -> Contact:
    person = parse.person(call.body)
    custom = parse.custom_values(call.body, call.firm, "Contact")
    notes = parse.notes(call.body)
    if not any(person.get(key) for key in parse.NAMES):
        raise invalid("A contact needs a name, an e-mail address or a phone number.")
    return writes.add_contact(call.hand, person, custom, notes)


def _update(call: Call, contact: Contact) -> None:
    person = parse.person(call.body)
    custom = parse.custom_values(call.body, call.firm, "Contact")
    writes.change_contact(call.hand, contact, person, custom, parse.notes(call.body))


def _delete(call: Call, contact: Contact) -> None:
    writes.delete_contact(call.hand, contact)


RESOURCE: Resource[Contact] = Resource(
    path="contacts", shape=SHAPE, rows=contacts, create=_create, update=_update, delete=_delete,
    gone=("email", "phone"),
)  # fmt: skip
FINDERS: Finders[Contact] = Finders(RESOURCE, lambda _, contact: contact)
