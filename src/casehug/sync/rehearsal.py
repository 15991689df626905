"""What a sync of a matter would send, to the byte, without sending it.

The same plan and the same steps as a real errand, played to a stand-in for Lawmatics that finds nobody and takes
everything. Nothing is written down and no network is used. Where the real course depends on what stands in Lawmatics,
the line says so, and shows the most that could leave.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import httpx2

from casehug.sync import applier
from casehug.sync.errand import Errand
from casehug.sync.lanes import Lease
from casehug.sync.meter import Meter
from casehug.sync.models import OPEN_STATES, Change, Priority, RecordKind
from casehug.sync.planner import (
    AddNote,
    AskWhichPerson,
    AskWhichValue,
    Create,
    FileDocument,
    FindContact,
    Found,
    Known,
    NeedsClient,
    Read,
    Step,
    SubmitForm,
    Update,
    plan,
)
from casehug.sync.policy import NeedsPerson
from casehug.sync.queries.card import LOOK_WORDS, in_words
from casehug.sync.rules import kept_rules
from casehug.tenancy.scope import firm_scope
from lawmatics import Call, Lawmatics, LawmaticsError

Answer = TypeVar("Answer")

MOST_STEPS = 200
# They stand in the bodies where Lawmatics' own ids will.
NEW_CONTACT, NEW_MATTER = "new-contact", "new-matter"
PLACES = {"contacts": NEW_CONTACT, "prospects": NEW_MATTER}


@dataclass(frozen=True)
class Rehearsed:
    """One step as it would be made. `body` is None where no JSON leaves; `note` tells what it depends on."""

    words: str
    request: str = ""
    body: bytes | None = None
    note: str = ""

    @property
    def pretty(self) -> str:
        return json.dumps(json.loads(self.body), indent=2, ensure_ascii=False) if self.body else ""


class StandIn(httpx2.BaseTransport):
    """Lawmatics as it would answer if it took everything: a new record gets a name in place of an id."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        found = re.fullmatch(r"/v1/(\w+)(?:/([\w-]+))?.*", request.url.path)
        kind, record_id = found.groups() if found else ("", None)
        if request.method == "GET":
            return httpx2.Response(200, json={"data": None if record_id else []}, request=request)
        sent = json.loads(request.content or b"{}")
        stage = sent.get("stage_id")
        placed = {"stage": {"data": {"id": str(stage), "type": "stage"}}} if stage else {}
        data = {"id": record_id or PLACES.get(kind, "new"), "type": kind, "attributes": {}, "relationships": placed}
        return httpx2.Response(200, json={"data": data}, request=request)


@dataclass
class Rehearsal(Errand):
    """An errand that writes nothing down, neither here nor there."""

    calls: list[Call] = field(default_factory=list)

    def write(self, action: str, *, call: Callable[[], Answer], **recorded: Any) -> Answer:
        return call()

    def later(self, settlement: Callable[[], None]) -> None:
        """Nothing was learned."""


def rehearse(firm_id: UUID, matter_id: UUID) -> list[Rehearsed]:
    """The steps that "Sync to Lawmatics" would make now. Opens its own scopes. Raises NotFound."""
    calls: list[Call] = []
    with httpx2.Client(transport=StandIn(), trust_env=False) as http:
        client = Lawmatics(base_url="http://rehearsal.test", token=lambda: "none", http=http, before=calls.append)
        lease = Lease(firm_id=firm_id, fence=0)
        with firm_scope(firm_id):
            rules = kept_rules()
            errand = Rehearsal(lease, client, Meter(lease), _clicked(matter_id), rules, calls=calls)
            applier.load(errand)
        lines = [Rehearsed(LOOK_WORDS)] if errand.open_writes else []
        return lines + _steps(errand)


def _clicked(matter_id: UUID) -> Change:
    """The change as a click would leave it. Not saved."""
    waiting = Change.objects.filter(matter_id=matter_id, state__in=OPEN_STATES).first()
    change = waiting or Change(matter_id=matter_id)
    change.priority, change.quiet = Priority.CLICK, False
    return change


def _steps(errand: Rehearsal) -> list[Rehearsed]:
    lines: list[Rehearsed] = []
    searched = False
    while (steps := plan(errand.wanted, errand.known)) and len(lines) < MOST_STEPS:
        step = steps[0]
        words = in_words(step, errand.placement)
        if isinstance(step, NeedsClient | AskWhichValue | AskWhichPerson):
            return [*lines, Rehearsed(words)]
        errand.calls.clear()
        try:
            errand.known, told = _made(errand, step)
        except NeedsPerson as problem:
            return [*lines, Rehearsed(words, note=problem.text)]
        except LawmaticsError:
            return [*lines, Rehearsed(words, note="What follows depends on what Lawmatics answers.")]
        if told is not None:
            lines.append(replace(told, words=words))
        note = _note(step, searched=searched)
        lines += [
            Rehearsed(words, request=f"{call.method} {call.path}", body=call.body, note=note)
            for call in errand.calls
            if call.writes
        ]
        searched = searched or isinstance(step, FindContact)
    return lines


def _made(errand: Rehearsal, step: Step) -> tuple[Known, Rehearsed | None]:
    """What is known after the step; and its line, where no JSON leaves."""
    known = errand.known
    match step:
        case FindContact():
            line = Rehearsed("", request="GET /v1/contacts", note="Only the e-mail address leaves, as a search.")
            return replace(known, candidates=()), line
        case Read(kind=kind, lawmatics_id=lawmatics_id):
            path = "contacts" if kind == RecordKind.CONTACT else "prospects"
            line = Rehearsed("", request=f"GET /v1/{path}/{lawmatics_id}", note="Nothing leaves but the id.")
            # As if nobody had touched it since: what we wrote last stands there, and nothing else.
            return known.having_read(kind, Found(lawmatics_id, known.links[kind].sent)), line
        case FileDocument():
            note = f"The file itself leaves: {step.size:,} bytes, SHA-256 {step.sha256}."
            return known.having_done(step.document_id), Rehearsed("", request="POST /v1/files", note=note)
        case SubmitForm():
            # Filled as the form was last read: the real step reads it again first, which needs Lawmatics.
            errand.client.forms.submit(step.form_id, step.values)
            return known.having_done(step.record_id), None
        case _:
            return applier.make(errand, step), None


def _note(step: Step, *, searched: bool) -> str:
    match step:
        case Create(kind=RecordKind.CONTACT) if searched:
            return (
                "Only if the search finds nobody. If it finds the same person, that contact is linked and what is"
                " blank there is filled; if it finds somebody else, you are asked first."
            )
        case Create(kind=RecordKind.MATTER, numbered=numbered):
            told = f"“{NEW_CONTACT}” stands for the id that Lawmatics gives the contact."
            return told + (" The case number is drawn when it leaves." if numbered else "")
        case Update():
            return "At most these fields: what the firm has typed there stays."
        case AddNote():
            return "The reference in the note’s name is drawn when it leaves."
        case SubmitForm():
            return "By the form as last read; it is read again before it is sent. It goes once."
    return ""
