"""What the engine remembers. Every row is meant to be read by a person who asks "what happened to this matter?"."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from casehug.connections.models import Connection
from casehug.kit import clock
from casehug.kit.encryption import keyset
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
    # What the holder has in hand: if it dies, this change has killed a worker.
    working_on = models.UUIDField(null=True)
    # What 429s taught: the firm's other apps use the budget too. NULL until one came.
    learned_limit = models.PositiveSmallIntegerField(null=True)
    learned_at = models.DateTimeField(null=True)
    # While something of the firm's is held, fails or cannot connect: when to see whether its admins must be told, and
    # what they were told last.
    watch_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="lane_due"),
            models.Index(fields=["watch_at"], name="lane_watched", condition=models.Q(watch_at__isnull=False)),
        ]


class Doorbell(models.Model):
    """Rung in the same transaction as a change, so that no change waits unseen when a wake-up is lost.

    A directory table like Lane, and only ever inserted into by services, so that they never wait for a drain.
    """

    firm_id = models.UUIDField(db_index=True)


class RecordKind(models.TextChoices):
    CONTACT = "contact", "Contact"
    MATTER = "matter", "Matter"
    NOTE = "note", "Note"
    DOCUMENT = "document", "Document"
    FORM = "form", "Form"


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
# Held for a person, or failing again and again by itself.
IN_TROUBLE = models.Q(state=ChangeState.HELD) | models.Q(state=ChangeState.WAITING, failures__gt=0)


class Decision(models.TextChoices):
    """What a person said: about a contact with the client's e-mail address but another name, or about values of ours
    that differ from what stands in Lawmatics."""

    NONE = "", "Undecided"
    LINK = "link", "The same person"
    APART = "apart", "Somebody else"
    OURS = "ours", "Use what the client gave"
    KEEP = "keep", "Keep what Lawmatics has"


class Change(FirmOwned):
    """The outbox: this matter differs from what Lawmatics has, and it must get there. One open row per matter."""

    matter_id = models.UUIDField()
    reason = models.CharField(max_length=30)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.AUTO)
    asked_by_id = models.UUIDField(null=True)
    decision = models.CharField(max_length=5, choices=Decision.choices, default=Decision.NONE, blank=True)
    # What a person was asked about, with commas: the ids of contacts, the one to link first, or digests of values that
    # differ. A decision counts for these only.
    asked_about = models.TextField(blank=True)
    # Digests of the names that these contacts had then, by id: a contact renamed since is asked about again.
    asked_names: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict, blank=True)
    # Sent without what starts the firm's automations, which e-mail real clients: no stage, no forms.
    quiet = models.BooleanField(default=False)
    # The forms that a person asked to submit: `<form id>:<which submission it is>`.
    forms: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    # The update to take back first: the id of its Attempt.
    undo_of = models.UUIDField(null=True)
    # The bulk run that asked for it.
    run_id = models.UUIDField(null=True)
    # Who of the firm looks after it while it is held.
    owner_id = models.UUIDField(null=True)
    # How many workers died with this change in hand.
    deaths = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.WAITING)
    # Grows with every new reason, so that one that comes while the row is being worked on is not lost.
    revision = models.PositiveIntegerField(default=1)
    failures = models.PositiveIntegerField(default=0)
    # When it was first held or failed; it stays while the row is open.
    troubled_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(default=clock.now)
    problem = models.CharField(max_length=40, blank=True)
    problem_text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True)

    @property
    def question(self) -> str:
        """Names what a person is asked, "" for nothing: an answer counts for this very question only."""
        if not self.asked_about:
            return ""
        told = (self.asked_about, sorted(self.asked_names.items()))
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]

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
            models.Index(
                fields=["firm", "-id"],
                name="changes_in_trouble",
                condition=models.Q(state="held") | models.Q(state="waiting", failures__gt=0),
            ),
            models.Index(fields=["firm", "matter_id", "-id"], name="changes_of_matter"),
            models.Index(fields=["firm", "settled_at"], name="changes_settled", condition=models.Q(state="delivered")),
            models.Index(fields=["firm", "not_before"], name="changes_by_moment", condition=models.Q(state="waiting")),
            models.Index(
                fields=["firm", "run_id", "id"], name="changes_of_run", condition=models.Q(run_id__isnull=False)
            ),
        ]


class AttemptState(models.TextChoices):
    SENDING = "sending", "Sending"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Outcome unknown"
    ADOPTED = "adopted", "Found and adopted"
    ABSENT = "absent", "Was not created"


UNRESOLVED = (AttemptState.SENDING, AttemptState.UNKNOWN)
# The actions that change fields of a record that is there, and keep what stood in them before.
UPDATES = frozenset({"contact.update", "matter.update"})


class Attempt(FirmOwned):
    """One step of the log. For a write the row is committed as SENDING before a byte leaves.

    An unresolved row (SENDING of a worker that died, or UNKNOWN) blocks any repeat of its write until a look into
    Lawmatics has told whether it happened.
    """

    change = SameFirmKey(Change, on_delete=models.CASCADE, related_name="attempts")
    matter_id = models.UUIDField()
    # The Lawmatics account it went to. What another account may have done is no matter for this one.
    account_id = models.CharField(max_length=40, blank=True)
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

    # For an update: the values that stood there before, so that it can be taken back; and whether it was.
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    change_id: UUID

    @property
    def can_be_undone(self) -> bool:
        """An update that was made and that nobody has taken back."""
        made = self.state == AttemptState.DONE and self.action in UPDATES
        return made and bool(self.before) and self.undone_at is None

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["firm", "matter_id", "account_id", "action"],
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


class SentBody(FirmOwned):
    """The egress ledger: the exact bytes of one request that wrote, sealed. Committed before they leave."""

    attempt = SameFirmKey(Attempt, on_delete=models.CASCADE, related_name="bodies")
    matter_id = models.UUIDField()
    method = models.CharField(max_length=6)
    path = models.CharField(max_length=200)
    body_sealed = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    attempt_id: UUID

    class Meta:
        indexes: ClassVar = [models.Index(fields=["firm", "matter_id", "-id"], name="sent_of_matter")]

    def seal(self, body: bytes) -> None:
        self.body_sealed = keyset().seal(body, context=self._place())

    def reveal(self) -> bytes:
        """The bytes as they left; raises CannotOpen if they were copied from elsewhere."""
        return keyset().open(bytes(self.body_sealed), context=self._place())

    def _place(self) -> str:
        return f"sent:{self.firm_id}:{self.attempt_id}"


class LinksOfThisAccount(models.Manager["Link"]):
    """The links of the connected account. Those of an earlier one are parked: kept, and out of sight."""

    def get_queryset(self) -> models.QuerySet[Link]:
        return super().get_queryset().filter(parked=False)


class Link(FirmOwned):
    """A local record and its counterpart in Lawmatics. One per record, and one per remote id."""

    connection = SameFirmKey(Connection, related_name="links")
    account_id = models.CharField(max_length=40, blank=True)
    parked = models.BooleanField(default=False)
    kind = models.CharField(max_length=8, choices=RecordKind.choices)
    # The client's id for a contact, the matter's for a matter and for its note, the document's for a filed document;
    # for a submitted form an id made of the form's and the matter's.
    record_id = models.UUIDField()
    # Empty for a note: Lawmatics does not tell the id of a note that was added to a contact.
    lawmatics_id = models.CharField(max_length=40, blank=True)
    # What we wrote last, field by field: tells our own value from one that the firm typed over it.
    sent: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    # Field by field the digest of a value of ours that a person decided not to write: it is not asked about again.
    declined: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    # Digest of what we wanted when we last compared: equal means nothing to do, without asking Lawmatics.
    wanted_digest = models.CharField(max_length=64)
    adopted = models.BooleanField(default=False)
    stage_name = models.CharField(max_length=200, blank=True)
    # Something to tell about this record although it arrived: it went out without a stage, say.
    notice = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    everything = models.Manager["Link"]()
    objects = LinksOfThisAccount()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "everything"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["firm", "kind", "record_id"], condition=models.Q(parked=False), name="one_link_per_record"
            ),
            # A contact may stand for two clients of the firm (entered twice); a matter never for two matters.
            models.UniqueConstraint(
                fields=["firm", "kind", "lawmatics_id"],
                condition=models.Q(kind="matter", parked=False),
                name="one_matter_per_lawmatics_id",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["firm", "kind", "lawmatics_id"], name="link_by_lawmatics_id")]


class RequestSlot(FirmOwned):
    """One request that left for the firm's Lawmatics: the sliding log from which the budget is counted."""

    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["firm", "at"], name="request_slots_by_time")]
