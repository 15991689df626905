"""Matters and what writing them does to the shared contact."""

from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.clock import ManualClock
from sandbox.records import Matter, Ref
from sandbox.store import Firm


def made(api: httpx2.Client, firm: Firm, **body: Any) -> Matter:
    answer = api.post("/v1/prospects", json=body)
    assert answer.status_code == 201, answer.text
    return firm.matters[int(answer.json()["data"]["id"])]


def test_it_starts_a_matter_as_pnc(api: httpx2.Client, firm: Firm) -> None:
    assert made(api, firm, contact_id=1003, case_title="T").status == "pnc"


def test_it_wraps_the_given_contact(api: httpx2.Client, firm: Firm) -> None:
    assert made(api, firm, contact_id="1003", case_title="T").contact_id == 1003


def test_it_overwrites_the_contact_with_what_is_sent_along(api: httpx2.Client, firm: Firm) -> None:
    made(api, firm, contact_id=1003, first_name="Mary", email="mary@example.com")
    contact = firm.contacts[1003]
    assert (contact.first_name, contact.last_name, contact.email) == ("Mary", "Johnson", "mary@example.com")


def test_it_leaves_the_contact_alone_when_no_person_field_is_sent(api: httpx2.Client, firm: Firm) -> None:
    before = firm.contacts[1003].updated_at
    made(api, firm, contact_id=1003, case_title="T")
    assert firm.contacts[1003].updated_at == before


def test_it_matches_the_oldest_contact_by_email(api: httpx2.Client, firm: Firm) -> None:
    matter = made(api, firm, match_contact_by="email", email="THE.JOHNSONS@example.com", first_name="David")
    assert matter.contact_id == 1003
    assert firm.contacts[1003].first_name == "David"


def test_it_matches_a_contact_by_phone(api: httpx2.Client, firm: Firm) -> None:
    assert made(api, firm, match_contact_by="phone", phone="+1 (415) 555-0105").contact_id == 1005


def test_it_matches_a_contact_by_name(api: httpx2.Client, firm: Firm) -> None:
    matter = made(api, firm, match_contact_by="name", first_name="kofi", last_name="mensah")
    assert firm.contacts[matter.contact_id].email == "kofi.mensah@example.org"


def test_it_makes_a_contact_when_none_matches(api: httpx2.Client, firm: Firm) -> None:
    before = len(firm.contacts)
    matter = made(api, firm, match_contact_by="email", email="new@example.com", first_name="New")
    assert len(firm.contacts) == before + 1
    assert firm.contacts[matter.contact_id].email == "new@example.com"


def test_it_makes_a_contact_when_no_contact_is_named(api: httpx2.Client, firm: Firm) -> None:
    matter = made(api, firm, first_name="Solo", email="the.johnsons@example.com")
    assert matter.contact_id not in (1003, 1004)


@pytest.mark.parametrize("body", [{}, {"case_title": "T"}, {"match_contact_by": "shoe"}, {"contact_id": 1}])
def test_it_refuses_a_matter_without_a_person(api: httpx2.Client, firm: Firm, body: dict[str, Any]) -> None:
    before = len(firm.matters)
    assert api.post("/v1/prospects", json=body).status_code == 422
    assert len(firm.matters) == before


@pytest.mark.parametrize(
    "key", ["stage_id", "practice_area_id", "sub_status_id", "source_id", "owned_by_id", "lead_attorney_id"]
)
def test_it_refuses_an_unknown_id_and_changes_nothing(api: httpx2.Client, firm: Firm, key: str) -> None:
    answer = api.put("/v1/prospects/5001", json={key: 999999, "first_name": "Mary"})
    assert answer.status_code == 422
    assert firm.contacts[1003].first_name == "Maria"


def test_it_changes_the_contact_when_a_matter_is_written(api: httpx2.Client, firm: Firm) -> None:
    api.put("/v1/prospects/5001", json={"email": "new@example.com"})
    assert firm.contacts[1003].email == "new@example.com"


def test_it_thereby_changes_the_persons_other_matters(api: httpx2.Client, firm: Firm) -> None:
    api.put("/v1/prospects/5001", json={"last_name": "Novak"})
    other = next(m.id for m in firm.matters.values() if m.contact_id == 1003 and m.id != 5001)
    attributes = api.get(f"/v1/prospects/{other}", params={"fields": "last_name"}).json()["data"]["attributes"]
    assert attributes == {"last_name": "Novak"}


def test_it_moves_a_matter_to_another_stage(api: httpx2.Client, firm: Firm) -> None:
    stage = firm.stage_named("Retained")
    answer = api.put("/v1/prospects/5001", params={"fields": "stage"}, json={"stage_id": stage.id})
    assert answer.json()["data"]["relationships"]["stage"]["data"] == {"id": str(stage.id), "type": "stage"}


def test_it_can_ignore_the_stage(api: httpx2.Client, firm: Firm) -> None:
    firm.options.stages_move = False
    before = firm.matters[5001].stage_id
    stage = firm.stage_named("Retained")
    assert api.put("/v1/prospects/5001", json={"stage_id": stage.id}).status_code == 200
    assert firm.matters[5001].stage_id == before


