"""The consent page, codes, tokens, and every wrong way to get one."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sandbox.clock import ManualClock
from sandbox.oauth import redirect_allowed
from sandbox.store import DeveloperApp, Firm, Town

CALLBACK = "http://127.0.0.1:8000/callback"
APP = {"client_id": "sandbox-hartwell", "client_secret": "sandbox-hartwell-secret"}
ASK = {"client_id": "sandbox-hartwell", "redirect_uri": CALLBACK, "response_type": "code", "state": "s&t"}


def decided(web: httpx2.Client, **form: str) -> dict[str, list[str]]:
    answer = web.post("/oauth/authorize", data={**ASK, "decision": "allow", **form})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(CALLBACK)
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def a_code(web: httpx2.Client, **form: str) -> str:
    return decided(web, **form)["code"][0]


def traded(web: httpx2.Client, code: str, **values: Any) -> httpx2.Response:
    body = {**APP, "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **values}
    return web.post("/oauth/token", json=body)


def test_it_asks_before_it_allows(web: httpx2.Client) -> None:
    page = web.get("/oauth/authorize", params=ASK)
    assert page.status_code == 200
    for words in ("Hartwell Family Law", "Evelyn Hartwell", "Allow", "Deny", "Sandbox:"):
        assert words in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://evil.example/cb"},
        {"redirect_uri": ""},
        {"redirect_uri": "http://127.0.0.1@evil.example/cb"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_never_redirects_for_a_wrong_app_or_callback(web: httpx2.Client, method: str, wrong: dict[str, str]) -> None:
    values = {**ASK, "decision": "allow", **wrong}
    answer = web.request(method, "/oauth/authorize", **{"params" if method == "GET" else "data": values})
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_it_comes_back_with_a_code_and_the_state(web: httpx2.Client) -> None:
    values = decided(web)
    assert set(values) == {"code", "state"}
    assert values["state"] == ["s&t"]


def test_it_comes_back_empty_handed_when_denied(web: httpx2.Client) -> None:
    assert decided(web, decision="deny") == {"error": ["access_denied"], "state": ["s&t"]}


def test_it_gives_a_code_only_when_allow_was_pressed(web: httpx2.Client) -> None:
    assert decided(web, decision="") == {"error": ["access_denied"], "state": ["s&t"]}


def test_it_knows_the_code_flow_only(web: httpx2.Client) -> None:
    answer = web.get("/oauth/authorize", params={**ASK, "response_type": "token"})
    assert "error=unsupported_response_type" in answer.headers["Location"]


def test_it_trades_a_code_for_a_token_that_works(web: httpx2.Client) -> None:
    token = traded(web, a_code(web)).json()["access_token"]
    me = web.get("/v1/users/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["data"]["attributes"]["name"] == "Evelyn Hartwell"


def test_it_answers_with_three_keys_and_nothing_more(web: httpx2.Client, clock: ManualClock) -> None:
    answer = traded(web, a_code(web))
    assert set(answer.json()) == {"token_type", "access_token", "created_at"}
    assert answer.json()["created_at"] == int(clock.now.timestamp())
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_takes_a_form_body_too(web: httpx2.Client) -> None:
    body = {**APP, "grant_type": "authorization_code", "code": a_code(web), "redirect_uri": CALLBACK}
    assert web.post("/oauth/token", data=body).status_code == 200


def test_it_connects_the_account_of_the_person_who_allowed_it(web: httpx2.Client, town: Town) -> None:
    kwame = str(max(town.firm("nakamura").users))
    token = traded(web, a_code(web, user_id=kwame)).json()["access_token"]
    answer = web.get(f"/v1/users/{kwame}?fields=all", headers={"Authorization": f"Bearer {token}"})
    firm_id = answer.json()["data"]["relationships"]["current_firm"]["data"]["id"]
    assert firm_id == str(town.firm("nakamura").id)


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"client_secret": "guess"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "sandbox-nakamura", "client_secret": "sandbox-nakamura-secret"}, 400, "invalid_grant"),
        ({"code": "guess"}, 400, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8000/other"}, 400, "invalid_grant"),
        ({"redirect_uri": None}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_it_refuses_a_wrong_trade(web: httpx2.Client, wrong: dict[str, Any], status: int, error: str) -> None:
    values = {"code": a_code(web), **wrong}
    answer = traded(web, values.pop("code"), **values)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_it_refuses_a_body_that_is_no_json(web: httpx2.Client) -> None:
    answer = web.post("/oauth/token", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_it_lets_a_code_die_after_a_minute(web: httpx2.Client, clock: ManualClock) -> None:
    code = a_code(web)
    clock.move(seconds=60)
    assert traded(web, code).json()["error"] == "invalid_grant"


def test_it_kills_the_token_of_a_code_used_twice(web: httpx2.Client, town: Town) -> None:
    code = a_code(web)
    token = traded(web, code).json()["access_token"]
    assert traded(web, code).status_code == 400
    assert token not in town.tokens


def test_it_answers_401_with_an_empty_body(web: httpx2.Client) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        answer = web.get("/v1/contacts", headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")


def test_it_lets_tokens_live_forever_by_default(web: httpx2.Client, town: Town, clock: ManualClock) -> None:
    token = town.issue_token("hartwell")
    clock.move(hours=24 * 3650)
    assert web.get("/v1/users/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_it_can_let_tokens_expire(web: httpx2.Client, firm: Firm, clock: ManualClock) -> None:
    firm.options.expiring_tokens = True
    answer = traded(web, a_code(web)).json()
    clock.move(seconds=answer["expires_in"])
    answer = web.get("/v1/users/me", headers={"Authorization": f"Bearer {answer['access_token']}"})
    assert answer.status_code == 401


def test_it_rotates_refresh_tokens(web: httpx2.Client, firm: Firm) -> None:
    firm.options.expiring_tokens = True
    first = traded(web, a_code(web)).json()
    body = {**APP, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = web.post("/oauth/token", json=body).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert web.post("/oauth/token", json=body).json()["error"] == "invalid_grant"


def test_it_refreshes_an_expired_token(web: httpx2.Client, firm: Firm, clock: ManualClock) -> None:
    firm.options.expiring_tokens = True
    first = traded(web, a_code(web)).json()
    clock.move(hours=3)
    body = {**APP, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    token = web.post("/oauth/token", json=body).json()["access_token"]
    assert web.get("/v1/users/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_it_knows_no_revocation_by_default(web: httpx2.Client, town: Town) -> None:
    token = town.issue_token("hartwell")
    assert web.post("/oauth/revoke", data={**APP, "token": token}).status_code == 404
    assert token in town.tokens


def test_it_can_revoke(web: httpx2.Client, town: Town, firm: Firm) -> None:
    firm.options.revocation = True
    token = town.issue_token("hartwell")
    assert web.post("/oauth/revoke", data={**APP, "token": token}).status_code == 200
    assert token not in town.tokens


def test_it_revokes_an_unknown_token_without_complaint(web: httpx2.Client, firm: Firm) -> None:
    firm.options.revocation = True
    assert web.post("/oauth/revoke", data={**APP, "token": "gone"}).status_code == 200


def test_it_does_not_revoke_for_a_wrong_secret(web: httpx2.Client, firm: Firm, town: Town) -> None:
    firm.options.revocation = True
    token = town.issue_token("hartwell")
    assert web.post("/oauth/revoke", data={**APP, "client_secret": "x", "token": token}).status_code == 401


def test_it_answers_401_once_the_app_is_removed(web: httpx2.Client, town: Town) -> None:
    token = town.issue_token("hartwell")
    town.revoke_tokens("hartwell")
    assert web.get("/v1/users/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        ("http://localhost:8000/cb", True),
        ("http://127.0.0.9/cb?x=1", True),
        ("http://[::1]:8000/cb", True),
        ("https://intake.example.com/cb", True),
        ("https://intake.example.com/cb/", False),
        ("http://localhost.evil.example/cb", False),
        ("http://localhost:x/cb", False),
        ("http://localhost/cb#f", False),
        ("javascript:alert(1)", False),
        ("http://user@localhost/cb", False),
        ("//localhost/cb", False),
    ],
)
def test_it_returns_to_loopback_and_registered_addresses_only(uri: str, allowed: bool) -> None:
    app = DeveloperApp("A", "id", "secret", {"https://intake.example.com/cb"})
    assert redirect_allowed(app, uri) is allowed
