"""Working on a lane: one change after the other, until nothing is due or it is another firm's turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import structlog

from casehug.connections.client import client_with_token, fresh_token
from casehug.connections.errors import NotConnected
from casehug.connections.services import mark_broken
from casehug.kit import backoff, clock
from casehug.kit.encryption import CannotOpen
from casehug.sync import lanes, ledger, limits, policy, reference
from casehug.sync.applier import Applier
from casehug.sync.lanes import LaneLost, Lease
from casehug.sync.lookup import CREATES, QUARANTINE
from casehug.sync.meter import Meter
from casehug.sync.models import AttemptState
from casehug.sync.policy import Fate, NeedsPerson, Ruling, StillUnknown
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from lawmatics import LawmaticsError

log = structlog.get_logger()

# After this long a drain lets other firms have the worker; its own lane is due again at once.
TURN_SECONDS = 10.0
SETTINGS_RETRY = timedelta(seconds=30)


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


def _work(lease: Lease, until: float) -> Rest:
    meter = Meter(lease)
    token = ""
    try:
        token = fresh_token(lease.firm_id)
        client = client_with_token(token, before=meter.before, after=meter.after)
        settings = reference.current(client, lease.firm_id)
        while monotonic() < until:
            with firm_scope(lease.firm_id):
                change = ledger.next_change()
            if change is None:
                break
            meter.requests = 0
            if rest := _take_turn(Applier(lease, client, meter, change, settings), token):
                return rest
        else:
            return Rest(due_at=clock.now())
        with firm_scope(lease.firm_id):
            _, fresh = reference.kept()
        if not fresh:
            reference.refresh(client, lease.firm_id)
    except NotConnected:
        return Rest()  # the queue is kept; connecting again rings
    except (LawmaticsError, limits.BudgetSpent, CannotOpen) as error:
        return _tell_and_rest(lease, error, token)
    with firm_scope(lease.firm_id):
        return Rest(due_at=ledger.next_moment())


def _tell_and_rest(lease: Lease, error: Exception, token: str) -> Rest:
    """Nothing could be sent at all. What waits says so, where people look for trouble."""
    ruling = policy.rule(error)
    if ruling.fate != Fate.PAUSE:
        with firm_scope(lease.firm_id):
            ledger.tell_waiting(lease, ruling=ruling, text=policy.explain(error, ruling))
    return _rest_after(lease, error, ruling, token)


def _take_turn(applier: Applier, token: str) -> Rest | None:
    """Apply one change and settle it, whatever happens. None if the lane can go on, else how it rests."""
    change, lease = applier.change, applier.lease
    try:
        applier.apply()
    except LaneLost:
        raise
    except StillUnknown as unknown:
        with firm_scope(lease.firm_id):
            ruling = policy.OUTCOME_UNKNOWN
            ledger.put_off(lease, change, until=unknown.until, ruling=ruling, text=ruling.text, failed=False)
    except NeedsPerson as needed:
        with firm_scope(lease.firm_id):
            # An open write stays open: whoever comes back to this change looks for it first.
            state = AttemptState.UNKNOWN if applier.action in CREATES else AttemptState.FAILED
            applier.log_failure(needed.ruling, needed.text, state=state)
            ledger.hold_for_person(
                lease, change, ruling=needed.ruling, text=needed.text, asked_about=needed.asked_about
            )
    except Exception as error:  # the closed table decides, and what it does not list stops and shows
        return _settle_failure(applier, error, token)
    return None


def _settle_failure(applier: Applier, error: Exception, token: str) -> Rest | None:
    change, lease = applier.change, applier.lease
    ruling = policy.rule(error, create=applier.action in CREATES)
    if ruling is policy.UNLISTED:
        log.exception("sync.unexpected", change_id=str(change.id), action=applier.action)
        if applier.attempt is not None and applier.action in CREATES:
            # A create is open, and something of our own failed: the database after Lawmatics had answered, say.
            ruling = policy.OUTCOME_UNKNOWN
    text = policy.explain(error, ruling)
    with firm_scope(lease.firm_id):
        if not isinstance(error, limits.BudgetSpent):
            state = AttemptState.UNKNOWN if ruling.fate == Fate.LOOK else AttemptState.FAILED
            applier.log_failure(ruling, text, state=state)
        if ruling.fate == Fate.ASK:
            ledger.hold_for_person(lease, change, ruling=ruling, text=text)
        elif ruling.fate == Fate.LOOK:
            until = clock.now() + QUARANTINE
            ledger.put_off(lease, change, until=until, ruling=ruling, text=text, failed=True)
        elif ruling.fate == Fate.LATER:
            until = clock.now() + backoff.delay(change.failures + 1)
            ledger.put_off(lease, change, until=until, ruling=ruling, text=text, failed=True)
        else:
            ledger.put_off(lease, change, until=change.not_before, ruling=ruling, text=text, failed=False)
    return _rest_after(lease, error, ruling, token) if ruling.fate in {Fate.PAUSE, Fate.STOP} else None


def _rest_after(lease: Lease, error: Exception, ruling: Ruling, token: str) -> Rest:
    """How the whole lane rests after an error that is not one change's own."""
    if isinstance(error, limits.BudgetSpent):
        return Rest(due_at=error.free_at, paused_until=error.free_at, reason=ruling.code)
    if ruling.fate == Fate.PAUSE:
        free_at = clock.now() + limits.pause_after_refusal(getattr(error, "retry_after", None))
        return Rest(due_at=free_at, paused_until=free_at, reason=ruling.code)
    if ruling.fate == Fate.STOP:
        if not isinstance(error, NotConnected):
            with firm_scope(lease.firm_id):
                mark_broken(Actor.system(lease.firm_id), refused_token=token)
        return Rest()
    return Rest(due_at=clock.now() + SETTINGS_RETRY)
