"""Pipelines, stages, practice areas, sub statuses and contact types: what a firm sets up once."""

from sandbox import parse, writes
from sandbox.api.attributes import plain, plains
from sandbox.api.rest import Call, Resource
from sandbox.envelope import Scene, Shape, invalid
from sandbox.records import ContactType, Matter, Pipeline, PracticeArea, Ref, Stage, SubStatus
from sandbox.store import Firm

STATUSES = ("pnc", "hired", "lost")
_TIMES = plains("created_at", "updated_at")


def _shown_in(scene: Scene, pipeline: Pipeline) -> list[Matter]:
    """A pipeline shows only matters in its statuses (API docs, Pipelines)."""
    stages = [stage.id for stage in scene.firm.stages.values() if stage.pipeline_id == pipeline.id]
    matters = [matter for stage in stages for matter in scene.firm.matters.group("stage_id", stage)]
    return [matter for matter in matters if matter.status in pipeline.statuses]


def _estimated(scene: Scene, pipeline: Pipeline) -> str:
    cents = sum(matter.estimated_value_cents for matter in _shown_in(scene, pipeline))
    return f"{cents / 100:.2f}"


PIPELINES: Resource[Pipeline] = Resource(
    path="pipelines",
    rows=lambda firm: firm.pipelines,
    shape=Shape(
        type="pipeline",
        noun="Pipeline",
        attributes={
            **plains("name", "description", "statuses", "pipeline_type"),
            "matter_count": lambda scene, row: len(_shown_in(scene, row)),
            "estimated_value": _estimated,
            **_TIMES,
        },
        relationships={
            "stages": lambda scene, row: [
                Ref("stage", stage.id)
                for stage in sorted(scene.firm.stages.values(), key=lambda stage: stage.order)
                if stage.pipeline_id == row.id
            ],
            "created_by": lambda _, row: Ref("user", row.created_by_id) if row.created_by_id else None,
        },
        defaults=("name", "statuses", "pipeline_type", "created_at", "updated_at"),
    ),
)

STAGES: Resource[Stage] = Resource(
    path="stages",
    rows=lambda firm: firm.stages,
    shape=Shape(
        type="stage",
        noun="Stage",
        attributes={**plains("name", "color", "order"), **_TIMES},
        relationships={
            "prospects": lambda scene, row: [
                Ref("prospect", matter.id) for matter in scene.firm.matters.group("stage_id", row.id)
            ],
            "pipeline": lambda _, row: Ref("pipeline", row.pipeline_id),
        },
        defaults=("name", "color", "order", "created_at", "updated_at"),
    ),
)


def delete_stage(firm: Firm, stage: Stage) -> None:
    """By a person only: the API has no such path."""
    del firm.stages[stage.id]
    for matter in firm.matters.group("stage_id", stage.id):
        matter.stage_id = None


def _create_area(call: Call) -> PracticeArea:
    name = parse.required_text(call.body, "name")
    area = PracticeArea(**call.hand.new("practice_area"), name=name)
    call.firm.practice_areas[area.id] = area
    _update_area(call, area)
    return area


def _update_area(call: Call, area: PracticeArea) -> None:
    if "name" in call.body:
        area.name = parse.required_text(call.body, "name")
    area.color = parse.text(call.body, "color") or area.color
    if "statute_of_limitations_enabled" in call.body:
        area.statute_of_limitations_enabled = bool(call.body["statute_of_limitations_enabled"])
    writes.touch(call.hand, area)


def delete_area(firm: Firm, area: PracticeArea) -> None:
    del firm.practice_areas[area.id]
    for matter in firm.matters.group("practice_area_id", area.id):
        matter.practice_area_id = None


PRACTICE_AREAS: Resource[PracticeArea] = Resource(
    path="practice_areas",
    rows=lambda firm: firm.practice_areas,
    create=_create_area,
    update=_update_area,
    delete=lambda call, row: delete_area(call.firm, row),
    statuses={"PUT": 201, "DELETE": 201},
    shape=Shape(
        type="practice_area",
        noun="Practice Area",
        attributes={
            **plains("name", "color", "statute_of_limitations_enabled"),
            "matter_count": lambda scene, row: scene.firm.matters.group_size("practice_area_id", row.id),
            **_TIMES,
        },
        relationships={
            "prospects": lambda scene, row: [
                Ref("prospect", matter.id) for matter in scene.firm.matters.group("practice_area_id", row.id)
            ]
        },
        defaults=("name", "color", "created_at", "updated_at"),
        write_defaults=(
            "name",
            "color",
            "statute_of_limitations_enabled",
            "matter_count",
            *_TIMES,
            "prospects",
        ),
    ),
)


def _create_sub_status(call: Call) -> SubStatus:
    name = parse.required_text(call.body, "name")
    status = parse.required_text(call.body, "status").casefold()
    if status not in STATUSES:
        raise invalid("Status must be one of pnc, hired, lost")
    row = SubStatus(**call.hand.new("sub_status"), name=name, status=status, created_by_id=call.user.id)
    call.firm.sub_statuses[row.id] = row
    return row


def _update_sub_status(call: Call, row: SubStatus) -> None:
    row.name = parse.required_text(call.body, "name")
    writes.touch(call.hand, row)


def delete_sub_status(firm: Firm, row: SubStatus) -> None:
    del firm.sub_statuses[row.id]
    for matter in firm.matters.group("sub_status_id", row.id):
        matter.sub_status_id = None


SUB_STATUSES: Resource[SubStatus] = Resource(
    path="sub_statuses",
    rows=lambda firm: firm.sub_statuses,
    create=_create_sub_status,
    update=_update_sub_status,
    delete=lambda call, row: delete_sub_status(call.firm, row),
    shape=Shape(
        type="sub_status",
        noun="Sub Status",
        written_type="prospect_sub_status",
        attributes={**plains("name", "status"), **_TIMES},
        relationships={
            "prospects": lambda scene, row: [
                Ref("prospect", matter.id) for matter in scene.firm.matters.group("sub_status_id", row.id)
            ],
            "created_by": lambda _, row: Ref("user", row.created_by_id) if row.created_by_id else None,
        },
        defaults=("name", "status", "created_at", "updated_at"),
    ),
)


def _create_contact_type(call: Call) -> ContactType:
    name = parse.required_text(call.body, "name")
    row = ContactType(**call.hand.new("custom_contact_type"), name=name)
    call.firm.contact_types[row.id] = row
    return row


def _update_contact_type(call: Call, row: ContactType) -> None:
    row.name = parse.required_text(call.body, "name")
    writes.touch(call.hand, row)


def _delete_contact_type(call: Call, row: ContactType) -> None:
    del call.firm.contact_types[row.id]


CONTACT_TYPES: Resource[ContactType] = Resource(
    path="custom_contact_types",
    rows=lambda firm: firm.contact_types,
    create=_create_contact_type,
    update=_update_contact_type,
    delete=_delete_contact_type,
    shape=Shape(
        type="custom_contact_type",
        noun="Custom Contact Type",
        attributes={"name": plain("name"), **_TIMES},
        defaults=("name", "created_at", "updated_at"),
    ),
)
