"""Opening a firm and taking people in."""

from uuid import UUID

from casehug.accounts.models import User
from casehug.kit.ids import new_id
from casehug.tenancy.models import Firm, Membership, Role
from casehug.tenancy.scope import firm_scope, person_scope


def found_firm(*, name: str, time_zone: str = "America/New_York") -> UUID:
    """Create a firm in a scope of its own (there is nobody yet who could act for it) and answer its id."""
    firm_id = new_id()
    with firm_scope(firm_id):
        firm = Firm(id=firm_id, name=name, time_zone=time_zone)
        firm.full_clean(exclude=["id"])
        firm.save(force_insert=True)
    return firm_id


def add_member(*, user: User, role: Role) -> Membership:
    """Give a person a place in the scope's firm."""
    return Membership.objects.create(user=user, role=role)


def firm_of(user_id: UUID) -> UUID | None:
    """The firm that a person who just signed in works for; the first joined when there are several."""
    with person_scope(user_id):
        return Membership.objects.filter(user_id=user_id).order_by("id").values_list("firm_id", flat=True).first()
