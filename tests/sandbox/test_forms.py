"""Forms are read with a token and submitted without one; automations log what they would e-mail."""

from typing import Any

import httpx2
import pytest

from sandbox.api.forms import SENDABLE, components
from sandbox.parse import FIELD_TYPES
from sandbox.records import Form, Ref
from sandbox.store import Firm, Town

WHO = {"first_name": "Nia", "last_name": "Okoro", "email": "nia@example.com"}


def form_named(firm: Firm, name: str = "Intake questionnaire") -> Form:
    return next(form for form in firm.forms.values() if form.name == name)


def submit(web: httpx2.Client, form: Form, /, **values: Any) -> httpx2.Response:
    return web.post(f"/v1/forms/{form.uuid}/submit", json={**WHO, **values})


def component(firm: Firm, label: str) -> dict[str, Any]:
    return next(part for part in components(form_named(firm)) if part.get("label") == label)


def test_it_asks_with_every_block_and_field_type_that_can_be_sent(firm: Firm) -> None:
    parts = components(form_named(firm))
    assert {part["component_type"] for part in parts} == set(SENDABLE)
    assert {part["field_type"] for part in parts if part["component_type"] == "field"} == set(FIELD_TYPES)


def test_it_needs_a_token_to_be_read_but_none_to_be_submitted(web: httpx2.Client, firm: Firm) -> None:
    form = form_named(firm)
    assert web.get(f"/v1/forms/{form.uuid}").status_code == 401
    assert submit(web, form).status_code == 201


def test_it_is_found_by_its_uuid_only(api: httpx2.Client, web: httpx2.Client, firm: Firm) -> None:
    assert api.get(f"/v1/forms/{form_named(firm).id}").status_code == 404
    assert web.post("/v1/forms/nonsense/submit", json=WHO).status_code == 404


def test_it_hides_a_form_from_the_other_firm(api: httpx2.Client, town: Town) -> None:
    assert api.get(f"/v1/forms/{form_named(town.firm('nakamura')).uuid}").status_code == 404


def test_it_makes_another_matter_each_time(web: httpx2.Client, firm: Firm) -> None:
    before = (len(firm.contacts), len(firm.matters))
    for _ in range(2):
        submit(web, form_named(firm))
    assert (len(firm.contacts), len(firm.matters)) == (before[0] + 1, before[1] + 2)


def test_it_makes_a_contact_from_a_contact_form(web: httpx2.Client, firm: Firm) -> None:
    before = len(firm.matters)
    answer = submit(web, form_named(firm, "Stay in touch")).json()["data"]
    assert (answer["type"], answer["attributes"]["email"]) == ("contact", "nia@example.com")
    assert len(firm.matters) == before


@pytest.mark.parametrize("form", ["id", "key"])
def test_it_takes_answers_by_component_or_by_field(web: httpx2.Client, firm: Firm, form: str) -> None:
    county, language = component(firm, "County"), component(firm, "Preferred Language")
    option = county["list_options"][1]["id"]
    answers = {county[form]: option, language[form]: language["list_options"][1]["id"]}
    made = firm.matters[int(submit(web, form_named(firm), **answers).json()["data"]["id"])]
    assert made.custom == {county["custom_field_id"]: str(option)}
    assert list(firm.contacts[made.contact_id].custom) == [language["custom_field_id"]]


def test_it_takes_form_data_with_several_choices(web: httpx2.Client, firm: Firm) -> None:
    assets = component(firm, "Assets Involved")
    chosen = [str(option["id"]) for option in assets["list_options"][:2]]
    answer = web.post(f"/v1/forms/{form_named(firm).uuid}/submit", data={**WHO, assets["id"]: chosen})
    assert firm.matters[int(answer.json()["data"]["id"])].custom == {assets["custom_field_id"]: chosen}


def test_it_keeps_campaign_data(web: httpx2.Client, firm: Firm) -> None:
    answer = submit(web, form_named(firm), utm_source="radio", referring_url="https://a.example/")
    assert answer.json()["data"]["attributes"]["utm_source"] == "radio"


@pytest.mark.parametrize("wrong", [{"email": ""}, {"email": "nonsense"}, {"custom_field_4709": 1}])
def test_it_stores_nothing_of_a_wrong_answer(web: httpx2.Client, firm: Firm, wrong: dict[str, Any]) -> None:
    before = (len(firm.contacts), len(firm.matters), len(firm.form_entries))
    assert submit(web, form_named(firm), **wrong).status_code == 422
    assert (len(firm.contacts), len(firm.matters), len(firm.form_entries)) == before


@pytest.mark.parametrize(
    ("name", "block"), [("Retainer payment", "payment_gateway"), ("Family members", "relationship")]
)
def test_it_refuses_a_form_with_other_blocks(web: httpx2.Client, firm: Firm, name: str, block: str) -> None:
    answer = submit(web, form_named(firm, name))
    assert answer.status_code == 422
    assert block in answer.json()["errors"][0]["detail"]


