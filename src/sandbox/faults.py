"""Trouble on order: rules that make the next matching requests go wrong.

When                kinds
before the commit   down (no answer; 503 when served), drop_before (the connection breaks), status (given code),
                    html (200 with a web page), slow, invalid_field (422), revoke and expire (401 from now on)
instead of it       late (the connection breaks, the commit comes `seconds` later), ignore_stage
after the commit    status_after_commit, cut (JSON cut in half), html_after_commit, drop (the reply is lost)
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, Literal, get_args

Kind = Literal[
    "status", "status_after_commit", "cut", "drop", "drop_before", "late", "html", "html_after_commit", "slow",
    "down", "revoke", "expire", "ignore_stage", "invalid_field",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
AFTER_COMMIT = frozenset({"status_after_commit", "cut", "drop", "html_after_commit"})
ALWAYS = 1_000_000_000


class ReplyDropped(ConnectionResetError):
    """Raised by the in-process app where a served one would lose the connection: the caller gets no reply."""


@dataclass
class Fault:
    """`times` requests whose method and path match go wrong; `method="*"` means any, firm None means any.

    Of the requests that match, the first to go wrong is the `nth`, and after it each `every`-th, each with the
    `probability` (by dice that `seed` fixes). `field` is the one that `invalid_field` refuses: the rule matches
    only requests that carry it.
    """

    kind: Kind
    method: str = "*"
    path: str = "."
    times: int = 1
    firm: str | None = None
    status: int = 500
    retry_after: str | None = None
    seconds: float = 5.0
    nth: int = 1
    every: int = 1
    probability: float = 1.0
    seed: int = 0
    field: str | None = None
    number: int = 0  # given by Faults.add
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Unknown kind {self.kind!r}. Use one of: {', '.join(KINDS)}.")
        if not 100 <= self.status <= 599:
            raise ValueError("The status must lie between 100 and 599.")
        if min(self.times, self.nth, self.every) < 1:
            raise ValueError("times, nth and every are numbers from 1 up.")
        if not 0 < self.probability <= 1:
            raise ValueError("The probability must lie between 0 and 1.")
        if not 0 <= self.seconds <= (86_400 if self.kind == "late" else 300):
            raise ValueError("The pause must lie between 0 and 300 seconds, for late between 0 and 86,400.")
        if self.retry_after is not None and not (self.retry_after.isascii() and self.retry_after.isprintable()):
            raise ValueError("Retry-After must be one line of plain letters and digits.")
        if self.kind == "invalid_field" and not self.field:
            raise ValueError("Name the field that is to be refused.")
        try:
            re.compile(self.path)
        except re.error as problem:
            raise ValueError(f"The path is no regular expression: {problem}.") from problem
        self.method = self.method.upper()
        self._dice = Random(self.seed)  # noqa: S311 - to be repeated, not to be secret

    def matches(self, method: str, path: str, firm: str | None, carries: Callable[[str], bool]) -> bool:
        return (
            self.times > 0
            and self.method in ("*", method)
            and self.firm in (None, firm)
            and re.search(self.path, path) is not None
            and (self.kind != "invalid_field" or carries(self.field or ""))
        )

    def strikes(self) -> bool:
        """Counts one matching request, and says whether it goes wrong."""
        self.seen += 1
        if self.seen < self.nth or (self.seen - self.nth) % self.every:
            return False
        if self.probability < 1 and self._dice.random() >= self.probability:
            return False
        self.hits += 1
        self.times -= 1
        return True

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _carries_nothing(_: str) -> bool:
    return False


class Faults:
    """The rules in order; the first that strikes a request is used up once. Callers hold the town's lock."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self._added = 0

    def add(self, fault: Fault) -> Fault:
        self._added += 1
        fault.number = self._added
        self.rules.append(fault)
        return fault

    def clear(self, number: int | None = None) -> None:
        """Take back one rule, or all."""
        self.rules[:] = [rule for rule in self.rules if number is not None and rule.number != number]

    def take(
        self, method: str, path: str, firm: str | None, carries: Callable[[str], bool] = _carries_nothing
    ) -> Fault | None:
        for rule in self.rules:
            if rule.matches(method, path, firm, carries) and rule.strikes():
                if rule.times == 0:
                    self.rules.remove(rule)
                return rule
        return None
