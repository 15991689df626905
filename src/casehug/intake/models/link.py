"""The client's private link, the devices that opened it, and the directory by which both are found."""

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.db import models

from casehug.intake.models.matter import Matter
from casehug.kit import clock
from casehug.tenancy.models import FirmOwned, SameFirmKey


class PortalKeyKind(models.TextChoices):
    TOKEN = "token", "Token of a link"
    DEVICE = "device", "Cookie of a device"


class PortalKey(models.Model):
    """Hash of a secret that the portal is given, and the firm and link it belongs to.

    A directory table outside row security, without client data: a link must be found before its firm is known. One
    link has many tokens (each message carries its own, because only hashes are kept) and one cookie per device.
    """

    hash = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=6, choices=PortalKeyKind.choices)
    firm_id = models.UUIDField()
    link_id = models.UUIDField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["link_id"], name="portal_key_of_link")]


class IntakeLink(FirmOwned):
    """A matter's one link. Unknown, expired and revoked ones look alike from outside."""

    LIFETIME: ClassVar = timedelta(days=90)

    matter = SameFirmKey(Matter, on_delete=models.CASCADE, related_name="links", db_index=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by_id = models.UUIDField(null=True, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    # The clock of the reminders: how many went out, and when the last one did.
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)

    matter_id: UUID

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["firm", "matter"], name="one_link_per_matter")]
        indexes: ClassVar = [
            models.Index(fields=["firm", "expires_at"], name="links_by_expiry"),
            models.Index(fields=["firm", "sent_at"], name="links_to_remind", condition=models.Q(revoked_at=None)),
        ]


class Device(FirmOwned):
    """A browser that opened a link. The first one is let in; every later one proves itself with a code."""

    link = SameFirmKey(IntakeLink, on_delete=models.CASCADE, related_name="devices", db_index=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    verified_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    link_id: UUID

    class Meta:
        indexes: ClassVar = [models.Index(fields=["firm", "link"], name="devices_of_link")]


class DeviceCode(FirmOwned):
    """The six digits sent to the client for a new device. Tries are counted on the link, across all processes."""

    LIFETIME: ClassVar = timedelta(minutes=15)
    TRIES: ClassVar = 5
    LOCK: ClassVar = timedelta(minutes=30)

    link = SameFirmKey(IntakeLink, on_delete=models.CASCADE, related_name="codes", db_index=False)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    link_id: UUID

    class Meta:
        indexes: ClassVar = [models.Index(fields=["firm", "link", "-id"], name="codes_of_link")]