def test_it_lists_entries_newest_first(api: httpx2.Client, web: httpx2.Client, firm: Firm) -> None:
    form = form_named(firm)
    made = submit(web, form).json()["data"]["id"]
    first = api.get(f"/v1/forms/{form.uuid}/entries").json()["data"][0]
    assert first["relationships"]["contactable"]["data"] == {"id": made, "type": "prospect"}
    assert first["relationships"]["custom_form"]["data"]["id"] == form.uuid
    assert {"First name": "Nia", "E-mail": "nia@example.com"}.items() <= {
        answer["label"]: answer["value"] for answer in first["attributes"]["body"]
    }.items()


def test_it_counts_a_submission_against_the_firm_s_budget(web: httpx2.Client, town: Town, firm: Firm) -> None:
    town.rate_limit = 1
    assert [submit(web, form_named(firm)).status_code for _ in range(2)] == [201, 429]


# Automations


def campaigns(firm: Firm) -> list[str]:
    return [email.campaign for email in firm.emails.values()]


def move(api: httpx2.Client, firm: Firm, stage: str) -> None:
    api.put("/v1/prospects/5001", json={"stage_id": firm.stage_named(stage).id}).raise_for_status()


def test_it_seeds_no_email(town: Town) -> None:
    assert [len(firm.emails) for firm in town.firms.values()] == [0, 0]


def test_it_writes_when_a_matter_is_made_in_a_stage(api: httpx2.Client, firm: Firm) -> None:
    stage = firm.stage_named("Family Law Intake").id
    api.post("/v1/prospects", json={"contact_id": 1003, "case_title": "T", "stage_id": stage})
    assert campaigns(firm) == ["Family law welcome and fee sheet"]


def test_it_writes_once_per_matter(api: httpx2.Client, firm: Firm) -> None:
    for stage in ("Retained", "New Lead", "Retained"):
        move(api, firm, stage)
    assert campaigns(firm) == ["Welcome as a client"]


def test_it_writes_again_if_the_automation_says_so(api: httpx2.Client, firm: Firm) -> None:
    for automation in firm.automations.values():
        automation.once = False
    for stage in ("Retained", "New Lead", "Retained"):
        move(api, firm, stage)
    assert campaigns(firm) == ["Welcome as a client"] * 2


def test_it_writes_nothing_when_the_stage_stays(api: httpx2.Client, firm: Firm) -> None:
    move(api, firm, "Family Law Intake")
    assert campaigns(firm) == []


def test_it_writes_when_a_form_is_submitted(web: httpx2.Client, firm: Firm) -> None:
    submit(web, form_named(firm))
    assert campaigns(firm) == ["Thank you for your questionnaire"]


def test_it_writes_when_a_field_is_set(api: httpx2.Client, firm: Firm) -> None:
    hearing = firm.custom_field_named("Hearing").id
    body = {"custom_fields": [{"id": hearing, "value": "2026-05-01T09:00:00Z"}]}
    api.put("/v1/prospects/5001", json=body)
    assert campaigns(firm) == ["Your hearing date"]


def test_it_shows_what_would_go_out(api: httpx2.Client, web: httpx2.Client, firm: Firm) -> None:
    move(api, firm, "Retained")
    assert "the.johnsons@example.com" in web.get("/console/hartwell/emails").text
    (email,) = web.get("/console/state/hartwell.json").json()["emails"]
    assert email["words"] == "would e-mail Maria Johnson <the.johnsons@example.com>: Welcome as a client"
    assert (email["because"], email["matter_id"]) == ("entered the stage Retained", 5001)


def test_it_shows_an_entry(web: httpx2.Client, firm: Firm) -> None:
    submit(web, form_named(firm), street="<b>12 Elm</b>")
    assert "&lt;b&gt;12 Elm&lt;/b&gt;" in web.get("/console/hartwell/forms").text


def test_it_exports_entries(web: httpx2.Client, firm: Firm) -> None:
    submit(web, form_named(firm))
    entries = web.get("/console/state/hartwell.json").json()["form_entries"]
    assert (entries[-1]["made_type"], entries[-1]["form"]) == ("prospect", form_named(firm).uuid)


def test_it_gives_a_form_of_a_stage_that_is_gone_no_stumble(web: httpx2.Client, firm: Firm) -> None:
    stage = firm.stage_named("Retained")
    web.post("/console/changes/hartwell.json", json={"do": "delete", "table": "stages", "id": stage.id})
    assert "entered a stage that is gone" in web.get("/console/hartwell/emails").text


def test_it_points_an_entry_at_what_it_made(web: httpx2.Client, firm: Firm) -> None:
    made = submit(web, form_named(firm, "Stay in touch")).json()["data"]["id"]
    assert max(firm.form_entries.values(), key=lambda row: row.id).contactable == Ref("contact", int(made))
