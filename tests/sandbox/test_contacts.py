"""Contacts, their finders, notes and custom fields."""

import httpx2
import pytest

from sandbox.clock import ManualClock
from sandbox.records import Ref
from sandbox.store import Firm

ANA = {"first_name": "Ana", "last_name": "Nova", "email": "ana.nova@example.com", "phone": "415-555-0170"}


def found(api: httpx2.Client, path: str) -> str | None:
    answer = api.get(path)
    return str(answer.json()["data"]["id"]) if answer.status_code == 200 else None


def test_it_makes_a_contact(api: httpx2.Client, firm: Firm) -> None:
    answer = api.post("/v1/contacts", json=ANA)
    assert answer.status_code == 201
    assert firm.contacts[int(answer.json()["data"]["id"])].email == "ana.nova@example.com"


def test_it_makes_a_second_contact_when_the_call_is_repeated(api: httpx2.Client, firm: Firm) -> None:
    before = len(firm.contacts)
    api.post("/v1/contacts", json=ANA)
    api.post("/v1/contacts", json=ANA, headers={"Idempotency-Key": "same"})
    assert len(firm.contacts) == before + 2


@pytest.mark.parametrize("body", [{}, {"first_name": "  "}, {"first_name": "A", "email": "no at sign"}])
def test_it_refuses_a_contact_that_says_nothing_or_nonsense(api: httpx2.Client, body: dict[str, str]) -> None:
    assert api.post("/v1/contacts", json=body).status_code == 422


@pytest.mark.parametrize("body", [b'{"first_name": ', b"[]", b"\xff", b'{"age": NaN}', b'{"bio": "\\ud800"}'])
def test_it_answers_400_to_broken_json(api: httpx2.Client, body: bytes) -> None:
    answer = api.post("/v1/contacts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["status"] == 400


def test_it_changes_only_what_is_sent(api: httpx2.Client, firm: Firm) -> None:
    api.put("/v1/contacts/1003", json={"phone": "415-555-0171"})
    contact = firm.contacts[1003]
    assert (contact.first_name, contact.phone) == ("Maria", "415-555-0171")


def test_it_moves_updated_at_when_something_changed(api: httpx2.Client, firm: Firm, clock: ManualClock) -> None:
    api.put("/v1/contacts/1003", json={"phone": "415-555-0171"})
    assert firm.contacts[1003].updated_at == clock.now


def test_it_leaves_updated_at_when_nothing_changed(api: httpx2.Client, firm: Firm) -> None:
    before = firm.contacts[1003].updated_at
    api.put("/v1/contacts/1003", json={"first_name": "Maria"})
    assert firm.contacts[1003].updated_at == before


def test_it_adds_notes_to_those_that_stand(api: httpx2.Client, firm: Firm) -> None:
    own = Ref("contact", 1003)
    before = sum(note.notable == own for note in firm.notes.values())
    api.put("/v1/contacts/1003", json={"notes": [{"name": "Intake", "body": "4 of 7"}]})
    assert sum(note.notable == own for note in firm.notes.values()) == before + 1


def test_it_logs_a_note_on_a_contact_as_an_activity(api: httpx2.Client) -> None:
    api.put("/v1/contacts/1003", json={"notes": [{"name": "Intake", "body": "4 of 7"}]})
    params = {"filter_by": "contact_id", "filter_on": "1003"}
    newest = api.get("/v1/activities", params=params).json()["data"][0]
    assert newest["attributes"]["key"] == "note.create"
    assert newest["attributes"]["detail_keys"] == {"body": "4 of 7", "name": "Intake"}


def test_it_sets_a_custom_field(api: httpx2.Client, firm: Firm) -> None:
    field = firm.custom_field_named("Preferred Language")
    spanish = field.options[1]
    body = {"custom_fields": [{"id": field.id, "value": spanish.id}]}
    items = api.put("/v1/contacts/1003", json=body).json()["data"]["attributes"]["custom_fields"]
    assert items == [
        {
            "id": field.id,
            "name": "Preferred Language",
            "field_type": "list",
            "value": str(spanish.id),
            "formatted_value": "Spanish",
        }
    ]


def test_it_clears_a_custom_field_with_null(api: httpx2.Client, firm: Firm) -> None:
    field = firm.custom_field_named("Preferred Language")
    api.put("/v1/contacts/1003", json={"custom_fields": [{"id": field.id, "value": None}]})
    assert firm.contacts[1003].custom == {}


def test_it_takes_the_last_of_a_repeated_custom_field(api: httpx2.Client, firm: Firm) -> None:
    field = firm.custom_field_named("Preferred Name")
    twice = [{"id": field.id, "value": "First"}, {"id": str(field.id), "value": "Second"}]
    api.put("/v1/contacts/1003", json={"custom_fields": twice})
    assert firm.contacts[1003].custom[field.id] == "Second"


@pytest.mark.parametrize(
    ("name", "sent", "stored", "shown"),
    [
        ("Household Size", "4", 4, "4"),
        ("Needs Interpreter", True, True, "Yes"),
        ("Monthly Income", 4200.5, 4200.5, "$4,200.50"),
        ("Client Since", "2026-01-09", "2026-01-09", "January 9, 2026"),
        ("Quiet Hours Start", "21:30", "21:30", "21:30"),
        ("Accessibility Needs", "Ramp", "Ramp", "Ramp"),
        ("Referred By", "1001", "1001", "John Xavier Doe"),
    ],
)
def test_it_reads_back_a_custom_field_of_each_type(
    api: httpx2.Client, firm: Firm, name: str, sent: object, stored: object, shown: str
) -> None:
    field = firm.custom_field_named(name)
    body = {"first_name": "X", "custom_fields": [{"id": field.id, "value": sent}]}
    (item,) = api.post("/v1/contacts", json=body).json()["data"]["attributes"]["custom_fields"]
    assert (item["value"], item["formatted_value"]) == (stored, shown)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Household Size", "many"),
        ("Preferred Language", "Klingon"),
        ("Client Since", "soon"),
        ("Urgent", True),
    ],
)
def test_it_refuses_a_value_that_does_not_fit_the_field(
    api: httpx2.Client, firm: Firm, name: str, value: object
) -> None:
    field = firm.custom_field_named(name)
    body = {"first_name": "Changed", "custom_fields": [{"id": field.id, "value": value}]}
    assert api.put("/v1/contacts/1003", json=body).status_code == 422
    assert firm.contacts[1003].first_name == "Maria"


