"""A measured figure against its target."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`target` None: shown for comparison only, without a verdict. `least`: the value has to reach it."""

    name: str
    value: float
    unit: str
    target: float | None = None
    least: bool = False

    @property
    def missed(self) -> bool:
        if self.target is None:
            return False
        return self.value < self.target if self.least else self.value > self.target

    def line(self) -> str:
        goal = f"target {self.target:g} {self.unit}" if self.target is not None else "for comparison"
        verdict = "" if self.target is None else ("MISSED" if self.missed else "ok")
        return f"{self.name:<62} {self.value:>9.1f} {self.unit:<6} {goal:<18} {verdict}".rstrip()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the sorted values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
