"""Where matters of each case type go in Lawmatics."""

from dataclasses import dataclass

from casehug.intake.services.templates import available_templates
from casehug.intake.templates import Template
from casehug.sync import reference
from casehug.sync.rules import kept_rules
from casehug.tenancy.actor import Actor


@dataclass(frozen=True)
class PlacedCaseType:
    """Where matters of a case type go now. Names are "" where the firm's Lawmatics has nothing of the kind."""

    case_type: Template
    stage: str
    practice_area: str
    looked_for: tuple[str, ...]


def placements(actor: Actor) -> list[PlacedCaseType]:
    """Every case type on offer, the firm's own too, with its stage and practice area, by the kept settings.

    Empty until these were read once.
    """
    settings_there, _ = reference.kept()
    if settings_there is None:
        return []
    rules = kept_rules()
    areas = {area.id: area.name for area in settings_there.practice_areas}
    found = []
    for case_type in available_templates(actor):
        placement = rules.place(case_type.key, case_type.practice_area)
        area = areas.get(placement.practice_area_id, "")
        found.append(PlacedCaseType(case_type, placement.stage_name, area, placement.looked_for))
    return found
