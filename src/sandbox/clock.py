"""Time as a value passed in, so that tests can move it by hand and a rehearsal can run hours in seconds."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

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

    def advance(self, seconds: float) -> None:
        self.move(seconds=seconds)


class Pace(NamedTuple):
    """At the real second `base_real` it was `base_virtual`, and since then time has run `scale` times as fast."""

    base_real: float
    base_virtual: float
    scale: float

    def at(self, real: float) -> float:
        return self.base_virtual + (real - self.base_real) * self.scale


class VirtualClock:
    """The system's clock, which can be moved on and made faster.

    With a file, several processes share it: whoever moves the clock writes one line of JSON with `base_real`,
    `base_virtual` (both in seconds since 1970) and `scale`; all others see the new line at their next question.
    No file, or a broken one, is the system's time.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._pace = Pace(0.0, 0.0, 1.0)
        self._seen: tuple[int, int, int] | None = None

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.pace().at(time.time()), UTC)

    def pace(self) -> Pace:
        if self.file is None:
            return self._pace
        try:
            found = os.stat(self.file)
        except OSError:
            self._pace, self._seen = Pace(0.0, 0.0, 1.0), None
            return self._pace
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            self._pace, self._seen = _read(self.file), seen
        return self._pace

    def advance(self, seconds: float) -> None:
        self.set(seconds=seconds)

    def set(self, *, seconds: float = 0, scale: float | None = None) -> None:
        """Move on by `seconds`, and from now on run `scale` times as fast."""
        pace, real = self.pace(), time.time()
        self._pace = Pace(real, pace.at(real) + seconds, pace.scale if scale is None else scale)
        if self.file is not None:
            new = self.file.with_name(f"{self.file.name}.{os.getpid()}.new")
            new.write_text(json.dumps(self._pace._asdict()) + "\n")
            new.replace(self.file)  # a reader sees the old line or the new one, never half of one


def _read(file: Path) -> Pace:
    try:
        values = json.loads(file.read_text())
        return Pace(float(values["base_real"]), float(values["base_virtual"]), float(values["scale"]))
    except (OSError, ValueError, TypeError, KeyError):
        return Pace(0.0, 0.0, 1.0)
