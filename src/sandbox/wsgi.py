"""For serving: granian --interface wsgi --workers 1 --blocking-threads 8 sandbox.wsgi:app

One worker only, as the town lives in the memory of one process. SANDBOX_RATE_LIMIT is a number of
requests a minute, or `off`.
"""

import os
import time

from sandbox.app import create_app
from sandbox.seed import seed_town


def rate_limit(text: str) -> int | None:
    if text.casefold() == "off":
        return None
    if not text.isdigit() or int(text) < 1:
        raise SystemExit(f"SANDBOX_RATE_LIMIT must be a number of requests a minute or 'off', not {text!r}.")
    return int(text)


town = seed_town()
# The town forgets everything when it stops, but programs that were connected to it do not: no id may mean somebody
# else after a new start. So each start counts on from the seconds of the day it began in.
town.count_from(10_000 + int(time.time()) % 10_000_000)
town.rate_limit = rate_limit(os.environ.get("SANDBOX_RATE_LIMIT", "50"))
app = create_app(town, served=True)
