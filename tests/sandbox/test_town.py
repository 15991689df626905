"""The budget, the faults, the request log, the separation of firms, and many callers at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from sandbox.app import create_app
from sandbox.clock import ManualClock
from sandbox.faults import Fault, ReplyDropped
from sandbox.parse import FIELD_TYPES
from sandbox.seed import seed_town
from sandbox.store import Firm, Town
from sandbox.wsgi import rate_limit

ClientFor = Callable[[str], httpx2.Client]
NEW = {"first_name": "New", "email": "new@example.com"}


def count(firm: Firm) -> int:
    return sum(contact.email == "new@example.com" for contact in firm.contacts.values())


# Rate limit


def spend(api: httpx2.Client, times: int) -> list[int]:
    return [api.get("/v1/users/me").status_code for _ in range(times)]


def test_it_allows_fifty_requests_a_minute(api: httpx2.Client, town: Town) -> None:
    town.rate_limit = 50
    assert spend(api, 51) == [200] * 50 + [429]


def test_it_says_when_to_come_back(api: httpx2.Client, town: Town) -> None:
    town.rate_limit = 1
    spend(api, 1)
    answer = api.get("/v1/users/me")
    assert answer.headers["Retry-After"] == "60"
    assert answer.json()["errors"][0]["status"] == 429


def test_it_slides_the_window(api: httpx2.Client, town: Town, clock: ManualClock) -> None:
    town.rate_limit = 2
    spend(api, 1)
    clock.move(seconds=40)
    spend(api, 1)
    clock.move(seconds=20)
    assert spend(api, 2) == [200, 429]


def test_it_shares_the_budget_among_all_apps_of_a_firm(client_for: ClientFor, town: Town) -> None:
    town.rate_limit = 2
    assert spend(client_for("hartwell"), 1) + spend(client_for("hartwell"), 2) == [200, 200, 429]


def test_it_gives_each_firm_its_own_budget(client_for: ClientFor, town: Town) -> None:
    town.rate_limit = 1
    assert spend(client_for("hartwell"), 1) + spend(client_for("nakamura"), 1) == [200, 200]


def test_it_does_not_count_unauthorized_calls(web: httpx2.Client, api: httpx2.Client, town: Town) -> None:
    town.rate_limit = 1
    spend(web, 5)
    assert spend(api, 1) == [200]


def test_it_stores_nothing_when_over_the_limit(api: httpx2.Client, town: Town, firm: Firm) -> None:
    town.rate_limit = 1
    spend(api, 1)
    assert api.post("/v1/contacts", json=NEW).status_code == 429
    assert count(firm) == 0


@pytest.mark.parametrize(("text", "limit"), [("50", 50), ("150", 150), ("off", None), ("OFF", None)])
def test_it_reads_its_limit_from_the_environment(text: str, limit: int | None) -> None:
    assert rate_limit(text) == limit


@pytest.mark.parametrize("text", ["", "0", "-1", "many"])
def test_it_does_not_start_with_a_nonsense_limit(text: str) -> None:
    with pytest.raises(SystemExit, match="SANDBOX_RATE_LIMIT"):
        rate_limit(text)


# Faults


def test_it_fails_before_it_stores(api: httpx2.Client, town: Town, firm: Firm) -> None:
    town.faults.add(Fault("status", method="POST", path="^/v1/contacts$", status=500))
    assert api.post("/v1/contacts", json=NEW).status_code == 500
    assert count(firm) == 0


def test_it_sends_the_retry_after_it_was_told(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", status=429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"))
    assert api.get("/v1/users/me").headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"


def test_it_fails_after_it_stored(api: httpx2.Client, town: Town, firm: Firm) -> None:
    town.faults.add(Fault("status_after_commit", method="POST", status=502))
    assert api.post("/v1/contacts", json=NEW).status_code == 502
    assert count(firm) == 1


def test_it_loses_the_reply_after_it_stored(api: httpx2.Client, town: Town, firm: Firm) -> None:
    town.faults.add(Fault("drop", method="POST"))
    with pytest.raises(ReplyDropped):
        api.post("/v1/contacts", json=NEW)
    assert count(firm) == 1


def test_it_sends_half_the_reply(api: httpx2.Client, town: Town, firm: Firm) -> None:
    town.faults.add(Fault("cut", method="POST"))
    answer = api.post("/v1/contacts", json=NEW)
    assert int(answer.headers["Content-Length"]) > len(answer.content) > 0
    with pytest.raises(ValueError):
        answer.json()
    assert count(firm) == 1


def test_it_sends_a_web_page_instead(api: httpx2.Client, town: Town, firm: Firm) -> None:
    town.faults.add(Fault("html"))
    answer = api.post("/v1/contacts", json=NEW)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert count(firm) == 0


def test_it_is_down(api: httpx2.Client, town: Town, firm: Firm) -> None:
    town.faults.add(Fault("down", times=2))
    for _ in range(2):
        with pytest.raises(ReplyDropped):
            api.post("/v1/contacts", json=NEW)
    assert count(firm) == 0
    assert api.get("/v1/users/me").status_code == 200


def test_it_takes_its_time_and_then_stores(api: httpx2.Client, town: Town, firm: Firm) -> None:
    slept: list[float] = []
    town.sleep = slept.append
    town.faults.add(Fault("slow", seconds=9))
    assert api.post("/v1/contacts", json=NEW).status_code == 201
    assert slept == [9]
    assert count(firm) == 1


def test_it_sends_incomplete_replies_when_served(town: Town, firm: Firm) -> None:
    client = httpx2.Client(
        transport=httpx2.WSGITransport(app=create_app(town, served=True)),
        base_url="http://sandbox.test",
        headers={"Authorization": f"Bearer {town.issue_token('hartwell')}"},
    )
    town.faults.add(Fault("drop"))
    answer = client.post("/v1/contacts", json=NEW)
    assert (answer.content, int(answer.headers["Content-Length"]) > 0) == (b"", True)
    assert count(firm) == 1


def test_it_answers_503_when_served_and_down(town: Town) -> None:
    town.faults.add(Fault("down"))
    app = create_app(town, served=True)
    client = httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://sandbox.test")
    assert client.get("/v1/users/me").status_code == 503


def test_it_fails_as_often_as_told(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", status=500, times=2))
    assert spend(api, 3) == [500, 500, 200]


def test_it_takes_faults_in_their_order(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", status=500))
    town.faults.add(Fault("status", status=503))
    assert spend(api, 3) == [500, 503, 200]


def test_it_fails_for_one_firm_only(client_for: ClientFor, town: Town) -> None:
    town.faults.add(Fault("status", firm="nakamura"))
    assert spend(client_for("hartwell"), 1) + spend(client_for("nakamura"), 1) == [200, 500]


def test_it_can_break_the_token_endpoint(web: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("status", path="^/oauth/token$", status=503))
    assert web.post("/oauth/token", json={}).status_code == 503


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "meteor"},
        {"kind": "status", "status": 99},
        {"kind": "cut", "path": "("},
        {"kind": "status", "retry_after": "5\r\nX: y"},
        {"kind": "slow", "seconds": float("nan")},
    ],
)
def test_it_refuses_a_fault_that_makes_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Fault(**wrong)  # type: ignore[arg-type]


# The log, the firms, the clock


def test_it_logs_requests_without_secrets(api: httpx2.Client, web: httpx2.Client, town: Town) -> None:
    api.post("/v1/contacts", json=NEW)
    web.get("/oauth/authorize", params={"client_id": "sandbox-hartwell", "state": "secret-state"})
    assert [(r.method, r.path, r.status, r.firm) for r in town.requests] == [
        ("POST", "/v1/contacts", 201, "hartwell"),
        ("GET", "/oauth/authorize", 400, None),
    ]
    written = repr(town.requests)
    assert not any(secret in written for secret in (*town.tokens, "new@example.com", "secret-state"))


def test_it_logs_a_lost_reply_as_status_0(api: httpx2.Client, town: Town) -> None:
    town.faults.add(Fault("drop"))
    with pytest.raises(ReplyDropped):
        api.get("/v1/users/me")
    assert town.requests[-1].status == 0


def test_it_hides_one_firm_from_the_other(client_for: ClientFor, town: Town) -> None:
    other = client_for("nakamura")
    assert other.get("/v1/contacts/1003").status_code == 404
    assert other.put("/v1/prospects/5001", json={"case_title": "Taken"}).status_code == 404
    assert other.post("/v1/prospects", json={"contact_id": 1003}).status_code == 422
    assert town.firm("hartwell").matters[5001].case_title == "Johnson v. Johnson"


def test_it_shares_no_stage_name_between_the_firms(town: Town) -> None:
    names = [{stage.name for stage in town.firm(slug).stages.values()} for slug in ("hartwell", "nakamura")]
    assert len(names[0]) == 12
    assert not names[0] & names[1]


def test_it_holds_a_custom_field_of_every_type_for_both_kinds(firm: Firm) -> None:
    held = {(field.type, field.field_type) for field in firm.custom_fields.values()}
    assert {(kind, name) for kind in ("Prospect", "Contact") for name in FIELD_TYPES} <= held


def test_it_dates_answers_by_its_own_clock(api: httpx2.Client, clock: ManualClock) -> None:
    clock.move(hours=1)
    assert api.get("/v1/users/me").headers["Date"] == "Mon, 02 Mar 2026 18:00:00 GMT"


def test_it_takes_a_clock_of_the_callers() -> None:
    clock = ManualClock()
    app = create_app(seed_town(), clock=clock)
    client = httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://sandbox.test")
    assert client.get("/healthz").headers["Date"] == "Mon, 02 Mar 2026 17:00:00 GMT"


def test_it_seeds_nothing_in_the_future(firm: Firm, clock: ManualClock) -> None:
    times = [row.updated_at for table in (firm.contacts, firm.matters) for row in table.values()]
    assert max(times) < clock.now


def test_it_keeps_ids_apart_when_many_call_at_once(town: Town, firm: Firm) -> None:
    app = create_app(town)
    token = town.issue_token("hartwell")

    def make(_: int) -> str:
        client = httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://sandbox.test")
        headers = {"Authorization": f"Bearer {token}"}
        return str(client.post("/v1/contacts", json=NEW, headers=headers).json()["data"]["id"])

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(make, range(40)))
    assert len(set(ids)) == 40
    assert count(firm) == 40
    assert len(town.requests) == 40


def test_it_spends_the_budget_exactly_when_many_call_at_once(town: Town) -> None:
    town.rate_limit = 10
    app = create_app(town)
    headers = {"Authorization": f"Bearer {town.issue_token('hartwell')}"}

    def call(_: int) -> int:
        client = httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://sandbox.test")
        return client.get("/v1/users/me", headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(call, range(30)))
    assert statuses.count(200) == 10
