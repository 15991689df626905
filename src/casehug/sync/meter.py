"""Every request passes here: it leaves only within the budget and while the lane is ours, and it is counted."""

from dataclasses import dataclass, field

from casehug.kit import clock
from casehug.sync import lanes, limits
from casehug.sync.lanes import Lease
from casehug.tenancy.scope import firm_scope
from lawmatics import Call, Exchange


@dataclass
class Meter:
    """`requests` counts since it was last set to 0; `clock_offset` is how many seconds the remote's clock is ahead."""

    lease: Lease
    requests: int = 0
    clock_offset: float = 0.0
    _prepaid: bool = field(default=False, repr=False)

    def prepay(self) -> None:
        """Take the slot of the next request now, before its intent is written. Raises BudgetSpent, LaneLost."""
        if not self._prepaid:
            self._take()
            self._prepaid = True

    def before(self, _call: Call) -> None:
        if self._prepaid:
            self._prepaid = False
        else:
            self._take()

    def after(self, exchange: Exchange) -> None:
        self.requests += 1
        if exchange.remote_date is not None:
            self.clock_offset = (exchange.remote_date - clock.now()).total_seconds()

    def _take(self) -> None:
        with firm_scope(self.lease.firm_id):
            lanes.hold(self.lease)
            limits.take_slot()
