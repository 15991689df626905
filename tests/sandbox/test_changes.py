"""What members of the firm change by hand, by JSON and on the console."""

from typing import Any

import httpx2
import pytest

from sandbox.parse import FIELD_TYPES
from sandbox.records import Ref
from sandbox.store import Firm


def do(web: httpx2.Client, verb: str, /, **values: Any) -> httpx2.Response:
    return web.post("/console/changes/hartwell.json", json={"do": verb, **values})


# Contacts and matters


def test_it_merges_two_contacts(web: httpx2.Client, api: httpx2.Client, firm: Firm) -> None:
    gone = firm.contacts[1003]
    matters = {matter.id for matter in firm.matters.group("contact_id", 1003)}
    notes = {note.id for note in firm.notes.group("notable", Ref("contact", 1003))}
    assert do(web, "merge_contacts", keep=1011, gone=1003).json() == {"id": 1011}
    assert api.get("/v1/contacts/1003").status_code == 404
    assert matters <= {matter.id for matter in firm.matters.group("contact_id", 1011)}
    assert notes <= {note.id for note in firm.notes.group("notable", Ref("contact", 1011))}
    assert firm.contacts[1011].email == gone.email, "it had none of its own"
    assert firm.contacts[1011].first_name == "Samuel"


def test_it_finds_a_merged_contact_by_its_new_address(web: httpx2.Client, api: httpx2.Client) -> None:
    do(web, "merge_contacts", keep=1011, gone=1001)
    found = api.get("/v1/contacts", params={"filter_by": "email", "filter_on": "johnxdoe@example.com"}).json()
    assert [row["id"] for row in found["data"]] == ["1011"]


def test_it_refuses_to_merge_a_contact_with_itself(web: httpx2.Client) -> None:
    assert do(web, "merge_contacts", keep=1003, gone=1003).status_code == 422


def test_it_deletes_a_contact_with_its_matters(web: httpx2.Client, firm: Firm) -> None:
    do(web, "delete_contact", id=1003)
    assert 1003 not in firm.contacts
    assert 5001 not in firm.matters


def test_it_deletes_a_matter(web: httpx2.Client, firm: Firm) -> None:
    do(web, "delete_matter", id=5001)
    assert (5001 in firm.matters, 1003 in firm.contacts) == (False, True)


def test_it_edits_a_contact_as_a_member_would(web: httpx2.Client, api: httpx2.Client, firm: Firm) -> None:
    language = firm.custom_field_named("Preferred Name").id
    do(web, "edit_contact", id=1003, city="Reno", phone="", custom_fields=[{"id": language, "value": "Mia"}])
    contact = firm.contacts[1003]
    assert (contact.details["city"], contact.phone, contact.custom[language]) == ("Reno", None, "Mia")


def test_it_edits_a_matter(web: httpx2.Client, firm: Firm) -> None:
    do(web, "edit_matter", id=5001, case_title="New", stage_id=firm.stage_named("Retained").id)
    assert (firm.matters[5001].case_title, len(firm.emails)) == ("New", 1)


def test_it_writes_a_note(web: httpx2.Client, firm: Firm) -> None:
    number = do(web, "add_note", on="contact", id=1003, name="Call", body="Rang").json()["id"]
    assert firm.notes[number].notable == Ref("contact", 1003)


# Set-up

TABLES = ["stages", "practice_areas", "sub_statuses", "custom_fields"]


@pytest.mark.parametrize("table", [*TABLES, "pipelines", "forms"])
def test_it_renames_what_a_firm_sets_up(web: httpx2.Client, firm: Firm, table: str) -> None:
    number = min(getattr(firm, table))
    do(web, "rename", table=table, id=number, name="Renamed").raise_for_status()
    assert getattr(firm, table)[number].name == "Renamed"


