"""One change on its way into Lawmatics: what it is about, and the protocol of its writes.

Claim, call, settle: every write is committed as an Attempt, with its exact bytes, before it leaves; the network is only
used between transactions. What a write brought is settled in the transaction that records the next one, or that
finishes the change: if the worker dies in between, the write is still open, and the next worker looks for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import IntegrityError

from casehug.intake.disclosure import MatterDisclosure
from casehug.sync import ledger, policy
from casehug.sync.lanes import Lease
from casehug.sync.mapping import Placement
from casehug.sync.meter import Meter
from casehug.sync.models import Attempt, AttemptState, Change, RecordKind
from casehug.sync.planner import Known, KnownLink, Wanted
from casehug.sync.policy import NeedsPerson, Ruling
from casehug.sync.rules import FirmRules
from lawmatics import Call, Lawmatics, Matter

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Intent:
    """A write that is about to leave."""

    action: str
    intended: Mapping[str, Any]
    before: Mapping[str, Any]


@dataclass
class Errand:
    """`action` names the step it is at, `attempt` the write that is out or not settled yet."""

    lease: Lease
    client: Lawmatics
    meter: Meter
    change: Change
    rules: FirmRules
    action: str = "plan"
    attempt: Attempt | None = None
    logged: int = 0
    rules_read: bool = False

    disclosure: MatterDisclosure = field(init=False)
    placement: Placement = field(init=False)
    wanted: Wanted = field(init=False)
    known: Known = field(init=False)
    open_writes: list[Attempt] = field(default_factory=list)
    # Sizes of the documents that were filed on the way.
    filed: list[int] = field(default_factory=list)
    read_matter: Matter | None = None

    _intent: Intent | None = field(default=None, repr=False)
    _settlements: list[Callable[[], None]] = field(default_factory=list, repr=False)
    _cannot_settle: bool = field(default=False, repr=False)
    _begun: Attempt | None = field(default=None, repr=False)
    _answered: str = field(default="", repr=False)

    def write(
        self,
        action: str,
        *,
        call: Callable[[], Answer],
        intended: Mapping[str, Any],
        remember: Callable[[Answer], None],
        before: Mapping[str, Any] | None = None,
        record_of: Callable[[Answer], str] = lambda answer: str(getattr(answer, "id", "")),
        text_of: Callable[[Answer], str] = lambda _answer: "",
    ) -> Answer:
        """Plan, record, make, settle: one write to Lawmatics, made by `call`, which sends one request.

        `intended` is what a look would need to find the record again; `remember` writes down what the answer brought,
        in the transaction that settles the attempt. Raises what the client raises, BudgetSpent and LaneLost.
        """
        self._intent = Intent(action, intended, before or {})
        try:
            answer = call()
        finally:
            self._intent = None
        attempt, self._answered = self.attempt, record_of(answer)
        requests = self.requests_since_last_line()
        milliseconds = ledger.milliseconds_since(attempt) if attempt is not None else None

        def settle() -> None:
            if attempt is None:
                raise RuntimeError(f"{action} left without being recorded")
            ledger.settle(
                self.lease,
                attempt,
                state=AttemptState.DONE,
                requests=requests,
                milliseconds=milliseconds,
                lawmatics_id=record_of(answer),
                text=text_of(answer),
            )
            remember(answer)

        self._settlements.append(settle)
        return answer

    def later(self, settlement: Callable[[], None]) -> None:
        """Have something written down in the next transaction: what was learned without a write."""
        self._settlements.append(settlement)

    # --- the meter's calls ----------------------------------------------------------------------------------------

    def unload(self) -> None:
        """Settle what was learned. It is forgotten only once that has committed."""
        self._cannot_settle = bool(self._settlements)
        try:
            for settlement in self._settlements:
                settlement()
        except IntegrityError as error:
            # Lawmatics gave out an id that another matter here is linked to: nobody but a person can untangle that.
            raise NeedsPerson(policy.TAKEN_ID) from error
        self._cannot_settle = False

    def load(self, call: Call) -> None:
        if (intent := self._intent) is None:
            return
        self._begun = ledger.begin(
            self.change,
            account_id=self.rules.account_id,
            action=intent.action,
            fence=self.lease.fence,
            intended={**intent.intended, "clock_offset": self.meter.clock_offset},
            before=intent.before,
        )
        if call.body is not None:
            ledger.keep_body(self._begun, method=call.method, path=call.path, body=call.body)

    def committed(self) -> None:
        if self._settlements or self._begun:
            self.attempt = self._begun
        self._settlements, self._begun = [], None
        if self._intent is not None:
            self.action = self._intent.action

    # --- the log --------------------------------------------------------------------------------------------------

    def log(self, action: str, *, lawmatics_id: str = "", text: str = "") -> None:
        """A line about something that needed no write. Joins a scope."""
        ledger.log(
            self.change,
            action=action,
            account_id=self.rules.account_id,
            state=AttemptState.DONE,
            requests=self.requests_since_last_line(),
            lawmatics_id=lawmatics_id,
            text=text,
        )

    def log_failure(self, ruling: Ruling, text: str, state: AttemptState = AttemptState.FAILED) -> None:
        """Write what went wrong into the log: on the open write's own row, or on a line for the step. Joins a scope."""
        if self._settlements and not self._cannot_settle:
            # The write before it had succeeded.
            self.unload()
            self.attempt = None
        self._settlements = []
        told: dict[str, Any] = {"problem": ruling.code, "text": text}
        if self.attempt is not None:
            if self._cannot_settle:
                # What it answered with is kept, since the link could not be.
                told["lawmatics_id"] = self._answered
            ledger.settle(self.lease, self.attempt, state=state, requests=1, **told)
            self.attempt = None
        else:
            ledger.log(
                self.change,
                action=self.action,
                account_id=self.rules.account_id,
                state=AttemptState.FAILED,
                requests=self.meter.requests,
                **told,
            )

    @property
    def open_action(self) -> str:
        """The write that is out, or the step that was being made."""
        settled = bool(self._settlements) and not self._cannot_settle
        return self.attempt.action if self.attempt is not None and not settled else self.action

    def requests_since_last_line(self) -> int:
        """A search or read counts with the step it was made for."""
        requests = self.meter.requests - self.logged
        self.logged = self.meter.requests
        return requests

    # --- links ----------------------------------------------------------------------------------------------------

    def link_to(self, kind: RecordKind, lawmatics_id: str) -> KnownLink:
        """The link after a create: everything wanted was sent."""
        return KnownLink(
            lawmatics_id=lawmatics_id, sent=dict(self.wanted.fields(kind)), digest=self.wanted.digest(kind)
        )

    def save_link(self, kind: RecordKind, link: KnownLink, **told: Any) -> None:
        """Joins a scope."""
        record_id = self.wanted.client_id if kind == RecordKind.CONTACT else self.change.matter_id
        if record_id is None:
            raise ValueError("a contact is only written for a matter that has a client")
        ledger.save_link(kind=kind, record_id=record_id, link=link, account_id=self.rules.account_id, **told)
