"""Where a case type belongs in the firm's Lawmatics: practice area and pipeline stage, found by name.

Pure: reference data and the firm's choice in, place out.
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
class SubStatusOption:
    """A label of the firm under one of the three statuses (pnc, hired, lost)."""

    id: str
    name: str
    status: str


@dataclass(frozen=True)
class CustomFieldOption:
    """A custom field of contacts or matters. `options` are (id, name) of a list's choices."""

    id: str
    name: str
    entity: str
    type: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reference:
    """The parts of the firm's Lawmatics settings that matters and mappings need."""

    stages: tuple[StageOption, ...] = ()
    practice_areas: tuple[Named, ...] = ()
    sub_statuses: tuple[SubStatusOption, ...] = ()
    custom_fields: tuple[CustomFieldOption, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Reference":
        return cls(
            stages=tuple(StageOption(**stage) for stage in content.get("stages", ())),
            practice_areas=tuple(Named(**area) for area in content.get("practice_areas", ())),
            # Settings that were kept by an earlier version of CaseHug lack these.
            sub_statuses=tuple(SubStatusOption(**one) for one in content.get("sub_statuses", ())),
            custom_fields=tuple(
                CustomFieldOption(**{**one, "options": tuple(map(tuple, one["options"]))})
                for one in content.get("custom_fields", ())
            ),
        )

    def sub_status_name(self, sub_status_id: str) -> str:
        return next((one.name for one in self.sub_statuses if one.id == sub_status_id), "")

    def stage_name(self, stage_id: str) -> str:
        return next((stage.name for stage in self.stages if stage.id == stage_id), "")

    def practice_area_name(self, area_id: str) -> str:
        return next((area.name for area in self.practice_areas if area.id == area_id), "")

    def custom_field(self, field_id: str) -> CustomFieldOption | None:
        return next((field for field in self.custom_fields if field.id == field_id), None)


@dataclass(frozen=True)
class Choice:
    """What a firm chose for a case type. None: the default, by name; "": nothing of the kind is sent."""

    stage_id: str | None = None
    sub_status_id: str | None = None
    practice_area_id: str | None = None
    # The names at the time of the choice: they name what is gone.
    stage_name: str = ""
    sub_status_name: str = ""
    practice_area_name: str = ""


@dataclass(frozen=True)
class Missing:
    """Something that the firm chose for a case type and that is no longer in its Lawmatics."""

    what: str
    name: str

    @property
    def sentence(self) -> str:
        return f"The {self.what} “{self.name or 'without a name'}” was deleted in Lawmatics."


@dataclass(frozen=True)
class Placement:
    """Where a new matter goes. An id is "" where there is nothing to send; `looked_for` tells the stage's names.

    `fallback_sub_status_id` labels the matter if Lawmatics does not take the stage. `missing` is what the firm chose
    and deleted since: until somebody chooses again, nothing is known of where a new matter goes.
    """

    stage_id: str
    stage_name: str
    practice_area_id: str
    looked_for: tuple[str, ...]
    sub_status_id: str = ""
    fallback_sub_status_id: str = ""
    missing: tuple[Missing, ...] = ()

    def in_the_way(self, *, quiet: bool) -> tuple[Missing, ...]:
        """What is missing of the things that would be sent: a quiet sync sends no stage and no sub status."""
        return tuple(one for one in self.missing if not quiet or one.what == PRACTICE_AREA)


STAGE, SUB_STATUS, PRACTICE_AREA = "stage", "sub status", "practice area"
# How the target of a field mapping begins if it is a custom field, and the source if it is a question.
CUSTOM, ANSWER = "custom:", "answer:"

Option = TypeVar("Option", Named, StageOption, SubStatusOption)

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


def place(case_type: str, practice_area: str, reference: Reference, choice: Choice = Choice()) -> Placement:
    """Stage, sub status and practice area: the firm's choice, else the one of the usual name.

    Names are compared without regard to case and spacing. Several stages of one name: the one Lawmatics lists first,
    which is the same at every call. Without a sub status of its own choice the firm gets, if the stage does not take,
    the one that is named like the stage.
    """
    missing = missing_of(choice, reference)
    gone = {one.what for one in missing}
    wanted = tuple(dict.fromkeys((DEFAULT_STAGES.get(case_type, GENERAL_STAGE), GENERAL_STAGE)))
    areas = PRACTICE_AREA_NAMES.get(practice_area, (practice_area,))
    stage_id = "" if STAGE in gone else _chosen(choice.stage_id, wanted, reference.stages)
    area_id = "" if PRACTICE_AREA in gone else _chosen(choice.practice_area_id, areas, reference.practice_areas)
    stage_name = reference.stage_name(stage_id)
    alike = _by_name(stage_name, reference.sub_statuses) if stage_name and choice.sub_status_id is None else None
    return Placement(
        stage_id=stage_id,
        stage_name=stage_name,
        practice_area_id=area_id,
        looked_for=wanted if choice.stage_id is None else (),
        sub_status_id="" if SUB_STATUS in gone else choice.sub_status_id or "",
        fallback_sub_status_id=alike.id if alike else "",
        missing=missing,
    )


def missing_of(choice: Choice, reference: Reference) -> tuple[Missing, ...]:
    """The chosen things that are no longer there. Settings that were never read say nothing about that."""
    if reference == Reference():
        return ()
    parts = (
        (STAGE, choice.stage_id, choice.stage_name, reference.stages),
        (SUB_STATUS, choice.sub_status_id, choice.sub_status_name, reference.sub_statuses),
        (PRACTICE_AREA, choice.practice_area_id, choice.practice_area_name, reference.practice_areas),
    )
    return tuple(
        Missing(what, name) for what, chosen, name, there in parts if chosen and chosen not in {one.id for one in there}
    )


def _chosen(chosen: str | None, names: Iterable[str], options: tuple[Option, ...]) -> str:
    if chosen is not None:
        return chosen
    found = next(filter(None, (_by_name(name, options) for name in names)), None)
    return found.id if found else ""


def _by_name(name: str, options: Iterable[Option]) -> Option | None:
    return next((option for option in options if same_name(option.name, name)), None)


def same_name(one: str, other: str) -> bool:
    """Whether two names are one but for case and spacing."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
