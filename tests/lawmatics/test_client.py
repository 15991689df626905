"""The one request method: address, token, headers, hooks, and what stays out of logs."""

import logging
import ssl
from datetime import UTC, datetime

import httpx2
import pytest

from lawmatics import LONGEST_TIMEOUT_SECONDS, Lawmatics, errors, open_http
from lawmatics.transport import TIMEOUT

ME = {"data": {"id": 7, "type": "user", "attributes": {"name": "Alice"}}}


@pytest.mark.parametrize(
    "address",
    [
        "https://api.lawmatics.com",
        "http://localhost:8001",
        "http://127.0.0.1",
        "http://127.9.9.9:80/",
        "http://[::1]:8001",
        "http://remote.test",
        "http://a.localhost",
    ],
)
def test_it_accepts_a_safe_address(address):
    Lawmatics(base_url=address, token=str, http=open_http(httpx2.MockTransport(lambda _: None)))


@pytest.mark.parametrize(
    "address",
    [
        "http://api.lawmatics.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://atest",
        "http://user:word@localhost",
        "https://user@api.lawmatics.com",
        "ftp://localhost",
        "api.lawmatics.com",
        "https://",
        "",
    ],
)
def test_it_refuses_an_unsafe_address(address):
    with pytest.raises(errors.InsecureAddress):
        Lawmatics(base_url=address, token=str, http=open_http(httpx2.MockTransport(lambda _: None)))


def test_it_sends_the_token_and_names_itself(play, answer, token):
    stage = play(answer(json=ME))
    stage.client.users.me()
    headers = stage.requests[0].headers
    assert headers["authorization"] == f"Bearer {token}"
    assert headers["user-agent"].startswith("lawmatics-python/")


def test_it_asks_for_the_token_before_each_request(answer):
    tokens = iter(["one", "two"])
    seen = []

    def handler(request):
        seen.append(request.headers["authorization"])
        return httpx2.Response(200, json=ME)

    http = open_http(httpx2.MockTransport(handler))
    client = Lawmatics(base_url="http://r.test", token=lambda: next(tokens), http=http)
    client.users.me()
    client.users.me()
    assert seen == ["Bearer one", "Bearer two"]


@pytest.mark.parametrize("bad", ["", "a b", "tok\nx", "tök"])
def test_it_refuses_a_token_that_cannot_be_one(bad):
    http = open_http(httpx2.MockTransport(lambda _: httpx2.Response(200, json=ME)))
    with pytest.raises(ValueError, match="visible ASCII") as caught:
        Lawmatics(base_url="http://r.test", token=lambda: bad, http=http).users.me()
    assert not bad or bad not in str(caught.value)


def test_it_passes_on_what_the_token_callable_raises():
    def token():
        raise OSError("the token store is away")

    http = open_http(httpx2.MockTransport(lambda _: httpx2.Response(200, json=ME)))
    with pytest.raises(OSError, match="token store"):
        Lawmatics(base_url="http://r.test", token=token, http=http).users.me()


def test_it_takes_nothing_from_a_client_passed_in(play):
    seen = []

    def handler(request):
        seen.append(request)
        return httpx2.Response(200, json=ME, headers={"set-cookie": "session=1; Path=/"})

    http = httpx2.Client(
        transport=httpx2.MockTransport(handler),
        headers={"x-mine": "1"},
        params={"mine": "1"},
        base_url="https://elsewhere.test",
        timeout=None,
        follow_redirects=True,
    )
    client = Lawmatics(base_url="http://r.test", token=lambda: "t", http=http)
    client.users.me()
    client.users.me()
    last = seen[-1]
    assert str(last.url) == "http://r.test/v1/users/me"
    assert not {"x-mine", "cookie"} & set(last.headers)
    assert last.extensions["timeout"] == TIMEOUT.as_dict()


def test_it_counts_every_wait_into_the_longest_timeout():
    assert sum(TIMEOUT.as_dict().values()) == LONGEST_TIMEOUT_SECONDS


def test_it_lets_before_stop_a_request(answer):
    def before(call):
        raise RuntimeError(f"{call.method} {call.template} {call.writes}")

    sent = []
    http = open_http(httpx2.MockTransport(lambda request: sent.append(request)))
    client = Lawmatics(base_url="http://r.test", token=lambda: "t", http=http, before=before)
    with pytest.raises(RuntimeError, match="GET /v1/contacts/:id False"):
        client.contacts.get("74")
    assert sent == []


def test_it_tells_after_of_a_success(play, answer):
    clock = iter([10.0, 10.0, 10.0, 10.5, 10.5])
    stage = play(
        answer(json=ME, headers={"date": "Tue, 24 Nov 2026 12:00:00 GMT"}),
        monotonic=lambda: next(clock),
    )
    stage.client.users.me()
    (exchange,) = stage.exchanges
    assert (exchange.status, exchange.error) == (200, None)
    assert exchange.duration == 0.5
    assert exchange.remote_date == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_it_tells_after_of_a_reply_it_could_not_understand(play, answer):
    stage = play(answer(json={"data": None}))
    with pytest.raises(errors.Garbled) as caught:
        stage.client.users.me()
    assert stage.exchanges[0].error is caught.value


def test_it_tells_after_of_a_request_without_a_reply(play):
    def handler(request):
        raise httpx2.ReadTimeout("x")

    stage = play(handler)
    with pytest.raises(errors.TimedOut):
        stage.client.users.me()
    (exchange,) = stage.exchanges
    assert (exchange.status, exchange.remote_date) == (None, None)


@pytest.mark.parametrize("date", ["yesterday", "", "Tue, 24 Nov 99999 12:00:00 GMT"])
def test_it_makes_nothing_of_an_odd_date(play, answer, date):
    stage = play(answer(json=ME, headers={"date": date}))
    stage.client.users.me()
    assert stage.exchanges[0].remote_date is None


def test_it_keeps_addresses_out_of_the_log(play, listing, caplog):
    caplog.set_level(logging.DEBUG)
    play(listing([])).client.contacts.with_email("dana@example.test")
    assert "dana" not in caplog.text


def test_it_leaves_other_requests_in_the_log(caplog):
    caplog.set_level(logging.INFO, logger="httpx2")
    http = open_http(httpx2.MockTransport(lambda _: httpx2.Response(200)))
    http.get("http://other.test/page")
    assert "other.test/page" in caplog.text


@pytest.mark.parametrize("record_id", ["", "..", "1/2", "1?x=1", "a b", "1\n"])
def test_it_refuses_an_id_that_would_change_the_path(play, answer, record_id):
    stage = play(answer(json=ME))
    with pytest.raises(ValueError, match="needs a record id"):
        stage.client.contacts.get(record_id)
    assert stage.requests == []


def test_it_closes_only_the_connections_it_opened():
    http = open_http(httpx2.MockTransport(lambda _: httpx2.Response(200, json=ME)))
    with Lawmatics(base_url="http://r.test", token=lambda: "t", http=http):
        pass
    assert not http.is_closed


def test_it_builds_connections_without_retries_or_old_tls():
    pool = open_http()._transport._pool
    assert pool._retries == 0
    assert pool._ssl_context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert pool._ssl_context.verify_mode == ssl.CERT_REQUIRED


def test_it_shows_no_secret_in_its_repr():
    client = Lawmatics(base_url="http://r.test", token=lambda: "tok", http=open_http(httpx2.MockTransport(str)))
    assert repr(client) == "<Lawmatics r.test>"
