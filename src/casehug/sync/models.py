"""What the engine remembers. Every row is meant to be read by a person who asks "what happened to this matter?"."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from casehug.connections.models import Connection
from casehug.kit import clock
from casehug.tenancy.models import FirmOwned, SameFirmKey


class Lane(models.Model):
    """A firm's queue as workers see it: when to look next, and who is at it.

    A directory table: it holds no client data and stands outside row security, because a worker must find the firms
    that have work before it can open any firm's scope.
    """

    firm_id = models.UUIDField(primary_key=True)
    due_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=30, blank=True)
    # A drain holds the lane until then; its fence grows with every new holder, so a holder that froze cannot settle.
    leased_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="lane_due")]


class Doorbell(models.Model):
    """Rung in the same transaction as a change, so that no change waits unseen when a wake-up is lost.

    A directory table like Lane, and only ever inserted into by services, so that they never wait for a drain.
    """

    firm_id = models.UUIDField(db_index=True)


class RecordKind(models.TextChoices):
    CONTACT = "contact", "Contact"
    MATTER = "matter", "Matter"
    NOTE = "note", "Note"


class Priority(models.IntegerChoices):
    CLICK = 1, "Asked for by a person"
    AUTO = 5, "Automatic"
    BACKFILL = 9, "Bulk"


class ChangeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    HELD = "held", "Needs attention"
    DELIVERED = "delivered", "Delivered"
    DISMISSED = "dismissed", "Dismissed"


OPEN_STATES = (ChangeState.WAITING, ChangeState.HELD)


class Decision(models.TextChoices):
    """What a person said about a contact that has the client's e-mail address but another name."""

    NONE = "", "Undecided"
    LINK = "link", "The same person"
    APART = "apart", "Somebody else"


class Change(FirmOwned):
    """The outbox: this matter differs from what Lawmatics has, and it must get there. One open row per matter."""

    matter_id = models.UUIDField()
    reason = models.CharField(max_length=30)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.AUTO)
    asked_by_id = models.UUIDField(null=True)
    decision = models.CharField(max_length=5, choices=Decision.choices, default=Decision.NONE, blank=True)
    # The contacts that a person was asked about, ids with commas, the one to link first: a decision counts for these.
    asked_about = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.WAITING)
    # Grows with every new reason, so that one that comes while the row is being worked on is not lost.
    revision = models.PositiveIntegerField(default=1)
    failures = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=clock.now)
    problem = models.CharField(max_length=40, blank=True)
    problem_text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["firm", "matter_id"],
                condition=models.Q(state__in=OPEN_STATES),
                name="one_open_change_per_matter",
            ),
            models.CheckConstraint(condition=models.Q(state__in=ChangeState.values), name="change_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["firm", "priority", "id"], name="changes_waiting", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["firm", "-id"], name="changes_held", condition=models.Q(state="held")),
            models.Index(fields=["firm", "matter_id", "-id"], name="changes_of_matter"),
            models.Index(fields=["firm", "settled_at"], name="changes_settled", condition=models.Q(state="delivered")),
        ]


class AttemptState(models.TextChoices):
    SENDING = "sending", "Sending"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Outcome unknown"
    ADOPTED = "adopted", "Found and adopted"
    ABSENT = "absent", "Was not created"


UNRESOLVED = (AttemptState.SENDING, AttemptState.UNKNOWN)


class Attempt(FirmOwned):
    """One step of the log. For a write the row is committed as SENDING before a byte leaves.

    An unresolved row (SENDING of a worker that died, or UNKNOWN) blocks any repeat of its write until a look into
    Lawmatics has told whether it happened.
    """

    change = SameFirmKey(Change, on_delete=models.CASCADE, related_name="attempts")
    matter_id = models.UUIDField()
    action = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=AttemptState.choices)
    at = models.DateTimeField(default=clock.now)
    milliseconds = models.PositiveIntegerField(null=True)
    requests = models.PositiveSmallIntegerField(default=0)
    lawmatics_id = models.CharField(max_length=40, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)

    # For a create: which drain sent it, what to look for afterwards, and how the look-ups went.
    fence = models.BigIntegerField(null=True)
    intended: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    lookups = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)

    change_id: UUID

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["firm", "matter_id", "action"],
                condition=models.Q(state__in=UNRESOLVED),
                name="one_unresolved_write_per_step",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["firm", "-id"], name="attempts_newest"),
            models.Index(fields=["firm", "matter_id", "-id"], name="attempts_of_matter"),
            models.Index(
                fields=["firm", "-id"],
                name="attempts_troubled",
                condition=models.Q(state__in=["failed", "unknown"]),
            ),
        ]


class Link(FirmOwned):
    """A local record and its counterpart in Lawmatics. One per record, and one per remote id."""

    connection = SameFirmKey(Connection, related_name="links")
    kind = models.CharField(max_length=8, choices=RecordKind.choices)
    # The client's id for a contact, the matter's for a matter and for its note.
    record_id = models.UUIDField()
    # Empty for a note: Lawmatics does not tell the id of a note that was added to a contact.
    lawmatics_id = models.CharField(max_length=40, blank=True)
    # What we wrote last, field by field: tells our own value from one that the firm typed over it.
    sent: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    # Digest of what we wanted when we last compared: equal means nothing to do, without asking Lawmatics.
    wanted_digest = models.CharField(max_length=64)
    adopted = models.BooleanField(default=False)
    stage_name = models.CharField(max_length=200, blank=True)
    # Something to tell about this record although it arrived: it went out without a stage, say.
    notice = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "kind", "record_id"], name="one_link_per_record"),
            # A contact may stand for two clients of the firm (entered twice); a matter never for two matters.
            models.UniqueConstraint(
                fields=["firm", "kind", "lawmatics_id"],
                condition=models.Q(kind="matter"),
                name="one_matter_per_lawmatics_id",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["firm", "kind", "lawmatics_id"], name="link_by_lawmatics_id")]


class RequestSlot(FirmOwned):
    """One request that left for the firm's Lawmatics: the sliding log from which the budget is counted."""

    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["firm", "at"], name="request_slots_by_time")]


class ReferenceData(FirmOwned):
    """The firm's stages with their pipelines, and its practice areas, as last read from Lawmatics."""

    KEEP: ClassVar = timedelta(hours=24)

    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["firm"], name="one_reference_data_per_firm")]
