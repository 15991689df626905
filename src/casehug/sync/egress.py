"""The egress ledger: the bytes that left for Lawmatics about one matter. Reading it is recorded."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet

from casehug.audit.services import record
from casehug.intake.access import matter as fetch_matter
from casehug.sync.models import AttemptState, SentBody
from casehug.sync.queries.log import DONE_WORDS, STEP_WORDS
from casehug.tenancy.actor import Actor

PAGE_SIZE = 20


@dataclass(frozen=True)
class Sent:
    """One body as it left. `intact` says that it still has the digest it had then."""

    id: UUID
    at: datetime
    action: str
    words: str
    state: str
    method: str
    path: str
    body: bytes
    sha256: str
    intact: bool

    @property
    def pretty(self) -> str:
        return json.dumps(json.loads(self.body), indent=2, ensure_ascii=False)


@dataclass(frozen=True)
class SentPage:
    items: list[Sent]
    older: UUID | None


def sent_page(actor: Actor, *, matter_id: UUID, before: UUID | None = None) -> SentPage:
    """What left about the matter, newest first. Raises NotFound."""
    matter = fetch_matter(actor, matter_id)
    found = _bodies(actor, matter.id)
    rows = list((found.filter(id__lt=before) if before else found).order_by("-id")[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    record(actor, action="egress.read", subject="matter", subject_id=matter.id, bodies=len(shown))
    return SentPage([_opened(row) for row in shown], older=shown[-1].id if len(rows) > len(shown) else None)


def export(actor: Actor, *, matter_id: UUID) -> bytes:
    """Everything that left about the matter as a ZIP: `sent.jsonl` and each body, byte for byte. Raises NotFound."""
    matter = fetch_matter(actor, matter_id)
    packed = io.BytesIO()
    lines = []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, row in enumerate(_bodies(actor, matter.id).order_by("id").iterator(chunk_size=100), start=1):
            sent = _opened(row)
            name = f"bodies/{number:05d}.json"
            archive.writestr(name, sent.body)
            lines.append(json.dumps(_described(sent, name), ensure_ascii=False))
        archive.writestr("sent.jsonl", "".join(f"{line}\n" for line in lines))
    record(actor, action="egress.exported", subject="matter", subject_id=matter.id, bodies=len(lines))
    return packed.getvalue()


def _described(sent: Sent, name: str) -> dict[str, str | int]:
    return {
        "at": sent.at.isoformat(),
        "action": sent.action,
        "outcome": sent.state,
        "method": sent.method,
        "path": sent.path,
        "bytes": len(sent.body),
        "sha256": sent.sha256,
        "file": name,
        "body": sent.body.decode(),
    }


def _bodies(actor: Actor, matter_id: UUID) -> QuerySet[SentBody]:
    return SentBody.objects.filter(firm_id=actor.firm_id, matter_id=matter_id).select_related("attempt")


def _opened(row: SentBody) -> Sent:
    attempt = row.attempt
    body = row.reveal()
    well = attempt.state in {AttemptState.DONE, AttemptState.ADOPTED}
    return Sent(
        id=row.id,
        at=row.at,
        action=attempt.action,
        words=(DONE_WORDS if well else STEP_WORDS).get(attempt.action, attempt.action),
        state=AttemptState(attempt.state).label,
        method=row.method,
        path=row.path,
        body=body,
        sha256=row.sha256,
        intact=sha256(body).hexdigest() == row.sha256,
    )
