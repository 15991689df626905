"""Writes on the connection that need no network. Each joins the open firm scope."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from casehug.audit.services import record
from casehug.connections.errors import ConnectionProblem, ConsentRefused
from casehug.connections.models import Connection, ConnectionState, ConsentRequest
from casehug.events.bus import publish
from casehug.events.catalogue import AccountSwitched, ConnectionBroken, ConnectionEstablished
from casehug.kit import clock
from casehug.kit.ids import new_secret
from casehug.tenancy.actor import Actor
from lawmatics import Token


def save_credentials(actor: Actor, *, client_id: str, client_secret: str) -> Connection:
    """Keep the firm's app id and secret. An empty secret keeps the stored one. Raises ConnectionProblem."""
    client_id, client_secret = client_id.strip(), client_secret.strip()
    connection = Connection.objects.first()
    if not client_id:
        raise ConnectionProblem("Paste the Client ID from Lawmatics.", field="client_id")
    if not client_secret and connection is None:
        raise ConnectionProblem("Paste the Client Secret from Lawmatics.", field="client_secret")
    if connection is not None and connection.is_connected:
        raise ConnectionProblem("Disconnect first; the credentials of a working connection stay as they are.")
    connection = connection or Connection()
    connection.client_id = client_id
    if client_secret:
        connection.client_secret_sealed = connection.seal("client_secret_sealed", client_secret) or b""
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError as error:
        raise ConnectionProblem("Somebody else has just saved credentials. Reload the page and look again.") from error
    record(actor, action="connection.credentials_saved", subject="connection", subject_id=connection.id)
    return connection


def request_consent(actor: Actor) -> tuple[Connection, str]:
    """Start a trip to the consent page: the connection and a fresh `state` for it. Raises ConnectionProblem."""
    connection = Connection.objects.first()
    if connection is None:
        raise ConnectionProblem("Enter the Client ID and Client Secret first.")
    if actor.user_id is None:
        raise ConnectionProblem("Only a person can give consent.")
    # Trips that ended long ago say nothing any more.
    ConsentRequest.objects.filter(created_at__lt=clock.now() - ConsentRequest.KEPT).delete()
    state = new_secret()
    ConsentRequest.objects.create(connection=connection, state_hash=_hash(state), user_id=actor.user_id)
    return connection, state


def claim_consent(actor: Actor, *, state: str) -> Connection:
    """Use up the consent request that `state` belongs to. Raises ConsentRefused unless it is this person's, of this
    firm, younger than 15 minutes and unused."""
    now = clock.now()
    if actor.user_id is None:
        raise ConsentRefused("Only a person can give consent.")
    claimed = ConsentRequest.objects.filter(
        state_hash=_hash(state),
        user_id=actor.user_id,
        used_at=None,
        created_at__gt=now - ConsentRequest.LIFETIME,
    ).update(used_at=now)
    if not claimed:
        raise ConsentRefused("This connection attempt has expired or was not started by you here. Press Connect again.")
    return Connection.objects.get()


def save_switches(actor: Actor, *, on_creation: bool, on_approval: bool, file_documents: bool = False) -> None:
    connection = Connection.objects.get()
    connection.sync_on_creation, connection.sync_on_approval = on_creation, on_approval
    connection.file_documents = file_documents
    connection.save(update_fields=["sync_on_creation", "sync_on_approval", "file_documents"])
    record(
        actor,
        action="connection.switches_saved",
        subject="connection",
        subject_id=connection.id,
        on_creation=on_creation,
        on_approval=on_approval,
        file_documents=file_documents,
    )


def switch_account(actor: Actor) -> Connection:
    """An admin goes on with the other account that was consented to. Raises ConnectionProblem if none waits."""
    connection = Connection.objects.select_for_update().first()
    if connection is None or connection.state != ConnectionState.OTHER_ACCOUNT:
        raise ConnectionProblem("There is no other account to decide about any more.")
    connection.account_id = connection.other_account_id
    connection.account_user, connection.account_email = connection.other_account_user, connection.other_account_email
    connection.other_account_id = connection.other_account_user = connection.other_account_email = ""
    connection.state, connection.ended_at = ConnectionState.CONNECTED, None
    others = ("other_account_id", "other_account_user", "other_account_email")
    connection.save(
        update_fields=["account_id", "account_user", "account_email", *others, "state", "ended_at"],
    )
    publish(AccountSwitched(firm_id=actor.firm_id, actor_id=actor.user_id, connection_id=connection.id))
    publish(ConnectionEstablished(firm_id=actor.firm_id, actor_id=actor.user_id, connection_id=connection.id))
    return connection


def keep_token(connection: Connection, token: Token) -> list[str]:
    """Put a token on the row, sealed; answers the names of the columns to save."""
    connection.access_token_sealed = connection.seal("access_token_sealed", token.access_token)
    connection.refresh_token_sealed = connection.seal("refresh_token_sealed", token.refresh_token)
    connection.token_expires_at = token.expires_at
    connection.refresh_claimed_at = None
    return ["access_token_sealed", "refresh_token_sealed", "token_expires_at", "refresh_claimed_at"]


def forget_tokens(connection: Connection, *, state: ConnectionState, ended_at: datetime | None = None) -> None:
    connection.access_token_sealed = connection.refresh_token_sealed = None
    connection.token_expires_at = None
    connection.state = state
    connection.ended_at = ended_at
    connection.save(
        update_fields=["access_token_sealed", "refresh_token_sealed", "token_expires_at", "state", "ended_at"]
    )


def mark_broken(actor: Actor, *, refused_token: str | None = None) -> bool:
    """Lawmatics refused the token: stop using it and tell, once. False if the connection is good all the same.

    With `refused_token`, only while the connection still holds that very token, and unless it had come to its end and
    can be renewed: the refusal of an old one says nothing about the connection.
    """
    connection = Connection.objects.select_for_update().get()
    if refused_token is not None and connection.is_connected:
        ended = connection.token_expires_at is not None and connection.token_expires_at <= clock.now()
        if not _holds(connection, refused_token) or (ended and connection.refresh_token_sealed):
            return False
    if connection.is_connected:
        connection.state = ConnectionState.BROKEN
        connection.save(update_fields=["state"])
        publish(ConnectionBroken(firm_id=actor.firm_id, actor_id=actor.user_id, connection_id=connection.id))
    return True


def _holds(connection: Connection, token: str) -> bool:
    return connection.access_token_sealed is not None and connection.reveal("access_token_sealed") == token


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
