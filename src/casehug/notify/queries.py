"""The firm's wishes, and who gets what. Reads only, inside the open firm scope."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from casehug.intake.models import Client, Matter
from casehug.notify import sms
from casehug.notify.models import NOT_WANTED, SET_ASIDE, Channel, Message, MessageState, Wishes
from casehug.tenancy.actor import Actor
from casehug.tenancy.models import Membership, Role

Way = tuple[Channel, str]


def wishes() -> Wishes:
    """The firm's notification settings, the defaults if it never saved any."""
    return Wishes.objects.first() or Wishes()


def ways_to(client: Client, wanted: Wishes) -> list[Way]:
    """How a client can be reached, e-mail first."""
    ways: list[Way] = [(Channel.EMAIL, client.email)] if client.email else []
    if client.phone and wanted.text_messages and sms.can_send():
        ways.append((Channel.SMS, client.phone))
    return ways


def staff_of(matter: Matter) -> list[tuple[UUID, str]]:
    """Whom to tell about a matter, with their addresses: its attorney, or everybody if it has none who is active."""
    members = Membership.objects.filter(user__is_active=True).order_by("id")
    people = list(members.values_list("user_id", "user__email"))
    return [person for person in people if person[0] == matter.attorney_id] or people


def admins() -> list[tuple[UUID, str]]:
    """The firm's active admins with their addresses."""
    members = Membership.objects.filter(user__is_active=True, role=Role.ADMIN).order_by("id")
    return list(members.values_list("user_id", "user__email"))


MOST_FAILED = 100
PAGE = 50


def failed(actor: Actor) -> QuerySet[Message]:
    """Messages that did not arrive and that somebody should look at, newest first.

    One that a later message made up for is none of them: the link was sent again, the invitation repeated.
    """
    later = Message.objects.filter(
        kind=OuterRef("kind"), channel=OuterRef("channel"), state=MessageState.SENT, id__gt=OuterRef("id")
    )
    in_vain = Message.objects.filter(firm_id=actor.firm_id, state=MessageState.FAILED)
    return (
        in_vain.exclude(problem__in=(NOT_WANTED, SET_ASIDE))
        .exclude(Exists(later.filter(matter_id=OuterRef("matter_id"), user_id=None)))
        .exclude(Exists(later.filter(user_id=OuterRef("user_id"))))
        .order_by("-id")
    )


def count_failed(actor: Actor) -> int:
    """How many those are; the count stops at MOST_FAILED, where it makes no difference any more."""
    return failed(actor)[:MOST_FAILED].count()


def latest_messages(actor: Actor, *, before: UUID | None = None) -> list[Message]:
    """A page of all messages, newest first, and one more if there is a further page."""
    found = Message.objects.filter(firm_id=actor.firm_id).order_by("-id")
    return list((found.filter(id__lt=before) if before else found)[: PAGE + 1])
