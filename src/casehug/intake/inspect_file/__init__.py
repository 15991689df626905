"""The cell in which strangers' files are parsed: a process of its own, run by `python -m casehug.intake.inspect_file`.

A library that reads a hostile file may hang, eat all memory, or be taken over. In here it has an empty environment, no
database connection, no network, no file but the one that it reads, and little time and memory; and it is nobody when
we are root. Where the machine forbids a namespace or a change of root, that wall is missing (`walls`). This package
imports nothing else of CaseHug.
"""


class Refused(Exception):
    """The file is not taken; `key` names the reason in verdicts.REFUSALS."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
