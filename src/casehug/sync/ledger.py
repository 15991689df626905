"""The written side of the engine: what is about to be sent, what came of it, and which records belong together.

Every function joins the open firm scope. Those that settle something first hold the lane, so a drain whose lease ran
out changes nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from casehug.connections.models import Connection
from casehug.intake.services.matters import note_delivery
from casehug.kit import clock
from casehug.sync import lanes
from casehug.sync.models import (
    UNRESOLVED,
    Attempt,
    AttemptState,
    Change,
    ChangeState,
    Link,
    RecordKind,
)
from casehug.sync.planner import KnownLink
from casehug.sync.policy import Ruling


def next_change() -> Change | None:
    """The change whose turn it is: clicks before automatic ones before backfills, then first come, first served."""
    return (
        Change.objects.filter(state=ChangeState.WAITING, not_before__lte=clock.now()).order_by("priority", "id").first()
    )


def next_moment() -> datetime | None:
    """When the earliest waiting change may go, or None."""
    return (
        Change.objects.filter(state=ChangeState.WAITING)
        .order_by("not_before")
        .values_list("not_before", flat=True)
        .first()
    )


def links_of(matter_id: UUID, client_id: UUID | None) -> dict[RecordKind, KnownLink]:
    mine = Q(kind=RecordKind.CONTACT, record_id=client_id) if client_id else Q(pk=None)
    mine |= Q(kind__in=[RecordKind.MATTER, RecordKind.NOTE], record_id=matter_id)
    return {
        RecordKind(link.kind): KnownLink(lawmatics_id=link.lawmatics_id, sent=link.sent, digest=link.wanted_digest)
        for link in Link.objects.filter(mine)
    }


def save_link(
    *,
    kind: RecordKind,
    record_id: UUID,
    link: KnownLink,
    adopted: bool = False,
    stage_name: str | None = None,
    notice: str | None = None,
) -> None:
    told = {"stage_name": stage_name, "notice": notice}
    Link.objects.update_or_create(
        kind=kind,
        record_id=record_id,
        defaults={
            "lawmatics_id": link.lawmatics_id,
            "sent": dict(link.sent),
            "wanted_digest": link.digest,
            "updated_at": clock.now(),
            **{name: value for name, value in told.items() if value is not None},
        },
        create_defaults={
            "connection": Connection.objects.get(),
            "lawmatics_id": link.lawmatics_id,
            "sent": dict(link.sent),
            "wanted_digest": link.digest,
            "adopted": adopted,
            "stage_name": stage_name or "",
            "notice": notice or "",
        },
    )


def begin(change: Change, *, action: str, fence: int, intended: Mapping[str, Any]) -> Attempt:
    """Write down a request that is about to leave. Commit before it does."""
    return Attempt.objects.create(
        change=change,
        matter_id=change.matter_id,
        action=action,
        state=AttemptState.SENDING,
        fence=fence,
        intended=dict(intended),
    )


def settle(lease: lanes.Lease, attempt: Attempt, *, state: AttemptState, requests: int, **columns: Any) -> None:
    """Close a request of this drain. Raises LaneLost if the lane, or the row, is no longer ours."""
    lanes.hold(lease)
    settled = Attempt.objects.filter(id=attempt.id, state=AttemptState.SENDING, fence=lease.fence).update(
        state=state, requests=requests, milliseconds=_milliseconds_since(attempt), **columns
    )
    if not settled:
        raise lanes.LaneLost


def log(change: Change, *, action: str, state: AttemptState, requests: int, **columns: Any) -> None:
    """Write a line about something that made no record: a link, a failed search, nothing to do."""
    Attempt.objects.create(
        change=change, matter_id=change.matter_id, action=action, state=state, requests=requests, **columns
    )


def unresolved(matter_id: UUID, client_id: UUID | None) -> list[Attempt]:
    """Requests of which nobody knows whether they took effect. None of them may be repeated.

    The client's contact counts for all of the client's matters, whichever of them sent it.
    """
    mine = Q(matter_id=matter_id)
    if client_id is not None:
        mine |= Q(action="contact.create", intended__client_id=str(client_id))
    return list(Attempt.objects.filter(mine, state__in=UNRESOLVED).order_by("id"))


def resolve(lease: lanes.Lease, attempt: Attempt, *, state: AttemptState, **columns: Any) -> None:
    """Note what a look into Lawmatics told about a request of unknown outcome."""
    lanes.hold(lease)
    Attempt.objects.filter(id=attempt.id, state__in=UNRESOLVED).update(state=state, **columns)


def marker_of_absent(matter_id: UUID, action: str) -> str | None:
    """The marker of an earlier try that proved not to have happened: it is sent again under the same one."""
    absent = (
        Attempt.objects.filter(matter_id=matter_id, action=action, state=AttemptState.ABSENT).order_by("-id").first()
    )
    return absent.intended.get("marker") if absent else None


def delivered(lease: lanes.Lease, change: Change) -> None:
    """The matter is in Lawmatics as it stood when this run began. A reason that came meanwhile keeps the row open."""
    lanes.hold(lease)
    done = Change.objects.filter(id=change.id, revision=change.revision, state=ChangeState.WAITING).update(
        state=ChangeState.DELIVERED, settled_at=clock.now(), problem="", problem_text=""
    )
    if done:
        note_delivery(matter_id=change.matter_id, state="linked")


def put_off(lease: lanes.Lease, change: Change, *, until: datetime, ruling: Ruling, text: str, failed: bool) -> None:
    """Leave the change waiting, with the reason. A click that came meanwhile keeps its own, earlier moment."""
    lanes.hold(lease)
    columns = {"problem": ruling.code, "problem_text": text, "failures": change.failures + failed}
    mine = Change.objects.filter(id=change.id, state=ChangeState.WAITING)
    if not mine.filter(revision=change.revision).update(not_before=until, **columns):
        mine.update(**columns)


def tell_waiting(lease: lanes.Lease, *, ruling: Ruling, text: str) -> None:
    """Nothing can be sent at all: let every change that is due say so, where people look for trouble."""
    lanes.hold(lease)
    Change.objects.filter(state=ChangeState.WAITING, not_before__lte=clock.now()).update(
        problem=ruling.code, problem_text=text, failures=F("failures") + 1
    )


def hold_for_person(lease: lanes.Lease, change: Change, *, ruling: Ruling, text: str, asked_about: str = "") -> None:
    """Nothing more happens to this change until a person acts. A click that came meanwhile keeps it waiting."""
    lanes.hold(lease)
    held = Change.objects.filter(id=change.id, state=ChangeState.WAITING, revision=change.revision).update(
        state=ChangeState.HELD,
        problem=ruling.code,
        problem_text=text,
        failures=change.failures + 1,
        asked_about=asked_about,
        decision="",
    )
    if held:
        note_delivery(matter_id=change.matter_id, state="held")


def linked_elsewhere(kind: RecordKind, lawmatics_ids: Iterable[str], *, but: UUID) -> set[str]:
    """Which of these ids are the counterparts of other records than `but`."""
    links = Link.objects.filter(kind=kind, lawmatics_id__in=list(lawmatics_ids)).exclude(record_id=but)
    return set(links.values_list("lawmatics_id", flat=True))


def is_linked(kind: RecordKind, record_id: UUID) -> bool:
    return Link.objects.filter(kind=kind, record_id=record_id).exists()


def _milliseconds_since(attempt: Attempt) -> int:
    return max(0, int((clock.now() - attempt.at).total_seconds() * 1000))
