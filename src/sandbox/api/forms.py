"""Forms: what they ask, what was answered, and sending one in without any token (API docs, Custom Forms)."""

from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from sandbox import automations, parse, writes
from sandbox.api import contacts, prospects
from sandbox.api.attributes import plain, plains
from sandbox.api.rest import Answer, Call, Resource
from sandbox.envelope import Shape, invalid, not_found
from sandbox.listing import list_answer
from sandbox.records import Contact, Form, FormEntry, Matter, Ref
from sandbox.store import Firm, Town

SENDABLE = ("field", "general_field", "instructions", "horizontal_divider")

SHAPE: Shape[Form] = Shape(
    type="custom_form",
    noun="Custom Form",
    attributes=plains("name", "type", "created_at", "updated_at", "rows"),
    defaults=("name", "type", "created_at", "updated_at", "rows"),
    key=lambda form: str(form.uuid),
)
ENTRY_SHAPE: Shape[FormEntry] = Shape(
    type="custom_form_entry",
    noun="Custom Form Entry",
    attributes=plains("body", "created_at", "updated_at"),
    relationships={
        "custom_form": lambda scene, row: Ref("custom_form", row.form_id),
        "contactable": plain("contactable"),
    },
    defaults=("body", "created_at", "updated_at", "custom_form", "contactable"),
)


def components(form: Form) -> list[dict[str, Any]]:
    return [component for row in form.rows for component in row["components"]]


def firm_of(town: Town, path: str) -> Firm | None:
    """Whose form this is: a submission comes without a token, only the form's uuid tells."""
    parts = path.split("/")
    if len(parts) != 5 or parts[2] != "forms" or parts[4] != "submit":
        return None
    firms = town.firms.values()
    return next((firm for firm in firms if any(form.uuid == parts[3] for form in firm.forms.values())), None)


def _find(call: Call, key: str) -> Form:
    form = next((form for form in call.firm.forms.values() if form.uuid == key), None)
    if form is None:
        raise not_found(SHAPE.noun, key)
    return form


def _get(call: Call, key: str) -> Answer:
    return RESOURCE.one(call, _find(call, key))


def _entries(call: Call, key: str) -> Answer:
    form = _find(call, key)
    own = call.firm.form_entries.group("form_id", form.id)
    answer = list_answer(call.scene, ENTRY_SHAPE, own, call.args)
    for data in answer["data"]:
        if "custom_form" in data["relationships"]:
            data["relationships"]["custom_form"]["data"]["id"] = form.uuid
    return 200, answer


def submit(call: Call, key: str) -> Answer:
    """Each submission makes another matter, and starts the form's automations."""
    form = _find(call, key)
    blocks = [part for part in components(form) if part["component_type"] not in SENDABLE]
    if blocks:
        raise invalid(f"This form has a {blocks[0]['component_type']} block and can't be submitted over the API.")
    answers = [(part, _answer_to(call, part)) for part in components(form) if "label" in part]
    missing = [part["label"] for part, value in answers if part.get("required") and value in (None, "", [])]
    if missing:
        raise invalid(f"{missing[0]} can't be blank")
    made = _take_in(call, form, answers)
    contactable = Ref("prospect" if isinstance(made, Matter) else "contact", made.id)
    body = [{"id": part["id"], "label": part["label"], "value": value} for part, value in answers]
    entry = FormEntry(**call.hand.new("form_entry"), form_id=form.id, body=body, contactable=contactable)
    call.firm.form_entries[entry.id] = entry
    if isinstance(made, Contact):
        shape, extra = contacts.SHAPE, ("email",)
        return 201, {"data": shape.render(call.scene, made, _shown(*extra))}
    automations.run(call.hand, made, [("form", form.id)])
    return 201, {"data": prospects.SHAPE.render(call.scene, made, _shown("utm_source", "utm_campaign"))}


def _shown(*extra: str) -> tuple[str, ...]:
    return ("first_name", "last_name", *extra, "created_at", "updated_at")


def _answer_to(call: Call, part: dict[str, Any]) -> Any:
    """By the component's id, by `custom_field_<id>`, or by a standard name such as `first_name`."""
    sent = call.body
    for key in (part["id"], part.get("key")):
        if key in sent:
            multiple = part.get("field_type") == "multi_picklist" and isinstance(call.request.form, MultiDict)
            return call.request.form.getlist(key) if multiple and key in call.request.form else sent[key]
    return None


def _take_in(call: Call, form: Form, answers: list[tuple[dict[str, Any], Any]]) -> Contact | Matter:
    person_values = {part["key"]: value for part, value in answers if part["component_type"] == "general_field"}
    # Campaign data comes along without being asked for.
    person_values |= {key: call.body[key] for key in parse.DETAILS if key in call.body}
    person = parse.person({key: value for key, value in person_values.items() if value is not None})
    custom: dict[str, dict[int, Any]] = {"Contact": {}, "Prospect": {}}
    for part, value in answers:
        field = call.firm.custom_fields.get(part.get("custom_field_id", 0))
        if field is not None and value is not None:
            custom[field.type][field.id] = parse.custom_value(field, value, call.firm)
    contact = _known(call.firm, person.get("email"))
    if contact is None:
        contact = writes.add_contact(call.hand, person, custom["Contact"])
    else:
        writes.change_contact(call.hand, contact, person, custom["Contact"])
    if form.makes == "contact":
        return contact
    return writes.add_matter(call.hand, contact, {"case_title": f"{form.name}: {contact.name}"}, custom["Prospect"])


def _known(firm: Firm, email: str | None) -> Contact | None:
    """The oldest contact of this address: the firm's own rule is one contact per address."""
    if not email:
        return None
    return next(iter(firm.contacts.spanned("email", firm.contacts.span("email", "=", email))), None)


RESOURCE: Resource[Form] = Resource(path="forms", shape=SHAPE, rows=lambda firm: firm.forms)
RULES = [
    Rule("/v1/forms", methods=["GET"], endpoint=RESOURCE.list),
    Rule("/v1/forms/<key>", methods=["GET"], endpoint=_get),
    Rule("/v1/forms/<key>/entries", methods=["GET"], endpoint=_entries),
    Rule("/v1/forms/<key>/submit", methods=["POST"], endpoint=submit),
]
