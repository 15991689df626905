"""Queueing messages, and the firm's wishes about them. All of it joins the open firm scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from casehug.audit.services import record
from casehug.intake.models import IntakeLink
from casehug.kit import clock
from casehug.kit.ids import new_id
from casehug.kit.wakeup import after_commit
from casehug.notify import queries
from casehug.notify.letters import Contents, write_mail, write_text_message
from casehug.notify.models import Channel, MailRound, Message, MessageState, Unsubscribed, Wishes
from casehug.notify.wording import CODE, TO_CLIENT
from casehug.tenancy.actor import Actor, current_firm
from casehug.tenancy.models import Firm
from casehug.tenancy.scope import current_firm_id

ROUND = "notify.round"


def queue_message(
    *,
    kind: str,
    recipient: str,
    channel: Channel = Channel.EMAIL,
    matter_id: UUID | None = None,
    user_id: UUID | None = None,
    contents: Contents | None = None,
    not_before: datetime | None = None,
) -> Message:
    """Put a message on its way, in the transaction of the fact it tells.

    Without `contents` it is written at the moment it is sent, from what is true then: most messages are, so that a
    link is made for nobody who does not get it, and a reminder does not reach a client who has finished meanwhile.
    """
    message = Message(
        id=new_id(),
        kind=kind,
        channel=channel,
        recipient=recipient,
        matter_id=matter_id,
        user_id=user_id,
        not_before=not_before or clock.now(),
    )
    if contents is not None:
        message.sealed = contents.seal(message.id)
    message.save(force_insert=True)
    ring()
    return message


def queue_many(*, kind: str, rows: Sequence[tuple[Channel, str, UUID, UUID | None]], not_before: datetime) -> None:
    """Queue many messages that are written when they are sent; rows of (channel, recipient, matter, user).

    One statement with arrays: at 100,000 rows Django's own bulk insert takes about a minute, this a few seconds.
    """
    if not rows:
        return
    channels, recipients, matters, users = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notify_message (id, firm_id, kind, channel, recipient, matter_id, user_id, state, tries,"
            " not_before, created_at, problem)"
            " SELECT id, %s, %s, channel, recipient, matter_id, user_id, %s, 0, %s, %s, ''"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::uuid[])"
            " AS fresh (id, channel, recipient, matter_id, user_id)",
            [
                *(current_firm_id(), kind, MessageState.WAITING.value, not_before, clock.now()),
                *([new_id() for _ in rows], [channel.value for channel in channels], list(recipients)),
                *(list(matters), list(users)),
            ],
        )
    ring()


def queue_once(*, kind: str, matter_id: UUID, ways: Iterable[queries.Way], not_before: datetime) -> None:
    """Queue for each way, unless a message of this kind waits for this matter that has not been written yet.

    The lock on the waiting one holds its sender back until this transaction's news can be read.
    """
    waiting = Message.objects.select_for_update().filter(
        kind=kind, matter_id=matter_id, state=MessageState.WAITING, tries=0
    )
    known = {message.channel for message in waiting}
    for channel, recipient in ways:
        if channel not in known:
            queue_message(kind=kind, matter_id=matter_id, channel=channel, recipient=recipient, not_before=not_before)


def ring() -> None:
    """Say that the firm has something to send: a row in this transaction, a job after its commit."""
    firm_id = current_firm_id()
    MailRound.objects.update_or_create(firm_id=firm_id, defaults={"due_at": clock.now()})
    after_commit(ROUND, lock=f"notify:{firm_id}", firm_id=str(firm_id))


def send_code(actor: Actor, *, link: IntakeLink, code: str) -> bool:
    """Send the six digits to the client: as a text message if the firm does that, else by e-mail.

    False if the client can be reached in neither way; then the firm has to help.
    """
    client = link.matter.client
    ways = queries.ways_to(client, queries.wishes()) if client else []
    if client is None or not ways:
        return False
    channel, recipient = ways[-1]
    words, firm = TO_CLIENT[client.language][CODE], current_firm()
    if channel == Channel.SMS:
        contents = write_text_message(words, firm=firm, first_name=client.first_name, code=code)
    else:
        contents = write_mail(words, firm=firm, language=client.language, first_name=client.first_name, code=code)
    queue_message(kind=CODE, channel=channel, recipient=recipient, matter_id=link.matter_id, contents=contents)
    record(actor, action="link.code_sent", subject="matter", subject_id=link.matter_id, channel=channel.value)
    return True


def save_wishes(
    actor: Actor,
    *,
    remind: bool,
    reminder_days: list[int],
    quiet_from: int,
    quiet_until: int,
    text_messages: bool,
    tell_submitted: bool,
    tell_completed: bool,
    tell_link_expiring: bool,
) -> None:
    """Keep the firm's notification settings."""
    values = {
        "remind": remind,
        "reminder_days": sorted(set(reminder_days)),
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "text_messages": text_messages,
        "tell_submitted": tell_submitted,
        "tell_completed": tell_completed,
        "tell_link_expiring": tell_link_expiring,
    }
    Wishes.objects.update_or_create(firm_id=actor.firm_id, defaults=values)
    record(actor, action="notifications.changed", subject="firm")


def unsubscribe(*, user_id: UUID) -> None:
    """This person wants no staff mails. Asking twice is fine."""
    try:
        with transaction.atomic():
            Unsubscribed.objects.create(user_id=user_id)
    except IntegrityError:
        return
    record(_member(user_id), action="notifications.unsubscribed", subject="user", subject_id=user_id)


def subscribe_again(*, user_id: UUID) -> None:
    if Unsubscribed.objects.filter(user_id=user_id).delete()[0]:
        record(_member(user_id), action="notifications.subscribed", subject="user", subject_id=user_id)


def _member(user_id: UUID) -> Actor:
    return Actor.member(user_id) or Actor.system(current_firm_id())


def after_quiet(moment: datetime, *, firm: Firm, wanted: Wishes) -> datetime:
    """The first time from `moment` on that is not within the firm's quiet hours, on the firm's clock."""
    local = moment.astimezone(ZoneInfo(firm.time_zone))
    start, end = wanted.quiet_from, wanted.quiet_until
    quiet = start <= local.hour < end if start <= end else local.hour >= start or local.hour < end
    if not quiet:
        return moment
    morning = local.replace(hour=end % 24, minute=0, second=0, microsecond=0)
    if morning <= local:
        morning += timedelta(days=1)
    return morning.astimezone(moment.tzinfo)
