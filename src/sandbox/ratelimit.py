"""The per-firm request budget: a sliding log over the last minute."""

from collections import defaultdict, deque
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)
RETRY_AFTER = "60"  # API docs, Limitations: always 60, whatever is left of the minute


class RateLimiter:
    """Shared by all apps of a firm, as the vendor counts per firm. Callers hold the town's lock."""

    def __init__(self) -> None:
        self._hits: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def used(self, firm: str, now: datetime) -> int:
        hits = self._hits[firm]
        while hits and hits[0] <= now - WINDOW:
            hits.popleft()
        return len(hits)

    def take(self, firm: str, now: datetime, limit: int | None) -> bool:
        """Counts one request; False when the budget is spent (a refused request costs nothing)."""
        used = self.used(firm, now)  # asked without a limit too: it forgets what is older than a minute
        if limit is not None and used >= limit:
            return False
        self._hits[firm].append(now)
        return True

    def spend(self, firm: str, now: datetime, times: int) -> None:
        """What another app of the firm does to the shared budget, all at once."""
        self._hits[firm].extend([now] * times)
