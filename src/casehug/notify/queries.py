"""The firm's wishes, and who gets what. Reads only, inside the open firm scope."""

from __future__ import annotations

from uuid import UUID

from casehug.intake.models import Client, Matter
from casehug.notify import sms
from casehug.notify.models import Channel, Wishes
from casehug.tenancy.models import Membership

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
