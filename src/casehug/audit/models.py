"""One line of the record. Ids and action words, never contents: what a client said stays out of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from casehug.kit import clock
from casehug.tenancy.models import FirmOwned


class Entry(FirmOwned):
    at = models.DateTimeField(default=clock.now, editable=False)
    actor_id = models.UUIDField(null=True, editable=False)
    action = models.CharField(max_length=60, editable=False)
    subject = models.CharField(max_length=30, editable=False)
    subject_id = models.UUIDField(null=True, editable=False)
    details: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["firm", "-id"], name="audit_newest_first"),
            models.Index(fields=["firm", "subject_id", "-id"], name="audit_of_subject"),
        ]
