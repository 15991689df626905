"""A person's own calls to Lawmatics from a page. They take from the same budget as the engine's."""

from collections.abc import Callable
from uuid import UUID

from casehug.connections.client import client_with_token, fresh_token
from casehug.connections.errors import NotConnected
from casehug.connections.services import mark_broken
from casehug.kit import clock
from casehug.kit.encryption import CannotOpen
from casehug.sync import lanes, limits, policy
from casehug.sync.policy import Fate
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from lawmatics import Call, LawmaticsError, errors


def gate(firm_id: UUID) -> Callable[[Call], None]:
    """What a client built outside of a drain calls before each request. Raises BudgetSpent."""
    lanes.open_lane(firm_id)
    return lambda _call: limits.reserve(firm_id)


def test_access(firm_id: UUID) -> tuple[bool, str]:
    """Ask Lawmatics who we are (one request): whether it worked, and a sentence that says what to do if not.

    Opens its own scopes.
    """
    token = ""
    try:
        token = fresh_token(firm_id)
        me = client_with_token(token, before=gate(firm_id)).users.me()
    except (LawmaticsError, NotConnected, limits.BudgetSpent, CannotOpen) as error:
        ruling = policy.rule(error)
        if ruling.fate == Fate.STOP and isinstance(error, LawmaticsError):
            with firm_scope(firm_id):
                mark_broken(Actor.system(firm_id), refused_token=token)
        if isinstance(error, errors.RateLimited):
            # Whoever of the firm's apps caused it: the lane rests too.
            until = clock.now() + limits.pause_after_refusal(error.retry_after)
            lanes.pause(firm_id, until=until, reason=ruling.code)
        return False, _what_it_means(ruling)
    return True, f"Lawmatics answered and knows this connection as {me.name or 'an unnamed user'}."


def _what_it_means(ruling: policy.Ruling) -> str:
    if ruling.code == "forbidden":
        return (
            "Lawmatics knows the connection but does not let it use the API. Usually API access is not switched on for"
            " this account: write to support@lawmatics.com; questions about the API itself go to api@lawmatics.com."
        )
    return ruling.text