def test_it_lets_the_status_follow_the_sub_status(api: httpx2.Client, firm: Firm, clock: ManualClock) -> None:
    active = next(row for row in firm.sub_statuses.values() if row.name == "Active")
    api.put("/v1/prospects/5001", json={"sub_status_id": active.id})
    matter = firm.matters[5001]
    assert (matter.status, matter.converted_date) == ("hired", clock.now)


def test_it_shows_the_bare_status_when_there_is_no_sub_status(api: httpx2.Client, firm: Firm) -> None:
    answer = api.post("/v1/prospects?fields=sub_status", json={"contact_id": 1003})
    assert answer.json()["data"]["attributes"] == {"sub_status": "Pnc"}


def test_it_makes_missing_tags(api: httpx2.Client, firm: Firm) -> None:
    matter = made(api, firm, contact_id=1003, tags=["priority", "From portal"])
    assert [firm.tags[number].name for number in matter.tag_ids] == ["Priority", "From portal"]


def test_it_keeps_tags_that_an_update_does_not_name(api: httpx2.Client, firm: Firm) -> None:
    api.put("/v1/prospects/5001", json={"tags": ["Second"]})
    assert [firm.tags[number].name for number in firm.matters[5001].tag_ids] == ["Priority", "Second"]


def test_it_detaches_a_tag(api: httpx2.Client, firm: Firm) -> None:
    api.post("/v1/tags/detach", json={"matter_id": 5001, "tags": ["Priority"]})
    assert firm.matters[5001].tag_ids == []


def test_it_adds_notes_to_the_matter(api: httpx2.Client, firm: Firm) -> None:
    matter = made(api, firm, contact_id=1003, notes=[{"name": "N", "body": "B"}])
    notes = [note for note in firm.notes.values() if note.notable == Ref("prospect", matter.id)]
    assert [(note.name, note.body) for note in notes] == [("N", "B")]


def test_it_never_merges_matters(api: httpx2.Client, firm: Firm) -> None:
    first = made(api, firm, contact_id=1003, case_title="Same")
    assert made(api, firm, contact_id=1003, case_title="Same").id != first.id


def test_it_keeps_the_contact_of_a_deleted_matter(api: httpx2.Client, firm: Firm) -> None:
    assert api.delete("/v1/prospects/5001").json()["data"]["attributes"]["email"] is None
    assert 5001 not in firm.matters
    assert firm.contacts[1003].email == "the.johnsons@example.com"


def test_it_finds_a_matter_by_its_persons_email(api: httpx2.Client) -> None:
    answer = api.get("/v1/prospects/find_by_email/the.johnsons@example.com")
    assert answer.json()["data"]["type"] == "prospect"


def test_it_shows_dates_in_the_firms_own_offset(api: httpx2.Client) -> None:
    created = api.post("/v1/prospects?fields=created_at", json={"contact_id": 1003}).json()["data"]
    assert created["attributes"]["created_at"] == "2026-03-02T09:00:00.000-08:00"


@pytest.mark.parametrize("kind", ["Contact", "Client", None, ["Prospect"]])
def test_it_takes_notes_for_matters_and_companies_only(api: httpx2.Client, kind: object) -> None:
    body = {"name": "N", "body": "B", "notable_type": kind, "notable_id": 1003}
    assert api.post("/v1/notes", json=body).status_code == 422


def test_it_puts_a_note_on_a_matter(api: httpx2.Client, firm: Firm) -> None:
    body = {"name": "N", "body": "B", "notable_type": "Prospect", "notable_id": "5001"}
    number = int(api.post("/v1/notes", json=body).json()["data"]["id"])
    assert firm.notes[number].notable == Ref("prospect", 5001)


def test_it_tells_the_timeline_of_a_matter(api: httpx2.Client) -> None:
    body = {"name": "N", "body": "B", "notable_type": "Prospect", "notable_id": 5001}
    api.post("/v1/notes", json=body)
    params = {"filter_by": "matter_id", "filter_on": "5001"}
    keys = [row["attributes"]["key"] for row in api.get("/v1/activities", params=params).json()["data"]]
    assert keys == ["note.create", "prospect.update", "note.create", "prospect.create"]


@pytest.mark.parametrize("event", ["note.create", "create"])
def test_it_filters_the_timeline_by_event(api: httpx2.Client, event: str) -> None:
    params = {"filter_by": "event", "filter_on": event}
    keys = {row["attributes"]["key"] for row in api.get("/v1/activities", params=params).json()["data"]}
    assert keys
    assert all(key.endswith(event) for key in keys)


def test_it_lets_go_of_a_deleted_practice_area(api: httpx2.Client, firm: Firm) -> None:
    area = firm.practice_area_named("Family Law")
    api.delete(f"/v1/practice_areas/{area.id}")
    assert firm.matters[5001].practice_area_id is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "value", "name"]), inner),
    max_leaves=6,
)
KEYS = ["first_name", "email", "contact_id", "match_contact_by", "stage_id", "tags", "notes", "custom_fields"]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_it_takes_or_refuses_any_body_but_never_breaks(api: httpx2.Client, body: dict[str, Any]) -> None:
    assert api.post("/v1/prospects?fields=all", json=body).status_code in (201, 422)
