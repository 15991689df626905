"""The cell's door: walls first, then one command on the files that stand open under the given numbers.

`check IN KIND`, `count IN`, `page IN NUMBER WIDTH`, `picture IN WIDTH`, `combine IN…`. Files are handed over as open
descriptors, so a plaintext never has a name. Commands that draw write to standard output; the last line of standard
error is the verdict.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import BinaryIO

from casehug.intake.inspect_file import Refused, walls


def main(arguments: list[str]) -> str:
    """The verdict: "ok", or the key of the reason why not."""
    command, *rest = arguments
    try:
        _COMMANDS[command](rest)
    except Refused as refused:
        return refused.key
    except MemoryError:
        return "slow"
    except Exception:
        # Whatever a library stumbles over is the file's fault; its text might repeat what is in the file.
        return "damaged"
    return "ok"


def _check(arguments: list[str]) -> None:
    number, kind = arguments
    with _file(number) as file:
        if kind == "pdf":
            from casehug.intake.inspect_file import pdf  # noqa: PLC0415  # loading a library takes longer than its work

            sys.stdout.write(str(pdf.check(file)))
        elif kind == "office":
            from casehug.intake.inspect_file import office  # noqa: PLC0415

            office.check(file)
        else:
            from casehug.intake.inspect_file import pictures  # noqa: PLC0415

            pictures.check(file, kind)
            sys.stdout.write("1")


def _count(arguments: list[str]) -> None:
    from casehug.intake.inspect_file import pdf  # noqa: PLC0415

    with _file(arguments[0]) as file:
        sys.stdout.write(str(pdf.count(file)))


def _page(arguments: list[str]) -> None:
    from casehug.intake.inspect_file import pdf  # noqa: PLC0415

    with _file(arguments[0]) as file:
        pdf.draw(file, sys.stdout.buffer, page=int(arguments[1]), width=int(arguments[2]))


def _picture(arguments: list[str]) -> None:
    from casehug.intake.inspect_file import pictures  # noqa: PLC0415

    with _file(arguments[0]) as file:
        pictures.draw(file, sys.stdout.buffer, width=int(arguments[1]))


def _combine(arguments: list[str]) -> None:
    from casehug.intake.inspect_file import pictures  # noqa: PLC0415

    pictures.combine((_file(number) for number in arguments), sys.stdout.buffer)


def _file(number: str) -> BinaryIO:
    file = os.fdopen(int(number), "rb")
    file.seek(0)
    return file


_COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "check": _check,
    "count": _count,
    "page": _page,
    "picture": _picture,
    "combine": _combine,
}

if __name__ == "__main__":
    walls.load(sys.argv[1:])
    walls.lock_in(sys.argv[1:])
    verdict = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.write("\n" + json.dumps({"verdict": verdict}) + "\n")
