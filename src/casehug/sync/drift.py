"""What the firm changed in Lawmatics under our mappings: renamed, deleted, of another type, without a choice.

Pure: the choices and the kept settings in, sentences out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casehug.sync.mapping import (
    ANSWER,
    CUSTOM,
    PRACTICE_AREA,
    STAGE,
    SUB_STATUS,
    Choice,
    CustomFieldOption,
    Reference,
    missing_of,
)
from casehug.sync.models import FieldMapping
from casehug.sync.values import TYPE_WORDS

LISTS = frozenset({"list", "multi_picklist"})


@dataclass(frozen=True)
class Drift:
    """One thing that is no longer as it was chosen. `about` is a case type, or `contact:custom:<id>`.

    `holds` says that matters (of a case type) or values (of a field) wait until somebody chooses again.
    """

    about: str
    sentence: str
    holds: bool


def drifts_of(
    case_types: Mapping[str, Choice],
    fields: Iterable[FieldMapping],
    reference: Reference,
    *,
    labels: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Drift, ...]:
    """Everything that drifted. `labels` are the options of choice questions, in English, by question."""
    if reference == Reference():
        return ()
    found = [drift for case_type, choice in case_types.items() for drift in _of_case_type(case_type, choice, reference)]
    for mapping in fields:
        found += _of_field(mapping, reference, (labels or {}).get(mapping.source.removeprefix(ANSWER), ()))
    return tuple(found)


def _of_case_type(case_type: str, choice: Choice, reference: Reference) -> list[Drift]:
    gone = [
        Drift(case_type, f"{missing.sentence} New matters of this case type are held.", holds=True)
        for missing in missing_of(choice, reference)
    ]
    names = (
        (STAGE, choice.stage_name, reference.stage_name(choice.stage_id or "")),
        (SUB_STATUS, choice.sub_status_name, reference.sub_status_name(choice.sub_status_id or "")),
        (PRACTICE_AREA, choice.practice_area_name, reference.practice_area_name(choice.practice_area_id or "")),
    )
    renamed = [
        Drift(case_type, f"The {what} “{before}” was renamed to “{now}”. Matters go there as before.", holds=False)
        for what, before, now in names
        if before and now and before != now
    ]
    return gone + renamed


def _of_field(mapping: FieldMapping, reference: Reference, labels: tuple[str, ...]) -> list[Drift]:
    if not mapping.target.startswith(CUSTOM):
        return []
    about, before = f"{mapping.entity}:{mapping.target}", mapping.target_name
    there = reference.custom_field(mapping.target.removeprefix(CUSTOM))
    if there is None or there.entity != mapping.entity:
        return [Drift(about, f"The field “{before}” was deleted in Lawmatics. Its answers are not sent.", holds=True)]
    found = []
    if there.name != before:
        found.append(
            Drift(about, f"The field “{before}” was renamed to “{there.name}”. It is filled as before.", False)
        )
    if there.type != mapping.target_type:
        kinds = (TYPE_WORDS.get(kind, kind) for kind in (mapping.target_type, there.type))
        was, now = kinds
        found.append(
            Drift(about, f"The field “{there.name}” was a {was} and is a {now} now. Look at the preview.", True)
        )
    if left_out := without_choice(there, labels):
        named = ", ".join(f"“{label}”" for label in left_out)
        found.append(
            Drift(about, f"The list “{there.name}” has no choice for {named}. Such answers are not sent.", True)
        )
    return found


def without_choice(field: CustomFieldOption, labels: Iterable[str]) -> list[str]:
    """The answers that a list has no choice for."""
    there = {" ".join(name.casefold().split()) for _, name in field.options}
    return [label for label in labels if " ".join(label.casefold().split()) not in there] if field.type in LISTS else []
