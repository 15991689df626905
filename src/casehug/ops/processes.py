"""Child processes that never outlive us, and the ports they listen on."""

import ctypes
import ctypes.util
import fcntl
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

READY_SECONDS = 30.0
STOP_SECONDS = 10.0


class DidNotStart(Exception):
    """A process ended or stayed silent. The text names its log."""


class Child:
    """A program of ours, with its output in a log file; `restart` keeps it up."""

    def __init__(self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.command = list(command)
        self.environment = dict(environment)
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603
                self.command,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                preexec_fn=_end_with_parent,
            )

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def restart(self) -> None:
        self.process = self._start()

    def ask_to_stop(self) -> None:
        if not self.ended:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        self.ask_to_stop()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_answers(self, url: str) -> None:
        """Ask `url` until it answers 200. Raises DidNotStart."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.ended:
                raise DidNotStart(f"{self.name} ended at once. Its log: {self.log}")
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.03)
        raise DidNotStart(f"{self.name} did not answer within {READY_SECONDS:.0f} s. Its log: {self.log}")


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder (made on first use): two runs in one would pull the servers away from under each other.

    Raises DidNotStart if somebody holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in-use").open("w") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DidNotStart(f"Another run is using {folder}. End it with Ctrl-C first.") from error
        yield


def choose_port(wanted: int) -> int:
    """`wanted` if nobody listens there, else a free one. 0 means any."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            # Without SO_REUSEADDR a port in TIME_WAIT from the last run would look busy.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DidNotStart("No port is free on this machine.")


def serve(wsgi: str, *, port: int, threads: int) -> list[str]:
    """The command that serves a WSGI application with Granian on the loopback address."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", str(threads), "--no-ws", "--log-level", "error", wsgi),
    ]


_libc = ctypes.CDLL(ctypes.util.find_library("c") or None, use_errno=True) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Runs in the child: the kernel sends it SIGTERM when we are gone, kill -9 included (Linux only)."""
    if _libc is not None:
        _libc.prctl(1, signal.SIGTERM)
