"""The pages a person plays on, and the JSON that tests and the demo use."""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox.records import Ref
from sandbox.store import Firm, Town

PAGES = {
    "/console": ["Hartwell Family Law", "Nakamura &amp; Osei LLP"],
    "/console/hartwell/board": [
        "Family Law Intake",
        "Johnson v. Johnson",
        "Maria Johnson",
        'name="stage_id"',
    ],
    "/console/hartwell/contacts": ["Kofi Mensah", "60"],
    "/console/hartwell/contacts?q=nobody-at-all": ["Nobody matches"],
    "/console/hartwell/contacts/1003": ["Maria Johnson", "county bar&#39;s referral", "Johnson v. Johnson"],
    "/console/hartwell/matters/5001": ["Johnson v. Johnson", "Alameda", "June 18, 2011", "prospect.create"],
    "/console/hartwell/requests": ["No request yet"],
    "/console/hartwell/faults": ["New matter stored, reply lost", "status_after_commit", "Stored 20 seconds late"],
    "/console/hartwell/apps": ["sandbox-hartwell-secret", "http://sandbox.test/oauth/token"],
    "/console/hartwell/options": ["Tokens expire", "Move the clock"],
    "/console/hartwell/setup": ["Retained", "Family Law", "Intake in Progress", "Preferred Language", "Vietnamese"],
    "/console/hartwell/forms": ["Intake questionnaire", "payment_gateway block", "relationship block"],
    "/console/hartwell/files": ["No file yet"],
    "/console/hartwell/emails": ["None so far", "Family law welcome and fee sheet"],
    "/console/nakamura/board": ["Conflicts cleared"],
}


def go(web: httpx2.Client, to: str, /, **form: str) -> httpx2.Response:
    return web.post(f"/console/hartwell/{to}", data=form)


@pytest.mark.parametrize("path", sorted(PAGES))
def test_it_shows_a_page(web: httpx2.Client, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 200
    for words in [*PAGES[path], "a stand-in for Lawmatics. Nothing here is real."]:
        assert words in answer.text


@pytest.mark.parametrize("path", sorted(PAGES))
def test_it_needs_no_inline_script_or_style(web: httpx2.Client, path: str) -> None:
    answer = web.get(path)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", answer.text)


@pytest.mark.parametrize("name", ["console.css", "console.js", "favicon.svg"])
def test_it_serves_its_own_files(web: httpx2.Client, name: str) -> None:
    assert web.get(f"/console/static/{name}").status_code == 200


def test_it_serves_no_other_files(web: httpx2.Client) -> None:
    assert web.get("/console/static/../routes.py").status_code == 404


def test_it_opens_on_the_console(web: httpx2.Client) -> None:
    assert web.get("/").headers["Location"] == "/console"


def test_it_is_healthy(web: httpx2.Client) -> None:
    assert web.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["nobody/board", "hartwell/contacts/1", "hartwell/matters/1", "hartwell/x"])
def test_it_says_so_when_there_is_no_such_page(web: httpx2.Client, path: str) -> None:
    answer = web.get(f"/console/{path}")
    assert answer.status_code == 404
    assert "No such page" in answer.text


def test_it_moves_a_card(web: httpx2.Client, firm: Firm) -> None:
    stage = firm.stage_named("Retained")
    answer = go(web, "matters/5001/move", stage_id=str(stage.id))
    assert answer.status_code == 303
    assert firm.matters[5001].stage_id == stage.id


def test_it_leaves_a_trace_of_a_moved_card(web: httpx2.Client, firm: Firm) -> None:
    go(web, "matters/5001/move", stage_id=str(firm.stage_named("Retained").id))
    newest = max(firm.activities.values(), key=lambda row: row.id)
    assert (newest.key, newest.recipient) == ("prospect.update", Ref("prospect", 5001))


def test_it_refuses_a_move_to_nowhere(web: httpx2.Client) -> None:
    assert go(web, "matters/5001/move", stage_id="1").status_code == 422


def test_it_converts_a_matter(web: httpx2.Client, firm: Firm) -> None:
    go(web, "matters/5001/status", status="hired")
    assert firm.matters[5001].status == "hired"
    assert firm.matters[5001].converted_date is not None


def test_it_takes_a_note(web: httpx2.Client, firm: Firm) -> None:
    go(web, "contacts/1003/notes", name="Call", body="Rang back")
    assert "Call" in {note.name for note in firm.notes.values()}


