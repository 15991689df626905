"""Fields, paging, sorting and the one filter."""

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.listing import like
from sandbox.store import Firm


def listed(api: httpx2.Client, path: str, **params: str) -> list[dict[str, Any]]:
    answer = api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


def emails(rows: list[dict[str, Any]]) -> set[str]:
    return {row["attributes"]["email"] for row in rows}


def refused(api: httpx2.Client, path: str, **params: str) -> dict[str, Any]:
    answer = api.get(path, params=params)
    assert answer.status_code == 422
    return dict(answer.json()["errors"][0])


def test_it_sends_a_small_set_of_fields_when_none_are_asked_for(api: httpx2.Client) -> None:
    row = listed(api, "/v1/contacts")[0]
    assert set(row["attributes"]) == {"first_name", "last_name", "email", "created_at", "updated_at"}
    assert row["relationships"] == {}


def test_it_sends_the_fields_asked_for_in_that_order(api: httpx2.Client) -> None:
    row = listed(api, "/v1/prospects", fields="stage,status,case_title,nonsense")[0]
    assert list(row["attributes"]) == ["status", "case_title"]
    assert list(row["relationships"]) == ["stage"]


def test_it_sends_ids_as_strings(api: httpx2.Client) -> None:
    row = listed(api, "/v1/prospects", fields="contact")[0]
    assert isinstance(row["id"], str)
    assert isinstance(row["relationships"]["contact"]["data"]["id"], str)


def test_it_pages_by_25_whatever_is_asked(api: httpx2.Client) -> None:
    answer = api.get("/v1/contacts", params={"per_page": "100", "limit": "100"}).json()
    assert len(answer["data"]) == 25
    assert answer["meta"] == {"total_pages": 3, "limit_per_page": 25, "total_entries": 60}


def test_it_shows_every_record_once_over_all_pages(api: httpx2.Client, firm: Firm) -> None:
    ids = [int(row["id"]) for page in "123" for row in listed(api, "/v1/contacts", page=page)]
    assert sorted(ids) == sorted(firm.contacts)


def test_it_sends_nothing_beyond_the_last_page(api: httpx2.Client) -> None:
    assert listed(api, "/v1/contacts", page="4") == []


def test_it_loses_filter_and_fields_in_its_links(api: httpx2.Client) -> None:
    links = api.get("/v1/prospects", params={"fields": "status", "filter_by": "status", "filter_on": "pnc"}).json()[
        "links"
    ]
    assert links == {"self": "/v1/prospect?page=1"}
    assert api.get("/v1/contacts", params={"page": "2"}).json()["links"] == {
        "self": "/v1/contact?page=2",
        "next": "/v1/contact?page=3",
        "prev": "/v1/contact?page=1",
    }


def test_it_sorts_by_id_descending_unasked(api: httpx2.Client) -> None:
    ids = [int(row["id"]) for row in listed(api, "/v1/contacts")]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_it_sorts_by_a_field(api: httpx2.Client, order: str) -> None:
    rows = listed(api, "/v1/prospects", fields="updated_at", sort_by="updated_at", sort_order=order)
    times = [datetime.fromisoformat(row["attributes"]["updated_at"]) for row in rows]
    assert times == sorted(times, reverse=order == "desc")


def test_it_sorts_blanks_last_when_ascending(api: httpx2.Client) -> None:
    rows = listed(api, "/v1/contacts", fields="email", sort_by="email", sort_order="asc", page="3")
    assert [row["attributes"]["email"] for row in rows[-3:]] == [None, None, None]


def test_it_refuses_to_sort_by_an_unknown_field(api: httpx2.Client) -> None:
    assert refused(api, "/v1/contacts", sort_by="shoe_size")["title"] == "Sort By Parameter Not Available"


def test_it_takes_an_underscore_in_an_email_for_a_wildcard(api: httpx2.Client) -> None:
    rows = listed(api, "/v1/contacts", filter_by="email", filter_on="john_doe@example.com")
    assert emails(rows) == {"john_doe@example.com", "johnxdoe@example.com"}


def test_it_takes_an_escaped_underscore_as_it_is(api: httpx2.Client) -> None:
    rows = listed(api, "/v1/contacts", filter_by="email", filter_on=r"john\_doe@example.com")
    assert emails(rows) == {"john_doe@example.com"}


def test_it_ignores_case_in_strings_unasked(api: httpx2.Client) -> None:
    rows = listed(api, "/v1/contacts", filter_by="email", filter_on="wei.chen@EXAMPLE.net")
    assert emails(rows) == {"wei.chen@example.net", "WEI.CHEN@example.net"}


def test_it_minds_case_when_asked_for_equality(api: httpx2.Client) -> None:
    rows = listed(api, "/v1/contacts", filter_by="email", filter_on="wei.chen@example.net", filter_with="=")
    assert emails(rows) == {"wei.chen@example.net"}


