"""What a firm chooses about its Lawmatics: where case types go, which fields are filled. For firm admins only.

Every function joins the open firm scope and keeps names beside ids, so that a later change there can be named.
"""

from uuid import UUID

from casehug.audit.services import record
from casehug.intake.disclosure import disclose_matter
from casehug.intake.errors import BadInput, NotAllowed, NotFound
from casehug.intake.services.templates import available_templates
from casehug.kit import clock
from casehug.sync import reference
from casehug.sync.fields import TARGETS, sources, why_source_does_not_fit
from casehug.sync.mapping import CUSTOM, Choice, Reference
from casehug.sync.models import CaseTypeMapping, Change, ChangeState, FieldMapping, Rule
from casehug.sync.outbox import request_sync, wake
from casehug.sync.policy import DRIFT
from casehug.tenancy.actor import Actor

ADMINS_ONLY = "Only a firm admin can change this."
NOT_READ = "CaseHug has not read your Lawmatics settings yet. Press Refresh first."
# How many held matters a corrected mapping sends again at once.
MOST_REVIVED = 500


def choose_place(actor: Actor, *, case_type: str, choice: Choice) -> None:
    """Where matters of a case type go from now on; what was held for want of it is sent again.

    A part that is None follows the default, "" sends nothing of the kind. Raises NotAllowed, NotFound for a case type
    that is not on offer, BadInput for something that is not in the kept settings.
    """
    _require_admin(actor)
    _require_case_type(actor, case_type)
    there = _kept()
    names = {
        "stage": _name(choice.stage_id, there.stage_name(choice.stage_id or ""), "stage"),
        "sub_status": _name(choice.sub_status_id, there.sub_status_name(choice.sub_status_id or ""), "sub_status"),
        "practice_area": _name(
            choice.practice_area_id, there.practice_area_name(choice.practice_area_id or ""), "practice_area"
        ),
    }
    ids = {
        "stage_id": choice.stage_id,
        "sub_status_id": choice.sub_status_id,
        "practice_area_id": choice.practice_area_id,
    }
    if all(chosen is None for chosen in ids.values()):
        _forget(actor, case_type)
    else:
        told = {f"{part}_name": name for part, name in names.items()}
        CaseTypeMapping.objects.update_or_create(
            case_type=case_type,
            defaults={**ids, **told, "changed_by_id": actor.user_id, "changed_at": clock.now()},
        )
        record(
            actor,
            action="mapping.case_type_saved",
            subject="mapping",
            case_type=case_type,
            stage=_told(choice.stage_id),
            sub_status=_told(choice.sub_status_id),
            practice_area=_told(choice.practice_area_id),
        )
    _revive(actor, case_type)


def default_place(actor: Actor, *, case_type: str) -> None:
    """Back to the default, by name. Raises NotAllowed, NotFound."""
    _require_admin(actor)
    _require_case_type(actor, case_type)
    _forget(actor, case_type)
    _revive(actor, case_type)


def map_field(actor: Actor, *, entity: str, target: str, source: str, rule: str) -> FieldMapping:
    """Fill a field of Lawmatics with an intake field; a field that was filled otherwise is filled with this one now.

    Raises NotAllowed, and BadInput for what does not exist or does not fit, by the fields' names.
    """
    _require_admin(actor)
    if rule not in Rule.values:
        raise BadInput("Choose what happens to a field that is filled already.", field="rule")
    known = {one.key: one for one in sources(available_templates(actor))}
    if source not in known:
        raise BadInput("Choose an intake field from the list.", field="source")
    there = None
    if target.startswith(CUSTOM):
        there = _kept().custom_field(target.removeprefix(CUSTOM))
        if there is None or there.entity != entity:
            raise BadInput("Choose a Lawmatics field from the list.", field="target")
    elif (entity, target) not in TARGETS:
        raise BadInput("Choose a Lawmatics field from the list.", field="target")
    if reason := why_source_does_not_fit(known[source], entity, target, there):
        raise BadInput(reason, field="source")
    mapping, _ = FieldMapping.objects.update_or_create(
        entity=entity,
        target=target,
        defaults={
            "source": source,
            "target_name": there.name if there else TARGETS[entity, target][0],
            "target_type": there.type if there else "",
            "rule": rule,
            "changed_by_id": actor.user_id,
            "changed_at": clock.now(),
        },
    )
    record(
        actor,
        action="mapping.field_saved",
        subject="mapping",
        subject_id=mapping.id,
        entity=entity,
        target=target,
        source=source,
        rule=rule,
    )
    return mapping


def unmap_field(actor: Actor, *, mapping_id: UUID) -> None:
    """Leave a field of Lawmatics alone from now on. Raises NotAllowed, NotFound."""
    _require_admin(actor)
    mapping = FieldMapping.objects.filter(firm_id=actor.firm_id, id=mapping_id).first()
    if mapping is None:
        raise NotFound
    mapping.delete()
    record(actor, action="mapping.field_removed", subject="mapping", subject_id=mapping_id, target=mapping.target)


def refresh_settings(actor: Actor) -> None:
    """Have the firm's Lawmatics settings read again by its own lane, within its budget. Raises NotAllowed."""
    _require_admin(actor)
    reference.forget()
    wake(actor.firm_id)


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise NotAllowed(ADMINS_ONLY)


def _require_case_type(actor: Actor, case_type: str) -> None:
    if case_type not in {template.key for template in available_templates(actor)}:
        raise NotFound


def _kept() -> Reference:
    there, _ = reference.kept()
    if there is None:
        raise BadInput(NOT_READ)
    return there


def _told(chosen: str | None) -> str:
    return "default" if chosen is None else chosen or "none"


def _name(chosen: str | None, name: str, part: str) -> str:
    if chosen and not name:
        raise BadInput("Choose one from the list, or leave it empty for the default.", field=part)
    return name


def _forget(actor: Actor, case_type: str) -> None:
    deleted, _ = CaseTypeMapping.objects.filter(firm_id=actor.firm_id, case_type=case_type).delete()
    if deleted:
        record(actor, action="mapping.case_type_default", subject="mapping", case_type=case_type)


def _revive(actor: Actor, case_type: str) -> None:
    """Send again what was held because something of this case type was gone."""
    held = Change.objects.filter(firm_id=actor.firm_id, state=ChangeState.HELD, problem=DRIFT.code)
    for matter_id in list(held.values_list("matter_id", flat=True)[:MOST_REVIVED]):
        if disclose_matter(matter_id).case_type == case_type:
            request_sync(actor, matter_id=matter_id)
