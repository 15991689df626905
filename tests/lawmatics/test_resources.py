"""What each resource asks and sends: exact paths, parameters and bodies."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime

import httpx2
import pytest

from lawmatics import UNSET, ContactWrite, MatterWrite, Ref

PERSON_FIELDS = {
    "first_name",
    "last_name",
    "email",
    "phone",
    "name",
    "match_contact_by",
    "birthdate",
    "address",
}
DANA = {"data": {"id": "74", "type": "contact", "attributes": {"first_name": "Dana"}}}
MATTER = {
    "data": {
        "id": "9",
        "type": "prospect",
        "attributes": {"case_title": "Divorce"},
        "relationships": {"stage": {"data": {"id": 6, "type": "stage"}}},
    }
}


def people(*emails):
    return [{"id": len(emails) - i, "email": email} for i, email in enumerate(emails)]


@pytest.mark.parametrize(
    ("asked", "stored"),
    [
        ("dana@example.test", "dana@example.test"),
        ("dana@example.test", "Dana@Example.TEST"),
        ("DANA@example.test", "dana@example.test"),
        (" dana@example.test ", "dana@example.test"),
        ("dana@example.test", " dana@example.test\n"),
        ("dana+work@example.test", "dana+work@example.test"),
        ("da_na@example.test", "da_na@example.test"),
        ("50%@example.test", "50%@example.test"),
        ("o'dana&co=1@example.test", "o'dana&co=1@example.test"),
        ("dänä@example.test", "DÄNÄ@example.test"),
    ],
)
def test_it_finds_a_contact_by_email(play, listing, asked, stored):
    found = play(listing(people(stored))).client.contacts.with_email(asked)
    assert [contact.id for contact in found] == ["1"]


@pytest.mark.parametrize(
    ("asked", "stored"),
    [
        ("da_na@example.test", "daxna@example.test"),
        ("%@example.test", "dana@example.test"),
        ("dana@example.test", "dana+work@example.test"),
        ("dana@example.test", "xdana@example.test"),
        ("dana@example.test", None),
        ("dana@example.test", ""),
    ],
)
def test_it_drops_what_only_looks_like_the_email(play, listing, asked, stored):
    assert play(listing(people(stored))).client.contacts.with_email(asked) == []


@pytest.mark.parametrize("email", ["da_na+1%25&a=b@example.test", "a b@example.test", "dänä@example.test"])
def test_it_sends_an_awkward_email_whole(play, listing, email):
    stage = play(listing([]))
    stage.client.contacts.with_email(email)
    assert (stage.params["filter_by"], stage.params["filter_with"]) == ("email", "ilike")
    assert stage.params["filter_on"] == email


def test_it_sends_a_plus_as_a_plus(play, listing):
    stage = play(listing([]))
    stage.client.contacts.with_email("a+b@example.test")
    assert b"a%2Bb%40example.test" in stage.requests[0].url.query


def test_it_doubles_a_backslash_which_would_escape_the_next_letter(play, listing):
    stage = play(listing([]))
    stage.client.contacts.with_email("a\\b@example.test")
    assert stage.params["filter_on"] == "a\\\\b@example.test"


def test_it_asks_nothing_for_a_blank_email(play, listing):
    stage = play(listing(people("", " ", None)))
    assert stage.client.contacts.with_email("  ") == []
    assert stage.requests == []


def test_it_looks_for_an_email_on_all_pages_and_returns_the_oldest_first(play, listing):
    rows = [{"id": i, "email": "dana@example.test" if i in (3, 10, 40) else "x@example.test"} for i in range(60, 0, -1)]
    rows[57]["created_at"] = "2026-03-01T00:00:00Z"
    rows[50]["created_at"] = "2026-01-01T00:00:00Z"
    found = play(listing(rows)).client.contacts.with_email("dana@example.test")
    assert [contact.id for contact in found] == ["10", "3", "40"]


def test_it_creates_a_contact_from_what_is_set(play, answer):
    stage = play(answer(201, json=DANA))
    made = stage.client.contacts.create(
        ContactWrite(first_name="Dana", phone=None, custom_fields={"12": "x", "13": None})
    )
    assert made.id == "74"
    assert (stage.requests[0].method, stage.requests[0].url.path) == ("POST", "/v1/contacts")
    assert stage.body == {
        "first_name": "Dana",
        "phone": None,
        "custom_fields": [{"id": 12, "value": "x"}, {"id": 13, "value": None}],
    }


def test_it_updates_a_contact(play, answer):
    stage = play(answer(json=DANA))
    stage.client.contacts.update("74", ContactWrite(email="dana@example.test"))
    assert (stage.requests[0].method, stage.requests[0].url.path) == ("PUT", "/v1/contacts/74")
    assert stage.body == {"email": "dana@example.test"}


def test_it_adds_a_note_to_a_contact_and_changes_nothing_else(play, answer):
    stage = play(answer(json=DANA))
    stage.client.contacts.add_note("74", name="Intake", body="Done")
    assert (stage.requests[0].method, stage.requests[0].url.path) == ("PUT", "/v1/contacts/74")
    assert stage.body == {"notes": [{"name": "Intake", "body": "Done"}]}


def test_it_creates_a_matter_with_numeric_ids(play, answer):
    stage = play(answer(201, json=MATTER))
    made = stage.client.matters.create(
        MatterWrite(contact_id="74", case_title="Divorce", stage_id="6", assigned_staff_ids=("1", "2"), tags=["new"])
    )
    assert (made.id, made.stage_id) == ("9", "6")
    assert stage.body == {
        "contact_id": 74,
        "case_title": "Divorce",
        "stage_id": 6,
        "assigned_staff_ids": [1, 2],
        "tags": ["new"],
    }


def test_it_asks_for_the_stage_with_a_write(play, answer):
    stage = play(answer(json=MATTER))
    stage.client.matters.update("9", MatterWrite(stage_id="6"))
    assert {"stage", "contact"} <= set(stage.params["fields"].split(","))


def test_it_makes_no_matter_without_a_contact(play, answer):
    stage = play(answer(201, json=MATTER))
    with pytest.raises(ValueError, match="contact_id"):
        stage.client.matters.create(MatterWrite(case_title="Divorce"))
    assert stage.requests == []


def test_it_offers_no_person_fields_on_a_matter():
    assert not PERSON_FIELDS & {field.name for field in fields(MatterWrite)}


@pytest.mark.parametrize("write", [ContactWrite(), MatterWrite()])
def test_it_sends_nothing_that_is_unset(write):
    assert write.to_json() == {}
    assert repr(UNSET) == "UNSET"


@pytest.mark.parametrize(("given", "sent"), [("12", 12), ("007", "007"), ("a1", "a1"), ("9" * 30, "9" * 30)])
def test_it_sends_an_id_as_a_number_only_if_it_is_one(given, sent):
    assert MatterWrite(stage_id=given).to_json() == {"stage_id": sent}


def test_it_never_asks_for_all_fields_of_a_person(play, answer):
    for act in (lambda c: c.contacts.get("74"), lambda c: c.matters.get("9")):
        stage = play(answer(json=DANA))
        act(stage.client)
        assert stage.params["fields"] != "all"


def test_it_learns_the_account_from_the_user(play, answer):
    user = {
        "data": {
            "id": "7",
            "type": "user",
            "attributes": {"name": "Alice"},
            "relationships": {"current_firm": {"data": {"id": 3, "type": "firm"}}},
        }
    }
    stage = play(answer(json=user))
    assert stage.client.users.get("7").firm_id == "3"
    assert stage.params == {"fields": "all"}


def test_it_creates_a_note_on_a_matter(play, answer):
    stage = play(answer(201, json={"data": {"id": "5", "type": "note", "attributes": {"name": "n"}}}))
    assert stage.client.notes.create("n", "b", "Prospect", "9").id == "5"
    assert stage.body == {"name": "n", "body": "b", "notable_type": "Prospect", "notable_id": 9}


@pytest.mark.parametrize(("method", "by"), [("of_contact", "contact_id"), ("of_matter", "matter_id")])
def test_it_reads_a_timeline(play, listing, method, by):
    stage = play(listing([{"id": 1, "key": "note.create"}], "timeline_activity"))
    (activity,) = getattr(stage.client.activities, method)("74")
    assert activity.key == "note.create"
    assert (stage.params["filter_by"], stage.params["filter_on"]) == (by, "74")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("pipelines", "/v1/pipelines"),
        ("stages", "/v1/stages"),
        ("practice_areas", "/v1/practice_areas"),
        ("sub_statuses", "/v1/sub_statuses"),
        ("custom_fields", "/v1/custom_fields"),
    ],
)
def test_it_reads_reference_data_whole(play, listing, method, path):
    stage = play(listing([{"id": i, "name": f"n{i}"} for i in range(30)]))
    assert len(getattr(stage.client.reference, method)()) == 30
    assert {request.url.path for request in stage.requests} == {path}


def test_it_submits_a_form_without_the_token(play, answer):
    stage = play(answer(201, json={"data": {"id": "9", "type": "prospect"}}))
    made = stage.client.forms.submit("0b2e-44", {"first_name": "Dana"})
    assert made == Ref("prospect", "9")
    assert stage.requests[0].url.path == "/v1/forms/0b2e-44/submit"
    assert "authorization" not in stage.requests[0].headers


def test_it_reads_the_entries_of_one_form_back_to_a_point_in_time(play, listing):
    body = [{"id": "Zm9v", "label": "First name", "value": "Dana"}, "noise", {"id": "a divider"}]
    rows = [{"id": n, "created_at": f"2026-11-24T12:{59 - n:02}:00Z", "body": body} for n in range(40)]
    stage = play(listing(rows))
    found = list(stage.client.forms.entries("0b2e-44", datetime(2026, 11, 24, 12, 50, tzinfo=UTC)))
    assert [entry.id for entry in found] == [str(n) for n in range(10)]
    assert found[0].answers == {"Zm9v": "Dana", "First name": "Dana"}
    assert [request.url.path for request in stage.requests] == ["/v1/forms/0b2e-44/entries"]


@pytest.mark.parametrize("content", [b"%PDF-1.7", io.BytesIO(b"%PDF-1.7")])
def test_it_uploads_a_file_into_a_folder(play, answer, content):
    stage = play(answer(201, json={"data": {"id": "8", "type": "file", "attributes": {"file_size": 8}}}))
    filed = stage.client.files.upload(
        documentable_type="matter",
        documentable_id="9",
        name="passport.pdf",
        content=content,
        media_type="application/pdf",
        folder=["Intake", "2026"],
    )
    sent = stage.requests[0].content
    assert filed.size == 8
    assert sent.count(b'name="path[]"') == 2
    assert b'name="file"; filename="passport.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7' in sent


def test_it_returns_dates_in_utc(play, answer):
    reply = {"data": {"id": "74", "attributes": {"created_at": "2026-11-24T07:00:00.123-05:00"}}}
    contact = play(answer(json=reply)).client.contacts.get("74")
    assert contact.created_at == datetime(2026, 11, 24, 12, 0, 0, 123_000, tzinfo=UTC)
    assert contact.created_at.utcoffset().total_seconds() == 0


def test_it_lets_two_threads_share_a_client(play):
    def handler(request):
        return httpx2.Response(200, json={"data": {"id": request.url.path.rpartition("/")[2]}})

    client = play(handler).client
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda i: client.contacts.get(str(i)).id, range(40)))
    assert got == [str(i) for i in range(40)]
