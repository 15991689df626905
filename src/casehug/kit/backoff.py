"""How long to wait before the next try."""

import random
from datetime import timedelta

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 15 * 60.0


def delay(attempts: int, *, chance: float | None = None) -> timedelta:
    """Exponential back-off with full jitter in the upper half.

    `attempts` counts the failures so far (1 or more); `chance` in [0, 1) replaces the random draw in tests.
    Answers between half of and the whole of `5 s * 2^(attempts-1)`, at most 15 minutes.
    """
    ceiling = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(attempts - 1, 20))
    draw = random.random() if chance is None else chance  # noqa: S311 - jitter, not a secret
    return timedelta(seconds=ceiling * (0.5 + draw / 2))
