"""Where the bytes of uploaded files lie: on disk, in a folder that goes when the town goes. Never whole in memory."""

import hashlib
import os
import shutil
import tempfile
import weakref
from functools import cached_property
from pathlib import Path
from typing import IO

MAX_BYTES = 1_000_000_000  # per file: "up to 1 GB"
_CHUNK = 256 * 1024
_PREFIX = "sandbox-files-"


class TooLargeError(ValueError):
    pass


def _sweep() -> None:
    """Remove the folders of towns that were killed before they could do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        try:
            os.kill(int(owner), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (ValueError, PermissionError):
            continue


class Cupboard:
    @cached_property
    def _folder(self) -> Path:
        _sweep()
        folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    def path(self, number: int) -> Path:
        return self._folder / str(number)

    def keep(self, number: int, stream: IO[bytes]) -> tuple[int, str]:
        """Size and SHA-256 of what was stored."""
        digest, size = hashlib.sha256(), 0
        with self.path(number).open("wb") as target:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    break
                digest.update(chunk)
                target.write(chunk)
        if size > MAX_BYTES:
            self.drop(number)
            raise TooLargeError(f"A file may have {MAX_BYTES:,} bytes at most.")
        return size, digest.hexdigest()

    def drop(self, number: int) -> None:
        self.path(number).unlink(missing_ok=True)
