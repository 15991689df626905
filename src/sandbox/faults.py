"""Trouble on order: rules that make the next matching requests go wrong.

When                kinds
before the commit   down (no answer; 503 when served), status (given code), html (200 with a web page), slow
after the commit    status_after_commit, cut (JSON cut in half), drop (the reply is lost)
"""

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Kind = Literal["status", "status_after_commit", "cut", "drop", "html", "slow", "down"]
KINDS: tuple[str, ...] = get_args(Kind)
BEFORE_COMMIT = frozenset({"down", "status", "html", "slow"})


class ReplyDropped(ConnectionResetError):
    """Raised by the in-process app where a served one would lose the connection: the caller gets no reply."""


@dataclass
class Fault:
    """`times` requests whose method and path match go wrong; `method="*"` means any, firm None means any."""

    kind: Kind
    method: str = "*"
    path: str = "."
    times: int = 1
    firm: str | None = None
    status: int = 500
    retry_after: str | None = None
    seconds: float = 5.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Unknown kind {self.kind!r}. Use one of: {', '.join(KINDS)}.")
        if not 100 <= self.status <= 599:
            raise ValueError("The status must lie between 100 and 599.")
        if self.times < 1:
            raise ValueError("A fault must happen at least once.")
        if not 0 <= self.seconds <= 300:
            raise ValueError("The pause must lie between 0 and 300 seconds.")
        if self.retry_after is not None and not (self.retry_after.isascii() and self.retry_after.isprintable()):
            raise ValueError("Retry-After must be one line of plain letters and digits.")
        try:
            re.compile(self.path)
        except re.error as problem:
            raise ValueError(f"The path is no regular expression: {problem}.") from problem
        self.method = self.method.upper()

    def matches(self, method: str, path: str, firm: str | None) -> bool:
        return (
            self.times > 0
            and self.method in ("*", method)
            and self.firm in (None, firm)
            and re.search(self.path, path) is not None
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    """The rules in order; the first that matches a request is used up once. Callers hold the town's lock."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        self.rules.clear()

    def take(self, method: str, path: str, firm: str | None) -> Fault | None:
        for rule in self.rules:
            if rule.matches(method, path, firm):
                rule.times -= 1
                if rule.times == 0:
                    self.rules.remove(rule)
                return rule
        return None
