"""A person's own calls to Lawmatics from a page. They take from the same budget as the engine's."""

from collections.abc import Callable
from uuid import UUID

from casehug.connections.client import client_of_firm
from casehug.connections.errors import NotConnected
from casehug.connections.services import mark_broken
from casehug.sync import lanes, limits, policy
from casehug.sync.policy import Fate
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from lawmatics import Call, LawmaticsError


def gate(firm_id: UUID) -> Callable[[Call], None]:
    """What a client built outside of a drain calls before each request. Raises BudgetSpent."""
    lanes.open_lane(firm_id)
    return lambda _call: limits.reserve(firm_id)


def test_access(firm_id: UUID) -> tuple[bool, str]:
    """Ask Lawmatics who we are (one request): whether it worked, and a sentence that says what to do if not.

    Opens its own scopes.
    """
    try:
        me = client_of_firm(firm_id, before=gate(firm_id)).users.me()
    except (LawmaticsError, NotConnected, limits.BudgetSpent) as error:
        ruling = policy.rule(error)
        if ruling.fate == Fate.STOP and isinstance(error, LawmaticsError):
            with firm_scope(firm_id):
                mark_broken(Actor.system(firm_id))
        return False, _what_it_means(ruling)
    return True, f"Lawmatics answered and knows this connection as {me.name or 'an unnamed user'}."


def _what_it_means(ruling: policy.Ruling) -> str:
    if ruling.code == "forbidden":
        return (
            "Lawmatics knows the connection but does not let it use the API. Usually API access is not switched on for"
            " this account: write to support@lawmatics.com; questions about the API itself go to api@lawmatics.com."
        )
    return ruling.text
