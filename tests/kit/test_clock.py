"""One clock for the process, replaced by hand in tests."""

from datetime import UTC, datetime, timedelta

import pytest

from casehug.kit import clock

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def test_it_stands_still_until_it_is_moved() -> None:
    with clock.using(clock.ManualClock(NOON)) as manual:
        assert isinstance(manual, clock.ManualClock)
        assert clock.now() == clock.now() == NOON
        manual.advance(90)
        assert clock.now() == NOON + timedelta(seconds=90)


def test_it_gives_the_machine_s_clock_back_after_an_error() -> None:
    with pytest.raises(ValueError), clock.using(clock.ManualClock(NOON)):
        raise ValueError
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_it_tells_an_aware_time_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
