"""What a firm chose: where its case types go in Lawmatics, which answers fill which fields, which forms are sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models

from casehug.kit import clock
from casehug.tenancy.models import FirmOwned


class ReferenceData(FirmOwned):
    """The firm's stages, practice areas, sub statuses and custom fields, as last read from Lawmatics."""

    KEEP: ClassVar = timedelta(hours=24)

    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["firm"], name="one_reference_data_per_firm")]


class CaseTypeMapping(FirmOwned):
    """Where matters of a case type go. NULL: the default, found by name. "": nothing of the kind is sent.

    The names are those at the time of the choice: a renamed stage is noticed by them, a deleted one is named by them.
    """

    case_type = models.CharField(max_length=80)
    stage_id = models.CharField(max_length=40, null=True)
    stage_name = models.CharField(max_length=200, blank=True)
    sub_status_id = models.CharField(max_length=40, null=True)
    sub_status_name = models.CharField(max_length=200, blank=True)
    practice_area_id = models.CharField(max_length=40, null=True)
    practice_area_name = models.CharField(max_length=200, blank=True)
    changed_by_id = models.UUIDField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "case_type"], name="one_mapping_per_case_type"),
        ]


class Rule(models.TextChoices):
    """What happens to a field that the firm has filled otherwise in Lawmatics."""

    BLANKS = "blanks", "Fill blanks only"
    OURS = "ours", "The intake wins"
    ASK = "ask", "Ask"


class FieldMapping(FirmOwned):
    """An intake field and the Lawmatics field it fills.

    `target` is a standard field (`first_name`) or `custom:<id>`; name and type are those at the time of the choice.
    """

    entity = models.CharField(max_length=8, choices=[("contact", "Contact"), ("matter", "Matter")])
    source = models.CharField(max_length=120)
    target = models.CharField(max_length=60)
    target_name = models.CharField(max_length=200, blank=True)
    target_type = models.CharField(max_length=20, blank=True)
    rule = models.CharField(max_length=6, choices=Rule.choices, default=Rule.BLANKS)
    changed_by_id = models.UUIDField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "entity", "target"], name="one_mapping_per_field"),
        ]


class FormMapping(FirmOwned):
    """A Lawmatics form and the intake fields that fill its components. `case_type` "" stands for all of them."""

    form_id = models.CharField(max_length=60)
    form_name = models.CharField(max_length=200)
    case_type = models.CharField(max_length=80, blank=True)
    on_completion = models.BooleanField(default=False)
    # Since when: an intake that was complete before is not submitted by itself.
    since = models.DateTimeField(null=True)
    # Component id -> intake field.
    answers: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    changed_by_id = models.UUIDField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "form_id", "case_type"], name="one_mapping_per_form"),
        ]
