"""The cell has nothing of ours: watched from outside while it works on the largest picture that is taken."""

import io
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from PIL import Image

from casehug.intake.errors import BadInput
from casehug.intake.inspection import ask
from casehug.intake.verdicts import judge

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


def test_a_killed_cell_asks_to_try_again() -> None:
    """As the kernel kills it when its memory or time is over."""
    with TemporaryFile() as file, ThreadPoolExecutor(1) as pool:
        file.write(largest_picture())
        file.flush()
        working = pool.submit(judge, file, name="a.png")
        while not working.done():
            for cell in cells():
                with suppress(ProcessLookupError):
                    os.kill(int(cell.name), signal.SIGKILL)
        with pytest.raises(BadInput, match="Try again"):
            working.result()


WALLED = """
import os, socket, sys
from casehug.intake.inspect_file import __main__ as door, walls
walls.load(["check", "pdf"])
if {plain_user} and os.geteuid() == 0:
    os.setgroups([]); os.setresgid(1234, 1234, 1234); os.setresuid(1234, 1234, 1234)
processes = os.open("/proc", os.O_RDONLY)
if {walls}:
    walls.lock_in(["check", "pdf"])
def attempt(what):
    try:
        what()
    except BaseException as error:
        return type(error).__name__
    return "done"
def look(process):
    os.close(os.open(f"{{process}}/environ", os.O_RDONLY, dir_fd=processes))
door._COMMANDS["eat"] = lambda _: bytearray(3 << 30)
print(
    attempt(lambda: look({parent})),
    attempt(lambda: open("/etc/hostname")),
    attempt(lambda: open("/made", "w")) if {walls} else "",
    attempt(lambda: socket.create_connection(("127.0.0.1", {port}), timeout=2)),
    attempt(os.fork) if {walls} else "",
    door.main(["eat"]) if {walls} else "",
    os.geteuid() == 0,
)
"""


def attempts(*, walls: bool, plain_user: bool) -> list[str]:
    """What a program in the cell gets of: our environment, a file, a new file, network, processes, memory."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        code = WALLED.format(walls=walls, plain_user=plain_user, parent=os.getpid(), port=listening.getsockname()[1])
        ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.split()


@pytest.mark.parametrize("plain_user", [False, True])
def test_who_takes_over_the_cell_gets_nothing_of_the_machine(plain_user: bool) -> None:
    with TemporaryFile() as file:
        ask("check", "png", file=file)  # whoever runs cells has closed their own environment
    environment, read, made, network, process, memory, root = attempts(walls=True, plain_user=plain_user)
    assert environment in {"PermissionError", "FileNotFoundError"}
    assert {read, made} <= {"PermissionError", "FileNotFoundError"}
    assert network in {"OSError", "ConnectionRefusedError", "TimeoutError"}
    assert (process, memory, root) == ("BlockingIOError", "slow", "False")


def test_without_the_walls_it_would_have_gotten_them() -> None:
    """The twin: the same attempts, so that they are known to succeed where nothing stops them."""
    _, read, network, *_ = attempts(walls=False, plain_user=False)
    assert (read, network) == ("done", "done")


def test_a_cell_that_dies_says_no() -> None:
    with TemporaryFile() as file:
        assert ask("no-such-command", file=file).verdict != "ok"
        assert ask("check", "png", file=file).verdict == "damaged"
