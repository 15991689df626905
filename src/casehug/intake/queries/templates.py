"""The firm's case types as they stand now: what ships with CaseHug, with the firm's own versions on top.

A case type that the firm has not edited follows what is shipped; its version is written down when it is first used.
A version made by CaseHug itself (`created_by_id` None) is a copy of what was shipped at the time.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from casehug.intake.errors import NotFound
from casehug.intake.models import Matter, TemplateVersion
from casehug.intake.shipped import shipped_templates
from casehug.intake.templates import Template
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import current_firm_id

VERSIONS_PER_PAGE = 50


@dataclass(frozen=True)
class CurrentTemplate:
    """A case type now. `number` is the version that its next use writes down or finds: saves start from it."""

    template: Template
    number: int
    shipped: bool
    edited: bool
    saved_at: datetime | None
    saved_by_id: UUID | None

    @property
    def can_be_restored(self) -> bool:
        return self.shipped and self.edited


@dataclass(frozen=True)
class CaseTypeRow:
    current: CurrentTemplate
    documents: int
    questions: int
    matters: int


@dataclass(frozen=True)
class VersionRow:
    """One version of a case type. `saved_by_id` None: a copy of what was shipped at the time."""

    number: int
    saved_at: datetime
    saved_by_id: UUID | None
    matters: int


@dataclass(frozen=True)
class KeptVersion:
    row: VersionRow
    template: Template


def current_template(key: str) -> CurrentTemplate:
    """Raises NotFound for a case type that is neither shipped nor the firm's own."""
    shipped, latest = shipped_templates().get(key), latest_version(key)
    if latest is None and shipped is None:
        raise NotFound
    return _current(latest, shipped)


def latest_version(key: str) -> TemplateVersion | None:
    # A NUL cannot be stored, so it cannot be asked for either.
    if "\x00" in key:
        return None
    return TemplateVersion.objects.filter(firm_id=current_firm_id(), case_type=key).order_by("-number").first()


def current_templates(actor: Actor) -> list[CurrentTemplate]:
    """Every case type, hidden ones too: by practice area in the shipped order, shipped before own."""
    shipped = shipped_templates()
    kept = TemplateVersion.objects.filter(firm_id=actor.firm_id).order_by("case_type", "-number").distinct("case_type")
    latest = {version.case_type: version for version in kept}
    own = sorted(latest.keys() - shipped.keys())
    found = [_current(latest.get(key), shipped.get(key)) for key in [*shipped, *own]]
    areas = list(dict.fromkeys(current.template.practice_area for current in found))
    return sorted(found, key=lambda current: areas.index(current.template.practice_area))


def case_type_rows(actor: Actor) -> list[CaseTypeRow]:
    """Every case type with its figures, for the list of the settings."""
    counted = Matter.objects.filter(firm_id=actor.firm_id).values_list("case_type").annotate(Count("id")).order_by()
    matters = dict(counted)
    return [
        CaseTypeRow(
            current=current,
            documents=sum(not document.hidden for document in current.template.documents),
            questions=sum(1 for _ in current.template.questions()),
            matters=matters.get(current.template.key, 0),
        )
        for current in current_templates(actor)
    ]


def matters_using(actor: Actor, key: str) -> int:
    return Matter.objects.filter(firm_id=actor.firm_id, case_type=key).count()


def version_rows(actor: Actor, key: str, *, before: int | None = None) -> tuple[list[VersionRow], int | None]:
    """The versions of a case type, newest first, and the number before which the next page begins."""
    kept = TemplateVersion.objects.filter(firm_id=actor.firm_id, case_type=key)
    if before is not None:
        kept = kept.filter(number__lt=before)
    # Without the content: it is large, and a list does not show it.
    found = list(kept.defer("content").order_by("-number")[: VERSIONS_PER_PAGE + 1])
    rows = _rows(found[:VERSIONS_PER_PAGE])
    return rows, rows[-1].number if len(found) > VERSIONS_PER_PAGE else None


def kept_version(key: str, number: int) -> KeptVersion:
    """Raises NotFound, also for a shipped version that was not used yet."""
    found = TemplateVersion.objects.filter(firm_id=current_firm_id(), case_type=key, number=number).first()
    if found is None:
        raise NotFound
    return KeptVersion(_rows([found])[0], Template.from_json(found.content))


def _rows(versions: list[TemplateVersion]) -> list[VersionRow]:
    opened = Matter.objects.filter(firm_id=current_firm_id(), template__in=[version.id for version in versions])
    matters = dict(opened.values_list("template").annotate(Count("id")).order_by())
    return [VersionRow(v.number, v.created_at, v.created_by_id, matters.get(v.id, 0)) for v in versions]


def _current(latest: TemplateVersion | None, shipped: Template | None) -> CurrentTemplate:
    if latest is None:
        assert shipped is not None
        return CurrentTemplate(shipped, 1, shipped=True, edited=False, saved_at=None, saved_by_id=None)
    kept = Template.from_json(latest.content)
    if shipped is not None and latest.created_by_id is None:
        number = latest.number if kept == shipped else latest.number + 1
        return CurrentTemplate(shipped, number, shipped=True, edited=False, saved_at=None, saved_by_id=None)
    return CurrentTemplate(
        template=kept,
        number=latest.number,
        shipped=shipped is not None,
        edited=True,
        saved_at=latest.created_at,
        saved_by_id=latest.created_by_id,
    )
