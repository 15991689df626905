"""Reminders to clients and warnings of links that expire: chosen for a whole firm at once, each told once.

Nothing is rendered here. A firm with 100,000 open links is chosen from and queued in seconds; what each message says
is written when it is sent, and one whose client has finished meanwhile is then dropped.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from casehug.intake.models import IntakeLink
from casehug.kit import clock
from casehug.notify import queries, sms
from casehug.notify.compose import unfinished
from casehug.notify.models import Channel, MailRound, Message, Wishes
from casehug.notify.services import after_quiet, queue_many
from casehug.notify.wording import EXPIRING, REMINDER
from casehug.tenancy.actor import current_firm
from casehug.tenancy.scope import firm_scope

# A transaction's worth: long enough to be quick, short enough that a portal page never waits for its locks.
BATCH = 5000
WARN_BEFORE = timedelta(days=7)


def remind(firm_id: UUID) -> int:
    """Queue everything that is due for the firm now; how many messages that were."""
    queued = 0
    while fresh := _remind_some(firm_id):
        queued += fresh
    return queued + _warn_of_expiry(firm_id)


def _remind_some(firm_id: UUID) -> int:
    with firm_scope(firm_id):
        wanted, now = queries.wishes(), clock.now()
        days = sorted(wanted.reminder_days)
        if not wanted.remind or not days:
            return 0
        not_before = after_quiet(now, firm=current_firm(), wanted=wanted)
        # The last days first: a link that missed several reminders, while nothing ran, gets one.
        for number in range(len(days), 0, -1):
            passed = Q(sent_at__lte=now - timedelta(days=days[number - 1]))
            if number < len(days):
                passed &= Q(sent_at__gt=now - timedelta(days=days[number]))
            if queued := _remind_links(_open_links(now).filter(passed), number, wanted, now, not_before):
                return queued
    return 0


def _open_links(now: datetime) -> QuerySet[IntakeLink]:
    return IntakeLink.objects.filter(unfinished("matter__"), revoked_at=None, expires_at__gt=now)


def _remind_links(links: QuerySet[IntakeLink], number: int, wanted: Wishes, now: datetime, not_before: datetime) -> int:
    """Count up and queue, under the lock of each link's row: a reminder is never chosen twice.

    A client without an address is counted too, so that the next look does not find them again.
    """
    due = links.filter(reminders__lt=number).select_for_update(of=("self",), skip_locked=True)
    chosen = list(due.values_list("id", "matter_id", "matter__client__email", "matter__client__phone")[:BATCH])
    IntakeLink.objects.filter(id__in=[row[0] for row in chosen]).update(reminders=number, reminded_at=now)
    texts = wanted.text_messages and sms.can_send()
    rows = [
        (Channel.EMAIL if email else Channel.SMS, email or phone, matter_id, None)
        for _, matter_id, email, phone in chosen
        if email or (phone and texts)
    ]
    queue_many(kind=REMINDER, rows=rows, not_before=not_before)
    return len(chosen)


def _warn_of_expiry(firm_id: UUID) -> int:
    """Tell the staff of links that expire within a week while their client has not finished: once for each expiry."""
    with firm_scope(firm_id):
        if not queries.wishes().tell_link_expiring:
            return 0
        # One look at a time for each firm, since there is no row to count on: what was told is seen in the queue.
        MailRound.objects.select_for_update().filter(firm_id=firm_id).first()
        now = clock.now()
        told = Message.objects.filter(
            kind=EXPIRING, matter_id=OuterRef("matter_id"), created_at__gte=OuterRef("expires_at") - WARN_BEFORE
        )
        links = _open_links(now).filter(~Exists(told), expires_at__lte=now + WARN_BEFORE).select_related("matter")
        rows = [
            (Channel.EMAIL, email, link.matter_id, user_id)
            for link in links.order_by("expires_at")[:BATCH]
            for user_id, email in queries.staff_of(link.matter)
        ]
        queue_many(kind=EXPIRING, rows=rows, not_before=now)
        return len(rows)