def test_it_shows_a_note_as_text(web: httpx2.Client) -> None:
    go(web, "matters/5001/notes", name="<b>", body="<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in web.get("/console/hartwell/matters/5001").text


def test_it_edits_a_contact(web: httpx2.Client, firm: Firm) -> None:
    go(web, "contacts/1003", first_name="Mary", last_name="Johnson", email="", phone="")
    assert (firm.contacts[1003].first_name, firm.contacts[1003].email) == ("Mary", None)


def test_it_explains_a_bad_email(web: httpx2.Client, firm: Firm) -> None:
    answer = go(web, "contacts/1003", first_name="Mary", email="nonsense")
    assert answer.status_code == 422
    assert "Email is invalid" in answer.text
    assert firm.contacts[1003].first_name == "Maria"


def test_it_renames_a_stage(web: httpx2.Client, firm: Firm) -> None:
    number = firm.stage_named("Retained").id
    go(web, f"stages/{number}", do="rename", name="Signed")
    assert firm.stages[number].name == "Signed"


def test_it_leaves_matters_without_a_stage_when_it_is_deleted(web: httpx2.Client, firm: Firm) -> None:
    number = firm.stage_named("Family Law Intake").id
    go(web, f"stages/{number}", do="delete")
    assert firm.matters[5001].stage_id is None
    assert "No stage" in web.get("/console/hartwell/board").text


def test_it_shows_the_requests_newest_first(web: httpx2.Client, api: httpx2.Client) -> None:
    api.get("/v1/users/me")
    api.get("/v1/stages")
    rows = web.get("/console/hartwell/requests").text
    assert rows.index("/v1/stages") < rows.index("/v1/users/me")


def test_it_does_not_log_the_console_itself(web: httpx2.Client, town: Town) -> None:
    web.get("/console/hartwell/board")
    assert town.requests == []


def test_it_shows_the_budget(web: httpx2.Client, api: httpx2.Client, town: Town) -> None:
    town.rate_limit = 50
    api.get("/v1/users/me")
    assert "1 of 50 requests" in web.get("/console/hartwell/requests?fragment=1").text


def test_it_orders_and_clears_a_fault(web: httpx2.Client, town: Town) -> None:
    go(web, "faults", kind="drop", method="POST", path="^/v1/prospects$", times="2", firm="this")
    (rule,) = town.faults.rules
    assert (rule.kind, rule.times, rule.firm) == ("drop", 2, "hartwell")
    assert "store it, then lose the answer" in web.get("/console/hartwell/faults").text
    go(web, "faults/clear")
    assert town.faults.rules == []


def test_it_explains_a_fault_it_can_not_order(web: httpx2.Client) -> None:
    answer = go(web, "faults", kind="status", status="many")
    assert answer.status_code == 422
    assert "status must be a number" in answer.text


def test_it_removes_the_app(web: httpx2.Client, api: httpx2.Client) -> None:
    go(web, "apps/remove")
    assert api.get("/v1/users/me").status_code == 401


def test_it_registers_a_callback(web: httpx2.Client, firm: Firm) -> None:
    go(web, "apps/callback", redirect_uri="https://intake.example.com/cb")
    assert firm.app.redirect_uris == {"https://intake.example.com/cb"}


def test_it_sets_options(web: httpx2.Client, firm: Firm, town: Town) -> None:
    go(web, "options", expiring_tokens="on", rate_limit="150")
    assert (firm.options.expiring_tokens, firm.options.stages_move, town.rate_limit) == (True, False, 150)


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_it_refuses_a_form_from_another_site(web: httpx2.Client, town: Town, headers: dict[str, str]) -> None:
    answer = web.post("/console/hartwell/faults", data={"kind": "down"}, headers=headers)
    assert answer.status_code == 403
    assert town.faults.rules == []


# JSON


def state(web: httpx2.Client) -> dict[str, Any]:
    return dict(web.get("/console/state/hartwell.json").json())


def test_it_exports_the_state_of_a_firm(web: httpx2.Client) -> None:
    exported = state(web)
    matter = next(row for row in exported["matters"] if row["id"] == 5001)
    assert (matter["stage"], matter["contact_id"]) == ("Family Law Intake", 1003)
    assert len(exported["contacts"]) == 60
    assert {"name", "body", "notable_type", "notable_id"} <= set(exported["notes"][0])


def test_it_knows_no_state_of_an_unknown_firm(web: httpx2.Client) -> None:
    assert web.get("/console/state/nobody.json").status_code == 404


def test_it_orders_a_fault_by_json(web: httpx2.Client, town: Town) -> None:
    answer = web.post("/console/faults.json", json={"kind": "status", "status": 503, "firm": "hartwell"})
    assert answer.status_code == 201
    assert town.faults.rules[0].status == 503


@pytest.mark.parametrize("body", [{"kind": "meteor"}, {"kind": "drop", "firm": "nobody"}, {}])
def test_it_refuses_a_fault_by_json_that_makes_no_sense(web: httpx2.Client, body: dict[str, str]) -> None:
    assert web.post("/console/faults.json", json=body).status_code == 422


def test_it_clears_faults_by_json(web: httpx2.Client, town: Town) -> None:
    web.post("/console/faults.json", json={"kind": "drop"})
    web.delete("/console/faults.json")
    assert town.faults.rules == []


def test_it_sets_options_by_json(web: httpx2.Client, town: Town, firm: Firm) -> None:
    web.post("/console/options.json", json={"firm": "hartwell", "expiring_tokens": True, "rate_limit": None})
    assert (firm.options.expiring_tokens, town.rate_limit) == (True, None)


@pytest.mark.parametrize(
    "body", [{"firm": "hartwell", "nonsense": True}, {"firm": "x", "revocation": True}, {"rate_limit": 0}]
)
def test_it_refuses_options_that_do_not_exist(web: httpx2.Client, body: dict[str, Any]) -> None:
    assert web.post("/console/options.json", json=body).status_code == 422


def test_it_imports_nothing_of_the_product() -> None:
    sources = (Path(__file__).parents[2] / "src" / "sandbox").rglob("*.py")
    found = [path for path in sources if re.search(r"^\s*(from|import) (casehug|lawmatics)", path.read_text(), re.M)]
    assert found == []
