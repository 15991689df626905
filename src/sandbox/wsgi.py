"""For serving: granian --interface wsgi --workers 1 --blocking-threads 8 sandbox.wsgi:app

One worker only, as the town lives in the memory of one process. SANDBOX_RATE_LIMIT is a number of
requests a minute, or `off`. SANDBOX_CLOCK_FILE is a file with the time (see clock.py).
"""

import gc
import os
import time
from pathlib import Path

from sandbox.app import create_app
from sandbox.clock import VirtualClock
from sandbox.seed import seed_town


def rate_limit(text: str) -> int | None:
    if text.casefold() == "off":
        return None
    if not text.isdigit() or int(text) < 1:
        raise SystemExit(f"SANDBOX_RATE_LIMIT must be a number of requests a minute or 'off', not {text!r}.")
    return int(text)


def clock() -> VirtualClock:
    """The system's clock, which the console can move; SANDBOX_CLOCK_FILE shares it with other processes."""
    file = os.environ.get("SANDBOX_CLOCK_FILE")
    return VirtualClock(Path(file) if file else None)


town = seed_town(clock())
# The town forgets everything when it stops, but programs that were connected to it do not: no id may mean somebody
# else after a new start. So each start counts on from the seconds of the day it began in.
town.count_from(10_000 + int(time.time()) % 10_000_000)
town.rate_limit = rate_limit(os.environ.get("SANDBOX_RATE_LIMIT", "50"))
app = create_app(town, served=True)
# The town only ever grows, and looking through all of it for garbage again and again costs more than the requests.
gc.freeze()
gc.set_threshold(50_000, 50, 100)
