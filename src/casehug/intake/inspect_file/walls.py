"""The walls around the cell: little of the machine's resources, and nothing else of the machine.

Everything here is plain Linux. What the machine does not allow (a container may forbid namespaces) is left out without
a word: then fewer walls stand, and never fewer than the limits.
"""

import ctypes
import os
import resource
import sys
from contextlib import suppress
from importlib import import_module

MEMORY = 1536 * 1024 * 1024
SECONDS = 60
LARGEST_OUTPUT = 256 * 1024 * 1024
OPEN_FILES = 128
# HEIC is decoded by threads, which count as processes of our user.
THREADS_FOR_PICTURES = 256
NOBODY = 65534

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_NEW_USER, _NEW_NETWORK, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_CAPABILITIES_3 = 0x20080522

# Behind the walls there is no file any more, so whatever is loaded late is loaded before. The first is the parser.
_PICTURES = ("pictures", "PIL.PdfImagePlugin", "PIL.TiffImagePlugin", "PIL.MpoImagePlugin", "PIL.ImageChops")
_LIBRARIES = {
    "pdf": ("pdf", "PIL.Image", "PIL.PngImagePlugin"),
    "office": ("office",),
    "jpeg": _PICTURES,
    "png": _PICTURES,
    "heic": _PICTURES,
    "count": ("pdf",),
    "page": ("pdf", "PIL.Image", "PIL.PngImagePlugin"),
    "picture": _PICTURES,
    "combine": _PICTURES,
}
_ALPHABETS = ("ascii", "latin-1", "utf-8", "utf-16", "cp437", "cp1252", "idna")


def load(arguments: list[str]) -> None:
    """Load what the command needs, before no file can be opened any more."""
    for word in arguments:
        for name in _LIBRARIES.get(word, ()):
            import_module(name if "." in name else f"casehug.intake.inspect_file.{name}")
    for alphabet in _ALPHABETS:
        "".encode(alphabet)
    if "PIL.Image" in sys.modules:
        sys.modules["PIL.Image"].preinit()


def lock_in(arguments: list[str]) -> None:
    """No network, no files, no other process, no way back; then the limits."""
    if sys.platform == "linux":
        _shut_out_the_machine()
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_OUTPUT),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, THREADS_FOR_PICTURES if _PICTURES in map(_LIBRARIES.get, arguments) else 0),
        (resource.RLIMIT_CORE, 0),  # a core dump would hold a client's document
    ):
        resource.setrlimit(what, (limit, limit))


def _shut_out_the_machine() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    root = os.geteuid() == 0
    # Whoever is not root gets these only in a user namespace of their own, which also closes /proc/<pid>/environ of
    # every process outside it, those of the same user included.
    libc.unshare(_NEW_NETWORK | _NEW_IPC | (0 if root else _NEW_USER))
    with suppress(OSError):
        _leave_all_files()
    if root:
        with suppress(OSError):
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
    header, nothing = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0), (ctypes.c_uint32 * 6)()
    libc.capset(ctypes.byref(header), ctypes.byref(nothing))
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _leave_all_files() -> None:
    """Into an empty folder that is deleted already: nothing can be found or made in it."""
    folder = f"/tmp/cell-{os.urandom(16).hex()}"  # noqa: S108  # unguessable, for us only, gone at once
    os.mkdir(folder, 0o700)
    os.chdir(folder)
    os.rmdir(folder)
    os.chroot(".")
