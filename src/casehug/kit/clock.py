"""One clock for everything that waits: limiter, quarantine, back-off, expiry.

Code asks `clock.now()`; it never asks PostgreSQL, whose `now()` a test cannot move.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that a test moves by hand.

    `start` is an aware datetime; `advance(seconds)` moves it forward.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


_current: Clock = SystemClock()


def now() -> datetime:
    """The current moment as an aware datetime in UTC."""
    return _current.now()


@contextmanager
def using(clock: Clock) -> Iterator[Clock]:
    """Replace the process's clock for the length of the block."""
    global _current
    previous, _current = _current, clock
    try:
        yield clock
    finally:
        _current = previous
