"""python -m casehug.ops.demo [--once | --dev]"""

import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TextIO

from casehug.ops import stack
from casehug.ops.database import CannotPrepare
from casehug.ops.demo.people import EVERYBODY, PASSWORD, seed
from casehug.ops.demo.walk import Landed, WalkFailed, walk
from casehug.ops.local_postgres import CannotStart
from casehug.ops.processes import DidNotStart, alone_in
from casehug.ops.stack import Stack

FOLDER = Path(".data/demo")
LOOK_SECONDS = 0.5


def main(arguments: list[str]) -> int:
    once, dev = "--once" in arguments, "--dev" in arguments
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    settings = {"CASEHUG_DEBUG": "1"} if dev else {}
    try:
        with (
            alone_in(FOLDER),
            stack.running(FOLDER.resolve(), name="casehug_demo", settings=settings, reload=dev, prepare=seed) as house,
        ):
            say(f"Ready in {time.monotonic() - started:.1f} s.\n")
            landed = [] if dev else walk(house.web_url, house.sandbox_url)
            if landed:
                say(table(landed))
            if once:
                return 0
            say(addresses(house))
            stay(house)
    except KeyboardInterrupt:
        say("\nStopped.")
        return 0
    except (CannotStart, CannotPrepare, DidNotStart, WalkFailed) as problem:
        say(f"The demo did not work: {problem}", to=sys.stderr)
        return 1
    return 0


def stay(house: Stack) -> None:
    """Until Ctrl-C; a process that ends meanwhile is started again, whatever its exit code, less and less eagerly."""
    restarts: Counter[str] = Counter()
    while True:
        time.sleep(LOOK_SECONDS)
        for child in house.children:
            if child.ended:
                restarts[child.name] += 1
                say(f"{child.name} ended; starting it again. Its log: {child.log}")
                time.sleep(min(30.0, LOOK_SECONDS * 2 ** (restarts[child.name] - 1)))
                child.restart()


def table(landed: list[Landed]) -> str:
    rows = [("In Lawmatics", "id", "stage", "after", "API calls")]
    rows += [(row.kind, row.lawmatics_id, row.stage or "-", f"{row.milliseconds} ms", str(row.calls)) for row in landed]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * sum(widths, 2 * len(widths) - 2), *lines[1:]]) + "\n"


def addresses(house: Stack) -> str:
    people = "\n".join(f"  {person.email:<28} {person.role:<9} {person.firm}" for person in EVERYBODY)
    moved = [
        f"Port {port} was busy, so {what} is at another one."
        for what, port, url in (
            ("CaseHug", stack.WEB_PORT, house.web_url),
            ("the sandbox", stack.SANDBOX_PORT, house.sandbox_url),
        )
        if not url.endswith(f":{port}")
    ]
    return "\n".join(
        [
            *moved,
            f"CaseHug            {house.web_url}",
            f"Lawmatics sandbox  {house.sandbox_url}   (its apps' keys: sandbox-hartwell / sandbox-hartwell-secret,",
            "                   sandbox-nakamura / sandbox-nakamura-secret)",
            f"Outbox             {house.web_url}/outbox/   (what clients and staff would get by mail and text message)",
            "",
            f"Sign in with the password {PASSWORD}",
            people,
            "",
            f"Logs are in {FOLDER / 'logs'}. Every start begins afresh. Ctrl-C ends everything.",
        ]
    )


def say(text: str, *, to: TextIO = sys.stdout) -> None:
    to.write(text + "\n")
    to.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
