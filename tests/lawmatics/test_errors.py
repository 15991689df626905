"""Every way a request can end, and what is known about its effect."""

import pickle
import socket
import ssl
import traceback

import httpx2
import pytest

from lawmatics import ContactWrite, LawmaticsError, Outcome, errors
from lawmatics.errors import NoConnection
from lawmatics.transport import MAX_REPLY_BYTES, READ_SECONDS

RECORD = {"data": {"id": "74", "type": "contact", "attributes": {}}}
SECRETS = ("dana@example.test", "Dana", "74", "tok-0123456789-secret", "personal-detail", "filter_on")


def raising(error, cause=None):
    def handler(request):
        if cause is not None:
            raise error from cause
        raise error

    return handler


def failure(stage, act=lambda client: client.contacts.update("74", ContactWrite(email="dana@example.test"))):
    with pytest.raises(LawmaticsError) as caught:
        act(stage.client)
    return caught.value


@pytest.mark.parametrize(
    ("error", "cause", "reason"),
    [
        (httpx2.ConnectError("x"), socket.gaierror(-2, "x"), NoConnection.DNS),
        (httpx2.ConnectError("x"), ConnectionRefusedError(), NoConnection.REFUSED),
        (httpx2.ConnectError("x"), ssl.SSLCertVerificationError(), NoConnection.TLS),
        (httpx2.ConnectError("x"), None, NoConnection.OTHER),
        (httpx2.ConnectTimeout("x"), None, NoConnection.TIMEOUT),
        (httpx2.PoolTimeout("x"), None, NoConnection.BUSY),
    ],
)
def test_it_knows_when_nothing_was_sent(play, error, cause, reason):
    got = failure(play(raising(error, cause)))
    assert (type(got), got.outcome, got.reason) == (errors.NotSent, Outcome.NEVER_SENT, reason)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx2.ReadTimeout("x"), errors.TimedOut),
        (httpx2.WriteTimeout("x"), errors.TimedOut),
        (httpx2.ReadError("x"), errors.ConnectionLost),
        (httpx2.WriteError("x"), errors.ConnectionLost),
        (httpx2.CloseError("x"), errors.ConnectionLost),
        (httpx2.RemoteProtocolError("x"), errors.ConnectionLost),
        (httpx2.LocalProtocolError("x"), errors.ConnectionLost),
        (ConnectionResetError(), errors.ConnectionLost),
    ],
)
def test_it_does_not_know_what_a_broken_exchange_did(play, error, kind):
    got = failure(play(raising(error)))
    assert (type(got), got.outcome, got.status) == (kind, Outcome.UNKNOWN, None)


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        (301, errors.UnexpectedRedirect, Outcome.UNKNOWN),
        (307, errors.UnexpectedRedirect, Outcome.UNKNOWN),
        (400, errors.Refused, Outcome.DEFINITE),
        (401, errors.Unauthorized, Outcome.DEFINITE),
        (403, errors.Forbidden, Outcome.DEFINITE),
        (404, errors.NotFound, Outcome.DEFINITE),
        (409, errors.Refused, Outcome.DEFINITE),
        (422, errors.Invalid, Outcome.DEFINITE),
        (429, errors.RateLimited, Outcome.DEFINITE),
        (500, errors.ServerError, Outcome.UNKNOWN),
        (503, errors.ServerError, Outcome.UNKNOWN),
    ],
)
def test_it_sorts_replies_by_status(play, answer, status, kind, outcome):
    got = failure(play(answer(status)))
    assert (type(got), got.outcome, got.status) == (kind, outcome, status)


@pytest.mark.parametrize(
    "reply",
    [
        {"content": b'{"data":{"id":"74","ty', "headers": {"content-type": "application/json"}},
        {"content": b"", "headers": {"content-type": "application/json"}},
        {"content": b"\xff\xfe", "headers": {"content-type": "application/json"}},
        {"content": b"[" * 100_000, "headers": {"content-type": "application/json"}},
        {"html": "<p>Sign in to the hotel network</p>"},
        {"content": b'{"data":{"id":"74"}}', "headers": {"content-type": "text/html"}},
        {"json": {"data": None}},
        {"json": {"data": {"type": "contact"}}},
        {"json": {"data": [{"id": "74"}]}},
        {"json": []},
        {"json": {"errors": []}},
    ],
)
def test_it_does_not_know_what_a_garbled_success_did(play, answer, reply):
    got = failure(play(answer(201, **reply)))
    assert (type(got), got.outcome, got.status) == (errors.Garbled, Outcome.UNKNOWN, 201)


class Stream(httpx2.SyncByteStream):
    def __init__(self, *parts):
        self.parts = parts

    def __iter__(self):
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            yield part


