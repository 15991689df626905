"""Fresh secrets for a new installation."""

import pytest

from casehug.kit.encryption import Keyset
from casehug.ops.keys import fresh_keys, print_keys


def test_it_makes_keys_that_can_be_read() -> None:
    assert Keyset.parse(fresh_keys()["CASEHUG_ENCRYPTION_KEYS"]).primary == "k1"


def test_it_makes_new_ones_every_time() -> None:
    assert set(fresh_keys().values()).isdisjoint(fresh_keys().values())


def test_it_makes_a_secret_as_long_as_django_wants_it() -> None:
    assert len(fresh_keys()["CASEHUG_SECRET_KEY"]) >= 50


def test_it_prints_them_as_settings_and_the_advice_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    print_keys()
    printed = capsys.readouterr()
    names = [line.split("=")[0] for line in printed.out.splitlines()]
    assert names == ["CASEHUG_SECRET_KEY", "CASEHUG_ENCRYPTION_KEYS"]
    assert "secret store" in printed.err
