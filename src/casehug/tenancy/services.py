"""Opening a firm, taking people in, and what its admins change about both.

This room stands below the audit record, so whoever calls the changes below writes the entry, in the same transaction.
What is refused is a ValidationError with a sentence at its field.
"""

from typing import IO
from uuid import UUID

from django.core.exceptions import ValidationError

from casehug.accounts.invitations import invite_user
from casehug.accounts.models import User
from casehug.kit.ids import new_id
from casehug.tenancy.actor import Actor, current_firm
from casehug.tenancy.branding import checked_accent, redrawn_logo
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


def update_firm(actor: Actor, *, name: str, time_zone: str, phone: str, email: str, address: str) -> None:
    """Keep the firm's profile: clients see it in the portal and in mails. Raises ValidationError."""
    _save(name=name, time_zone=time_zone, phone=phone, email=email, address=address)


def set_accent(actor: Actor, *, accent: str) -> None:
    """The firm's colour, "" for ours. Raises ValidationError (field "accent")."""
    _save(accent=checked_accent(accent))


def set_logo(actor: Actor, *, file: IO[bytes], size: int) -> None:
    """The firm's logo, drawn anew. Raises ValidationError (field "logo")."""
    _save(logo=redrawn_logo(file, size=size))


def remove_logo(actor: Actor) -> None:
    _save(logo=None)


def _save(**values: object) -> None:
    firm = current_firm()
    for field, value in values.items():
        setattr(firm, field, value)
    firm.clean_fields(exclude={field.name for field in Firm._meta.fields} - set(values))
    firm.save(update_fields=list(values))


def invite_member(actor: Actor, *, email: str, name: str, role: Role) -> Membership:
    """Make the person and their place; they cannot sign in before they chose a password. Raises ValidationError."""
    user = invite_user(email=email, name=name)
    if user is None:
        raise ValidationError({"email": "This address is taken already. One person belongs to one firm."})
    return add_member(user=user, role=role)


def invited_member(actor: Actor, *, user_id: UUID) -> Membership:
    """A member who has not chosen a password yet. Raises Membership.DoesNotExist, ValidationError for others."""
    member = Membership.objects.select_related("user").get(firm_id=actor.firm_id, user_id=user_id)
    if member.user.has_usable_password() or not member.user.is_active:
        raise ValidationError("This person has chosen a password already, or is disabled.")
    return member


def change_role(actor: Actor, *, user_id: UUID, role: Role) -> Membership:
    """Raises Membership.DoesNotExist; ValidationError if the firm would be left without an admin."""
    member = _hold(actor, user_id)
    if role != Role.ADMIN:
        _keep_an_admin(member)
    member.role = role
    member.save(update_fields=["role"])
    return member


def disable_member(actor: Actor, *, user_id: UUID) -> Membership:
    """Shut the person out: the next request of each of their sessions is refused.

    Raises Membership.DoesNotExist; ValidationError for oneself, and if the firm would be left without an admin.
    """
    member = _hold(actor, user_id)
    if user_id == actor.user_id:
        raise ValidationError("You cannot disable yourself. Another admin can.")
    _keep_an_admin(member)
    member.user.is_active = False
    member.user.save(update_fields=["is_active"])
    return member


def enable_member(actor: Actor, *, user_id: UUID) -> Membership:
    member = _hold(actor, user_id)
    member.user.is_active = True
    member.user.save(update_fields=["is_active"])
    return member


def remember_matter_order(actor: Actor, *, order: str) -> None:
    """Keep how this person sorts the list of matters, for the next time."""
    if actor.user_id is None:
        return
    Membership.objects.filter(firm_id=actor.firm_id, user_id=actor.user_id).update(matter_order=order)


def _hold(actor: Actor, user_id: UUID) -> Membership:
    """The member, with all places of the firm locked: two admins who demote each other at once come one by one."""
    list(Membership.objects.select_for_update(of=("self",)).order_by("id").values_list("id", flat=True))
    return Membership.objects.select_related("user").get(firm_id=actor.firm_id, user_id=user_id)


def _keep_an_admin(member: Membership) -> None:
    """An admin who was only invited does not count: nobody may be able to get in."""
    others = Membership.objects.select_related("user").filter(role=Role.ADMIN, user__is_active=True)
    if not any(other.user.has_usable_password() for other in others.exclude(id=member.id)):
        raise ValidationError("This is the firm's last admin. Make somebody else an admin first.")
