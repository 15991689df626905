"""OAuth: the way to a token, its renewal, its end, and every refusal."""

import traceback
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from lawmatics import LawmaticsError, OAuth, Outcome, Token, errors, open_http

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLAIN = {"token_type": "bearer", "access_token": "acc-1", "created_at": 1_795_000_000}


def oauth(handler, **changes):
    options = {
        "authorize_url": "https://app.lawmatics.com/oauth/authorize",
        "token_url": "https://api.lawmatics.com/oauth/token",
        "revoke_url": "https://api.lawmatics.com/oauth/revoke",
        "client_id": "app-1",
        "client_secret": "client-secret",
        "http": open_http(httpx2.MockTransport(handler)),
        "now": lambda: NOW,
    }
    return OAuth(**(options | changes))


def saying(status=200, **reply):
    return lambda _request: httpx2.Response(status, **reply)


def exchange(reply):
    return oauth(saying(json=reply)).exchange(code="code-1", redirect_uri="https://firm.test/back")


def test_it_sends_the_browser_to_the_authorization_page():
    url = oauth(saying(), authorize_url="https://app.lawmatics.com/oauth/authorize?x=1").authorization_url(
        redirect_uri="https://firm.test/back?a=b&c", state="s&t"
    )
    assert urlsplit(url).hostname == "app.lawmatics.com"
    assert {key: value for key, (value,) in parse_qs(urlsplit(url).query).items()} == {
        "x": "1",
        "client_id": "app-1",
        "redirect_uri": "https://firm.test/back?a=b&c",
        "response_type": "code",
        "state": "s&t",
    }


def test_it_exchanges_a_code_in_the_body_and_not_in_the_address():
    seen = []

    def handler(request):
        seen.append(request)
        return httpx2.Response(200, json=PLAIN)

    oauth(handler).exchange(code="code-1", redirect_uri="https://firm.test/back")
    assert str(seen[0].url) == "https://api.lawmatics.com/oauth/token"
    assert {key: value for key, (value,) in parse_qs(seen[0].content.decode()).items()} == {
        "client_id": "app-1",
        "client_secret": "client-secret",
        "grant_type": "authorization_code",
        "code": "code-1",
        "redirect_uri": "https://firm.test/back",
    }


def test_it_takes_a_token_without_expiry_for_one_that_stays():
    token = exchange(PLAIN)
    created = datetime.fromtimestamp(1_795_000_000, UTC)
    assert token == Token("acc-1", refresh_token=None, expires_at=None, created_at=created)
    assert not token.needs_refresh(NOW + timedelta(days=9999))


def test_it_counts_expiry_from_its_own_clock():
    token = exchange({**PLAIN, "expires_in": 7200, "refresh_token": "ref-1"})
    assert (token.expires_at, token.refresh_token) == (NOW + timedelta(hours=2), "ref-1")


@pytest.mark.parametrize(("seconds_left", "due"), [(301, False), (300, True), (0, True), (-9, True)])
def test_it_refreshes_five_minutes_before_expiry(seconds_left, due):
    token = Token("a", refresh_token="r", expires_at=NOW + timedelta(seconds=seconds_left), created_at=NOW)
    assert token.needs_refresh(NOW) is due


@pytest.mark.parametrize("odd", [None, 0, -5, True, "soon", 1.5, 10**18, "9" * 400, [], {}])
def test_it_takes_an_odd_expiry_for_none(odd):
    assert exchange({**PLAIN, "expires_in": odd}).expires_at is None


@pytest.mark.parametrize("odd", [None, True, "soon", 1.5, 10**18, "9" * 400, [], {}])
def test_it_takes_its_own_clock_for_an_odd_creation_time(odd):
    assert exchange({**PLAIN, "created_at": odd}).created_at == NOW


@pytest.mark.parametrize(("given", "kept"), [({}, "old"), ({"refresh_token": "new"}, "new")])
def test_it_keeps_the_old_refresh_token_if_none_comes(given, kept):
    assert oauth(saying(json={**PLAIN, **given})).refresh("old").refresh_token == kept


