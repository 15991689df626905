"""Building the Lawmatics client of a firm, with a token that refreshes itself."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep
from uuid import UUID

import httpx2
from django.conf import settings
from django.db.models import Q

from casehug.connections.errors import NotConnected
from casehug.connections.models import Connection, ConnectionState
from casehug.connections.services import keep_token, mark_broken
from casehug.kit import clock, outgoing
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from lawmatics import LONGEST_TIMEOUT_SECONDS, Call, Exchange, Lawmatics, OAuth, Token, errors

# A claim to refresh outlives the longest request, so that two processes never spend the same refresh token.
REFRESH_CLAIM = timedelta(seconds=2 * LONGEST_TIMEOUT_SECONDS)
REFRESH_WAIT_SECONDS = 10.0

_http: Callable[[], httpx2.Client] = outgoing.shared_client


def use_http(source: Callable[[], httpx2.Client]) -> None:
    """Replace where HTTP clients come from: tests hand in one that answers in-process."""
    global _http
    _http = source


def oauth_of(connection: Connection) -> OAuth:
    return OAuth(
        authorize_url=settings.LAWMATICS_AUTHORIZE_URL,
        token_url=settings.LAWMATICS_TOKEN_URL,
        revoke_url=settings.LAWMATICS_REVOKE_URL,
        client_id=connection.client_id,
        client_secret=connection.reveal("client_secret_sealed"),
        http=_http(),
        now=clock.now,
    )


def client_with_token(
    access_token: str,
    *,
    before: Callable[[Call], None] | None = None,
    after: Callable[[Exchange], None] | None = None,
) -> Lawmatics:
    """A client for a token that was just handed over and is not stored yet."""
    return Lawmatics(
        base_url=settings.LAWMATICS_API_URL,
        token=lambda: access_token,
        http=_http(),
        before=before,
        after=after,
        monotonic=outgoing.seconds,
    )


def fresh_token(firm_id: UUID, *, patience: float = REFRESH_WAIT_SECONDS) -> str:
    """The access token, refreshed first if it ends within five minutes (single-flight across processes).

    Waits at most `patience` seconds for another process's refresh. Raises NotConnected; LawmaticsError if the refresh
    fails for a passing reason.
    """
    deadline = monotonic() + patience
    while True:
        with firm_scope(firm_id):
            connection = _usable_connection()
            token = _token_of(connection)
            if not token.needs_refresh(clock.now()) or token.refresh_token is None:
                return token.access_token
            mine = _claim_refresh(connection)
        if mine:
            if fresh := _refresh(firm_id, connection, token.refresh_token):
                return fresh
        elif monotonic() > deadline:
            # Whoever refreshes is slow or dead. A token that ended would be refused, and the connection called broken.
            if token.expires_at and token.expires_at > clock.now():
                return token.access_token
            raise errors.NotSent(reason=errors.NoConnection.TIMEOUT)
        else:
            sleep(0.05)


def _usable_connection() -> Connection:
    connection = Connection.objects.first()
    if connection is None or connection.state in {ConnectionState.DRAFT, ConnectionState.ENDED}:
        raise NotConnected("Lawmatics is not connected. A firm admin connects it in Settings, Integrations.")
    if not connection.is_connected:
        raise NotConnected("Lawmatics no longer accepts the connection. A firm admin has to connect again.")
    return connection


def _token_of(connection: Connection) -> Token:
    return Token(
        access_token=connection.reveal("access_token_sealed"),
        refresh_token=connection.reveal("refresh_token_sealed") if connection.refresh_token_sealed else None,
        expires_at=connection.token_expires_at,
        created_at=connection.connected_at or clock.now(),
    )


def _claim_refresh(connection: Connection) -> bool:
    now = clock.now()
    free = Q(refresh_claimed_at=None) | Q(refresh_claimed_at__lt=now - REFRESH_CLAIM)
    # Only for the refresh token that was read: between the reading and this another process may have spent it.
    unspent = Connection.objects.filter(free, id=connection.id, refresh_token_sealed=connection.refresh_token_sealed)
    return bool(unspent.update(refresh_claimed_at=now))


def _refresh(firm_id: UUID, spent: Connection, refresh_token: str) -> str | None:
    """Trade the refresh token of the row as it was read. None if the row has another one by now: look again.

    During the request an admin may have disconnected or connected anew; the answer to the old token must then neither
    come back into the row nor call the new connection broken.
    """
    try:
        token = oauth_of(spent).refresh(refresh_token)
    except errors.OAuthError as error:
        with firm_scope(firm_id):
            if not _still_holds(spent):
                return None
            mark_broken(Actor.system(firm_id))
        raise NotConnected("Lawmatics no longer renews the connection. A firm admin has to connect again.") from error
    except errors.LawmaticsError:
        with firm_scope(firm_id):
            Connection.objects.filter(id=spent.id).update(refresh_claimed_at=None)
        raise
    with firm_scope(firm_id):
        if not (current := _still_holds(spent)):
            return None
        current.save(update_fields=keep_token(current, token))
    return token.access_token


def _still_holds(spent: Connection) -> Connection | None:
    """The row, locked, if it is connected and still has the refresh token of `spent`."""
    current = Connection.objects.select_for_update().get()
    same = bytes(current.refresh_token_sealed or b"") == bytes(spent.refresh_token_sealed or b"")
    return current if same and current.is_connected else None
