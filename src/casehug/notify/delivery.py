"""A round: send what is due for one firm. Claim in a short transaction, send in none, settle in a short one."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.mime.image import MIMEImage
from email.utils import formataddr, parseaddr
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Min, QuerySet

from casehug.kit import backoff, clock
from casehug.kit.outgoing import refuse_inside_transaction
from casehug.notify import sms
from casehug.notify.compose import Written, write
from casehug.notify.letters import LOGO
from casehug.notify.models import NOT_WANTED, Channel, MailRound, Message, MessageState
from casehug.tenancy.actor import current_firm
from casehug.tenancy.models import Firm
from casehug.tenancy.scope import firm_scope

log = structlog.get_logger()

BATCH = 20
# Firms take turns: after this many batches the round ends, and the tick starts the next one.
BATCHES = 20
# Longer than a batch takes when every message runs into the time-out.
LEASE = timedelta(minutes=15)
# About six hours, since the pause grows to a quarter of an hour.
TRIES = 30


@dataclass(frozen=True)
class Parcel:
    """A claimed message. `tries` is its fence: whoever claimed it later settles it, not we."""

    message: Message
    written: Written
    firm: Firm

    @property
    def id(self) -> UUID:
        return self.message.id


def run_round(firm_id: UUID) -> None:
    """Send the firm's due messages, and write down when to look again."""
    seen = MailRound.objects.values_list("due_at", flat=True).get(firm_id=firm_id)
    for _ in range(BATCHES):
        claimed, parcels = _claim(firm_id)
        _send(parcels)
        if not claimed:
            break
    with firm_scope(firm_id):
        next_at = Message.objects.filter(state=MessageState.WAITING).aggregate(at=Min("not_before"))["at"]
        # A day is the net under everything else; a firm with nothing to send costs one look a day.
        due_at = min(next_at or clock.now() + timedelta(days=1), clock.now() + timedelta(days=1))
        # Whoever rang since `seen` is heard by the next round.
        MailRound.objects.filter(firm_id=firm_id, due_at=seen).update(due_at=due_at)


def due_firms(limit: int = 500) -> list[UUID]:
    due = MailRound.objects.filter(due_at__lte=clock.now()).order_by("due_at")
    return list(due.values_list("firm_id", flat=True)[:limit])


def _claim(firm_id: UUID) -> tuple[int, list[Parcel]]:
    """How many were taken, and those of them that are to be sent."""
    with firm_scope(firm_id):
        due = Message.objects.select_for_update(skip_locked=True).filter(
            state=MessageState.WAITING, not_before__lte=clock.now()
        )
        messages = list(due.order_by("not_before", "id")[:BATCH])
        Message.objects.filter(id__in=[message.id for message in messages]).update(
            tries=F("tries") + 1, not_before=clock.now() + LEASE
        )
        return len(messages), list(_written(messages, current_firm()))


def _written(messages: list[Message], firm: Firm) -> Iterator[Parcel]:
    for message in messages:
        message.tries += 1
        try:
            with transaction.atomic():
                written = write(message, firm)
        except Exception as error:
            # One message that cannot be written must not keep the others from going out.
            log.error("notify.not_written", message_id=str(message.id), kind=message.kind, error=type(error).__name__)
            _settle(message, state=MessageState.FAILED, problem="It could not be written.")
            continue
        if written is None:
            _settle(message, state=MessageState.FAILED, problem=NOT_WANTED)
        else:
            yield Parcel(message, written, firm)


def _send(parcels: list[Parcel]) -> None:
    refuse_inside_transaction()
    connection = get_connection()
    for parcel in parcels:
        try:
            if parcel.message.channel == Channel.SMS:
                _send_text(parcel)
            else:
                connection.send_messages([_mail(parcel)])
        except Exception as error:
            # Not its text: mail servers repeat addresses in it.
            log.warning("notify.not_sent", message_id=str(parcel.id), error=type(error).__name__)
            connection.close()
            with firm_scope(parcel.firm.id):
                _settle_failure(parcel.message, error)
        else:
            with firm_scope(parcel.firm.id):
                _settle(
                    parcel.message,
                    state=MessageState.SENT,
                    sent_at=clock.now(),
                    recipient=parcel.written.recipient,
                    problem="",
                )


def _send_text(parcel: Parcel) -> None:
    sms.sender().send(
        message_id=parcel.id,
        firm_id=parcel.firm.id,
        to=parcel.written.recipient,
        text=parcel.written.contents.text,
    )


def _mail(parcel: Parcel) -> EmailMultiAlternatives:
    written, firm = parcel.written, parcel.firm
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {
        # The same for every try: a mail that arrives twice after a crash is one mail to most mail programs.
        "Message-ID": f"<{parcel.id}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
    if written.unsubscribe:
        headers["List-Unsubscribe"] = f"<{written.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if settings.OUTBOX_PAGE:
        headers["X-CaseHug-Firm"] = str(firm.id)
    mail = WithPictures(
        subject=written.contents.subject,
        body=written.contents.text,
        from_email=formataddr((" ".join(firm.name.split()), sender)),
        to=[written.recipient],
        reply_to=[firm.email] if firm.email else None,
        headers=headers,
    )
    mail.attach_alternative(written.contents.html, "text/html")
    if firm.logo and f"cid:{LOGO}" in written.contents.html:
        mail.attach(_picture(bytes(firm.logo)))
    return mail


class WithPictures(EmailMultiAlternatives):
    """What is attached belongs to the HTML part: shown there, not offered as a file."""

    mixed_subtype = "related"


def _picture(logo: bytes) -> MIMEImage:
    """The logo travels with the mail. Nothing is fetched when it is opened, so nobody learns that it was."""
    picture = MIMEImage(logo, "png")
    picture.add_header("Content-ID", f"<{LOGO}>")
    picture.add_header("Content-Disposition", "inline", filename="logo.png")
    return picture


def _settle_failure(message: Message, error: Exception) -> None:
    cause = _in_words(message, error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        _settle(message, state=MessageState.FAILED, problem=cause)
    elif message.tries >= TRIES:
        _settle(message, state=MessageState.FAILED, problem=f"{cause} Given up after many tries.")
    else:
        again = clock.now() + backoff.delay(message.tries)
        _ours(message).update(not_before=again, problem=f"{cause} It is tried again.")


def _in_words(message: Message, error: Exception) -> str:
    """What went wrong, for somebody of the firm. Never the server's own text, which repeats addresses."""
    if message.channel == Channel.SMS:
        return "The text message could not be handed over."
    known: tuple[tuple[type[Exception], str], ...] = (
        (smtplib.SMTPRecipientsRefused, "The mail server refuses this address."),
        (smtplib.SMTPAuthenticationError, "The mail server does not accept CaseHug's name and password."),
        (smtplib.SMTPSenderRefused, "The mail server does not let CaseHug send from its address."),
        (smtplib.SMTPDataError, "The mail server did not take the message."),
        (OSError, "The mail server could not be reached."),
    )
    return next((words for kind, words in known if isinstance(error, kind)), "It could not be sent.")


def _settle(message: Message, **values: object) -> None:
    """For good: what it said is erased. Nothing happens if somebody else has claimed it since."""
    _ours(message).update(sealed=None, **values)


def _ours(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(id=message.id, tries=message.tries, state=MessageState.WAITING)
