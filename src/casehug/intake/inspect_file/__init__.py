"""The cell in which strangers' files are parsed: a process of its own, run by `python -m casehug.intake.inspect_file`.

A library that reads a hostile file may hang or eat all memory. In here it has little of either, an empty environment
and no database connection. It is a limit on resources, not a wall: a library that is taken over still runs as the same
user of the machine, with its files and its network. This package imports nothing else of CaseHug.
"""


class Refused(Exception):
    """The file is not taken; `key` names the reason in verdicts.REFUSALS."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
