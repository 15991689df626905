"""How fast the demo is ready the second time, and how long the tests take."""

import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.figures import Figure

# As it was when the bench began: the other parts put their house's addresses into it.
ENVIRONMENT = dict(os.environ)


def measure() -> Iterator[Figure]:
    ready_after()
    yield Figure("Demo ready, warm", ready_after(), "s", 5)
    if importlib.util.find_spec("pytest"):
        started = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "-q"]
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit("The tests fail; run make test.")
        yield Figure("All tests", time.monotonic() - started, "s", 300)


def ready_after() -> float:
    command = [sys.executable, "-m", "casehug.ops.demo", "--once"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    ready = re.search(r"Ready in ([\d.]+) s", done.stdout)
    if done.returncode or ready is None:
        raise SystemExit(f"The demo did not work: {done.stderr.strip()}")
    return float(ready[1])
