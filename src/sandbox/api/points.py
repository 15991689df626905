"""E-mail addresses and phone numbers as records of their own; `Primary` mirrors the contact's field."""

from collections.abc import Mapping
from typing import Any

from sandbox import parse, writes
from sandbox.api.attributes import plain, plains
from sandbox.api.rest import Call, Resource
from sandbox.envelope import Shape, invalid
from sandbox.records import ContactPoint, Ref


def _resource(kind: str, path: str, noun: str, contact_key: str) -> Resource[ContactPoint]:
    def owner(call: Call) -> Ref:
        tables: dict[str, Mapping[int, Any]] = {"Contact": call.firm.contacts, "Company": call.firm.companies}
        owner_type = call.body.get("informationable_type")
        if not isinstance(owner_type, str) or owner_type not in tables:
            raise invalid("informationable_type must be one of Contact, Company")
        number = parse.known_id(call.body, "informationable_id", tables[owner_type], owner_type)
        if number is None:
            raise invalid("informationable_id can't be blank")
        return Ref(owner_type.casefold(), number)

    def create(call: Call) -> ContactPoint:
        info, held_by = parse.required_text(call.body, "info"), owner(call)
        label = parse.text(call.body, "label") or "Other"
        point = ContactPoint(**call.hand.new(kind), label=label, info=info, owner=held_by)
        writes.points(call.firm, kind)[point.id] = point
        return point

    def update(call: Call, point: ContactPoint) -> None:
        if "informationable_type" in call.body:
            point.owner = owner(call)
        if "info" in call.body:
            point.info = parse.required_text(call.body, "info")
        point.label = parse.text(call.body, "label") or point.label
        writes.touch(call.hand, point)
        contact = call.firm.contacts.get(point.owner.id) if point.owner.type == "contact" else None
        if contact and point.label == "Primary":
            writes.change_contact(call.hand, contact, {contact_key: point.info})

    def delete(call: Call, point: ContactPoint) -> None:
        del writes.points(call.firm, kind)[point.id]
        contact = call.firm.contacts.get(point.owner.id) if point.owner.type == "contact" else None
        if contact and point.label == "Primary":
            writes.change_contact(call.hand, contact, {contact_key: None})

    return Resource(
        path=path,
        rows=lambda firm: writes.points(firm, kind),
        create=create,
        update=update,
        delete=delete,
        shape=Shape(
            type=kind,
            noun=noun,
            attributes=plains("label", "info", "created_at", "updated_at"),
            relationships={"informationable": plain("owner")},
            defaults=("label", "info", "informationable"),
        ),
    )


EMAIL_ADDRESSES = _resource("email_address", "email_addresses", "Email Address", "email")
PHONE_NUMBERS = _resource("phone_number", "phone_numbers", "Phone Number", "phone")
