"""What to tell about a matter's stage."""

from dataclasses import replace
from typing import Any

from casehug.sync.errand import Errand
from casehug.sync.planner import STAGE_UNSURE, SUB_STATUS_DUE, KnownLink
from lawmatics import Matter


def stage_name(errand: Errand, matter: Matter) -> str:
    return matter.stage_name or errand.rules.reference.stage_name(matter.stage_id or "")


def stage_notice(errand: Errand, matter: Matter) -> str:
    """What to tell about the stage of a new matter; "" if all is well."""
    placement = errand.placement
    if errand.change.quiet:
        return "Sent quietly: without a stage, so that no automation of yours e-mails the client."
    if not placement.stage_id:
        if not placement.looked_for:
            return ""
        names = " or ".join(f"“{name}”" for name in placement.looked_for)
        return f"Sent without a stage: no pipeline in this Lawmatics account has a stage named {names}."
    if matter.stage_id != placement.stage_id:
        return f"Lawmatics did not take the stage “{placement.stage_name}”. Move the matter there by hand."
    return ""


def label_due(errand: Errand, matter: Matter) -> dict[str, str]:
    """The sub status that a new matter gets because its stage did not take, as its link tells it; {} if it took."""
    fallback, stage_id = errand.wanted.fallback_sub_status_id, errand.wanted.stage_id
    return {SUB_STATUS_DUE: fallback} if fallback and stage_id and matter.stage_id != stage_id else {}


def label_of_adopted(errand: Errand, link: KnownLink, matter: Matter) -> KnownLink:
    """The link of a matter whose creation was not answered, now that it is read. A stage that the firm chose stays."""
    if STAGE_UNSURE not in link.sent:
        return link
    sent = {name: value for name, value in link.sent.items() if name != STAGE_UNSURE}
    return replace(link, sent={**sent, **({} if matter.stage_id else label_due(errand, matter))})


def seen_stage(errand: Errand) -> dict[str, Any]:
    """What the read of an existing matter told about its stage, which the firm may have changed since."""
    if errand.read_matter is None:
        return {}
    notice = "" if errand.read_matter.stage_id else stage_notice(errand, errand.read_matter)
    return {"stage_name": stage_name(errand, errand.read_matter), "notice": notice}
