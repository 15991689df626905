"""Asks a ClamAV daemon about a file, over its INSTREAM command. A scanner that does not answer is never a yes."""

import socket
from collections.abc import Iterator
from typing import BinaryIO

from casehug.kit.outgoing import refuse_inside_transaction

PIECE = 64 * 1024
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 30.0
LONGEST_ANSWER = 4096


class ScannerDown(Exception):
    """No answer, or none that we understand: the file stays blocked."""


def is_clean(file: BinaryIO, *, scanner: str) -> bool:
    """Whether the daemon at `host:port` finds nothing in the whole file. Raises ScannerDown."""
    refuse_inside_transaction()
    host, _, port = scanner.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.sendall(b"zINSTREAM\x00")
            for piece in _pieces(file):
                connection.sendall(len(piece).to_bytes(4, "big") + piece)
            connection.sendall(bytes(4))
            answer = _answer(connection)
    except (OSError, ValueError) as error:
        raise ScannerDown("the virus scanner does not answer") from error
    if answer == b"stream: OK":
        return True
    if answer.endswith(b" FOUND"):
        return False
    raise ScannerDown("the virus scanner could not check the file")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while b"\x00" not in answer and len(answer) < LONGEST_ANSWER:
        received = connection.recv(LONGEST_ANSWER)
        if not received:
            break
        answer += received
    answer, end, _ = answer.partition(b"\x00")
    return answer if end else b""  # cut off: a longer one might have begun with the same words
