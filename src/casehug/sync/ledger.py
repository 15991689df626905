"""The written side of the engine: what is about to be sent, what came of it, and which records belong together.

Every function joins the open firm scope. Those that settle something are called where the lane is held
(`lanes.held`), so a drain whose lease ran out changes nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from casehug.connections.models import Connection
from casehug.intake.services.matters import note_delivery
from casehug.kit import clock
from casehug.sync import lanes
from casehug.sync.models import (
    UNRESOLVED,
    Attempt,
    AttemptState,
    BulkItem,
    BulkRun,
    Change,
    ChangeState,
    ItemResult,
    Lane,
    Link,
    Priority,
    RecordKind,
    RunState,
    SentBody,
)
from casehug.sync.planner import KnownLink, Wanted
from casehug.sync.policy import Ruling
from casehug.tenancy.scope import current_firm_id


def next_change() -> Change | None:
    """The change whose turn it is: clicks before automatic ones before backfills, then first come, first served."""
    return _free_to_go().filter(not_before__lte=clock.now()).order_by("priority", "id").first()


def next_moment() -> datetime | None:
    """When the earliest waiting change may go, or None."""
    return _free_to_go().order_by("not_before").values_list("not_before", flat=True).first()


def _free_to_go() -> QuerySet[Change]:
    """What waits and does not belong to a paused bulk run alone."""
    paused = BulkRun.objects.filter(state=RunState.PAUSED).values("id")
    return Change.objects.filter(state=ChangeState.WAITING).exclude(priority=Priority.BACKFILL, run_id__in=paused)


def links_of(matter_id: UUID, client_id: UUID | None) -> dict[RecordKind, KnownLink]:
    mine = Q(kind=RecordKind.CONTACT, record_id=client_id) if client_id else Q(pk=None)
    mine |= Q(kind__in=[RecordKind.MATTER, RecordKind.NOTE], record_id=matter_id)
    return {
        RecordKind(link.kind): KnownLink(
            lawmatics_id=link.lawmatics_id, sent=link.sent, digest=link.wanted_digest, declined=link.declined
        )
        for link in Link.objects.filter(mine)
    }


def save_link(
    *,
    kind: RecordKind,
    record_id: UUID,
    link: KnownLink,
    account_id: str = "",
    adopted: bool = False,
    stage_name: str | None = None,
    notice: str | None = None,
    new: bool = False,
) -> None:
    """Remember which record is ours and what it was sent. `new` says that there is no such link yet."""
    told = {"stage_name": stage_name, "notice": notice}
    columns = {
        "lawmatics_id": link.lawmatics_id,
        "sent": dict(link.sent),
        "declined": dict(link.declined),
        "wanted_digest": link.digest,
        "updated_at": clock.now(),
        **{name: value for name, value in told.items() if value is not None},
    }
    if not new and Link.objects.filter(kind=kind, record_id=record_id).update(**columns):
        return
    connection_id = Connection.objects.values_list("id", flat=True).get()
    Link.objects.create(
        connection_id=connection_id, account_id=account_id, kind=kind, record_id=record_id, adopted=adopted, **columns
    )


def note_leaving(kind: RecordKind, record_id: UUID, *, sent: Mapping[str, Any]) -> None:
    """What a linked record may hold from now on, if an update arrives of which no answer comes."""
    Link.objects.filter(kind=kind, record_id=record_id).update(sent=dict(sent))


def done_of(wanted: Wanted) -> frozenset[UUID]:
    """Which of the wanted documents are filed and of the wanted forms submitted already."""
    records = [document.document_id for document in wanted.documents] + [form.record_id for form in wanted.forms]
    if not records:
        return frozenset()
    done = Link.objects.filter(kind__in=[RecordKind.DOCUMENT, RecordKind.FORM], record_id__in=records)
    return frozenset(done.values_list("record_id", flat=True))


def begin(
    change: Change,
    *,
    account_id: str,
    action: str,
    fence: int,
    intended: Mapping[str, Any],
    before: Mapping[str, Any],
) -> Attempt:
    """Write down a request that is about to leave. Commit before it does."""
    return Attempt.objects.create(
        change=change,
        matter_id=change.matter_id,
        account_id=account_id,
        action=action,
        state=AttemptState.SENDING,
        fence=fence,
        intended=dict(intended),
        before=dict(before),
    )


def keep_body(attempt: Attempt, *, method: str, path: str, body: bytes) -> None:
    """Keep the exact bytes that are about to leave."""
    kept = SentBody(
        attempt=attempt,
        matter_id=attempt.matter_id,
        method=method,
        path=path,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )
    kept.seal(body)
    kept.save(force_insert=True)


def settle(
    lease: lanes.Lease,
    attempt: Attempt,
    *,
    state: AttemptState,
    requests: int,
    milliseconds: int | None = None,
    **columns: Any,
) -> None:
    """Close a request of this drain. Raises LaneLost if the row is no longer ours."""
    settled = Attempt.objects.filter(id=attempt.id, state=AttemptState.SENDING, fence=lease.fence).update(
        state=state,
        requests=requests,
        milliseconds=milliseconds if milliseconds is not None else milliseconds_since(attempt),
        **columns,
    )
    if not settled:
        raise lanes.LaneLost


def undone(attempt: Attempt) -> None:
    Attempt.objects.filter(id=attempt.id).update(undone_at=clock.now())


def forget_undo(change: Change, attempt_id: UUID) -> None:
    Change.objects.filter(id=change.id, undo_of=attempt_id).update(undo_of=None)


def log(change: Change, *, action: str, state: AttemptState, requests: int, **columns: Any) -> None:
    """Write a line about something that made no record: a link, a failed search, nothing to do."""
    Attempt.objects.create(
        change=change, matter_id=change.matter_id, action=action, state=state, requests=requests, **columns
    )


def unresolved(matter_id: UUID, client_id: UUID | None, *, account_id: str) -> list[Attempt]:
    """Requests to this account of which nobody knows whether they took effect. None of them may be repeated.

    The client's contact counts for all of the client's matters, whichever of them sent it.
    """
    mine = Q(matter_id=matter_id)
    if client_id is not None:
        mine |= Q(action="contact.create", intended__client_id=str(client_id))
    of_account = Attempt.objects.filter(mine, account_id__in=[account_id, ""])
    return list(of_account.filter(state__in=UNRESOLVED).order_by("id"))


def resolve(attempt: Attempt, *, state: AttemptState, **columns: Any) -> None:
    """Note what a look into Lawmatics told about a request of unknown outcome."""
    Attempt.objects.filter(id=attempt.id, state__in=UNRESOLVED).update(state=state, **columns)


def marker_of_absent(matter_id: UUID, action: str) -> str | None:
    """The marker of the last try, if that proved not to have happened: it is sent again under the same one."""
    settled = [AttemptState.ABSENT, AttemptState.DONE, AttemptState.ADOPTED]
    last = Attempt.objects.filter(matter_id=matter_id, action=action, state__in=settled).order_by("-id").first()
    return last.intended.get("marker") if last and last.state == AttemptState.ABSENT else None


def delivered(change: Change) -> None:
    """The matter is in Lawmatics as it stood when this run began. A reason that came meanwhile keeps the row open."""
    done = Change.objects.filter(id=change.id, revision=change.revision, state=ChangeState.WAITING).update(
        state=ChangeState.DELIVERED, settled_at=clock.now(), problem="", problem_text=""
    )
    if done:
        note_delivery(matter_id=change.matter_id, state="linked")
        _tell_run(change, ItemResult.DONE)
    elif change.undo_of or change.forms:
        # What a person asked for once is done, although there is more to do by now.
        Change.objects.filter(id=change.id, undo_of=change.undo_of, forms=change.forms).update(undo_of=None, forms=[])


def more_to_do(change: Change) -> None:
    """Keep the change open after this run, as a reason that came meanwhile would."""
    Change.objects.filter(id=change.id).update(revision=F("revision") + 1)


def put_off(change: Change, *, until: datetime, ruling: Ruling, text: str, failed: bool) -> None:
    """Leave the change waiting, with the reason. A click that came meanwhile keeps its own, earlier moment."""
    columns = {"problem": ruling.code, "problem_text": text, "failures": change.failures + failed}
    if failed:
        columns["troubled_at"] = change.troubled_at or watch()
    mine = Change.objects.filter(id=change.id, state=ChangeState.WAITING)
    if not mine.filter(revision=change.revision).update(not_before=until, **columns):
        mine.update(**columns)


def tell_waiting(*, ruling: Ruling, text: str) -> None:
    """Nothing can be sent at all: let every change that is due say so, where people look for trouble."""
    Change.objects.filter(state=ChangeState.WAITING, not_before__lte=clock.now()).update(
        problem=ruling.code,
        problem_text=text,
        failures=F("failures") + 1,
        troubled_at=Coalesce(F("troubled_at"), watch()),
    )


def hold_for_person(
    change: Change,
    *,
    ruling: Ruling,
    text: str,
    asked_about: str = "",
    asked_names: Mapping[str, str] | None = None,
) -> None:
    """Nothing more happens to this change until a person acts. A click that came meanwhile keeps it waiting."""
    held = Change.objects.filter(id=change.id, state=ChangeState.WAITING, revision=change.revision).update(
        state=ChangeState.HELD,
        problem=ruling.code,
        problem_text=text,
        failures=change.failures + 1,
        troubled_at=change.troubled_at or watch(),
        asked_about=asked_about,
        asked_names=dict(asked_names or {}),
        decision="",
    )
    if held:
        note_delivery(matter_id=change.matter_id, state="held")
        _tell_run(change, ItemResult.HELD, text)


def watch() -> datetime:
    """Something of the firm's is in trouble: see soon whether its admins must be told. Answers the moment."""
    now = clock.now()
    Lane.objects.filter(firm_id=current_firm_id(), watch_at=None).update(watch_at=now)
    return now


