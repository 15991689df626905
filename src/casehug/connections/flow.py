"""Connecting and disconnecting: the steps that talk to Lawmatics. They run outside any scope and open short ones."""

from collections.abc import Callable
from dataclasses import dataclass

from casehug.audit.services import record
from casehug.connections.client import client_with_token, oauth_of
from casehug.connections.errors import ConnectionProblem, ConsentRefused, OtherAccount
from casehug.connections.models import Connection, ConnectionState
from casehug.connections.services import claim_consent, forget_tokens, keep_token
from casehug.events.bus import publish
from casehug.events.catalogue import ConnectionEnded, ConnectionEstablished
from casehug.kit import clock
from casehug.kit.encryption import CannotOpen
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from lawmatics import Call, Token, User, errors

Gate = Callable[[Call], None]


@dataclass(frozen=True)
class Account:
    """Whose Lawmatics this is."""

    id: str
    user: str
    email: str


def finish_connecting(actor: Actor, *, state: str, code: str, redirect_uri: str, gate: Gate | None = None) -> None:
    """The consent page sent the person back: trade the code for a token and remember whose account it is.

    Raises ConsentRefused or ConnectionProblem; nothing of an earlier connection is changed then. Raises OtherAccount if
    it is not the account the firm's links point to: a working connection stays as it is, otherwise the new one waits
    for an admin's decision, and nothing is sent until then.
    """
    with firm_scope(actor.firm_id):
        connection = claim_consent(actor, state=state)
    if not code:
        raise ConsentRefused("Consent was not given in Lawmatics, so nothing was connected.")
    token, account = _ask_lawmatics(connection, code=code, redirect_uri=redirect_uri, gate=gate)
    with firm_scope(actor.firm_id):
        connection = Connection.objects.select_for_update().get()
        if connection.account_id in {"", account.id}:
            _connect(actor, connection, token, account)
            return
        if not connection.is_connected:
            _wait_for_decision(actor, connection, token, account)
    raise OtherAccount(
        "This is another Lawmatics account than the one this firm was connected to before."
        " Nothing is sent to it unless an admin decides so on this page."
        if not connection.is_connected
        else "This is another Lawmatics account than the connected one, so nothing was changed. To change accounts,"
        " disconnect first."
    )


def _connect(actor: Actor, connection: Connection, token: Token, account: Account) -> None:
    columns = keep_token(connection, token)
    connection.state = ConnectionState.CONNECTED
    connection.account_id, connection.account_user = account.id, account.user
    connection.account_email = account.email
    connection.connected_by_id, connection.connected_at = actor.user_id, clock.now()
    connection.ended_at = None
    connection.save(
        update_fields=[
            *columns,
            *("state", "account_id", "account_user", "account_email"),
            *("connected_by_id", "connected_at", "ended_at"),
        ]
    )
    publish(ConnectionEstablished(firm_id=actor.firm_id, actor_id=actor.user_id, connection_id=connection.id))


def _wait_for_decision(actor: Actor, connection: Connection, token: Token, account: Account) -> None:
    columns = keep_token(connection, token)
    connection.state = ConnectionState.OTHER_ACCOUNT
    connection.other_account_id, connection.other_account_user = account.id, account.user
    connection.other_account_email = account.email
    connection.connected_by_id, connection.connected_at = actor.user_id, clock.now()
    others = ("other_account_id", "other_account_user", "other_account_email")
    connection.save(update_fields=[*columns, *others, "state", "connected_by_id", "connected_at"])
    record(actor, action="connection.other_account", subject="connection", subject_id=connection.id)


def _ask_lawmatics(connection: Connection, *, code: str, redirect_uri: str, gate: Gate | None) -> tuple[Token, Account]:
    try:
        token = oauth_of(connection).exchange(code=code, redirect_uri=redirect_uri)
        return token, account_behind(token.access_token, gate=gate)
    except errors.InvalidClient as error:
        raise ConnectionProblem(
            "Lawmatics does not know this Client ID and Client Secret. Copy both again from its developer settings."
        ) from error
    except errors.OAuthError as error:
        raise ConsentRefused("Lawmatics did not accept the sign-in code. Press Connect again.") from error
    except errors.LawmaticsError as error:
        raise ConnectionProblem("Lawmatics could not be reached to finish connecting. Press Connect again.") from error


def account_behind(access_token: str, *, gate: Gate | None = None) -> Account:
    """The account a token belongs to: the current firm of its user. Two requests. Raises LawmaticsError."""
    users = client_with_token(access_token, before=gate).users
    me: User = users.get(users.me().id)
    return Account(id=me.firm_id or f"user:{me.id}", user=me.name or "", email=me.email or "")


def disconnect(actor: Actor) -> bool:
    """Revoke the token where Lawmatics can, then forget it. Links and data stay on both sides.

    Answers whether Lawmatics revoked it; if not, the app should be removed inside Lawmatics.
    """
    with firm_scope(actor.firm_id):
        connection = Connection.objects.get()
    try:
        revoked = bool(connection.access_token_sealed) and oauth_of(connection).revoke(
            connection.reveal("access_token_sealed")
        )
    except (errors.LawmaticsError, CannotOpen):
        # Unreachable, or sealed with a key that is lost: what cannot be revoked is forgotten all the same.
        revoked = False
    with firm_scope(actor.firm_id):
        connection = Connection.objects.select_for_update().get()
        forget_tokens(connection, state=ConnectionState.ENDED, ended_at=clock.now())
        publish(ConnectionEnded(firm_id=actor.firm_id, actor_id=actor.user_id, connection_id=connection.id))
        record(
            actor,
            action="connection.token_revoked" if revoked else "connection.token_forgotten",
            subject="connection",
            subject_id=connection.id,
        )
    return revoked
