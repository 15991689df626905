"""Finding a client by what a person remembers of them."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from casehug.intake import normal
from casehug.intake.errors import BadInput
from casehug.intake.models import Client, ClientWord, Matter
from casehug.intake.queries.matters import LAST_CHARACTER, PAGE_SIZE
from casehug.tenancy.actor import Actor


def find_clients(actor: Actor, text: str, limit: int = 8) -> list[Client]:
    """Clients of whose names and e-mail address each typed word begins one, or whose phone number is the text."""
    known = _known_by(actor, text)
    return list(known.order_by("name_key", "id")[:limit])


def _known_by(actor: Actor, text: str) -> QuerySet[Client]:
    """Nobody, if the text is too short to mean anybody."""
    clients = Client.objects.filter(firm_id=actor.firm_id)
    text = normal.findable(text)
    words = normal.search_words(text, shortest=1)
    if len(text) < 2 or not words:
        return clients.none()
    named = Q()
    for word in words:
        named &= Q(
            Exists(
                ClientWord.objects.filter(
                    firm_id=actor.firm_id, client=OuterRef("id"), word__gte=word, word__lt=word + LAST_CHARACTER
                )
            )
        )
    with suppress(BadInput):
        if known := clients.filter(phone_key=normal.clean_phone(text)):
            return known
    return clients.filter(named)


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


@dataclass(frozen=True)
class ClientRow:
    client: Client
    matters: int
    shares_email: bool


@dataclass(frozen=True)
class ClientPage:
    rows: list[ClientRow]
    newer: UUID | None
    older: UUID | None


def list_clients(
    actor: Actor, *, search: str = "", before: UUID | None = None, after: UUID | None = None
) -> ClientPage:
    """One page of the firm's clients, newest first. `before`/`after` are the ids at the edges of a page."""
    found = _known_by(actor, search) if search.strip() else Client.objects.filter(firm_id=actor.firm_id)
    if after:
        page = list(found.filter(id__gt=after).order_by("id")[: PAGE_SIZE + 1])
        more_newer, more_older = len(page) > PAGE_SIZE, True
        page = page[:PAGE_SIZE][::-1]
    else:
        page = list((found.filter(id__lt=before) if before else found).order_by("-id")[: PAGE_SIZE + 1])
        more_newer, more_older = before is not None, len(page) > PAGE_SIZE
        page = page[:PAGE_SIZE]
    return ClientPage(
        rows=_rows(actor, page),
        newer=page[0].id if page and more_newer else None,
        older=page[-1].id if page and more_older else None,
    )


def _rows(actor: Actor, clients: list[Client]) -> list[ClientRow]:
    matters = dict(
        Matter.objects.filter(firm_id=actor.firm_id, client__in=[client.id for client in clients])
        .values_list("client_id")
        .annotate(Count("id"))
        .order_by()
    )
    addresses = {client.email_key for client in clients} - {""}
    shared = set(
        Client.objects.filter(firm_id=actor.firm_id, email_key__in=addresses)
        .values_list("email_key", flat=True)
        .annotate(clients=Count("id"))
        .filter(clients__gt=1)
        .order_by()
    )
    return [
        ClientRow(client=client, matters=matters.get(client.id, 0), shares_email=client.email_key in shared)
        for client in clients
    ]


def matters_of(actor: Actor, client: Client, limit: int = 50) -> list[Matter]:
    """The client's matters, newest first, archived ones too."""
    return list(Matter.objects.filter(firm_id=actor.firm_id, client=client).order_by("-id")[:limit])


def twins_of(actor: Actor, client: Client) -> list[Client]:
    """Other clients with the same e-mail address or phone number: perhaps the same person."""
    reached = clients_reached_by(actor, email=client.email, phone=client.phone, limit=6)
    return [twin for twin in reached if twin.id != client.id]