def test_it_finds_the_wrong_twin_by_email(api: httpx2.Client) -> None:
    assert found(api, "/v1/contacts/find_by_email/john_doe@example.com") == "1001"


def test_it_finds_by_a_part_of_the_email(api: httpx2.Client) -> None:
    assert found(api, "/v1/contacts/find_by_email/robert.hale") == "1005"


@pytest.mark.parametrize("phone", ["415-555-0105", "4155550105", "1 (415) 555-0105"])
def test_it_finds_a_phone_however_it_is_written(api: httpx2.Client, phone: str) -> None:
    assert found(api, f"/v1/contacts/find_by_phone/{phone}") == "1005"


@pytest.mark.parametrize(("name", "number"), [("ana garcía", "1007"), ("priya", "1009"), ("Hale Jr", "1006")])
def test_it_finds_the_closest_name(api: httpx2.Client, name: str, number: str) -> None:
    assert found(api, f"/v1/contacts/find_by_name/{name}") == number


@pytest.mark.parametrize("path", ["find_by_email/x@y.zz", "find_by_phone/9999999999", "find_by_name/Zzyzx"])
def test_it_answers_404_when_nobody_looks_alike(api: httpx2.Client, path: str) -> None:
    assert api.get(f"/v1/contacts/{path}").status_code == 404


def test_it_forgets_a_deleted_contact(api: httpx2.Client, firm: Firm) -> None:
    answer = api.delete("/v1/contacts/1003").json()["data"]["attributes"]
    assert (answer["first_name"], answer["email"], answer["phone"]) == ("Maria", None, None)
    assert api.get("/v1/contacts/1003").status_code == 404
    assert all(matter.contact_id != 1003 for matter in firm.matters.values())


def test_it_mirrors_the_email_as_a_record_of_its_own(api: httpx2.Client, firm: Firm) -> None:
    number = int(api.post("/v1/contacts", json=ANA).json()["data"]["id"])
    points = [p.info for p in firm.email_addresses.values() if p.owner == Ref("contact", number)]
    assert points == ["ana.nova@example.com"]
