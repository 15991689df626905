"""Tokens renew themselves once, in time, and whatever happens meanwhile never comes back as an old token."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx2
import pytest

from casehug.audit.models import Entry
from casehug.connections.client import REFRESH_CLAIM, client_with_token, fresh_token, oauth_of, use_http
from casehug.connections.errors import NotConnected
from casehug.connections.models import Connection, ConnectionState
from casehug.connections.services import forget_tokens, keep_token
from casehug.kit import clock
from casehug.kit.clock import ManualClock
from casehug.kit.outgoing import build_client
from casehug.tenancy.scope import firm_scope
from lawmatics import LONGEST_TIMEOUT_SECONDS, LawmaticsError, Token, errors
from sandbox.app import create_app
from sandbox.faults import Fault
from sandbox.oauth import TOKEN_LIFETIME
from sandbox.store import Town
from tests.cast import Cast
from tests.connections.conftest import row
from tests.databases import hang_up
from tests.lawmatics_town import TownTransport

FIVE_MINUTES = 300


def refreshes(town: Town) -> int:
    return sum(request.path == "/oauth/token" for request in town.requests)


def test_it_uses_a_token_until_five_minutes_before_its_end(expiring: Cast, town: Town, time: ManualClock) -> None:
    before = fresh_token(expiring.firm_id)
    time.advance(TOKEN_LIFETIME - FIVE_MINUTES - 1)
    town.requests.clear()
    assert fresh_token(expiring.firm_id) == before
    assert refreshes(town) == 0


def test_it_renews_it_from_then_on(expiring: Cast, town: Town, time: ManualClock) -> None:
    before = fresh_token(expiring.firm_id)
    time.advance(TOKEN_LIFETIME - FIVE_MINUTES)
    town.requests.clear()
    after = fresh_token(expiring.firm_id)
    assert (after != before, after in town.tokens, refreshes(town)) == (True, True, 1)


def test_it_counts_the_new_token_s_time_from_the_same_clock(expiring: Cast, town: Town, time: ManualClock) -> None:
    time.advance(TOKEN_LIFETIME)
    renewed = fresh_token(expiring.firm_id)
    town.requests.clear()
    assert fresh_token(expiring.firm_id) == renewed
    assert refreshes(town) == 0


def test_it_renews_a_token_that_ended_long_ago(expiring: Cast, town: Town, time: ManualClock) -> None:
    time.advance(30 * 24 * 3600)
    assert client_with_token(fresh_token(expiring.firm_id)).users.me().id


def test_it_never_renews_a_token_without_an_end(connected: Cast, town: Town, time: ManualClock) -> None:
    time.advance(10 * 365 * 24 * 3600)
    town.requests.clear()
    assert fresh_token(connected.firm_id) in town.tokens
    assert refreshes(town) == 0


def test_it_renews_once_for_eight_at_the_same_moment(expiring: Cast, town: Town, time: ManualClock) -> None:
    time.advance(TOKEN_LIFETIME - 60)
    town.requests.clear()
    ready = Barrier(8, timeout=10)

    def ask() -> str:
        try:
            ready.wait()
            return fresh_token(expiring.firm_id)
        finally:
            hang_up()

    with ThreadPoolExecutor(8) as pool:
        tokens = [asked.result() for asked in [pool.submit(ask) for _ in range(8)]]
    assert (len(set(tokens)), refreshes(town)) == (1, 1)
    assert tokens[0] in town.tokens


def test_it_would_break_if_two_renewed(expiring: Cast, time: ManualClock) -> None:
    """The twin: Lawmatics takes a refresh token once; a second use of it is refused."""
    with firm_scope(expiring.firm_id):
        connection = Connection.objects.get()
    oauth, spent = oauth_of(connection), connection.reveal("refresh_token_sealed")
    oauth.refresh(spent)
    with pytest.raises(errors.InvalidGrant):
        oauth.refresh(spent)


def test_it_is_broken_when_lawmatics_refuses_to_renew(expiring: Cast, town: Town, time: ManualClock) -> None:
    time.advance(TOKEN_LIFETIME)
    town.revoke_tokens("hartwell")
    with pytest.raises(NotConnected, match="connect again"):
        fresh_token(expiring.firm_id)
    assert row(expiring.alice)["state"] == ConnectionState.BROKEN


def test_it_tells_once_that_it_is_broken(expiring: Cast, town: Town, time: ManualClock) -> None:
    time.advance(TOKEN_LIFETIME)
    town.revoke_tokens("hartwell")
    for _ in range(3):
        with pytest.raises(NotConnected):
            fresh_token(expiring.firm_id)
    with firm_scope(expiring.firm_id):
        assert Entry.objects.filter(action="connection.broken").count() == 1


@pytest.mark.parametrize("fault", [Fault("down"), Fault("status", status=503), Fault("status", status=429)])
def test_it_keeps_the_connection_when_lawmatics_is_not_there(
    expiring: Cast, town: Town, time: ManualClock, fault: Fault
) -> None:
    time.advance(TOKEN_LIFETIME)
    town.faults.add(fault)
    with pytest.raises(LawmaticsError):
        fresh_token(expiring.firm_id)
    assert row(expiring.alice)["state"] == ConnectionState.CONNECTED
    assert fresh_token(expiring.firm_id) in town.tokens


def test_it_uses_the_old_token_while_another_process_is_slow(expiring: Cast, time: ManualClock) -> None:
    before = fresh_token(expiring.firm_id)
    time.advance(TOKEN_LIFETIME - 60)
    _claim(expiring)
    assert fresh_token(expiring.firm_id, patience=0) == before


def test_it_never_uses_a_token_that_has_ended(expiring: Cast, time: ManualClock) -> None:
    """Lawmatics would answer 401, and a sound connection would be called broken."""
    time.advance(TOKEN_LIFETIME)
    _claim(expiring)
    with pytest.raises(errors.NotSent):
        fresh_token(expiring.firm_id, patience=0)
    assert row(expiring.alice)["state"] == ConnectionState.CONNECTED


def test_it_takes_over_from_a_process_that_died(expiring: Cast, town: Town, time: ManualClock) -> None:
    time.advance(TOKEN_LIFETIME)
    _claim(expiring)
    time.advance(REFRESH_CLAIM.total_seconds() + 1)
    assert fresh_token(expiring.firm_id, patience=0) in town.tokens


def test_it_leaves_a_claim_alone_longer_than_any_request_lasts() -> None:
    assert REFRESH_CLAIM.total_seconds() > LONGEST_TIMEOUT_SECONDS


class Interrupted(TownTransport):
    """Something happens here while the answer of the token endpoint is on its way."""

    def __init__(self, town: Town, meanwhile: Callable[[], None]) -> None:
        super().__init__(create_app(town))
        self.meanwhile = meanwhile

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        if request.url.path == "/oauth/token":
            self.meanwhile()
        return response


def test_it_brings_no_token_back_after_a_disconnect_meanwhile(expiring: Cast, town: Town, time: ManualClock) -> None:
    time.advance(TOKEN_LIFETIME)

    def disconnected() -> None:
        with firm_scope(expiring.firm_id):
            forget_tokens(Connection.objects.get(), state=ConnectionState.ENDED, ended_at=clock.now())

    use_http(lambda: build_client(Interrupted(town, disconnected)))
    with pytest.raises(NotConnected):
        fresh_token(expiring.firm_id)
    found = row(expiring.alice)
    assert (found["state"], found["access_token_sealed"], found["refresh_token_sealed"]) == ("ended", None, None)


@pytest.mark.parametrize("refused", [False, True])
def test_it_keeps_the_token_of_a_new_consent_meanwhile(
    expiring: Cast, town: Town, time: ManualClock, refused: bool
) -> None:
    time.advance(TOKEN_LIFETIME)
    if refused:
        town.revoke_tokens("hartwell")

    def connected_anew() -> None:
        with firm_scope(expiring.firm_id):
            connection = Connection.objects.get()
            token = Token(access_token="new", refresh_token=None, expires_at=None, created_at=clock.now())
            connection.save(update_fields=keep_token(connection, token))

    use_http(lambda: build_client(Interrupted(town, connected_anew)))
    assert fresh_token(expiring.firm_id) == "new"
    found = row(expiring.alice)
    assert (found["state"], found["refresh_token_sealed"]) == ("connected", None)


@pytest.mark.parametrize("state", [ConnectionState.DRAFT, ConnectionState.ENDED, ConnectionState.BROKEN])
def test_it_gives_no_token_unless_connected(connected: Cast, state: ConnectionState) -> None:
    with firm_scope(connected.firm_id):
        Connection.objects.update(state=state)
    with pytest.raises(NotConnected):
        fresh_token(connected.firm_id)


def test_it_gives_no_token_of_another_firm(connected: Cast) -> None:
    with pytest.raises(NotConnected):
        fresh_token(connected.other_firm_id)


def _claim(people: Cast) -> None:
    with firm_scope(people.firm_id):
        Connection.objects.update(refresh_claimed_at=clock.now())
