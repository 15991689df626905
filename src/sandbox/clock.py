"""Time as a value passed in, so that tests can move it by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


class ManualClock:
    """Stands still until moved: `clock.move(seconds=61)`."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def move(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        self.now += timedelta(seconds=seconds, minutes=minutes, hours=hours)
