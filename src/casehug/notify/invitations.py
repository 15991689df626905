"""Inviting people to the firm: the person, their place, and the mail with the link to choose a password."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from casehug.accounts.invitations import password_address
from casehug.audit.services import record
from casehug.notify.letters import write_mail
from casehug.notify.services import queue_message
from casehug.notify.wording import INVITATION, TO_STAFF
from casehug.tenancy.actor import Actor, current_firm
from casehug.tenancy.models import Membership, Role
from casehug.tenancy.services import invite_member, invited_member


def invite(actor: Actor, *, email: str, name: str, role: Role) -> Membership:
    """Take a person in and write to them. Raises ValidationError (field "email") for an address that is taken."""
    member = invite_member(actor, email=email, name=name, role=role)
    _write(actor, member)
    record(actor, action="member.invited", subject="user", subject_id=member.user_id, role=role.value)
    return member


def invite_again(actor: Actor, *, user_id: UUID) -> Membership:
    """A fresh link to somebody who has not chosen a password yet. Raises ValidationError for somebody who has."""
    member = invited_member(actor, user_id=user_id)
    _write(actor, member)
    record(actor, action="member.invited_again", subject="user", subject_id=member.user_id)
    return member


def _write(actor: Actor, member: Membership) -> None:
    mail = write_mail(
        TO_STAFF[INVITATION],
        firm=current_firm(),
        url=f"{settings.BASE_URL}{password_address(member.user)}",
        first_name=member.user.name.split(" ")[0],
        inviter=actor.name,
    )
    queue_message(kind=INVITATION, recipient=member.user.email, user_id=member.user_id, contents=mail)
