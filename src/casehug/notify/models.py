"""Messages on their way out, and the firm's wishes about them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from casehug.kit import clock
from casehug.tenancy.models import FirmOwned

# Why a message was dropped without anybody having to look at it: its cause had gone, or a person set it aside.
NOT_WANTED, SET_ASIDE = "Not needed any more when its turn came.", "Set aside."


class MessageState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"


class Message(FirmOwned):
    """One message. Its contents may carry a private link or a code: they lie sealed, and are erased once it is sent."""

    kind = models.CharField(max_length=30)
    channel = models.CharField(max_length=5, choices=Channel.choices, default=Channel.EMAIL)
    matter_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    recipient = models.CharField(max_length=254)
    # JSON {subject, text, html}, sealed for this row.
    sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=7, choices=MessageState.choices, default=MessageState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=MessageState.values), name="message_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["firm", "not_before"], name="messages_due", condition=models.Q(state="waiting")),
            models.Index(fields=["firm", "matter_id", "-id"], name="messages_of_matter"),
            models.Index(fields=["firm", "-id"], name="messages_failed", condition=models.Q(state="failed")),
        ]


class MailRound(models.Model):
    """When a firm's messages and reminders are to be looked at next. A directory table without client data."""

    firm_id = models.UUIDField(primary_key=True)
    due_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="mail_round_due")]


def default_reminder_days() -> list[int]:
    return [3, 7, 14]


class Wishes(FirmOwned):
    """The firm's notification settings; one row, made on first save, with these defaults before."""

    remind = models.BooleanField(default=True)
    reminder_days: models.JSONField[Any, Any] = models.JSONField(default=default_reminder_days)
    # No message to a client between these hours of the firm's time zone.
    quiet_from = models.PositiveSmallIntegerField(default=20)
    quiet_until = models.PositiveSmallIntegerField(default=8)
    text_messages = models.BooleanField(default=False)
    tell_submitted = models.BooleanField(default=True)
    tell_completed = models.BooleanField(default=True)
    tell_link_expiring = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["firm"], name="one_set_of_wishes_per_firm")]


class Unsubscribed(FirmOwned):
    """A member who wants no staff mails."""

    user_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["firm", "user_id"], name="unsubscribed_once")]
