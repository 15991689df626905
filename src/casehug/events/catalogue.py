"""Every fact that a room can publish. Facts carry ids and states, never what a client said."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Base of all facts. `name` is its public name; `actor_id` is None when CaseHug itself acted."""

    name: ClassVar[str]

    firm_id: UUID
    actor_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ClientCreated(Fact):
    name: ClassVar[str] = "client.created"
    client_id: UUID


@dataclass(frozen=True, kw_only=True)
class MatterCreated(Fact):
    name: ClassVar[str] = "matter.created"
    matter_id: UUID


@dataclass(frozen=True, kw_only=True)
class DocumentUploaded(Fact):
    name: ClassVar[str] = "document.uploaded"
    matter_id: UUID
    document_id: UUID


@dataclass(frozen=True, kw_only=True)
class DocumentApproved(Fact):
    name: ClassVar[str] = "document.approved"
    matter_id: UUID
    document_id: UUID


@dataclass(frozen=True, kw_only=True)
class DocumentRejected(Fact):
    name: ClassVar[str] = "document.rejected"
    matter_id: UUID
    document_id: UUID


@dataclass(frozen=True, kw_only=True)
class DocumentReopened(Fact):
    """An approved document was taken back to review."""

    name: ClassVar[str] = "document.reopened"
    matter_id: UUID
    document_id: UUID


@dataclass(frozen=True, kw_only=True)
class MatterUpdated(Fact):
    """Title, client, attorney or status changed."""

    name: ClassVar[str] = "matter.updated"
    matter_id: UUID


@dataclass(frozen=True, kw_only=True)
class MatterArchived(Fact):
    name: ClassVar[str] = "matter.archived"
    matter_id: UUID


@dataclass(frozen=True, kw_only=True)
class ClientUpdated(Fact):
    name: ClassVar[str] = "client.updated"
    client_id: UUID


@dataclass(frozen=True, kw_only=True)
class IntakeLinkSent(Fact):
    """The firm wants the client to get the private link. Whoever delivers it asks for a token of its own."""

    name: ClassVar[str] = "intake.link.sent"
    matter_id: UUID


@dataclass(frozen=True, kw_only=True)
class IntakeLinkLocked(Fact):
    """Somebody entered wrong codes too often on a new device."""

    name: ClassVar[str] = "intake.link.locked"
    matter_id: UUID


@dataclass(frozen=True, kw_only=True)
class IntakeSubmitted(Fact):
    """The client pressed "I'm done"."""

    name: ClassVar[str] = "intake.submitted"
    matter_id: UUID


@dataclass(frozen=True, kw_only=True)
class IntakeCompleted(Fact):
    name: ClassVar[str] = "intake.completed"
    matter_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConnectionEstablished(Fact):
    name: ClassVar[str] = "connection.established"
    connection_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccountSwitched(Fact):
    """An admin decided to go on with another Lawmatics account: the connection names it."""

    name: ClassVar[str] = "connection.account_switched"
    connection_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConnectionBroken(Fact):
    """Lawmatics refused our token: somebody must connect again."""

    name: ClassVar[str] = "connection.broken"
    connection_id: UUID


@dataclass(frozen=True, kw_only=True)
class ConnectionEnded(Fact):
    """An admin disconnected."""

    name: ClassVar[str] = "connection.ended"
    connection_id: UUID


@dataclass(frozen=True, kw_only=True)
class SyncTrouble(Fact):
    """Something on its way to Lawmatics has been held or failing for so long that the admins must know. Once.

    `problem` is `reconnect` if nothing at all can be sent, else `attention`.
    """

    name: ClassVar[str] = "sync.trouble"
    connection_id: UUID
    problem: Literal["reconnect", "attention"]


@dataclass(frozen=True, kw_only=True)
class SyncRecovered(Fact):
    """Nothing is held or failing any more."""

    name: ClassVar[str] = "sync.recovered"
    connection_id: UUID
