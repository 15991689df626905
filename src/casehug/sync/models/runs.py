"""Long work that a person started and watches: reading the contact list, a bulk sync, a comparison of all matters."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from casehug.kit import clock
from casehug.tenancy.models import FirmOwned, SameFirmKey


class RemoteContact(FirmOwned):
    """A contact as the list in Lawmatics showed it. `email` is folded, so that equal addresses are equal here."""

    lawmatics_id = models.CharField(max_length=40)
    email = models.CharField(max_length=254, blank=True)
    first_name = models.CharField(max_length=200, blank=True)
    last_name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(null=True)
    # When a page last showed it. A complete reading drops those that it did not meet.
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "lawmatics_id"], name="remote_contact_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["firm", "email"], name="remote_contact_by_email")]


class JobState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class ContactList(FirmOwned):
    """How far the reading of the contact list is, and how old what is kept of it is. One per firm."""

    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.WAITING)
    account_id = models.CharField(max_length=40, blank=True)
    pages_read = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    # How many contacts there were at the last look, and those that CaseHug itself has made since.
    entries = models.PositiveIntegerField(default=0)
    # Read only if it takes no more pages than this: a bulk sync asked, which could search instead.
    worth_pages = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    # When the last complete reading began: what is younger may be missing. `topped_up_at`: newest contacts added since.
    read_at = models.DateTimeField(null=True)
    topped_up_at = models.DateTimeField(null=True)
    # In a row, since it was asked for or went on.
    failures = models.PositiveSmallIntegerField(default=0)
    problem_text = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["firm"], name="one_contact_list_per_firm")]


class RunState(models.TextChoices):
    PREVIEWING = "previewing", "Counting"
    PREVIEWED = "previewed", "Ready to start"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


OPEN_RUNS = (RunState.PREVIEWING, RunState.PREVIEWED, RunState.RUNNING, RunState.PAUSED)


class BulkRun(FirmOwned):
    """Sending many matters, on request. Quiet unless asked otherwise: a stage may start e-mails to clients."""

    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.PREVIEWING)
    quiet = models.BooleanField(default=True)
    # Of all the matters, only those that are not linked yet.
    only_unlinked = models.BooleanField(default=False)
    # By the preview: how many matters of each fate (create, link, update, unchanged, held); how many clients are to be
    # looked for (`searches`), what that costs in requests (`finding`), how many forms would be submitted (`forms`).
    counts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    enter_stage = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    previewed = models.PositiveIntegerField(default=0)
    # The matters from here on are not counted or fed yet.
    cursor = models.UUIDField(null=True)
    started_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    previewed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem_text = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["firm"], condition=models.Q(state__in=OPEN_RUNS), name="one_open_bulk_run_per_firm"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["firm", "-id"], name="bulk_runs_newest")]


class ItemResult(models.TextChoices):
    PLANNED = "planned", "Not started"
    QUEUED = "queued", "Waiting"
    DONE = "done", "Done"
    HELD = "held", "Needs attention"
    CANCELLED = "cancelled", "Cancelled"


class BulkItem(FirmOwned):
    """One matter of a bulk run: what the preview said, and what came of it."""

    run = SameFirmKey(BulkRun, on_delete=models.CASCADE, related_name="items")
    matter_id = models.UUIDField()
    fate = models.CharField(max_length=10)
    result = models.CharField(max_length=9, choices=ItemResult.choices, default=ItemResult.PLANNED)
    text = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)

    run_id: UUID

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "run", "matter_id"], name="bulk_item_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["firm", "run", "result", "id"], name="bulk_items_by_result")]


class PullReport(FirmOwned):
    """How the firm's matters here and in Lawmatics compare: counted by paging through theirs. One per firm."""

    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.WAITING)
    account_id = models.CharField(max_length=40, blank=True)
    pages_read = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    # How many matters there were at the last look of the comparison under way.
    entries = models.PositiveIntegerField(default=0)
    # Of the last complete comparison: matters there, how many of them are linked, and linked ones that are gone.
    total = models.PositiveIntegerField(default=0)
    linked = models.PositiveIntegerField(default=0)
    missing: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    not_linked_here = models.PositiveIntegerField(default=0)
    # Ids seen so far in a comparison under way.
    seen: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    started_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    # In a row, since it was asked for or went on.
    failures = models.PositiveSmallIntegerField(default=0)
    problem_text = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["firm"], name="one_pull_report_per_firm")]


class FormList(FirmOwned):
    """The firm's forms with their components, as last read from Lawmatics: what pages choose from. One per firm."""

    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.WAITING)
    account_id = models.CharField(max_length=40, blank=True)
    content: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    read_at = models.DateTimeField(null=True)
    # In a row, since it was asked for or went on.
    failures = models.PositiveSmallIntegerField(default=0)
    problem_text = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["firm"], name="one_form_list_per_firm")]
