"""Every request passes here: it leaves only within the budget and while the lane is ours, and it is counted."""

from dataclasses import dataclass, field
from typing import Protocol

from casehug.kit import clock
from casehug.sync import lanes, limits
from casehug.sync.lanes import Lease
from casehug.sync.limits import BudgetSpent
from casehug.sync.models import Lane
from lawmatics import Call, Exchange


class Traveller(Protocol):
    """Who has something to write down before the next request leaves."""

    def unload(self) -> None:
        """Settle what the request before brought. Joins a scope in which the lane is held."""

    def load(self, call: Call) -> None:
        """Record what is about to leave, in the same scope."""

    def committed(self) -> None:
        """That transaction has committed; unless the budget is spent, the request leaves now."""


@dataclass
class Meter:
    """`requests` counts since it was last set to 0; `clock_offset` is how many seconds the remote's clock is ahead.
    `for_bulk` says that nobody waits for what is sent now.

    The settling of one write, the recording of the next and the budget's slot share one transaction.
    """

    lease: Lease
    requests: int = 0
    clock_offset: float = 0.0
    traveller: Traveller | None = None
    limit: int | None = None
    for_bulk: bool = False
    _prepaid: bool = field(default=False, repr=False)
    _taken: int = field(default=0, repr=False)

    def prepay(self) -> None:
        """Take the slot of the next request in the open scope, in which the lane is held; later if none is free."""
        if self._prepaid:
            return
        try:
            self._take()
        except BudgetSpent:
            return
        self._prepaid = True

    def forget_prepaid(self) -> None:
        """The transaction that took it was rolled back."""
        self._prepaid = False

    def before(self, call: Call) -> None:
        """Raises BudgetSpent and LaneLost; what was to be settled is settled in the first case."""
        spent: BudgetSpent | None = None
        prepaid, self._prepaid = self._prepaid, False
        if prepaid and not call.writes:
            return
        with lanes.held(self.lease):
            if self.traveller:
                self.traveller.unload()
            try:
                if not prepaid:
                    self._take()
            except BudgetSpent as error:
                spent = error
            else:
                if self.traveller:
                    self.traveller.load(call)
        if self.traveller:
            self.traveller.committed()
        if spent is not None:
            raise spent

    def after(self, exchange: Exchange) -> None:
        self.requests += 1
        if exchange.remote_date is not None:
            self.clock_offset = (exchange.remote_date - clock.now()).total_seconds()

    def _take(self) -> None:
        if self._taken % limits.SWEEP_EVERY == 0:
            self.limit = limits.limit_of(Lane.objects.filter(firm_id=self.lease.firm_id).first())
            limits.sweep(self.lease.firm_id)
        self._taken += 1
        kept = limits.KEPT_FROM_BULK if self.for_bulk else 0
        try:
            limits.take_slot(max(1, (self.limit or 1) - kept))
        except BudgetSpent as error:
            error.of_bulk = self.for_bulk
            raise