@pytest.mark.parametrize(
    "reply",
    [
        {},
        [],
        None,
        {**PLAIN, "access_token": None},
        {**PLAIN, "access_token": ""},
        {**PLAIN, "access_token": "a\nb"},
        {**PLAIN, "token_type": "mac"},
    ],
)
def test_it_calls_an_answer_without_a_token_garbled(reply):
    with pytest.raises(errors.Garbled):
        exchange(reply)


@pytest.mark.parametrize(
    ("status", "reply", "kind", "code"),
    [
        (400, {"json": {"error": "invalid_grant"}}, errors.InvalidGrant, "invalid_grant"),
        (401, {"json": {"error": "invalid_grant"}}, errors.InvalidGrant, "invalid_grant"),
        (401, {"json": {"error": "invalid_client"}}, errors.InvalidClient, "invalid_client"),
        (400, {"json": {"error": "invalid_client"}}, errors.InvalidClient, "invalid_client"),
        (401, {"content": b""}, errors.InvalidClient, "unknown"),
        (400, {"json": {"error": "invalid_scope"}}, errors.OAuthError, "invalid_scope"),
        (400, {"json": {"error": "code-1 was bad"}}, errors.OAuthError, "unknown"),
        (400, {"json": {"error": ["invalid_grant"]}}, errors.OAuthError, "unknown"),
        (400, {"html": "<p>"}, errors.OAuthError, "unknown"),
    ],
)
def test_it_tells_why_a_token_was_refused(status, reply, kind, code):
    with pytest.raises(errors.OAuthError) as caught:
        oauth(saying(status, **reply)).exchange(code="code-1", redirect_uri="x")
    got = caught.value
    assert (type(got), got.code, got.outcome, got.status) == (kind, code, Outcome.DEFINITE, status)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, errors.UnexpectedRedirect),
        (404, errors.NotFound),
        (429, errors.RateLimited),
        (502, errors.ServerError),
    ],
)
def test_it_sorts_other_replies_of_the_token_endpoint_as_usual(status, kind):
    with pytest.raises(kind):
        oauth(saying(status)).refresh("ref-1")


@pytest.mark.parametrize(("status", "revoked"), [(200, True), (204, True), (404, False)])
def test_it_revokes_where_that_is_possible(status, revoked):
    assert oauth(saying(status)).revoke("acc-1") is revoked


def test_it_knows_that_no_revocation_address_means_no_revocation():
    assert oauth(saying(), revoke_url=None).revoke("acc-1") is False


@pytest.mark.parametrize(("status", "kind"), [(400, errors.OAuthError), (503, errors.ServerError)])
def test_it_does_not_call_a_failed_revocation_done(status, kind):
    with pytest.raises(kind):
        oauth(saying(status)).revoke("acc-1")


@pytest.mark.parametrize("name", ["authorize_url", "token_url", "revoke_url"])
def test_it_refuses_to_send_its_secret_over_plain_http(name):
    with pytest.raises(errors.InsecureAddress):
        oauth(saying(), **{name: "http://api.lawmatics.com/oauth"})


def test_it_shows_no_secret_anywhere():
    def handler(request):
        raise httpx2.ReadTimeout("client-secret acc-1")

    client = oauth(handler)
    token = Token("acc-1", refresh_token="ref-1", expires_at=NOW, created_at=NOW)
    texts = [repr(client), str(client), repr(token), str(token), f"{token}"]
    for act in (
        lambda: client.exchange(code="code-1", redirect_uri="x"),
        lambda: client.refresh("ref-1"),
        lambda: client.revoke("acc-1"),
    ):
        with pytest.raises(LawmaticsError) as caught:
            act()
        texts += [str(caught.value), repr(caught.value), traceback.format_exception(caught.value)[-1]]
    secrets = ("client-secret", "acc-1", "ref-1", "code-1")
    assert not [secret for secret in secrets if secret in " ".join(texts)]