@pytest.mark.parametrize("table", TABLES)
def test_it_deletes_what_a_firm_sets_up(web: httpx2.Client, api: httpx2.Client, firm: Firm, table: str) -> None:
    number = min(getattr(firm, table))
    do(web, "delete", table=table, id=number).raise_for_status()
    assert api.get(f"/v1/{table}/{number}").status_code == 404
    assert api.get("/v1/prospects/5001", params={"fields": "all"}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "key"), [("practice_areas", "practice_area_id"), ("sub_statuses", "sub_status_id"), ("stages", "stage_id")]
)
def test_it_leaves_no_matter_pointing_at_nothing(web: httpx2.Client, firm: Firm, kind: str, key: str) -> None:
    number = getattr(firm.matters[5001], key)
    do(web, "delete", table=kind, id=number)
    assert getattr(firm.matters[5001], key) is None


@pytest.mark.parametrize("kind", ["Prospect", "Contact"])
@pytest.mark.parametrize("field_type", FIELD_TYPES)
def test_it_adds_a_field_of_every_type(web: httpx2.Client, firm: Firm, kind: str, field_type: str) -> None:
    extra = {"list_options": ["A", "B"], "lookup_type": "User"}
    number = do(web, "add_field", name="New", type=kind, field_type=field_type, **extra).json()["id"]
    assert (firm.custom_fields[number].type, firm.custom_fields[number].field_type) == (kind, field_type)


def test_it_renames_adds_and_deletes_options(web: httpx2.Client, firm: Firm) -> None:
    county = firm.custom_field_named("County")
    ids = [option.id for option in county.options]
    do(web, "rename_option", field=county.id, option=ids[0], name="Alameda County")
    do(web, "delete_option", field=county.id, option=ids[1])
    do(web, "add_option", field=county.id, name="Napa")
    assert [option.name for option in county.options] == ["Alameda County", "Marin", "San Francisco", "Napa"]
    assert [option.id for option in county.options][:3] == [ids[0], ids[2], ids[3]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"do": "explode"},
        {},
        {"do": "delete_contact"},
        {"do": "delete_contact", "id": 1},
        {"do": "delete_contact", "id": [1]},
        {"do": "rename", "table": "users", "id": 111, "name": "X"},
        {"do": "rename", "table": "stages", "id": 301, "name": " "},
        {"do": "delete", "table": "pipelines", "id": 31},
        {"do": "add_field", "name": "X", "type": "Prospect", "field_type": "list"},
        {"do": "delete_option", "field": 4709, "option": 1},
        {"do": "add_option", "field": 4701, "name": "X"},
        {"do": "edit_contact", "id": 1003, "email": "nonsense"},
        {"do": "add_note", "on": "planet", "id": 1003},
    ],
)
def test_it_says_what_is_wrong_with_a_change(web: httpx2.Client, wrong: dict[str, Any]) -> None:
    answer = web.post("/console/changes/hartwell.json", json=wrong)
    assert answer.status_code == 422
    assert answer.json()["error"]


# On the console


def press(web: httpx2.Client, **form: Any) -> httpx2.Response:
    return web.post("/console/hartwell/change", data=form)


def test_it_adds_a_list_field_on_the_console(web: httpx2.Client, firm: Firm) -> None:
    answer = press(
        web, do="add_field", name="Pet", type="Prospect", field_type="list", list_options="Cat\nDog\n", next="setup"
    )
    assert answer.headers["Location"] == "/console/hartwell/setup"
    assert [option.name for option in firm.custom_field_named("Pet").options] == ["Cat", "Dog"]


def test_it_merges_on_the_console(web: httpx2.Client, firm: Firm) -> None:
    press(web, do="merge_contacts", keep="1002", gone="1001", next="contacts")
    assert 1001 not in firm.contacts


def test_it_shows_why_a_change_was_refused(web: httpx2.Client) -> None:
    answer = press(web, do="rename", table="stages", id="301", name="", next="setup")
    assert (answer.status_code, "Name can&#39;t be blank" in answer.text) == (422, True)


def test_it_goes_back_to_its_own_pages_only(web: httpx2.Client) -> None:
    answer = press(web, do="delete_matter", id="5001", next="//evil.example")
    assert answer.headers["Location"] == "/console/hartwell/evil.example"
