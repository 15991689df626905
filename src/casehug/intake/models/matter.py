"""A matter: one piece of legal work for one client, and the words it is found by."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from casehug.intake.models.client import Client
from casehug.intake.models.template import TemplateVersion
from casehug.kit import clock
from casehug.tenancy.models import FirmOwned, SameFirmKey


class MatterStatus(models.TextChoices):
    NEW = "new", "New"
    INTAKE = "intake", "Intake"
    REVIEW = "review", "Review"
    ACTIVE = "active", "Active"
    CLOSED = "closed", "Closed"
    DECLINED = "declined", "Declined"
    ARCHIVED = "archived", "Archived"


# Where a matter may go from where it stands. Anything else is refused.
TRANSITIONS: dict[str, frozenset[str]] = {
    MatterStatus.NEW: frozenset({"intake", "review", "active", "declined", "archived"}),
    MatterStatus.INTAKE: frozenset({"review", "active", "declined", "archived"}),
    MatterStatus.REVIEW: frozenset({"intake", "active", "declined", "archived"}),
    MatterStatus.ACTIVE: frozenset({"closed", "declined", "archived"}),
    MatterStatus.CLOSED: frozenset({"active", "archived"}),
    MatterStatus.DECLINED: frozenset({"new", "active", "archived"}),
    MatterStatus.ARCHIVED: frozenset({"new", "active", "closed"}),
}


# How far up a list by status a matter stands: what needs the firm first, what was put away last.
HEIGHTS = {status: height for height, status in enumerate(reversed(MatterStatus.values))}


class Matter(FirmOwned):
    title = models.CharField(max_length=200)
    # The title as it is sorted by, since a C-collated column is the same on every machine.
    title_key = models.CharField(max_length=200, db_collation="C", blank=True, editable=False)
    case_type = models.SlugField(max_length=60)
    case_type_name = models.CharField(max_length=120)
    practice_area = models.CharField(max_length=60)
    state = models.CharField(max_length=2)
    county = models.CharField(max_length=80, blank=True)
    template = SameFirmKey(TemplateVersion, null=True, editable=False, related_name="+", db_index=False)
    client = SameFirmKey(Client, null=True, blank=True, related_name="matters")
    status = models.CharField(max_length=10, choices=MatterStatus.choices, default=MatterStatus.NEW)
    status_height = models.GeneratedField(
        expression=models.Case(
            *(models.When(status=status, then=height) for status, height in HEIGHTS.items()), default=0
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # The last fact about it.
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    created_by_id = models.UUIDField(null=True, editable=False)
    # The client pressed "I'm done"; and: every required document is approved.
    submitted_at = models.DateTimeField(null=True, editable=False)
    intake_completed_at = models.DateTimeField(null=True, editable=False)
    attorney_id = models.UUIDField(null=True, blank=True)

    # The form that opened it: a double click sends the same key and gets the same matter.
    request_key = models.UUIDField(editable=False)
    # Opaque to this room: whoever delivers matters elsewhere keeps a word here so that lists can be filtered by it.
    delivery_state = models.CharField(max_length=12, blank=True, editable=False)

    client_id: UUID | None

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "request_key"], name="matter_opened_once"),
            models.CheckConstraint(condition=models.Q(status__in=MatterStatus.values), name="matter_status_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["firm", "-id"], name="matter_newest"),
            models.Index(fields=["firm", "status", "-id"], name="matter_status_newest"),
            models.Index(fields=["firm", "delivery_state", "-id"], name="matter_delivery_newest"),
            models.Index(fields=["firm", "attorney_id", "-id"], name="matter_attorney_newest"),
            models.Index(fields=["firm", "case_type", "-id"], name="matter_case_type_newest"),
            models.Index(fields=["firm", "client", "-id"], name="matter_of_client"),
            models.Index(fields=["firm", "-changed_at", "-id"], name="matter_by_change"),
            models.Index(fields=["firm", "title_key", "id"], name="matter_by_title"),
            models.Index(fields=["firm", "-status_height", "-id"], name="matter_by_status"),
        ]

    def __str__(self) -> str:
        return self.title


class MatterWord(FirmOwned):
    """A word by which a matter is found: from its title, its client's name and e-mail address.

    Row security keeps PostgreSQL from using a trigram index, but ranges over a C-collated column stay fast.
    """

    matter = SameFirmKey(Matter, on_delete=models.CASCADE, related_name="+", db_index=False)
    word = models.CharField(max_length=80, db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "word", "matter"], name="matter_word_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["firm", "matter"], name="words_of_matter")]
