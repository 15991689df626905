"""Sealed values open at their own place, with a key of ours, unaltered; or not at all."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casehug.kit.encryption import BadKeyset, CannotOpen, Keyset, generate_key

K1, K2 = base64.b64encode(bytes(range(32))).decode(), base64.b64encode(bytes(range(32, 64))).decode()
KEYS = Keyset.parse(f"k1:{K1}")
PLACE = "connection:1:2:access_token_sealed"
SECRET = b"a very secret token"


@given(plaintext=st.binary(max_size=300), context=st.text(max_size=60).filter(lambda text: text.isprintable()))
def test_it_opens_what_it_sealed(plaintext: bytes, context: str) -> None:
    assert KEYS.open(KEYS.seal(plaintext, context=context), context=context) == plaintext


@given(one=st.text(st.characters(codec="utf-8"), max_size=40), other=st.text(st.characters(codec="utf-8"), max_size=40))
def test_it_opens_nothing_at_another_place(one: str, other: str) -> None:
    sealed = KEYS.seal(SECRET, context=one)
    if one == other:
        assert KEYS.open(sealed, context=other) == SECRET
    else:
        with pytest.raises(CannotOpen):
            KEYS.open(sealed, context=other)


@given(data=st.data())
def test_it_notices_any_flipped_bit(data: st.DataObject) -> None:
    sealed = bytearray(KEYS.seal(SECRET, context=PLACE))
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    with pytest.raises(CannotOpen):
        KEYS.open(bytes(sealed), context=PLACE)


@pytest.mark.parametrize(
    ("region", "at"),
    [("version", 0), ("key id's length", 1), ("key id", 2), ("nonce", 4), ("ciphertext", 16), ("tag", -1)],
)
def test_it_notices_a_changed_byte_in_every_region(region: str, at: int) -> None:
    sealed = bytearray(KEYS.seal(SECRET, context=PLACE))
    sealed[at] ^= 0xFF
    with pytest.raises(CannotOpen):
        KEYS.open(bytes(sealed), context=PLACE)


def test_it_notices_any_truncation() -> None:
    sealed = KEYS.seal(SECRET, context=PLACE)
    opened = []
    for length in range(len(sealed)):
        try:
            opened.append(KEYS.open(sealed[:length], context=PLACE))
        except CannotOpen:
            continue
    assert opened == []


@given(st.binary(max_size=80))
def test_it_says_of_any_garbage_that_it_cannot_be_opened(garbage: bytes) -> None:
    with pytest.raises(CannotOpen):
        KEYS.open(garbage, context=PLACE)


def test_it_never_makes_the_same_sealed_value_twice() -> None:
    assert len({KEYS.seal(SECRET, context=PLACE) for _ in range(500)}) == 500


def test_it_opens_with_a_secondary_key_what_an_earlier_primary_sealed() -> None:
    rotated = Keyset.parse(f"k2:{K2},k1:{K1}")
    assert rotated.open(KEYS.seal(SECRET, context=PLACE), context=PLACE) == SECRET


def test_it_seals_with_the_first_key_of_the_list() -> None:
    sealed = Keyset.parse(f"k2:{K2},k1:{K1}").seal(SECRET, context=PLACE)
    assert Keyset.parse(f"k2:{K2}").open(sealed, context=PLACE) == SECRET
    with pytest.raises(CannotOpen):
        KEYS.open(sealed, context=PLACE)


def test_it_opens_nothing_under_another_key_s_id() -> None:
    """The key is right, its name is not: the id is part of what is authenticated."""
    sealed = KEYS.seal(SECRET, context=PLACE)
    renamed = Keyset.parse(f"k9:{K1}")
    with pytest.raises(CannotOpen):
        renamed.open(sealed[:2] + b"k9" + sealed[4:], context=PLACE)


def test_it_opens_nothing_with_another_key_of_the_same_id() -> None:
    with pytest.raises(CannotOpen):
        Keyset.parse(f"k1:{K2}").open(KEYS.seal(SECRET, context=PLACE), context=PLACE)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no key in it"),
        (" , ,", "there is no key in it"),
        (K1, "id:base64"),
        (f":{K1}", "id:base64"),
        (f"{K1}:k1", "key 1 is not"),
        (f"k1:{K1},k1:{K2}", "key 2 appears twice"),
        (f"k1:{K1}!", "key 1 is not base64"),
        (f"k1:{K1},k2:ключ", "key 2 is not base64"),
        (f"k1:{base64.b64encode(bytes(31)).decode()}", "key 1 is not 32 bytes long"),
        (f"k1:{base64.b64encode(bytes(33)).decode()}", "key 1 is not 32 bytes long"),
        ("k1:", "key 1 is not 32 bytes long"),
        (f"{'k' * 256}:{K1}", "id:base64"),
        (f"ключ:{K1}", "id:base64"),
        (f"\udcff:{K1}", "id:base64"),
    ],
)
def test_it_says_what_is_wrong_with_a_keyset(text: str, says: str) -> None:
    with pytest.raises(BadKeyset, match=says):
        Keyset.parse(text)


@pytest.mark.parametrize(
    "text",
    [K1, f":{K1}", f"{K1}:k1", f"k1:{K1}!", f"k1:{K1},k1:{K1}", f"{K1}:{K1},{K1}:{K1}", f"k1:{K1[:-4]}", f"k1:ü{K1}"],
)
def test_it_never_repeats_a_key_that_it_cannot_read(text: str) -> None:
    with pytest.raises(BadKeyset) as refused:
        Keyset.parse(text)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert K1[:8] not in repr(refused.value)


def test_it_does_not_show_the_keys() -> None:
    assert K1 not in repr(KEYS)
    assert repr(base64.b64decode(K1)) not in repr(KEYS)


def test_it_makes_keys_of_256_bits() -> None:
    assert len(base64.b64decode(generate_key(), validate=True)) == 32
