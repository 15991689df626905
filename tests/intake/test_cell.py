"""The cell has nothing of ours: watched from outside while it works on the largest picture that is taken."""

import io
import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from PIL import Image

from casehug.intake.inspection import ask

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def largest_picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (7700, 7700), "white").save(made, "PNG")
    return made.getvalue()


def cells() -> list[Path]:
    """The cells that this process runs now."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            ours = f"\nPPid:\t{os.getpid()}\n" in (process / "status").read_text()
            if ours and b"casehug.intake.inspect_file" in (process / "cmdline").read_bytes():
                found.append(process)
        except OSError:
            continue
    return found


def look(working: "Future[str]") -> tuple[set[bytes], set[str]]:
    """Every variable it was given, and its limits as they were last seen."""
    variables: set[bytes] = set()
    limits: set[str] = set()
    while not working.done():
        for cell in cells():
            try:
                variables |= {line for line in (cell / "environ").read_bytes().split(b"\x00") if line}
                limits = {" ".join(line.split()) for line in (cell / "limits").read_text().splitlines()} or limits
            except OSError:
                continue
    return variables, limits


def test_it_is_given_no_secret_and_little_of_the_machine() -> None:
    assert os.environ["CASEHUG_ENCRYPTION_KEYS"]
    with TemporaryFile() as file, ThreadPoolExecutor(1) as pool:
        file.write(largest_picture())
        file.flush()
        working = pool.submit(lambda: ask("check", "png", file=file).verdict)
        variables, limits = look(working)
    assert working.result() == "ok"
    assert variables == {b"LANG=C.UTF-8"}
    assert "Max core file size 0 0 bytes" in limits
    assert "Max cpu time 60 60 seconds" in limits
    assert f"Max address space {1536 * 1024 * 1024} {1536 * 1024 * 1024} bytes" in limits


def test_a_cell_that_dies_says_no() -> None:
    with TemporaryFile() as file:
        assert ask("no-such-command", file=file).verdict != "ok"
        assert ask("check", "png", file=file).verdict == "damaged"
