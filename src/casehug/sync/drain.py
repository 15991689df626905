"""Working on a lane: one change after the other, until nothing is due or it is another firm's turn."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection

from casehug.connections.client import client_with_token, fresh_token
from casehug.connections.errors import NotConnected
from casehug.connections.services import mark_broken
from casehug.kit import backoff, clock
from casehug.kit.encryption import CannotOpen
from casehug.sync import applier, bulk, contact_list, form_choices, lanes, ledger, limits, policy, pull, reference
from casehug.sync.bulk_preview import preview_on
from casehug.sync.errand import Errand
from casehug.sync.lanes import LaneLost, Lease
from casehug.sync.lookup import CREATES, QUARANTINE
from casehug.sync.meter import Meter
from casehug.sync.models import AttemptState, Lane, Priority
from casehug.sync.policy import Fate, NeedsPerson, Ruling, StillUnknown
from casehug.sync.rules import FirmRules, kept_rules
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from lawmatics import Lawmatics, LawmaticsError, errors

log = structlog.get_logger()

# After this long a drain lets other firms have the worker; its own lane is due again at once.
TURN_SECONDS = 10.0
SETTINGS_RETRY = timedelta(seconds=30)


# A change that was in hand so often when its worker died is set aside.
MOST_DEATHS = 3


@dataclass(frozen=True)
class Rest:
    """When the lane is to be looked at again, and whether it is paused until then."""

    due_at: datetime | None = None
    paused_until: datetime | None = None
    reason: str = ""


def drain(firm_id: UUID) -> None:
    """Work on the firm's lane. Returns at once if another drain holds it. Opens its own scopes."""
    until = monotonic() + TURN_SECONDS
    while (lease := lanes.acquire(firm_id)) is not None:
        try:
            with lanes.heartbeat(lease):
                if lease.died_at is not None:
                    _count_death(lease, lease.died_at)
                rest = _work(lease, until)
        except LaneLost:
            log.warning("sync.lane_lost", firm_id=str(firm_id))
            return
        except Exception:
            lanes.release(lease, due_at=clock.now() + backoff.delay(1))
            raise
        lanes.release(lease, due_at=rest.due_at, paused_until=rest.paused_until, reason=rest.reason)
        # Look again: a change that rang after the lane was read found it taken.
        if monotonic() > until or not lanes.is_due(firm_id):
            return


def _count_death(lease: Lease, change_id: UUID) -> None:
    log.warning("sync.worker_died", firm_id=str(lease.firm_id), change_id=str(change_id))
    with lanes.held(lease):
        ledger.count_death(change_id, ruling=policy.POISON, most=MOST_DEATHS)


def _work(lease: Lease, until: float) -> Rest:
    meter = Meter(lease)
    token = ""
    try:
        token = fresh_token(lease.firm_id)
        client = client_with_token(token, before=meter.before, after=meter.after)
        rules = _rules(client, lease)
        turn = Turn(lease, client, meter, rules, token)
        while monotonic() < until:
            if rest := turn.next():
                return rest
            if turn.idle and not turn.work_long():
                break
        else:
            return turn.give_way()
        with firm_scope(lease.firm_id):
            _, fresh = reference.kept()
        if not fresh:
            reference.refresh(client, lease)
    except NotConnected:
        return Rest()  # the queue is kept; connecting again rings
    except (LawmaticsError, limits.BudgetSpent, CannotOpen) as error:
        return _tell_and_rest(lease, error, token)
    with firm_scope(lease.firm_id):
        return Rest(due_at=ledger.next_moment())


def _rules(client: Lawmatics, lease: Lease) -> FirmRules:
    reference.current(client, lease)
    with firm_scope(lease.firm_id):
        return kept_rules()


@dataclass
class Turn:
    """A drain's time with the lane. Finishing one change and taking the next share a transaction."""

    lease: Lease
    client: Lawmatics
    meter: Meter
    rules: FirmRules
    token: str = field(repr=False)
    errand: Errand | None = None
    idle: bool = False

    def next(self) -> Rest | None:
        """Finish the change in hand, take the next and bring it to Lawmatics. `idle` tells that none was due.

        None if the lane can go on, else how it rests. Raises LaneLost.
        """
        finished, self.errand = self.errand, None
        if finished is not None:
            # Settings that it found changed and read again are good for the rest of the turn.
            self.rules = finished.rules
        try:
            with lanes.held(self.lease):
                if finished is not None:
                    applier.finish(finished)
                if (change := ledger.next_change()) is not None:
                    self.meter.requests = 0
                    self.meter.for_bulk = change.priority == Priority.BACKFILL
                    self.errand = Errand(self.lease, self.client, self.meter, change, self.rules)
                    applier.load(self.errand)
                    self.meter.prepay()
                lanes.hold(self.lease, working_on=change.id if change else None)
        except LaneLost:
            raise
        except Exception as error:  # whose fault it was is told by the next transaction, which has one of them only
            taken, self.errand = self.errand, None
            self.meter.forget_prepaid()
            if finished is not None:
                # What was taken was not: the next turn takes it again.
                return self._finish_alone(finished)
            if taken is None:
                raise
            return self._failed(taken, error)
        self.meter.traveller = self.errand
        if self.errand is None:
            self.idle = True
            return None
        try:
            applier.apply(self.errand)
        except LaneLost:
            raise
        except Exception as error:  # the closed table decides, and what it does not list stops and shows
            return self._failed(self.errand, error)
        return None

    def work_long(self) -> bool:
        """One small step of long work, since no change is due; whatever comes meanwhile overtakes the next one.

        False if there is none. Raises what the steps raise.
        """
        self.idle, self.meter.for_bulk = False, True
        try:
            if (
                preview_on(self.lease.firm_id)
                or contact_list.read_on(self.lease, self.client, self.rules)
                or pull.read_on(self.lease, self.client, self.rules)
            ):
                # A list of contacts may be read by now, and has to be told of those that are made.
                self.rules = replace(self.rules, lists_contacts=True)
                return True
        except LawmaticsError as error:
            # What is tried again later must not hold up a bulk sync until then.
            if policy.rule(error).fate == Fate.LATER and bulk.feed(self.lease):
                return True
            raise
        return bulk.feed(self.lease) or form_choices.read_on(self.lease, self.client, self.rules)

    def give_way(self) -> Rest:
        """Finish what is in hand; another firm may have the worker now."""
        rest = self._finish_alone(self.errand) if self.errand is not None else None
        return rest or Rest(due_at=clock.now())

    def _finish_alone(self, errand: Errand) -> Rest | None:
        try:
            with lanes.held(self.lease):
                applier.finish(errand)
        except LaneLost:
            raise
        except Exception as error:  # the closed table decides
            return self._failed(errand, error)
        return None

    def _failed(self, errand: Errand | None, error: Exception) -> Rest | None:
        self.errand = None
        if errand is None:
            return None
        self.rules = errand.rules
        return _settle(errand, error, self.token)


