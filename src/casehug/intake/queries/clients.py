"""Finding a client by what a person remembers of them."""

from contextlib import suppress

from django.db.models import Q

from casehug.intake import normal
from casehug.intake.errors import BadInput
from casehug.intake.models import Client
from casehug.intake.queries.matters import LAST_CHARACTER
from casehug.tenancy.actor import Actor


def find_clients(actor: Actor, text: str, limit: int = 8) -> list[Client]:
    """Clients whose "last first" name starts with the text, whose first and last names begin like its words, or whose
    e-mail address or phone is the text."""
    text = normal.findable(text)
    name = normal.fold(text)[: normal.LONGEST_NAME_KEY].rstrip()
    if len(text) < 2 or not name:
        return []
    matches = Q(name_key__gte=name, name_key__lt=name + LAST_CHARACTER) | Q(email_key=normal.email_key(text))
    *first, last = name.split()
    if first:
        # The beginnings of both: the range over the last name uses the index, the rest only sifts what it finds.
        sifted = Q(name_key__contains=f" {' '.join(first)}")
        matches |= Q(name_key__gte=last, name_key__lt=last + LAST_CHARACTER) & sifted
    with suppress(BadInput):
        matches |= Q(phone_key=normal.clean_phone(text))
    return list(Client.objects.filter(matches, firm_id=actor.firm_id).order_by("name_key", "id")[:limit])


def clients_reached_by(actor: Actor, *, email: str, phone: str, limit: int = 4) -> list[Client]:
    """Clients who already have this e-mail address or phone number: perhaps the same person. Takes clean values."""
    same = Q()
    if email:
        same |= Q(email_key=normal.email_key(email))
    if phone:
        same |= Q(phone_key=phone)
    if not same:
        return []
    return list(Client.objects.filter(same, firm_id=actor.firm_id).order_by("name_key", "id")[:limit])