@pytest.mark.parametrize(
    ("error", "kind"),
    [(httpx2.ReadTimeout("x"), errors.TimedOut), (httpx2.RemoteProtocolError("x"), errors.ConnectionLost)],
)
def test_it_does_not_know_what_a_success_cut_in_its_body_did(play, answer, error, kind):
    got = failure(play(answer(201, stream=Stream(b'{"data":', error))))
    assert (type(got), got.outcome, got.status) == (kind, Outcome.UNKNOWN, 201)


def test_it_keeps_a_refusal_definite_when_its_body_is_cut(play, answer):
    got = failure(play(answer(422, stream=Stream(b"{", httpx2.ReadError("x")))))
    assert (type(got), got.problems) == (errors.Invalid, ())


def test_it_stops_reading_an_endless_reply(play, answer):
    parts = [b" " * 1_000_000] * (MAX_REPLY_BYTES // 1_000_000 + 1)
    last = AssertionError("read on beyond the limit")
    got = failure(play(answer(200, stream=Stream(*parts, last))))
    assert isinstance(got, errors.Garbled)


def test_it_stops_reading_a_reply_that_trickles(play, answer):
    clock = iter([0.0, 0.0, 0.0, READ_SECONDS, READ_SECONDS + 1, READ_SECONDS + 1])
    stage = play(answer(200, stream=Stream(b"{", b" ", b" ")), monotonic=lambda: next(clock))
    assert isinstance(failure(stage), errors.TimedOut)


def test_it_lists_the_problems_of_a_refusal_without_saying_them(play, answer):
    problems = {"errors": [{"status": 422, "title": "Bad", "detail": "personal-detail"}, "odd", {"title": None}]}
    got = failure(play(answer(422, json=problems)))
    assert got.problems == (errors.Problem("Bad", "personal-detail"), errors.Problem("", ""))
    assert "personal-detail" not in f"{got} {got!r}"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("60", 60.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("9" * 5000, None),
        ("\u0661", None),
        ("Tue, 99 Nov 2026 12:01:30 GMT", None),
    ],
)
def test_it_reads_how_long_to_wait(play, answer, header, seconds):
    headers = {"retry-after": header.encode(), "date": b"Tue, 24 Nov 2026 12:00:00 GMT"}
    assert failure(play(answer(429, headers=headers))).retry_after == seconds


def test_it_makes_nothing_of_a_retry_date_without_the_remotes_clock(play, answer):
    headers = {"retry-after": "Tue, 24 Nov 2026 12:01:30 GMT"}
    assert failure(play(answer(429, headers=headers))).retry_after is None


@pytest.mark.parametrize("location", ["https://elsewhere.test/v1", "/v1/x", "http://[bad", "ftp://x", ""])
def test_it_never_follows_a_redirect(play, answer, location):
    stage = play(answer(302, headers={"location": location}))
    assert isinstance(failure(stage), errors.UnexpectedRedirect)
    assert [request.url.host for request in stage.requests] == ["lawmatics.test"]


def test_it_asks_once_only(play, answer):
    for status in (401, 429, 500):
        stage = play(answer(status))
        failure(stage)
        assert len(stage.requests) == 1


@pytest.mark.parametrize(
    "handler",
    [
        raising(httpx2.ReadTimeout("Dana dana@example.test")),
        raising(httpx2.ConnectError("tok-0123456789-secret"), OSError("Dana")),
        lambda _: httpx2.Response(422, json={"errors": [{"title": "Dana", "detail": "dana@example.test"}]}),
        lambda _: httpx2.Response(200, text="Dana dana@example.test"),
        lambda _: httpx2.Response(500, text="Dana dana@example.test"),
    ],
)
@pytest.mark.parametrize(
    "act",
    [
        lambda client: client.contacts.update("74", ContactWrite(first_name="Dana")),
        lambda client: client.contacts.with_email("dana@example.test"),
        lambda client: client.matters.get("74"),
    ],
)
def test_it_lets_no_secret_into_an_error(play, handler, act):
    got = failure(play(handler), act)
    text = "".join(traceback.format_exception(got)[-1:]) + f"{got} {got!r} {got.call!r} {got.args!r}"
    assert not [secret for secret in SECRETS if secret in text]


def test_it_raises_errors_that_carry_no_transport_exception_along(play):
    got = failure(play(raising(httpx2.ReadTimeout("x"))))
    assert (got.__cause__, got.__context__) == (None, None)


def test_it_names_method_and_template(play, answer):
    got = failure(play(answer(404)))
    text = "PUT /v1/contacts/:id: There is no such record or address in Lawmatics. (status 404)"
    assert str(got) == text


def test_it_makes_errors_that_survive_pickling(play, answer):
    got = pickle.loads(pickle.dumps(failure(play(answer(429, headers={"retry-after": "60"})))))
    assert (got.call.template, got.status, got.retry_after) == ("/v1/contacts/:id", 429, 60.0)


def test_it_takes_a_null_record_for_not_found(play, answer):
    got = failure(play(answer(200, json={"data": None})), lambda client: client.contacts.get("74"))
    assert isinstance(got, errors.NotFound)
