"""For serving: granian --interface wsgi --workers 1 --blocking-threads 8 sandbox.wsgi:app

One worker only, as the town lives in the memory of one process. SANDBOX_RATE_LIMIT is a number of
requests a minute, or `off`.
"""

import os

from sandbox.app import create_app
from sandbox.seed import seed_town


def rate_limit(text: str) -> int | None:
    if text.casefold() == "off":
        return None
    if not text.isdigit() or int(text) < 1:
        raise SystemExit(f"SANDBOX_RATE_LIMIT must be a number of requests a minute or 'off', not {text!r}.")
    return int(text)


town = seed_town()
town.rate_limit = rate_limit(os.environ.get("SANDBOX_RATE_LIMIT", "50"))
app = create_app(town, served=True)
