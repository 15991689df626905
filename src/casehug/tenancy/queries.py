"""Who belongs to the firm. Reads only, inside the open firm scope."""

from uuid import UUID

from casehug.tenancy.actor import Actor
from casehug.tenancy.models import Membership


def member_names(actor: Actor) -> dict[UUID, str]:
    """The names of the firm's people by their id, to say who did something."""
    members = Membership.objects.filter(firm_id=actor.firm_id).select_related("user")
    return {member.user_id: str(member.user) for member in members}


def members(actor: Actor) -> list[Membership]:
    """The firm's people with their accounts, active ones first, then by name."""
    found = Membership.objects.filter(firm_id=actor.firm_id).select_related("user")
    return list(found.order_by("-user__is_active", "user__name", "id"))


def matter_order_of(actor: Actor) -> str:
    """How this person last sorted the list of matters; "" if never."""
    if actor.user_id is None:
        return ""
    places = Membership.objects.filter(firm_id=actor.firm_id, user_id=actor.user_id)
    return places.values_list("matter_order", flat=True).first() or ""
