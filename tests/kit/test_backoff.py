"""Waits double, are never all the same, and end at a quarter of an hour."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casehug.kit.backoff import delay

CHANCES = st.floats(0, 1, exclude_max=True)


@given(attempts=st.integers(1, 10**9), chance=CHANCES)
def test_it_stays_between_half_of_the_step_and_the_whole(attempts: int, chance: float) -> None:
    step = min(900.0, 5.0 * 2 ** min(attempts - 1, 60))
    assert timedelta(seconds=step / 2) <= delay(attempts, chance=chance) <= timedelta(seconds=step)


@given(attempts=st.integers(1, 60), chance=CHANCES)
def test_it_never_waits_shorter_after_one_more_failure(attempts: int, chance: float) -> None:
    assert delay(attempts + 1, chance=chance) >= delay(attempts, chance=chance)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2.5), (2, 5), (3, 10), (8, 320), (9, 450), (1000, 450)])
def test_it_waits_at_least(attempts: int, seconds: float) -> None:
    assert delay(attempts, chance=0.0) == timedelta(seconds=seconds)


def test_it_spreads_the_waits_of_many() -> None:
    assert len({delay(5) for _ in range(200)}) > 150
