"""Forms, automations and a few entries for both firms."""

import base64
import uuid
from collections.abc import Iterable
from typing import Any

from sandbox.hand import Hand
from sandbox.records import Automation, CustomField, Form, FormEntry, Ref
from sandbox.store import Firm, Town

Row = dict[str, Any]
# The ids are made of the names, so that every start of the town has the same addresses.
_SPACE = uuid.UUID("8f0d5f0e-7f57-4d6a-9a59-7d3a4a4b1c01")
_GENERAL = [
    ("first_name", "First name", "string", True), ("last_name", "Last name", "string", True),
    ("email", "E-mail", "email", True), ("phone", "Phone", "phone", False), ("street", "Street", "string", False),
    ("city", "City", "string", False), ("state", "State", "string", False), ("zipcode", "Zip code", "string", False),
    ("birthdate", "Date of birth", "date", False),
]  # fmt: skip
DIVIDER: Row = {"component_type": "horizontal_divider"}


def seed_forms(town: Town) -> None:
    for firm in town.firms.values():
        hand = Hand(town, firm, firm.admin, min(row.created_at for row in firm.stages.values()))
        intake = _form(hand, "Intake questionnaire", "prospect", _intake(firm))
        _form(hand, "Stay in touch", "contact", [_general(*_GENERAL[:2]), _general(_GENERAL[2])])
        _form(hand, "Retainer payment", "prospect", [_general(*_GENERAL[:3]), _row(_block("payment_gateway", "Card"))])
        _form(hand, "Family members", "prospect", [_general(*_GENERAL[:3]), _row(_block("relationship", "Spouse"))])
        _automations(hand, intake)
        _entry(hand, intake)


def _intake(firm: Firm) -> list[Row]:
    fields = [row for row in firm.custom_fields.values() if row.type in ("Prospect", "Contact")]
    return [
        _row({"component_type": "instructions", "text": "Tell us who you are. We answer within a working day."}),
        *(_general(*pair) for pair in (_GENERAL[:2], _GENERAL[2:4], _GENERAL[4:6], _GENERAL[6:8], _GENERAL[8:])),
        _row(DIVIDER),
        *(_row(_custom(field)) for field in fields),
    ]


def _row(*components: Row) -> Row:
    return {"components": list(components)}


def _general(*parts: tuple[str, str, str, bool]) -> Row:
    return _row(
        *(
            {
                "id": _id(f"Fields::GeneralField-{key}"), "component_type": "general_field", "field_type": field_type,
                "label": label, "required": required, "key": key,
            }
            for key, label, field_type, required in parts
        )
    )  # fmt: skip


def _custom(field: CustomField) -> Row:
    # The vendor's own example decodes to Fields::CustomField-CustomField::Prospect-1027.
    component: Row = {
        "id": _id(f"Fields::CustomField-CustomField::{field.type}-{field.id}"), "component_type": "field",
        "field_type": field.field_type, "label": field.name, "required": False, "key": f"custom_field_{field.id}",
        "custom_field_id": field.id,
    }  # fmt: skip
    if field.options:
        component["list_options"] = [{"id": option.id, "name": option.name} for option in field.options]
    return component


def _block(kind: str, label: str) -> Row:
    return {"id": _id(f"Blocks::{kind}"), "component_type": kind, "label": label, "required": True}


def _id(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _form(hand: Hand, name: str, makes: str, rows: Iterable[Row]) -> Form:
    number = str(uuid.uuid5(_SPACE, f"{hand.firm.slug}/{name}"))
    form = Form(**hand.new("form"), uuid=number, name=name, type="CustomForm", makes=makes, rows=list(rows))
    hand.firm.forms[form.id] = form
    return form


def _automations(hand: Hand, intake: Form) -> None:
    firm = hand.firm
    wanted: list[tuple[str, str, int]] = [("Thank you for your questionnaire", "form", intake.id)]
    stages = {
        "Family Law Intake": "Family law welcome and fee sheet",
        "Immigration Intake": "Immigration welcome and list of papers",
        "Consultation Scheduled": "Your consultation: time and address",
        "Agreement Sent": "Please sign the engagement agreement",
        "Retained": "Welcome as a client",
        "Door opened": "A word of welcome",
        "On the books": "You are now our client",
    }
    wanted += [(stages[row.name], "stage", row.id) for row in firm.stages.values() if row.name in stages]
    fields = {"Hearing": "Your hearing date", "House Reference": "Your reference with us"}
    wanted += [(fields[row.name], "field", row.id) for row in firm.custom_fields.values() if row.name in fields]
    for campaign, trigger, number in wanted:
        row = Automation(**hand.new("automation"), campaign=campaign, trigger=trigger, trigger_id=number)
        firm.automations[row.id] = row


def _entry(hand: Hand, form: Form) -> None:
    """One that was sent long ago, for a matter that stands."""
    matter = next(iter(hand.firm.matters.values()))
    contact = hand.firm.contacts[matter.contact_id]
    answers = {"First name": contact.first_name, "Last name": contact.last_name, "E-mail": contact.email}
    parts = [part for row in form.rows for part in row["components"] if part.get("label") in answers]
    body = [{"id": part["id"], "label": part["label"], "value": answers[part["label"]]} for part in parts]
    then = Hand(hand.town, hand.firm, hand.user, matter.created_at)
    entry = FormEntry(**then.new("form_entry"), form_id=form.id, body=body, contactable=Ref("prospect", matter.id))
    hand.firm.form_entries[entry.id] = entry
