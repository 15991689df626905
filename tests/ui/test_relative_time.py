from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casehug.ui.relative_time import ago, exact

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # 12:00 in New York


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(seconds=50), "1 min ago"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(minutes=59, seconds=50), "1 h ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(hours=13), "yesterday"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=20), "Feb 12"),
        (timedelta(days=100), "Nov 24, 2025"),
        (timedelta(minutes=-10), "in 10 min"),
        (timedelta(days=-1), "tomorrow"),
        (timedelta(days=-3), "in 3 days"),
    ],
)
def test_it_says_how_long_ago(before: timedelta, words: str) -> None:
    assert ago(NOON - before, now=NOON, zone=NEW_YORK) == words


def test_it_counts_days_in_the_firms_zone() -> None:
    evening = NOON - timedelta(hours=8)  # 04:00 in New York, 01:00 in Los Angeles, 21:00 the day before in Honolulu
    assert ago(evening, now=NOON, zone=NEW_YORK) == "8 h ago"
    assert ago(evening, now=NOON, zone=ZoneInfo("Pacific/Honolulu")) == "yesterday"


def test_it_counts_hours_shortly_after_midnight() -> None:
    just_past_midnight = datetime(2026, 3, 4, 5, 30, tzinfo=UTC)  # 00:30 in New York
    assert ago(just_past_midnight - timedelta(hours=2), now=just_past_midnight, zone=NEW_YORK) == "2 h ago"


def test_it_gives_the_exact_time_in_the_firms_zone() -> None:
    assert exact(NOON, zone=NEW_YORK) == "Mar 4, 2026, 12:00 PM EST"


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_it_always_has_words(seconds: int) -> None:
    assert ago(NOON - timedelta(seconds=seconds), now=NOON, zone=NEW_YORK)
