"""What the client answered, one row a question."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from casehug.intake.models.matter import Matter
from casehug.kit import clock
from casehug.tenancy.models import FirmOwned, SameFirmKey


class Answer(FirmOwned):
    """The value of one question of the matter's template; a repeated group is one row with a list of dictionaries.

    A secret (a social security number) stands in `sealed` only, and is never shown again in the portal.
    `revision` grows with every write: a second tab that wrote meanwhile is told.
    """

    matter = SameFirmKey(Matter, on_delete=models.CASCADE, related_name="answers", db_index=False)
    question = models.SlugField(max_length=60, db_index=False)
    value: models.JSONField[Any, Any] = models.JSONField(null=True)
    sealed = models.BinaryField(null=True)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=clock.now)

    matter_id: UUID

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "matter", "question"], name="one_answer_per_question"),
        ]
