"""Firms and memberships, and the base of every table that belongs to a firm."""

import zoneinfo
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from casehug.kit import clock
from casehug.kit.ids import new_id
from casehug.tenancy.scope import current_firm_id


def validate_timezone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError("Choose a time zone from the list.")


class Firm(models.Model):
    """A law firm. Its own row is under row security too: a firm sees itself and no other."""

    firm_owned: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=150)
    time_zone = models.CharField(max_length=64, default="America/New_York", validators=[validate_timezone])
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    address = models.CharField(max_length=300, blank=True)
    # The firm's face in the portal and in mails. `accent` is "#rrggbb" or "" for ours; the logo is a PNG we re-encoded.
    accent = models.CharField(max_length=7, blank=True)
    logo = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.name


class FirmOwned(models.Model):
    """Base of every firm-owned table. Its migration must run ProtectFirmTable, a test walks every model for it."""

    firm_owned: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    firm = models.ForeignKey(
        Firm,
        on_delete=models.CASCADE,
        default=current_firm_id,
        related_name="+",
        editable=False,
        db_index=False,
    )

    firm_id: UUID

    class Meta:
        abstract = True


class SameFirmKey(models.ForeignKey):  # type: ignore[type-arg]
    """A reference to another row of the same firm.

    The database constraint is the composite one that ProtectFirmTable adds, (firm, reference) -> (firm, id), so a row
    can never point into another firm even when our code is wrong.
    """

    def __init__(self, to: type[models.Model] | str, on_delete: object = models.PROTECT, **options: object) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)  # type: ignore[arg-type]


class Role(models.TextChoices):
    ADMIN = "admin", "Firm admin"
    ATTORNEY = "attorney", "Attorney"
    STAFF = "staff", "Staff"


class Membership(FirmOwned):
    """A person's place in a firm."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # How this person last sorted the list of matters; the word is the list's own.
    matter_order = models.CharField(max_length=10, blank=True)

    user_id: UUID

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "user"], name="one_membership_per_person_and_firm"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]
