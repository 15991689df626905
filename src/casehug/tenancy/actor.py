"""Who is acting: the first argument of every service."""

from dataclasses import dataclass
from uuid import UUID

from casehug.tenancy.models import Firm, Membership, Role
from casehug.tenancy.scope import current_firm_id


@dataclass(frozen=True)
class Actor:
    """A member of a firm, or CaseHug itself (`user_id` None) when a job acts."""

    firm_id: UUID
    user_id: UUID | None
    name: str
    role: Role | None

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @classmethod
    def system(cls, firm_id: UUID) -> "Actor":
        return cls(firm_id=firm_id, user_id=None, name="CaseHug", role=None)

    @classmethod
    def client(cls, firm_id: UUID) -> "Actor":
        """The client, acting through the portal."""
        return cls(firm_id=firm_id, user_id=None, name="Client", role=None)

    @classmethod
    def member(cls, user_id: UUID | None) -> "Actor | None":
        """The person as a member of the scope's firm, or None if they do not belong to it."""
        found = member_and_firm(user_id)
        return found[0] if found else None


def member_and_firm(user_id: UUID | None) -> tuple[Actor, Firm] | None:
    """The person as a member of the scope's firm, and that firm, in one query; None if they do not belong to it."""
    if user_id is None:
        return None
    memberships = Membership.objects.select_related("user", "firm")
    membership = memberships.filter(user_id=user_id, user__is_active=True).first()
    if membership is None:
        return None
    actor = Actor(firm_id=current_firm_id(), user_id=user_id, name=str(membership.user), role=Role(membership.role))
    return actor, membership.firm


def current_firm() -> Firm:
    return Firm.objects.get(id=current_firm_id())
