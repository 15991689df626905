"""Webhook signatures: the documented form verifies, and nothing else does."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lawmatics.signing import Reason, Secret, Verdict, sign, verify

KEY = "whsec_alice"
ALICE = [Secret(KEY)]
SIGNED_AT = 1_795_521_600
BODY = b'{"event_id":"evt_1","data":{"matter_id":456}}'


def check(body=BODY, timestamp=str(SIGNED_AT), secrets=ALICE, age=0, **given):
    signature = given["header"] if "header" in given else sign(body=BODY, timestamp=timestamp, key=KEY)
    now = datetime.fromtimestamp(SIGNED_AT + age, UTC)
    return verify(body=body, signature=signature, timestamp=timestamp, secrets=secrets, now=now)


def test_it_verifies_a_vector_computed_elsewhere():
    # printf '1.{}' | openssl dgst -sha256 -hmac whsec_alice
    got = verify(
        body=b"{}",
        signature="sha256=91ad991f8a57d953fa37f4c6a164fe94bad0662366cd6a4e27d0280800801220",
        timestamp="1",
        secrets=[Secret(KEY)],
        now=datetime.fromtimestamp(1, UTC),
    )
    assert got.verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (0, Verdict.VERIFIED),
        (299, Verdict.VERIFIED),
        (300, Verdict.VERIFIED),
        (300.9, Verdict.VERIFIED),
        (301, Verdict.STALE),
        (86_400, Verdict.STALE),
        (-300, Verdict.VERIFIED),
        (-301, Verdict.STALE),
    ],
)
def test_it_calls_a_genuine_message_stale_after_five_minutes(age, verdict):
    assert check(age=age).verdict is verdict


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, Reason.NO_SIGNATURE),
        ("", Reason.BAD_SIGNATURE),
        ("sha256=", Reason.BAD_SIGNATURE),
        ("sha1=" + "0" * 40, Reason.BAD_SIGNATURE),
        ("0" * 64, Reason.BAD_SIGNATURE),
        ("sha256=" + "0" * 64, Reason.NO_MATCH),
        (sign(body=BODY, timestamp=str(SIGNED_AT), key=KEY)[:-1], Reason.BAD_SIGNATURE),
        (sign(body=BODY, timestamp=str(SIGNED_AT), key=KEY) + "\n", Reason.BAD_SIGNATURE),
        (sign(body=BODY, timestamp=str(SIGNED_AT), key=KEY).upper(), Reason.BAD_SIGNATURE),
        (sign(body=BODY, timestamp=str(SIGNED_AT), key=KEY).removeprefix("sha256="), Reason.BAD_SIGNATURE),
        (",".join([sign(body=BODY, timestamp=str(SIGNED_AT), key=KEY)] * 2), Reason.BAD_SIGNATURE),
        (sign(body=BODY, timestamp=str(SIGNED_AT), key="whsec_charlie"), Reason.NO_MATCH),
        (sign(body=BODY, timestamp=str(SIGNED_AT), key="alice"), Reason.NO_MATCH),
        (sign(body=BODY, timestamp=None, key=KEY), Reason.NO_MATCH),
    ],
)
def test_it_refuses_any_other_signature(header, reason):
    got = check(header=header)
    assert (got.verdict, got.reason) == (Verdict.UNVERIFIED, reason)


@pytest.mark.parametrize(
    ("timestamp", "reason"),
    [
        (None, Reason.NO_TIMESTAMP),
        ("", Reason.BAD_TIMESTAMP),
        ("now", Reason.BAD_TIMESTAMP),
        (f"{SIGNED_AT}.0", Reason.BAD_TIMESTAMP),
        (f"-{SIGNED_AT}", Reason.BAD_TIMESTAMP),
        (f" {SIGNED_AT}", Reason.BAD_TIMESTAMP),
        (f"{SIGNED_AT},{SIGNED_AT}", Reason.BAD_TIMESTAMP),
        ("9" * 5000, Reason.BAD_TIMESTAMP),
        ("\u0661", Reason.BAD_TIMESTAMP),
    ],
)
def test_it_refuses_any_other_timestamp(timestamp, reason):
    got = check(timestamp=timestamp, header=sign(body=BODY, timestamp=str(SIGNED_AT), key=KEY))
    assert (got.verdict, got.reason) == (Verdict.UNVERIFIED, reason)


def test_it_refuses_a_genuine_signature_under_a_newer_timestamp():
    stolen = sign(body=BODY, timestamp=str(SIGNED_AT - 9_999), key=KEY)
    assert check(header=stolen).verdict is Verdict.UNVERIFIED


def test_it_tries_every_secret_and_tells_which_matched():
    got = check(secrets=[Secret("whsec_bob"), Secret("whsec_dana"), Secret(KEY)])
    assert (got.verdict, got.secret_index) == (Verdict.VERIFIED, 2)


def test_it_verifies_nothing_without_a_secret():
    assert check(secrets=[]).reason is Reason.UNCONFIGURED


@pytest.mark.parametrize("timestamp", [None, str(SIGNED_AT)])
@pytest.mark.parametrize("prefix", ["sha256=", ""])
def test_it_takes_the_plain_form_where_it_is_switched_on(timestamp, prefix):
    header = prefix + sign(body=BODY, timestamp=None, key=KEY).removeprefix("sha256=")
    got = check(timestamp=timestamp, header=header, secrets=[Secret(KEY, plain_body=True)])
    assert (got.verdict, got.reason) == (Verdict.VERIFIED, Reason.MATCHED_PLAIN)


def test_it_takes_the_plain_form_for_that_secret_alone():
    header = sign(body=BODY, timestamp=None, key=KEY)
    got = check(header=header, secrets=[Secret("whsec_bob", plain_body=True), Secret(KEY)])
    assert got.verdict is Verdict.UNVERIFIED


def test_it_still_takes_the_timed_form_where_the_plain_one_is_on():
    assert check(secrets=[Secret(KEY, plain_body=True)], age=301).verdict is Verdict.STALE


def test_it_refuses_an_empty_secret():
    with pytest.raises(ValueError, match="empty"):
        Secret("")


def test_it_shows_no_secret_in_a_repr():
    assert "alice" not in repr(Secret(KEY)) + repr(check())


def test_it_signs_bytes_that_are_not_text():
    body = b"\xff\xfe\x00"
    assert check(body=body, header=sign(body=body, timestamp=str(SIGNED_AT), key=KEY)).verdict is Verdict.VERIFIED


@settings(deadline=None)
@given(body=st.binary(max_size=64), bit=st.integers(min_value=0), secret=st.text(min_size=1, max_size=9))
def test_it_never_verifies_a_flipped_bit(body, bit, secret):
    timestamp = str(SIGNED_AT)
    signature = sign(body=body, timestamp=timestamp, key=secret)
    message = bytearray(signature.encode() + timestamp.encode() + body)
    at = bit % (len(message) * 8)
    message[at // 8] ^= 1 << at % 8
    bent_signature, rest = message[:71].decode("latin-1"), message[71:]
    got = verify(
        body=bytes(rest[10:]),
        signature=bent_signature,
        timestamp=rest[:10].decode("latin-1"),
        secrets=[Secret(secret)],
        now=datetime.fromtimestamp(SIGNED_AT, UTC),
    )
    assert got.verdict is Verdict.UNVERIFIED


@settings(deadline=None)
@given(signature=st.none() | st.text(), timestamp=st.none() | st.text(), body=st.binary())
def test_it_never_raises_and_never_verifies_a_guess(signature, timestamp, body):
    got = verify(
        body=body,
        signature=signature,
        timestamp=timestamp,
        secrets=[Secret(KEY, plain_body=True)],
        now=datetime.fromtimestamp(SIGNED_AT, UTC),
    )
    assert got.verdict is Verdict.UNVERIFIED