def count_death(change_id: UUID, *, ruling: Ruling, most: int) -> None:
    """A worker died with this change in hand. One that has killed `most` of them is set aside for a person."""
    Change.objects.filter(id=change_id).update(deaths=F("deaths") + 1)
    change = Change.objects.filter(id=change_id, state=ChangeState.WAITING, deaths__gte=most).first()
    if change is not None:
        hold_for_person(change, ruling=ruling, text=ruling.text)


def _tell_run(change: Change, result: ItemResult, text: str = "") -> None:
    """If a bulk run asked for the change: what came of it."""
    if change.run_id is not None:
        BulkItem.objects.filter(run_id=change.run_id, matter_id=change.matter_id).update(
            result=result, text=text, settled_at=clock.now()
        )


def linked_elsewhere(kind: RecordKind, lawmatics_ids: Iterable[str], *, but: UUID) -> set[str]:
    """Which of these ids are the counterparts of other records than `but`."""
    links = Link.objects.filter(kind=kind, lawmatics_id__in=list(lawmatics_ids)).exclude(record_id=but)
    return set(links.values_list("lawmatics_id", flat=True))


def is_linked(kind: RecordKind, record_id: UUID) -> bool:
    return Link.objects.filter(kind=kind, record_id=record_id).exists()


def milliseconds_since(attempt: Attempt) -> int:
    return max(0, int((clock.now() - attempt.at).total_seconds() * 1000))
