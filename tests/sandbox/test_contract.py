"""Every documented endpoint answers with the documented shape."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from contract import Endpoint, check_list, check_record, load_endpoints

from sandbox.store import Firm, Town

# May only shrink: users can be read, not written.
NOT_IMPLEMENTED = {"Users/Create User", "Users/Update User", "Users/Delete User"}

Key = Callable[[Firm], object]


@dataclass(frozen=True)
class Recipe:
    """How to call one endpoint: the value in its path, a body, and `fields`, where the example shows more
    than the small set that comes back unasked."""

    key: Key | None = None
    body: Callable[[Firm], dict[str, Any]] | None = None
    fields: str | None = None
    form: bool = False
    query: str | None = None
    files: dict[str, tuple[str, bytes, str]] | None = None
    before: Callable[[httpx2.Client, Firm], object] | None = None


def first(table: str) -> Key:
    return lambda firm: min(getattr(firm, table))


def update(table: str, key: str, body: dict[str, Any]) -> Recipe:
    return Recipe(first(table), lambda _: body, key or None)


PERSON = {
    "first_name": "Lawmatics",
    "last_name": "Example",
    "email": "roey@example.com",
    "phone": "123-123-1234",
}
NOTES = [{"name": "Cool Note", "body": "A long note"}]
MATTERS = "Matters (Prospects)/"
CONTACTS = "Contacts/"


def _on_contact(firm: Firm) -> dict[str, Any]:
    return {"informationable_type": "Contact", "informationable_id": min(firm.contacts)}


def _tagged(firm: Firm) -> dict[str, Any]:
    return {"matter_id": min(firm.matters), "tags": ["Priority"]}


def _note_on_matter(firm: Firm) -> dict[str, Any]:
    return {"name": "A", "body": "B", "notable_type": "Prospect", "notable_id": min(firm.matters)}


def _new_matter(firm: Firm) -> dict[str, Any]:
    ids = {"practice_area_id": min(firm.practice_areas), "sub_status_id": min(firm.sub_statuses)}
    return {**PERSON, **ids, "notes": NOTES, "tags": ["Tag 1"]}


def _matter_note(firm: Firm) -> int:
    return min(note.id for note in firm.notes.values() if note.notable.type == "prospect")


def _matter_update(firm: Firm) -> int:
    return min(row.id for row in firm.activities.values() if row.key == "prospect.update")


def _contacts_point(table: str) -> Key:
    return lambda firm: min(p.id for p in getattr(firm, table).values() if p.owner.type == "contact")


FORMS, FILES, FOLDERS = "Custom Forms/", "Files/", "Folders/"
LETTER = {"file": ("letter.pdf", b"%PDF-1.4", "application/pdf")}


def _form(name: str) -> Key:
    return lambda firm: next(form.uuid for form in firm.forms.values() if form.name == name)


def _hung(kind: str, table: str) -> Callable[[Firm], dict[str, Any]]:
    return lambda firm: {"documentable_type": kind, "documentable_id": min(getattr(firm, table))}


ON_MATTER = _hung("matter", "matters")


def _upload(kind: str) -> Callable[[httpx2.Client, Firm], object]:
    def send(api: httpx2.Client, firm: Firm) -> object:
        owner = {"documentable_type": kind, "documentable_id": str(min(firm.matters))}
        return api.post("/v1/files", data=owner | {"path[]": "Papers"}, files=LETTER).raise_for_status()

    return send


def _folder(api: httpx2.Client, firm: Firm) -> object:
    return api.post("/v1/folders", json={**ON_MATTER(firm), "name": "Old"}).raise_for_status()


def _new_folder(firm: Firm) -> dict[str, Any]:
    return {**ON_MATTER(firm), "name": "Drafts", "folder_id": min(firm.folders)}


ANSWERS = {"first_name": "A", "last_name": "B", "email": "a@example.com", "utm_source": "ad", "utm_campaign": "may"}

RECIPES: dict[str, Recipe] = {
    FORMS + "Custom Form": Recipe(_form("Intake questionnaire")),
    FORMS + "Custom Forms": Recipe(),
    FORMS + "Custom Form Entries": Recipe(_form("Intake questionnaire")),
    FORMS + "Submit Custom Form Entry  (Form Data Body)": Recipe(_form("Stay in touch"), lambda _: ANSWERS, form=True),
    FORMS + "Submit Custom Form Entry (JSON Body)": Recipe(_form("Intake questionnaire"), lambda _: ANSWERS),
    FILES + "File": Recipe(first("files"), before=_upload("firm")),
    FILES + "Files": Recipe(before=_upload("firm")),
    FILES + "Download File": Recipe(lambda _: "invalidId"),
    FILES + "Upload File": Recipe(
        body=lambda _: {"documentable_type": "firm", "path[]": "Papers"}, form=True, files=LETTER
    ),
    FILES + "Update File Metadata": Recipe(
        first("files"), lambda _: {"name": "N", "file_name": "n.pdf"}, before=_upload("matter")
    ),
    FILES + "Delete File": Recipe(first("files"), before=_upload("matter")),
    FOLDERS + "Folder": Recipe(first("folders"), before=_folder),
    FOLDERS + "Folders": Recipe(before=_folder),
    FOLDERS + "Create Folder": Recipe(body=_new_folder, before=_folder),
    FOLDERS + "Update Folder": Recipe(first("folders"), lambda _: {"name": "New"}, before=_upload("matter")),
    FOLDERS + "Delete Folder": Recipe(
        first("folders"), before=_folder, fields="name,created_at,updated_at,documentable,folders"
    ),
    CONTACTS + "Contact Finders/Find Contact By Phone Number": Recipe(lambda _: "4155550103"),
    CONTACTS + "Contact Finders/Find Contact By Email Address": Recipe(lambda _: "kofi.mensah@example.org"),
    CONTACTS + "Contact Finders/Find Contact By Name": Recipe(lambda _: "kofi"),
    CONTACTS + "Custom Contact Types/Custom Contact Type": Recipe(first("contact_types")),
    CONTACTS + "Custom Contact Types/Custom Contact Types": Recipe(),
    CONTACTS + "Custom Contact Types/Create Custom Contact Type": Recipe(body=lambda _: {"name": "Judge"}),
    CONTACTS + "Custom Contact Types/Update Custom Contact Type": update("contact_types", "", {"name": "P"}),
    CONTACTS + "Custom Contact Types/Delete Custom Contact Type": Recipe(first("contact_types")),
    CONTACTS + "Contact": Recipe(first("contacts"), fields="all"),
    CONTACTS + "Contacts": Recipe(),
    CONTACTS + "Create Contact": Recipe(body=lambda _: {**PERSON, "notes": NOTES}),
    CONTACTS + "Update Contact": update("contacts", "", {**PERSON, "notes": NOTES}),
    CONTACTS + "Delete Contact": Recipe(first("contacts")),
    "Custom Fields/Custom Field": Recipe(
        lambda firm: firm.custom_field_named("Sum at Stake").id,
        fields="name,type,field_type,practice_area,list_options,created_at,updated_at",
    ),
    "Custom Fields/Custom Fields": Recipe(),
    "Custom Fields/Create Custom Field": Recipe(
        body=lambda _: {
            "name": "Jurisdiction",
            "type": "PracticeArea",
            "field_type": "list",
            "practice_area": "Divorce",
            "list_options": ["one", "two", "three"],
        }
    ),
    "Custom Fields/Update Custom Field": Recipe(
        lambda firm: firm.custom_field_named("County").id,
        lambda _: {"name": "Shire", "list_options": ["10", "20", "30"]},
    ),
    "Custom Fields/Delete Custom Field": Recipe(lambda firm: firm.custom_field_named("County").id, fields="all"),
    "Email Addresses/Email Address": Recipe(_contacts_point("email_addresses")),
    "Email Addresses/Email Addresses": Recipe(),
    "Email Addresses/Create Email Address": Recipe(
        body=lambda firm: {"label": "Work", "info": "w@example.com", **_on_contact(firm)}, fields="all"
    ),
    "Email Addresses/Update Email Address": Recipe(
        _contacts_point("email_addresses"), lambda firm: {"info": "w@example.com", **_on_contact(firm)}
    ),
    "Email Addresses/Delete Email Address": Recipe(_contacts_point("email_addresses")),
    MATTERS + "Matter Finders/Find Matter By Phone Number": Recipe(lambda _: "(415) 555-0103"),
    MATTERS + "Matter Finders/Find Matter By Email Address": Recipe(lambda _: "raj.patel@example.com"),
    MATTERS + "Matter Finders/Find Matter By Name": Recipe(lambda _: "Raj Patel"),
    MATTERS + "Matter Pipelines/Pipeline": Recipe(first("pipelines"), fields="all"),
    MATTERS + "Matter Pipelines/Pipelines": Recipe(fields="all"),
    MATTERS + "Matter Pipeline Stages/Stage": Recipe(first("stages"), fields="all"),
    MATTERS + "Matter Pipeline Stages/Stages": Recipe(fields="all"),
    MATTERS + "Matter Practice Areas/Practice Area": Recipe(first("practice_areas")),
    MATTERS + "Matter Practice Areas/Practice Areas": Recipe(),
    MATTERS + "Matter Practice Areas/Create Practice Area": Recipe(
        body=lambda _: {"name": "Maritime", "color": "#123456", "statute_of_limitations_enabled": True}
    ),
    MATTERS + "Matter Practice Areas/Update Practice Area": update("practice_areas", "", {"name": "Kin"}),
    MATTERS + "Matter Practice Areas/Delete Practice Area": Recipe(first("practice_areas")),
    MATTERS + "Matter Sub Statuses/Sub Status": Recipe(first("sub_statuses"), fields="prospects"),
    MATTERS + "Matter Sub Statuses/Sub Statuses": Recipe(),
    MATTERS + "Matter Sub Statuses/Create Sub Status": Recipe(
        body=lambda _: {"name": "Waiting", "status": "pnc"}, fields="all"
    ),
    MATTERS + "Matter Sub Statuses/Update Sub Status": update("sub_statuses", "", {"name": "Waiting"}),
    MATTERS + "Matter Sub Statuses/Delete Sub Status": Recipe(first("sub_statuses")),
    MATTERS + "Create Matter": Recipe(body=_new_matter, fields="all"),
    MATTERS + "Create Matter From Contact (By ID)": Recipe(
        body=lambda firm: {**PERSON, "case_title": "T", "contact_id": min(firm.contacts)}, fields="all"
    ),
    MATTERS + "Create Matter From Contact (Matched By Field)": Recipe(
        body=lambda _: {**PERSON, "case_title": "T", "match_contact_by": "email"}, fields="all"
    ),
    MATTERS + "Matter": Recipe(first("matters"), fields="all"),
    MATTERS + "Matter With All Fields": Recipe(first("matters")),
    MATTERS + "Matters": Recipe(),
    MATTERS + "Update Matter": update("matters", "", {**PERSON, "assigned_staff_ids": [], "notes": NOTES}),
    MATTERS + "Delete Matter": Recipe(first("matters")),
    "Notes/Note": Recipe(_matter_note),
    "Notes/Notes": Recipe(),
    "Notes/Create Note": Recipe(body=_note_on_matter),
    "Notes/Update Note": update("notes", "", {"name": "New", "body": "Words"}),
    "Notes/Delete Note": Recipe(first("notes")),
    "Phone Numbers/Phone Number": Recipe(_contacts_point("phone_numbers")),
    "Phone Numbers/Phone Numbers": Recipe(),
    "Phone Numbers/Create Phone Number": Recipe(
        body=lambda firm: {"label": "Work", "info": "415-555-0190", **_on_contact(firm)}, form=True
    ),
    "Phone Numbers/Update Phone Number": Recipe(
        _contacts_point("phone_numbers"), lambda firm: {"info": "415-555-0190", **_on_contact(firm)}
    ),
    "Phone Numbers/Delete Phone Number": Recipe(_contacts_point("phone_numbers")),
    "Tags/Tag": Recipe(first("tags")),
    "Tags/Tags": Recipe(),
    "Tags/Update Tag": update("tags", "", {"name": "Urgent", "color": "#ff0000"}),
    "Tags/Delete Tag": Recipe(first("tags")),
    "Tags/Create Tag": Recipe(body=lambda _: {"name": "Urgent", "color": "#ff0000", "description": "Soon"}),
    "Tags/Attach Tag": Recipe(body=_tagged, fields="all"),
    "Tags/Detach Tag": Recipe(body=_tagged, fields="all"),
    "Timeline Activities/Activity": Recipe(_matter_update),
    "Timeline Activities/Activities": Recipe(query="filter_by=type&filter_on=note"),
    "Users/User": Recipe(first("users"), fields="all"),
    "Users/Users": Recipe(),
    "Users/Me": Recipe(),
}

# Pointers that the documents show under two names (email, email_address), or that the examples leave out.
LOOSE: dict[str, dict[str, list[str]]] = {
    MATTERS + "Create Matter From Contact (By ID)": {"emails": ["many"], "phone_numbers": ["many"]},
    MATTERS + "Create Matter From Contact (Matched By Field)": {"emails": ["many"]},
    MATTERS + "Matter": {"emails": ["many"]},
    MATTERS + "Matter With All Fields": {"emails": ["many"]},
    # Notes written through a contact hang on the contact.
    "Notes/Notes": {"notable": ["prospect", "company", "contact"]},
}
# Attributes that stand on some records of a list only.
SOMETIMES = {"lookup_type", "list_options"}


@dataclass
class Asked:
    answer: httpx2.Response
    records: list[dict[str, Any]] = field(default_factory=list)


def ask(endpoint: Endpoint, recipe: Recipe, api: httpx2.Client, firm: Firm) -> Asked:
    if recipe.before:
        recipe.before(api, firm)
    path = re.sub(r":\w+", str(recipe.key(firm)) if recipe.key else "", endpoint.path)
    query = recipe.query or endpoint.query or ""
    params = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    if endpoint.name == MATTERS + "Matters":
        params = {}  # documented with fields=all and the small set: the small set needs no asking
    if recipe.fields:
        params["fields"] = recipe.fields
    body = recipe.body(firm) if recipe.body else None
    sent: dict[str, Any] = {"data" if recipe.form else "json": body} if body is not None else {}
    if recipe.files:
        sent["files"] = recipe.files
    answer = api.request(endpoint.method, path, params=params, **sent)
    data = answer.json().get("data", {})
    return Asked(answer, data if isinstance(data, list) else [data])


ENDPOINTS = {endpoint.name: endpoint for endpoint in load_endpoints()}


def test_it_has_a_recipe_or_an_excuse_for_every_documented_endpoint() -> None:
    assert set(ENDPOINTS) == set(RECIPES) | NOT_IMPLEMENTED
    assert not set(RECIPES) & NOT_IMPLEMENTED


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_it_answers_with_the_documented_shape(name: str, api: httpx2.Client, town: Town) -> None:
    endpoint = ENDPOINTS[name]
    asked = ask(endpoint, RECIPES[name], api, town.firm("hartwell"))

    assert asked.answer.status_code in (endpoint.statuses or (200,)), asked.answer.text
    assert asked.records
    if asked.answer.status_code >= 400:
        assert asked.answer.json()["errors"] == list(endpoint.errors)
        return
    if endpoint.is_list:
        assert check_list(endpoint, asked.answer.json()) == []
    loose = {**endpoint.relationships, **LOOSE.get(name, {})}
    always = {key: kinds for key, kinds in endpoint.attributes.items() if key not in SOMETIMES}
    shape = Endpoint(**{**vars(endpoint), "relationships": loose, "attributes": always})
    problems = [problem for record in asked.records for problem in check_record(shape, record)]
    assert problems == []


@pytest.mark.parametrize("name", sorted(NOT_IMPLEMENTED))
def test_it_says_that_a_path_to_come_does_not_exist(name: str, api: httpx2.Client) -> None:
    endpoint = ENDPOINTS[name]
    answer = api.request(endpoint.method, re.sub(r":\w+", "1", endpoint.path))
    if endpoint.method == "GET" and endpoint.path.startswith("/v1/users"):
        pytest.fail("users can be read")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["detail"].startswith("This resource path does not exist")
