"""The audit record of a matter in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from casehug.intake.models import MatterStatus
from casehug.intake.queries.review import Happening

# What is done without a signed-in person here is done by the client, in the portal.
BY_CLIENT = frozenset(
    {"answer.saved", "document.uploaded", "document.removed", "intake.submitted", "intake.link.device_let_in"}
)
# Said better by the entry that stands beside it.
UNTOLD = frozenset({"matter.updated", "matter.archived"})
# Many of these in a row are one thing to tell.
GATHERED = frozenset({"answer.saved", "document.viewed"})

# Words, icon, tone. "{item}" is the name of the document asked for.
WORDS: dict[str, tuple[str, str, str]] = {
    "matter.created": ("Matter opened", "folder", "neutral"),
    "matter.retitled": ("Title changed", "folder", "neutral"),
    "matter.attorney_assigned": ("Attorney changed to {attorney}", "user", "neutral"),
    "matter.client_attached": ("Client added to the matter", "user", "neutral"),
    "client.created": ("Client entered", "user", "neutral"),
    "client.updated": ("Client’s details changed", "user", "neutral"),
    "document.uploaded": ("{item}: file handed in", "upload", "info"),
    "document.approved": ("{item}: approved", "check", "success"),
    "document.rejected": ("{item}: rejected", "x", "danger"),
    "document.reopened": ("{item}: taken back to review", "eye", "warning"),
    "document.viewed": ("{item}: file looked at", "eye", "neutral"),
    "document.removed": ("{item}: file taken back", "x", "neutral"),
    "answer.saved": ("{times}", "note", "info"),
    "answer.revealed": ("Secret answer shown in full", "key", "warning"),
    "intake.link.created": ("Private link made", "link", "neutral"),
    "intake.link.sent": ("Private link sent to the client", "mail", "info"),
    "link.code_sent": ("Code for a new device sent", "lock", "neutral"),
    "message.sent_again": ("Message sent again", "mail", "neutral"),
    "message.set_aside": ("Undelivered message set aside", "mail", "neutral"),
    "intake.link.renewed": ("Private link renewed for 90 days", "link", "neutral"),
    "intake.link.revoked": ("Private link revoked", "link", "warning"),
    "intake.link.locked": ("Wrong codes entered too often on a new device", "lock", "danger"),
    "intake.link.device_let_in": ("Private link opened on a device", "link", "info"),
    "intake.submitted": ("Client finished the intake", "check-circle", "success"),
    "intake.completed": ("Intake complete", "check-circle", "success"),
    "sync.requested": ("Sync to Lawmatics asked for", "refresh", "neutral"),
    "sync.dismissed": ("Sync dismissed", "x", "warning"),
    "sync.assigned": ("Held sync given to somebody", "user", "neutral"),
    "egress.read": ("What was sent to Lawmatics looked at", "eye", "neutral"),
    "egress.exported": ("What was sent to Lawmatics exported", "download", "warning"),
    "note.added": ("Internal note written", "note", "neutral"),
    "note.deleted": ("Internal note deleted", "note", "neutral"),
}


@dataclass(frozen=True)
class Line:
    title: str
    at: datetime
    by: str
    icon: str
    tone: str


def told(happenings: Iterable[Happening], names: Mapping[UUID, str]) -> list[Line]:
    """The lines of a timeline, newest first; what repeats itself is told once."""
    shown = [happening for happening in happenings if happening.entry.action not in UNTOLD]
    lines = []
    for (action, *_), group in groupby(shown, key=_kind):
        alike = list(group)
        together = [alike] if action in GATHERED else [[one] for one in alike]
        lines += [_line(some, names) for some in together]
    return lines


def _kind(happening: Happening) -> tuple[object, ...]:
    entry = happening.entry
    return entry.action, entry.subject_id, entry.actor_id


def _line(alike: list[Happening], names: Mapping[UUID, str]) -> Line:
    happening = alike[0]
    entry = happening.entry
    title, icon, tone = _words(happening, len(alike), names)
    if entry.actor_id:
        by = names.get(entry.actor_id, "a former member")
    else:
        by = "the client" if entry.action in BY_CLIENT else "CaseHug"
    return Line(title=title, at=entry.at, by=by, icon=icon, tone=tone)


def _words(happening: Happening, times: int, names: Mapping[UUID, str]) -> tuple[str, str, str]:
    entry = happening.entry
    if entry.action == "matter.status_changed":
        before, after = (_status(str(entry.details.get(key, ""))) for key in ("before", "after"))
        return f"Status changed from {before} to {after}", "folder", "neutral"
    # An action this list does not know yet is told by its own name.
    plain = entry.action.replace(".", " ").replace("_", " ").capitalize()
    words, icon, tone = WORDS.get(entry.action, (plain, "clock", "neutral"))
    attorney = str(entry.details.get("attorney", ""))
    title = words.format(
        item=happening.item or "A document",
        times="Answers saved" if times > 1 else "Answer saved",
        attorney=next((name for id_, name in names.items() if str(id_) == attorney), "nobody"),
    )
    return title, icon, tone


def _status(value: str) -> str:
    return str(MatterStatus(value).label) if value in MatterStatus.values else value
