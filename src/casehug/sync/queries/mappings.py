"""What the mapping pages show: where case types go, which fields are filled, and what drifted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casehug.intake.disclosure import disclose_matter
from casehug.intake.services.templates import available_templates
from casehug.intake.templates import Template
from casehug.sync import reference
from casehug.sync.drift import Drift, drifts_of
from casehug.sync.fields import STANDARD, TARGETS, MappedValue, Source, apply_mappings, sources
from casehug.sync.mapping import CUSTOM, Choice, Placement, Reference, place
from casehug.sync.models import FieldMapping, Link, RecordKind
from casehug.sync.rules import FirmRules, kept_rules
from casehug.sync.values import LOOKUP, TYPE_WORDS
from casehug.tenancy.actor import Actor


@dataclass(frozen=True)
class Settings:
    """The firm's Lawmatics settings as kept. `read_at` None: never, or about to be read again (`reading`)."""

    there: Reference | None
    read_at: datetime | None
    reading: bool


@dataclass(frozen=True)
class CaseTypeRow:
    """Where matters of a case type go. `choice` is what the firm chose; a None in it is the default by name."""

    template: Template
    choice: Choice
    placement: Placement
    stage: str
    sub_status: str
    practice_area: str
    drifts: tuple[Drift, ...]
    default_stage: str
    default_practice_area: str


@dataclass(frozen=True)
class FieldRow:
    mapping: FieldMapping
    source: str
    target: str
    type_words: str
    drifts: tuple[Drift, ...]


@dataclass(frozen=True)
class Target:
    """A field of Lawmatics that can be filled. `value` is `contact|custom:4713`; `refused` says why it cannot."""

    value: str
    name: str
    type_words: str
    group: str
    refused: str = ""


@dataclass(frozen=True)
class PreviewRow:
    source: str
    target: str
    mapped: MappedValue

    @property
    def sent_as(self) -> str:
        """The value itself, where it reads otherwise: the id of an option, say."""
        value = self.mapped.value
        told = (
            ", ".join(value)
            if isinstance(value, list)
            else ""
            if value is None or value is True or value is False
            else str(value)
        )
        return told if told != self.mapped.words else ""


def settings_of(actor: Actor) -> Settings:
    there, _ = reference.kept()
    read_at, reading = reference.age()
    return Settings(there, read_at, reading)


def case_type_rows(actor: Actor) -> list[CaseTypeRow]:
    """Every case type on offer. Empty until the settings were read once."""
    rules = kept_rules()
    if rules.reference == Reference():
        return []
    drifts = rules.drifts()
    return [_case_type_row(template, rules, drifts) for template in available_templates(actor)]


def case_type_row(actor: Actor, case_type: str) -> CaseTypeRow | None:
    """One of them; None if it is not on offer."""
    rules = kept_rules()
    template = next((one for one in available_templates(actor) if one.key == case_type), None)
    return _case_type_row(template, rules, rules.drifts()) if template else None


def _case_type_row(template: Template, rules: FirmRules, drifts: Iterable[Drift]) -> CaseTypeRow:
    placement = rules.place(template.key, template.practice_area)
    usual = place(template.key, template.practice_area, rules.reference)
    there = rules.reference
    stage = next((stage for stage in there.stages if stage.id == placement.stage_id), None)
    return CaseTypeRow(
        template=template,
        choice=rules.case_types.get(template.key, Choice()),
        placement=placement,
        stage=stage_label(stage.name, stage.pipeline) if stage else "",
        sub_status=there.sub_status_name(placement.sub_status_id),
        practice_area=there.practice_area_name(placement.practice_area_id),
        drifts=tuple(drift for drift in drifts if drift.about == template.key),
        default_stage=usual.stage_name,
        default_practice_area=there.practice_area_name(usual.practice_area_id),
    )


def stage_label(name: str, pipeline: str) -> str:
    return f"{name} ({pipeline})" if pipeline else name


def untaken_stages(actor: Actor, limit: int = 5) -> list[tuple[UUID, str]]:
    """The newest matters of which Lawmatics did not take the stage: id and what was done instead."""
    told = Link.objects.filter(
        firm_id=actor.firm_id, kind=RecordKind.MATTER, notice__startswith="Lawmatics did not take the stage"
    )
    return list(told.order_by("-updated_at").values_list("record_id", "notice")[:limit])


def source_choices(actor: Actor) -> tuple[Source, ...]:
    return sources(available_templates(actor))


def target_choices(there: Reference | None) -> list[Target]:
    """Every field of contacts and matters; lookups are there to say why they cannot be filled."""
    groups = {"contact": "Contact", "matter": "Matter"}
    found = [
        Target(f"{entity}|{target}", name, "standard field", groups[entity])
        for (entity, target), (name, _, _) in TARGETS.items()
    ]
    for field in there.custom_fields if there else ():
        found.append(
            Target(
                f"{field.entity}|{CUSTOM}{field.id}",
                field.name,
                TYPE_WORDS.get(field.type, field.type),
                groups[field.entity],
                LOOKUP if field.type == "lookup" else "",
            )
        )
    return sorted(found, key=lambda target: target.group)


def field_rows(actor: Actor) -> list[FieldRow]:
    rules, templates = kept_rules(), available_templates(actor)
    names = source_names(templates)
    drifts = drifts_of({}, rules.fields, rules.reference, labels=_labels(templates))
    return [
        FieldRow(
            mapping=mapping,
            source=names.get(mapping.source, "A question that is no longer asked"),
            target=_target_name(mapping, rules.reference),
            type_words=TYPE_WORDS.get(mapping.target_type, "standard field"),
            drifts=tuple(drift for drift in drifts if drift.about == f"{mapping.entity}:{mapping.target}"),
        )
        for mapping in rules.fields
    ]


def preview(actor: Actor, matter_id: UUID) -> list[PreviewRow]:
    """What each mapping says about a real matter, as it would be written. Raises NotFound."""
    rules = kept_rules()
    names = source_names(available_templates(actor))
    return [
        PreviewRow(names.get(row.mapping.source, row.mapping.source), _target_name(row.mapping, rules.reference), row)
        for row in apply_mappings(disclose_matter(matter_id), rules)
    ]


def drifts(actor: Actor) -> tuple[Drift, ...]:
    """Everything that the firm changed in Lawmatics under its choices."""
    rules = kept_rules()
    if not rules.case_types and not rules.fields:
        return ()
    return drifts_of(rules.case_types, rules.fields, rules.reference, labels=_labels(available_templates(actor)))


def source_names(templates: Iterable[Template]) -> dict[str, str]:
    return {key: name for key, (name, _) in STANDARD.items()} | {one.key: one.name for one in sources(templates)}


def _target_name(mapping: FieldMapping, there: Reference) -> str:
    field = there.custom_field(mapping.target.removeprefix(CUSTOM)) if mapping.target.startswith(CUSTOM) else None
    return field.name if field else mapping.target_name


def _labels(templates: Iterable[Template]) -> dict[str, tuple[str, ...]]:
    """The English labels of the options of every question, by its source's key without the prefix."""
    found: dict[str, dict[str, None]] = {}
    for template in templates:
        for question in template.questions():
            if question.options:
                found.setdefault(question.key, {}).update({option.label.en: None for option in question.options})
    return {key: tuple(labels) for key, labels in found.items()}
