"""Internal notes: privileged work product. They never leave; the sync login has no right on this table at all."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from casehug.intake.models.matter import Matter
from casehug.kit import clock
from casehug.tenancy.models import FirmOwned, SameFirmKey


class InternalNote(FirmOwned):
    matter = SameFirmKey(Matter, on_delete=models.CASCADE, related_name="internal_notes", db_index=False)
    text = models.TextField(max_length=10_000)
    author_id = models.UUIDField(editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    matter_id: UUID

    class Meta:
        indexes: ClassVar = [models.Index(fields=["firm", "matter", "-id"], name="notes_of_matter")]