def test_it_finds_a_part_only_with_a_percent_sign(api: httpx2.Client) -> None:
    assert listed(api, "/v1/contacts", filter_by="last_name", filter_on="Lindq") == []
    assert len(listed(api, "/v1/contacts", filter_by="last_name", filter_on="lindq%")) == 1


def test_it_minds_case_with_like(api: httpx2.Client) -> None:
    assert listed(api, "/v1/contacts", filter_by="last_name", filter_on="lindq%", filter_with="like") == []


def test_it_knows_the_other_names_of_the_filter_parameters(api: httpx2.Client) -> None:
    rows = listed(api, "/v1/contacts", filter_field="last_name", filter_value="kim", filter_operator="ilike")
    assert len(rows) == 2


def test_it_filters_by_an_association(api: httpx2.Client, firm: Firm) -> None:
    stage = firm.stage_named("Retained")
    rows = listed(api, "/v1/prospects", fields="stage", filter_by="stage_id", filter_on=str(stage.id))
    assert {row["relationships"]["stage"]["data"]["id"] for row in rows} == {str(stage.id)}
    assert len(rows) == 5


@pytest.mark.parametrize("absent", ["null", "empty", "blank"])
def test_it_finds_the_blank_without_a_value(api: httpx2.Client, absent: str) -> None:
    assert emails(listed(api, "/v1/contacts", filter_by="email", filter_with=absent)) == {None}


@pytest.mark.parametrize("present", ["not_null", "present"])
def test_it_finds_the_filled_without_a_value(api: httpx2.Client, present: str) -> None:
    assert None not in emails(listed(api, "/v1/contacts", filter_by="email", filter_with=present))


def test_it_leaves_out_blanks_when_asked_for_unequal(api: httpx2.Client) -> None:
    rows = listed(api, "/v1/prospects", fields="stage", filter_by="lead_attorney_id", filter_on="1", filter_with="!=")
    assert rows == []


def test_it_finds_what_changed_since(api: httpx2.Client, firm: Firm) -> None:
    newest = max(matter.updated_at for matter in firm.matters.values())
    since = (newest - timedelta(seconds=1)).isoformat()
    rows = listed(api, "/v1/prospects", filter_by="updated_at", filter_with=">=", filter_on=since)
    assert rows
    assert len(rows) == sum(matter.updated_at >= newest for matter in firm.matters.values())


def test_it_refuses_a_filter_without_a_value(api: httpx2.Client) -> None:
    assert refused(api, "/v1/contacts", filter_by="email")["title"] == "Filter By Parameter Not Available"


def test_it_refuses_a_value_without_a_field(api: httpx2.Client) -> None:
    assert refused(api, "/v1/activities", filter_on="5")["detail"] == (
        "When applying filters, a valid 'filter_by' parameter is required."
    )


def test_it_refuses_an_unknown_filter(api: httpx2.Client) -> None:
    error = refused(api, "/v1/contacts", filter_by="shoe_size", filter_on="44")
    assert error["title"] == "Filter By Parameter Not Available"


def test_it_refuses_an_unknown_operator(api: httpx2.Client) -> None:
    assert refused(api, "/v1/contacts", filter_by="email", filter_on="a", filter_with="~")["status"] == 422


def test_it_refuses_a_value_that_is_no_date(api: httpx2.Client) -> None:
    error = refused(api, "/v1/contacts", filter_by="created_at", filter_on="yesterday", filter_with=">")
    assert error["title"] == "Filter On Parameter Not Valid"


def test_it_does_not_know_other_paths(api: httpx2.Client) -> None:
    for path in ("/v1/nonsense", "/v1/contacts/1/2/3", "/v1", "/v1/invoices"):
        answer = api.get(path)
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["detail"].startswith("This resource path does not exist")


def test_it_does_not_know_a_verb_that_a_path_lacks(api: httpx2.Client) -> None:
    assert api.post("/v1/activities", json={}).status_code == 404


def test_it_names_the_record_it_did_not_find(api: httpx2.Client) -> None:
    error = api.get("/v1/contacts/invalidId").json()["errors"][0]
    assert error == {
        "status": 404,
        "title": "Not found",
        "detail": "Contact with id invalidId was not found.",
    }


@given(st.text(max_size=20))
def test_it_matches_text_with_its_own_escape(text: str) -> None:
    escaped = "".join(f"\\{letter}" if letter in "\\%_" else letter for letter in text)
    assert like(escaped, text, ignore_case=False)


@given(st.text(max_size=20), st.text(max_size=5), st.text(max_size=5))
def test_it_matches_anything_around_percent_signs(middle: str, before: str, after: str) -> None:
    escaped = "".join(f"\\{letter}" if letter in "\\%_" else letter for letter in middle)
    assert like(f"%{escaped}%", before + middle + after, ignore_case=False)