def _tell_and_rest(lease: Lease, error: Exception, token: str) -> Rest:
    """Nothing could be sent at all. What waits says so, where people look for trouble."""
    ruling = policy.rule(error)
    if isinstance(error, errors.RateLimited):
        with lanes.held(lease):
            limits.learn(Lane.objects.get(firm_id=lease.firm_id))
    if ruling.fate != Fate.PAUSE:
        with lanes.held(lease):
            ledger.tell_waiting(ruling=ruling, text=policy.explain(error, ruling))
    return _rest_after(lease, error, ruling, token)


def _settle(errand: Errand, error: Exception, token: str) -> Rest | None:
    """Write down what became of a change that failed. None if the lane can go on, else how it rests."""
    match error:
        case StillUnknown():
            ruling = policy.OUTCOME_UNKNOWN
            with lanes.held(errand.lease):
                ledger.put_off(errand.change, until=error.until, ruling=ruling, text=ruling.text, failed=False)
            return None
        case NeedsPerson():
            # An open write stays open: whoever comes back to this change looks for it first.
            state = AttemptState.UNKNOWN if errand.open_action in CREATES else AttemptState.FAILED
            with lanes.held(errand.lease):
                errand.log_failure(error.ruling, error.text, state=state)
                ledger.hold_for_person(
                    errand.change,
                    ruling=error.ruling,
                    text=error.text,
                    asked_about=error.asked_about,
                    asked_names=error.asked_names,
                )
            return None
        case _:
            return _settle_failure(errand, error, token)


def _settle_failure(errand: Errand, error: Exception, token: str) -> Rest | None:
    change, lease = errand.change, errand.lease
    if isinstance(error, OperationalError | InterfaceError):
        connection.close()  # it broke; the next transaction opens another
    creating = errand.open_action in CREATES
    ruling = policy.rule(error, create=creating)
    if ruling is policy.UNLISTED:
        log.exception("sync.unexpected", change_id=str(change.id), action=errand.action)
    if ruling in {policy.UNLISTED, policy.DATABASE_AWAY} and errand.attempt is not None and creating:
        # A create is open, and something of our own failed: the database after Lawmatics had answered, say.
        ruling = policy.OUTCOME_UNKNOWN
    text = policy.explain(error, ruling)
    with lanes.held(lease):
        if not isinstance(error, limits.BudgetSpent):
            state = AttemptState.UNKNOWN if ruling.fate == Fate.LOOK else AttemptState.FAILED
            errand.log_failure(ruling, text, state=state)
        if ruling.fate == Fate.ASK:
            ledger.hold_for_person(change, ruling=ruling, text=text)
        elif ruling.fate == Fate.LOOK:
            until = clock.now() + QUARANTINE
            ledger.put_off(change, until=until, ruling=ruling, text=text, failed=True)
        elif ruling.fate == Fate.LATER:
            until = clock.now() + backoff.delay(change.failures + 1)
            ledger.put_off(change, until=until, ruling=ruling, text=text, failed=True)
        else:
            ledger.put_off(change, until=change.not_before, ruling=ruling, text=text, failed=False)
        if isinstance(error, errors.RateLimited):
            limits.learn(Lane.objects.get(firm_id=lease.firm_id))
    return _rest_after(lease, error, ruling, token) if ruling.fate in {Fate.PAUSE, Fate.STOP} else None


def _rest_after(lease: Lease, error: Exception, ruling: Ruling, token: str) -> Rest:
    """How the whole lane rests after an error that is not one change's own."""
    if isinstance(error, limits.BudgetSpent) and error.of_bulk:
        return Rest(due_at=error.free_at)
    if isinstance(error, limits.BudgetSpent):
        return Rest(due_at=error.free_at, paused_until=error.free_at, reason=ruling.code)
    if ruling.fate == Fate.PAUSE:
        free_at = clock.now() + limits.pause_after_refusal(getattr(error, "retry_after", None))
        return Rest(due_at=free_at, paused_until=free_at, reason=ruling.code)
    if ruling.fate == Fate.STOP:
        if not isinstance(error, NotConnected):
            with firm_scope(lease.firm_id):
                broken = mark_broken(Actor.system(lease.firm_id), refused_token=token)
            if not broken:
                # It was renewed meanwhile, or had come to its end: go on with the next one.
                return Rest(due_at=clock.now())
        return Rest()
    return Rest(due_at=clock.now() + SETTINGS_RETRY)
