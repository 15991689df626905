"""The matter: create it in its place, and label it where the stage does not take."""

from dataclasses import replace

from casehug.kit.ids import new_marker
from casehug.sync import ledger
from casehug.sync.errand import Errand
from casehug.sync.lookup import CREATE_MATTER
from casehug.sync.models import RecordKind
from casehug.sync.planner import SUB_STATUS_DUE, Create, Known, KnownLink, SetSubStatus
from casehug.sync.steps.records import matter_write
from casehug.sync.steps.stages import label_due, stage_name, stage_notice
from casehug.tenancy.scope import firm_scope
from lawmatics import Matter, MatterWrite


def create(errand: Errand, step: Create) -> Known:
    contact_id = errand.known.links[RecordKind.CONTACT].lawmatics_id
    marker = _marker(errand) if step.numbered else ""
    numbered = {"case_number": f"CH-{marker}"} if marker else {}
    placed = {
        name: value for name, value in (("stage_id", step.stage_id), ("sub_status_id", step.sub_status_id)) if value
    }
    write = matter_write({"contact_id": contact_id, **step.fields, **placed, **numbered})
    matter = errand.write(
        CREATE_MATTER,
        intended={"fields": dict(step.fields), "contact_id": contact_id, "marker": marker, **placed, **numbered},
        call=lambda: errand.client.matters.create(write),
        remember=lambda answer: errand.save_link(
            RecordKind.MATTER,
            _link_after_create(errand, answer),
            stage_name=stage_name(errand, answer),
            notice=stage_notice(errand, answer),
            new=True,
        ),
    )
    return errand.known.having_linked(RecordKind.MATTER, _link_after_create(errand, matter))


def set_sub_status(errand: Errand, step: SetSubStatus) -> Known:
    link = errand.known.links[RecordKind.MATTER]
    labelled = replace(link, sent={name: value for name, value in link.sent.items() if name != SUB_STATUS_DUE})
    name = errand.rules.reference.sub_status_name(step.sub_status_id)
    notice = (
        f"Lawmatics did not take the stage “{errand.placement.stage_name}”, so the sub status “{name}” was set instead."
    )

    def remember(answer: Matter) -> None:
        missed = "" if (answer.sub_status or name) == name else " It did not take the sub status either."
        errand.save_link(RecordKind.MATTER, labelled, notice=notice + missed)

    errand.write(
        "matter.sub_status",
        intended={"fields": {"sub_status_id": step.sub_status_id}},
        call=lambda: errand.client.matters.update(step.lawmatics_id, MatterWrite(sub_status_id=step.sub_status_id)),
        remember=remember,
    )
    return errand.known.having_linked(RecordKind.MATTER, labelled)


def _marker(errand: Errand) -> str:
    """A new one, or that of an earlier try that proved not to have happened."""
    with firm_scope(errand.lease.firm_id):
        return ledger.marker_of_absent(errand.change.matter_id, CREATE_MATTER) or new_marker()


def _link_after_create(errand: Errand, matter: Matter) -> KnownLink:
    link = errand.link_to(RecordKind.MATTER, matter.id)
    return replace(link, sent={**link.sent, **label_due(errand, matter)})
