"""Sends a file into the cell (`inspect_file`) and hears its verdict. Our own process never parses a stranger's file."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import BinaryIO

SECONDS = 30
# Each cell may take a gigabyte for a moment; a crowd of them would take the machine.
AT_ONCE = 3
WAIT_SECONDS = 60
LARGEST_ANSWER = 64 * 1024
_PR_SET_DUMPABLE = 4

_cells = BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """All cells are taken for a long time."""


@dataclass(frozen=True)
class Finding:
    """`verdict` is "ok" or the key of a reason; `output` is what the command wrote."""

    verdict: str
    output: bytes


def ask(command: str, *arguments: str | int, file: BinaryIO) -> Finding:
    """Run a command on one open file and take its output into memory. For verdicts and for single pictures."""
    with TemporaryFile() as output:
        verdict = run(command, [file.fileno(), *arguments], files=[file], output=output)
        output.seek(0)
        return Finding(verdict, output.read())


def run(command: str, arguments: list[str | int], *, files: list[BinaryIO], output: BinaryIO) -> str:
    """Run a command; its output goes into `output`. Answers the verdict. Raises Busy."""
    if not _cells.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        return _run([command, *map(str, arguments)], files, output)
    finally:
        _cells.release()


@cache
def _close_ourselves() -> None:
    """No other process of our user may look into our memory or environment, where the keys are (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _run(arguments: list[str], files: list[BinaryIO], output: BinaryIO) -> str:
    _close_ourselves()
    with TemporaryFile() as errors:
        try:
            subprocess.run(  # noqa: S603  # our own program; the words are commands, kinds and numbers
                [sys.executable, "-I", "-m", "casehug.intake.inspect_file", *arguments],
                pass_fds=[file.fileno() for file in files],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env={"LANG": "C.UTF-8"},  # nothing of ours: no keys, no database
                cwd="/",
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "slow"
        return _verdict(errors)


def _verdict(errors: BinaryIO) -> str:
    """The last line, if the cell lived to write one. Everything else it wrote is dropped: it may quote the file."""
    size = errors.seek(0, 2)
    errors.seek(max(0, size - LARGEST_ANSWER))
    last = errors.read(LARGEST_ANSWER).rstrip().rpartition(b"\n")[2]
    try:
        verdict = json.loads(last)["verdict"]
    except (ValueError, KeyError, TypeError):
        return "slow"  # it ended before its verdict: out of memory or time
    return verdict if isinstance(verdict, str) else "slow"
