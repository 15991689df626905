"""The firm's own versions of a case type: its questions and its checklist."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from casehug.kit import clock
from casehug.tenancy.models import FirmOwned


class TemplateVersion(FirmOwned):
    """One version of one case type, never changed once written: a matter keeps the version it started with.

    `content` is what templates.Template.to_json makes. The highest number is the current one; a firm that edited
    nothing gets the shipped content as its version 1 when its first matter of the case type is opened.
    """

    case_type = models.SlugField(max_length=60, db_index=False)
    number = models.PositiveIntegerField()
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by_id = models.UUIDField(null=True, editable=False)

    id: UUID

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "case_type", "number"], name="template_version_once"),
        ]
