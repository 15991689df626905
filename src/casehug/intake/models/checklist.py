"""What the client is asked to hand in, and what was handed in."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from casehug.intake.models.matter import Matter
from casehug.kit import clock
from casehug.tenancy.models import FirmOwned, SameFirmKey


class ChecklistItem(FirmOwned):
    """One document asked for. Copied from the case type when the matter opens, so later edits don't reach it."""

    matter = SameFirmKey(Matter, on_delete=models.CASCADE, related_name="checklist", db_index=False)
    key = models.SlugField(max_length=60, db_index=False)
    name = models.CharField(max_length=120)
    name_es = models.CharField(max_length=120, blank=True)
    why = models.CharField(max_length=300)
    why_es = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=40)
    required = models.BooleanField()
    position = models.PositiveSmallIntegerField()

    matter_id: UUID

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "matter", "key"], name="checklist_item_once"),
        ]


class DocumentState(models.TextChoices):
    UPLOADED = "uploaded", "To review"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class Provider(models.TextChoices):
    CLIENT = "client", "Client"
    STAFF = "staff", "Staff"


class Document(FirmOwned):
    """A file handed in for an item. Its bytes lie encrypted in the file storage under `stored_as`."""

    matter = SameFirmKey(Matter, on_delete=models.CASCADE, related_name="documents", db_index=False)
    item = SameFirmKey(ChecklistItem, on_delete=models.CASCADE, related_name="documents", db_index=False)
    file_name = models.CharField(max_length=180)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=120)
    # The file's own key, wrapped by the firm's file key. Empty: one of the first documents, sealed in one piece.
    wrapped_key = models.BinaryField(null=True)
    # How many pages can be drawn: none for Word, Excel and text. Empty: handed in before this was counted.
    pages = models.PositiveSmallIntegerField(null=True)
    # Several photos make one document: the PDF made of them. Each photo stays, as a part of it.
    part_of = SameFirmKey("self", null=True, on_delete=models.CASCADE, related_name="parts", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    provided_by = models.CharField(max_length=6, choices=Provider.choices)
    uploaded_by_id = models.UUIDField(null=True, editable=False)
    uploaded_at = models.DateTimeField(default=clock.now, editable=False)
    state = models.CharField(max_length=8, choices=DocumentState.choices, default=DocumentState.UPLOADED)
    reviewed_by_id = models.UUIDField(null=True, editable=False)
    reviewed_at = models.DateTimeField(null=True, editable=False)
    # What the client is told about a rejected document.
    reject_message = models.CharField(max_length=500, blank=True)

    item_id: UUID
    matter_id: UUID

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=DocumentState.values), name="document_state_known"),
            models.CheckConstraint(condition=models.Q(provided_by__in=Provider.values), name="document_provider_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["firm", "matter", "id"], name="documents_of_matter"),
            models.Index(fields=["firm", "-id"], name="documents_to_review", condition=models.Q(state="uploaded")),
        ]
