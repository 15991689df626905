"""Ids sort by time, secrets and markers are long enough to be unguessable."""

from base64 import b32decode, urlsafe_b64decode

from casehug.kit.ids import new_id, new_marker, new_secret


def test_its_ids_sort_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))


def test_its_ids_are_version_7() -> None:
    assert new_id().version == 7


def test_its_secrets_have_256_bits() -> None:
    secret = new_secret()
    assert len(urlsafe_b64decode(secret + "=")) * 8 == 256


def test_its_markers_have_80_bits_in_16_capitals_and_digits() -> None:
    marker = new_marker()
    assert (len(b32decode(marker)) * 8, len(marker), marker.upper()) == (80, 16, marker)


def test_its_markers_and_secrets_do_not_repeat() -> None:
    assert len({new_marker() for _ in range(5000)} | {new_secret() for _ in range(5000)}) == 10_000
