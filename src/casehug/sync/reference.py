"""The firm's Lawmatics settings (stages, practice areas, sub statuses, custom fields): kept, so that a new matter costs
no call for them."""

from datetime import UTC, datetime

from casehug.kit import clock
from casehug.sync import lanes
from casehug.sync.lanes import Lease
from casehug.sync.mapping import CustomFieldOption, Named, Reference, StageOption, SubStatusOption
from casehug.sync.models import ReferenceData
from casehug.tenancy.scope import current_firm_id, firm_scope
from lawmatics import Lawmatics, errors

# Marks settings that must not be used any more.
OUTDATED = datetime(2000, 1, 1, tzinfo=UTC)

# Whose custom fields a mapping can fill; Lawmatics knows others (docs: Custom Fields, `type`).
ENTITIES = {"Contact": "contact", "Prospect": "matter"}


def read_from(client: Lawmatics) -> Reference:
    """Ask Lawmatics (five listings, 25 a page). Raises LawmaticsError."""
    pipelines = {pipeline.id: pipeline.name or "" for pipeline in client.reference.pipelines()}
    return Reference(
        stages=tuple(
            StageOption(id=stage.id, name=stage.name or "", pipeline=pipelines.get(stage.pipeline_id or "", ""))
            for stage in sorted(client.reference.stages(), key=lambda stage: _number(stage.id))
        ),
        practice_areas=tuple(
            Named(id=area.id, name=area.name or "")
            for area in sorted(client.reference.practice_areas(), key=lambda area: _number(area.id))
        ),
        sub_statuses=tuple(
            SubStatusOption(id=one.id, name=one.name or "", status=one.status or "")
            for one in sorted(client.reference.sub_statuses(), key=lambda one: _number(one.id))
        ),
        custom_fields=tuple(
            CustomFieldOption(
                id=one.id,
                name=one.name or "",
                entity=ENTITIES[one.type or ""],
                type=one.field_type or "",
                options=tuple((option.id, option.name or "") for option in one.options),
            )
            for one in sorted(client.reference.custom_fields(), key=lambda one: _number(one.id))
            if one.type in ENTITIES
        ),
    )


def keep(reference: Reference) -> None:
    """Store it for the scope's firm."""
    ReferenceData.objects.update_or_create(
        defaults={"content": reference.to_json(), "read_at": clock.now()}, firm_id=current_firm_id()
    )


def kept() -> tuple[Reference | None, bool]:
    """What is stored for the scope's firm, and whether it is fresh enough."""
    row = ReferenceData.objects.first()
    if row is None or not row.content:
        return None, False
    return Reference.from_json(row.content), clock.now() - row.read_at < ReferenceData.KEEP


def current(client: Lawmatics, lease: Lease) -> Reference:
    """The stored settings, or those of this moment if none are stored or they are outdated. Opens its own scopes.

    Stored ones go on being used if Lawmatics refuses to show them again: one listing that is forbidden by now must not
    stop a firm.
    """
    with firm_scope(lease.firm_id):
        stored, _ = kept()
        outdated = ReferenceData.objects.filter(read_at__lte=OUTDATED).exists()
    if stored is not None and not outdated:
        return stored
    try:
        return refresh(client, lease)
    except (errors.Forbidden, errors.NotFound, errors.Invalid):
        if stored is None:
            raise
        return stored


def age() -> tuple[datetime | None, bool]:
    """When the scope's firm's settings were read, and whether they are about to be read again."""
    read_at = ReferenceData.objects.values_list("read_at", flat=True).first()
    return (None, read_at is not None) if read_at is None or read_at <= OUTDATED else (read_at, False)


def forget() -> None:
    """Have the settings read again before the next matter is sent. Joins the open scope."""
    ReferenceData.objects.update(read_at=OUTDATED)


def refresh(client: Lawmatics, lease: Lease) -> Reference:
    """Read them and keep them, unless the lane was taken away meanwhile: then they may be another account's."""
    reference = read_from(client)
    with lanes.held(lease):
        keep(reference)
    return reference


def _number(record_id: str) -> tuple[int, str]:
    return (int(record_id) if record_id.isdigit() else 0, record_id)
