"""Where a case type belongs in the firm's Lawmatics: practice area and pipeline stage, found by name.

Pure: reference data in, choice out. A firm cannot edit these defaults yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar


@dataclass(frozen=True)
class Named:
    """A practice area of the firm."""

    id: str
    name: str


@dataclass(frozen=True)
class StageOption:
    id: str
    name: str
    pipeline: str


@dataclass(frozen=True)
class Reference:
    """The parts of the firm's Lawmatics settings that a new matter needs."""

    stages: tuple[StageOption, ...] = ()
    practice_areas: tuple[Named, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Reference":
        return cls(
            stages=tuple(StageOption(**stage) for stage in content["stages"]),
            practice_areas=tuple(Named(**area) for area in content["practice_areas"]),
        )

    def stage_name(self, stage_id: str) -> str:
        return next((stage.name for stage in self.stages if stage.id == stage_id), "")


@dataclass(frozen=True)
class Placement:
    """Where a new matter goes. An id is "" where the firm has nothing of that name; `looked_for` tells the names."""

    stage_id: str
    stage_name: str
    practice_area_id: str
    looked_for: tuple[str, ...]


Option = TypeVar("Option", Named, StageOption)

GENERAL_STAGE = "New Lead"

# Case type -> the stage a matter of this type enters. A firm that has no such stage gets the general one.
DEFAULT_STAGES: dict[str, str] = {
    "divorce-standard": "Family Law Intake",
    "divorce-business-owner": "Family Law Intake",
    "custody-only": "Family Law Intake",
    "child-support-calculation": "Family Law Intake",
    "post-decree-modification": "Family Law Intake",
    "immigration": "Immigration Intake",
    "estate-planning": "Estate Planning Intake",
    "personal-injury": "Personal Injury Intake",
    "criminal-defense": "Criminal Intake",
    "business": "Business Intake",
    "real-estate": "Real Estate Intake",
    "other": GENERAL_STAGE,
}

# Our practice area -> the names under which firms usually keep it.
PRACTICE_AREA_NAMES: dict[str, tuple[str, ...]] = {
    "Family Law": ("Family Law", "Family", "Divorce"),
    "Immigration": ("Immigration", "Immigration Law"),
    "Estate Planning": ("Estate Planning", "Estates", "Trusts and Estates", "Trusts & Estates"),
    "Personal Injury": ("Personal Injury", "Injury"),
    "Criminal": ("Criminal", "Criminal Defense", "Criminal Law"),
    "Business": ("Business", "Business Law", "Corporate"),
    "Real Estate": ("Real Estate", "Real Estate Law", "Property"),
    "Other": ("Other", "General"),
}


def place(case_type: str, practice_area: str, reference: Reference) -> Placement:
    """Choose stage and practice area by name, without regard to case and spacing.

    Several stages of one name: the one Lawmatics lists first, which is the same at every call.
    """
    wanted = tuple(dict.fromkeys((DEFAULT_STAGES.get(case_type, GENERAL_STAGE), GENERAL_STAGE)))
    stage = next(filter(None, (_by_name(name, reference.stages) for name in wanted)), None)
    areas = PRACTICE_AREA_NAMES.get(practice_area, (practice_area,))
    area = next(filter(None, (_by_name(name, reference.practice_areas) for name in areas)), None)
    return Placement(
        stage_id=stage.id if stage else "",
        stage_name=stage.name if stage else "",
        practice_area_id=area.id if area else "",
        looked_for=wanted,
    )


def _by_name(name: str, options: Iterable[Option]) -> Option | None:
    return next((option for option in options if _plain(option.name) == _plain(name)), None)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
