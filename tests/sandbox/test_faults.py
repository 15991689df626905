"""Rules that choose which request goes wrong, and each kind of trouble as its caller sees it."""

from collections import Counter
from typing import Any

import httpx2
import pytest

from sandbox.app import create_app
from sandbox.clock import ManualClock
from sandbox.console.fault_words import PRESETS
from sandbox.faults import ALWAYS, KINDS, Fault, ReplyDropped
from sandbox.store import Firm, Town

NEW = {"first_name": "New", "email": "new@example.com"}


def count(firm: Firm) -> int:
    return sum(contact.email == "new@example.com" for contact in firm.contacts.values())


def statuses(api: httpx2.Client, times: int) -> list[int]:
    return [api.get("/v1/users/me").status_code for _ in range(times)]


# Which request


def test_it_strikes_the_nth_request(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", nth=3))
    assert statuses(api, 5) == [200, 200, 500, 200, 200]


def test_it_strikes_every_kth_request_from_the_nth_on(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", nth=2, every=2, times=2))
    assert statuses(api, 7) == [200, 500, 200, 500, 200, 200, 200]


def test_it_rolls_the_same_dice_for_the_same_seed(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", probability=0.2, seed=7, times=ALWAYS))
    first = statuses(api, 300)
    town.faults.clear()
    town.faults.add(Fault("status", probability=0.2, seed=7, times=ALWAYS))
    assert statuses(api, 300) == first
    assert 40 <= Counter(first)[500] <= 80


def test_it_lets_the_next_rule_have_what_the_first_lets_go(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", status=503, nth=2))
    town.faults.add(Fault("status", status=500))
    assert statuses(api, 3) == [500, 503, 200]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "drop", "nth": 0},
        {"kind": "drop", "every": 0},
        {"kind": "drop", "probability": 0},
        {"kind": "drop", "probability": 1.1},
        {"kind": "invalid_field"},
        {"kind": "late", "seconds": 100_000},
    ],
)
def test_it_refuses_a_rule_that_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Fault(**wrong)


def test_it_takes_back_one_rule(web: httpx2.Client, town: Town) -> None:
    first, second = town.faults.add(Fault("drop")), town.faults.add(Fault("cut"))
    web.post("/console/hartwell/faults/clear", data={"number": str(first.number)})
    assert town.faults.rules == [second]


def test_it_orders_a_rule_by_json(web: httpx2.Client, town: Town) -> None:
    body = {"kind": "drop", "times": "always", "nth": 4, "every": 5, "probability": 0.5, "seed": 9}
    web.post("/console/faults.json", json=body)
    (rule,) = web.get("/console/faults.json").json()["faults"]
    assert (rule["times"], rule["nth"], rule["every"], rule["probability"], rule["seed"]) == (ALWAYS, 4, 5, 0.5, 9)


@pytest.mark.parametrize("values", [values for _, group in PRESETS for _, _, values in group])
def test_it_takes_each_of_its_presets(web: httpx2.Client, town: Town, values: dict[str, str]) -> None:
    assert web.post("/console/hartwell/faults", data=values).status_code == 303
    assert len(town.faults.rules) == 1


def test_it_has_a_preset_or_a_test_for_every_kind() -> None:
    preset = {values["kind"] for _, group in PRESETS for _, _, values in group}
    assert set(KINDS) - preset == {"html_after_commit"}


# What happens


@pytest.mark.parametrize("text", ["60", "0", "-1", "3155760000", "soon", ""])
def test_it_sends_any_retry_after(api: httpx2.Client, town: Town, text: str) -> None:
    town.faults.add(Fault("status", status=429, retry_after=text))
    assert api.get("/v1/users/me").headers["Retry-After"] == text


def test_it_sends_a_date_by_its_own_clock(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", status=429, retry_after="date:90"))
    assert api.get("/v1/users/me").headers["Retry-After"] == "Mon, 02 Mar 2026 17:01:30 GMT"


def test_it_sends_429_without_a_word_of_when(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", status=429))
    assert "Retry-After" not in api.get("/v1/users/me").headers


@pytest.mark.parametrize(("kind", "stored"), [("status", 0), ("status_after_commit", 1)])
@pytest.mark.parametrize("status", [500, 502])
def test_it_fails_before_or_after_the_commit(
    api: httpx2.Client, town: Town, firm: Firm, kind: str, stored: int, status: int
) -> None:
    town.faults.add(Fault(kind, status=status))  # type: ignore[arg-type]
    assert api.post("/v1/contacts", json=NEW).status_code == status
    assert count(firm) == stored


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", 0), ("drop", 1), ("late", 0)])
def test_it_breaks_the_connection(api: httpx2.Client, town: Town, firm: Firm, kind: str, stored: int) -> None:
    town.faults.add(Fault(kind))  # type: ignore[arg-type]
    with pytest.raises(ReplyDropped):
        api.post("/v1/contacts", json=NEW)
    assert count(firm) == stored


@pytest.mark.parametrize("kind", ["drop_before", "drop", "late"])
def test_it_promises_more_than_it_sends_when_served(town: Town, kind: str) -> None:
    client = httpx2.Client(
        transport=httpx2.WSGITransport(app=create_app(town, served=True)),
        base_url="http://sandbox.test",
        headers={"Authorization": f"Bearer {town.issue_token('hartwell')}"},
    )
    town.faults.add(Fault(kind))  # type: ignore[arg-type]
    answer = client.post("/v1/contacts", json=NEW)
    assert int(answer.headers["Content-Length"]) > len(answer.content) == 0


@pytest.mark.parametrize(("kind", "stored"), [("html", 0), ("html_after_commit", 1)])
def test_it_sends_a_web_page(api: httpx2.Client, town: Town, firm: Firm, kind: str, stored: int) -> None:
    town.faults.add(Fault(kind))  # type: ignore[arg-type]
    answer = api.post("/v1/contacts", json=NEW)
    assert (answer.status_code, answer.text[:15]) == (200, "<!doctype html>")
    assert count(firm) == stored


def late(api: httpx2.Client, town: Town, method: str, path: str, **sent: Any) -> None:
    town.faults.add(Fault("late", seconds=20))
    with pytest.raises(ReplyDropped):
        api.request(method, path, **sent)


def test_it_stores_late_at_the_time_ordered(api: httpx2.Client, town: Town, firm: Firm, clock: ManualClock) -> None:
    late(api, town, "POST", "/v1/contacts", json=NEW)
    clock.move(seconds=19)
    town.settle()
    assert count(firm) == 0
    clock.move(seconds=60)
    assert api.get("/v1/contacts").json()["data"][0]["attributes"]["email"] == "new@example.com"
    made = max(firm.contacts.values(), key=lambda row: row.id)
    assert (clock.now - made.created_at).total_seconds() == 59


def test_it_stores_late_writes_in_the_order_of_their_time(
    api: httpx2.Client, town: Town, firm: Firm, clock: ManualClock
) -> None:
    late(api, town, "PUT", "/v1/prospects/5001", json={"case_title": "Second"})
    town.faults.add(Fault("late", seconds=10))
    with pytest.raises(ReplyDropped):
        api.put("/v1/prospects/5001", json={"case_title": "First"})
    clock.move(seconds=60)
    assert town.firm("hartwell").matters[5001].case_title == "Second"


def test_it_checks_a_late_write_before_it_puts_it_off(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("late", path="/v1/nonsense"))
    assert api.post("/v1/nonsense", json=NEW).status_code == 404
    assert town.later == []


def test_it_forgets_a_late_write_that_has_become_impossible(
    api: httpx2.Client, town: Town, firm: Firm, clock: ManualClock
) -> None:
    late(api, town, "PUT", "/v1/prospects/5001", json={"case_title": "Late"})
    api.delete("/v1/prospects/5001")
    clock.move(seconds=60)
    assert api.get("/v1/users/me").status_code == 200
    assert town.later == []


def test_it_uploads_late(api: httpx2.Client, town: Town, firm: Firm, clock: ManualClock) -> None:
    files = {"file": ("a.txt", b"x" * 600_000, "text/plain")}
    late(api, town, "POST", "/v1/files", data={"documentable_type": "firm"}, files=files)
    clock.move(seconds=30)
    town.settle()
    (file,) = firm.files.values()
    assert file.file_size == 600_000


def test_it_revokes_the_token_for_good(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("revoke"))
    answer = api.get("/v1/users/me")
    assert (answer.status_code, answer.content) == (401, b"")
    assert statuses(api, 1) == [401]
    assert town.tokens == {}


def test_it_lets_a_token_expire(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("expire", nth=2))
    assert statuses(api, 3) == [200, 401, 401]
    assert len(town.tokens) == 1, "it can still be refreshed"


def test_it_answers_401_once_with_an_empty_body(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", status=401))
    assert api.get("/v1/users/me").content == b""
    assert statuses(api, 1) == [200]


def test_it_ignores_a_stage_in_silence(api: httpx2.Client, town: Town, firm: Firm) -> None:
    town.faults.add(Fault("ignore_stage", path="^/v1/prospects"))
    before = firm.matters[5001].stage_id
    wanted = firm.stage_named("Retained").id
    sent = {"stage_id": wanted, "case_title": "New"}
    answer = api.put("/v1/prospects/5001", params={"fields": "all"}, json=sent).json()["data"]
    assert answer["relationships"]["stage"]["data"]["id"] == str(before)
    assert answer["attributes"]["case_title"] == "New"


@pytest.mark.parametrize(
    ("field", "hits"),
    [("case_title", True), ("custom_field_4701", True), ("case_number", False), ("custom_field_4702", False)],
)
def test_it_refuses_one_field(api: httpx2.Client, town: Town, field: str, hits: bool) -> None:
    town.faults.add(Fault("invalid_field", field=field))
    sent = {"case_title": "T", "custom_fields": [{"id": 4701, "value": 2}]}
    answer = api.put("/v1/prospects/5001", json=sent)
    assert answer.status_code == (422 if hits else 200)
    assert len(town.faults.rules) == (0 if hits else 1), "a request without the field does not use the rule up"


def test_it_names_the_refused_field(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("invalid_field", field="case_title"))
    answer = api.post("/v1/prospects", json={"contact_id": 1001, "case_title": "T"})
    assert answer.json()["errors"][0]["detail"] == "case_title is invalid"


def test_it_writes_the_fault_into_the_request_log(api: httpx2.Client, web: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status"))
    statuses(api, 2)
    rows = web.get("/console/requests/hartwell.json").json()["requests"]
    assert [(row["status"], row["fault"]) for row in rows] == [(500, "status"), (200, None)]


def test_it_loses_and_delays_exactly_what_its_rules_struck(
    api: httpx2.Client, town: Town, firm: Firm, clock: ManualClock
) -> None:
    ordered = [("drop", 0.15), ("late", 0.05), ("drop_before", 0.05)]
    rules = {
        kind: town.faults.add(Fault(kind, probability=chance, seed=3, seconds=20, times=ALWAYS))  # type: ignore[arg-type]
        for kind, chance in ordered
    }
    lost = 0
    for _ in range(400):
        try:
            api.post("/v1/contacts", json=NEW)
        except ReplyDropped:
            lost += 1
    hits = {kind: rule.hits for kind, rule in rules.items()}
    assert min(hits.values()) > 5
    assert lost == sum(hits.values())
    assert count(firm) == 400 - hits["late"] - hits["drop_before"]
    clock.move(seconds=21)
    town.settle()
    assert count(firm) == 400 - hits["drop_before"]


# Another app of the firm


def test_it_shares_the_budget_with_another_app(api: httpx2.Client, web: httpx2.Client, town: Town) -> None:
    town.rate_limit = 50
    web.post("/console/options.json", json={"firm": "hartwell", "foreign_requests": 47})
    assert statuses(api, 4) == [200, 200, 200, 429]


def test_it_spends_a_part_of_the_budget_at_once(
    api: httpx2.Client, web: httpx2.Client, town: Town, clock: ManualClock
) -> None:
    town.rate_limit = 50
    web.post("/console/options.json", json={"firm": "hartwell", "spend": 49})
    assert statuses(api, 2) == [200, 429]
    clock.move(seconds=61)
    assert statuses(api, 1) == [200]
