"""Writing a message at the moment it is sent, from what is true then. None: it is not wanted any more."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from casehug.intake.models import (
    ChecklistItem,
    Client,
    DeviceCode,
    Document,
    DocumentState,
    IntakeLink,
    Matter,
)
from casehug.intake.services.links import AT_WORK, new_token
from casehug.kit import clock
from casehug.notify.letters import Ask, Contents, write_mail, write_text_message
from casehug.notify.models import Channel, Message, Unsubscribed
from casehug.notify.queries import ways_to, wishes
from casehug.notify.wording import CODE, REJECTED, REMINDER, SYNC_TROUBLE, TO_ADMINS, TO_CLIENT, TO_STAFF, Words
from casehug.tenancy.models import Firm, Membership

UNSUBSCRIBE_SALT = "casehug.notify.unsubscribe"


@dataclass(frozen=True)
class Written:
    """A message ready to go. `unsubscribe` is the address for the mail's header, "" where there is none."""

    recipient: str
    contents: Contents
    unsubscribe: str = ""


def rejected_items() -> Q:
    """Of ChecklistItem: a document was rejected and nothing else has come for it."""
    documents = Document.objects.filter(item=OuterRef("pk"))
    return Exists(documents.filter(state=DocumentState.REJECTED)) & ~Exists(
        documents.exclude(state=DocumentState.REJECTED)
    )


def unfinished(matter: str = "") -> Q:
    """Of a matter, seen through `matter` ("matter__"): it waits for its client.

    Complete is finished; handed in is finished too, unless the firm has rejected something since.
    """
    again = ChecklistItem.objects.filter(rejected_items(), matter=OuterRef(f"{matter}pk"))
    return Q(
        Q(**{f"{matter}submitted_at": None}) | Exists(again),
        **{f"{matter}status__in": AT_WORK, f"{matter}intake_completed_at": None},
    )


def write(message: Message, firm: Firm) -> Written | None:
    """Inside the firm's scope. Raises CannotOpen for sealed contents that are not this message's."""
    if message.sealed is not None:
        too_old = message.kind == CODE and clock.now() - message.created_at > DeviceCode.LIFETIME
        return None if too_old else Written(message.recipient, Contents.open(message.sealed, message.id))
    if message.kind in TO_ADMINS:
        return _to_admin(message, firm)
    if message.matter_id is None:
        return None
    matter = Matter.objects.select_related("client").get(id=message.matter_id)
    if message.kind in TO_STAFF:
        return _to_staff(message, matter, firm)
    return _to_client(message, matter, firm)


def _to_client(message: Message, matter: Matter, firm: Firm) -> Written | None:
    client = matter.client
    link = IntakeLink.objects.filter(matter=matter, revoked_at=None, expires_at__gt=clock.now()).first()
    if client is None or link is None or matter.status not in AT_WORK:
        return None
    # Where the client can be reached now: an address that was corrected meanwhile counts.
    recipient = dict(ways_to(client, wishes())).get(Channel(message.channel))
    asks = _asks(matter, client) if message.kind == REJECTED else ()
    if recipient is None or (message.kind == REJECTED and not asks):
        return None
    if message.kind == REMINDER and not Matter.objects.filter(unfinished(), id=matter.id).exists():
        return None
    words = TO_CLIENT[client.language][message.kind]
    url = f"{settings.BASE_URL}/i/{new_token(link)}"
    if message.channel == Channel.SMS:
        return Written(recipient, write_text_message(words, firm=firm, url=url, first_name=client.first_name))
    mail = write_mail(words, firm=firm, language=client.language, url=url, asks=asks, first_name=client.first_name)
    return Written(recipient, mail)


def _asks(matter: Matter, client: Client) -> tuple[Ask, ...]:
    items = ChecklistItem.objects.filter(rejected_items(), matter=matter).order_by("position")
    latest = {
        document.item_id: document.reject_message
        for document in Document.objects.filter(item__in=items, part_of=None).order_by("id")
    }
    spanish = client.language == "es"
    return tuple(Ask((spanish and item.name_es) or item.name, latest.get(item.id, "")) for item in items)


def _to_staff(message: Message, matter: Matter, firm: Firm) -> Written | None:
    url = f"{settings.BASE_URL}{reverse('matter', args=[matter.id])}"
    first_name = matter.client.first_name if matter.client else "The client"
    return _to_member(message, firm, TO_STAFF[message.kind], url=url, first_name=first_name)


def _to_admin(message: Message, firm: Firm) -> Written | None:
    page = "lawmatics_attention" if message.kind == SYNC_TROUBLE else "lawmatics"
    return _to_member(message, firm, TO_ADMINS[message.kind], url=f"{settings.BASE_URL}{reverse(page)}")


def _to_member(message: Message, firm: Firm, words: Words, *, url: str, first_name: str = "") -> Written | None:
    people = Membership.objects.select_related("user").filter(user__is_active=True)
    member = people.filter(user_id=message.user_id).first() if message.user_id else None
    if member is None or Unsubscribed.objects.filter(user_id=member.user_id).exists():
        return None
    unsubscribe = unsubscribe_address(firm, member)
    mail = write_mail(words, firm=firm, url=url, unsubscribe=unsubscribe, first_name=first_name)
    return Written(member.user.email, mail, unsubscribe)


def unsubscribe_address(firm: Firm, member: Membership) -> str:
    signed = signing.dumps([str(firm.id), str(member.user_id)], salt=UNSUBSCRIBE_SALT)
    return f"{settings.BASE_URL}{reverse('unsubscribe', args=[signed])}"
