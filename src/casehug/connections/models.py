"""One connection per firm. Secrets stand here sealed; each is bound to its row and column."""

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.db import models

from casehug.kit import clock
from casehug.kit.encryption import keyset
from casehug.tenancy.models import FirmOwned, SameFirmKey


class ConnectionState(models.TextChoices):
    DRAFT = "draft", "Not connected yet"
    CONNECTED = "connected", "Connected"
    BROKEN = "broken", "Needs reconnecting"
    # Consent was given with another account than before: nothing is sent until an admin has decided.
    OTHER_ACCOUNT = "other", "Another account"
    ENDED = "ended", "Disconnected"


class Connection(FirmOwned):
    state = models.CharField(max_length=10, choices=ConnectionState.choices, default=ConnectionState.DRAFT)

    # The firm's own app in Lawmatics -> Settings -> Developer.
    client_id = models.CharField(max_length=200)
    client_secret_sealed = models.BinaryField()

    access_token_sealed = models.BinaryField(null=True)
    refresh_token_sealed = models.BinaryField(null=True)
    token_expires_at = models.DateTimeField(null=True)
    refresh_claimed_at = models.DateTimeField(null=True)

    # The Lawmatics account behind the token. Kept after disconnecting, so that another one is recognised.
    account_id = models.CharField(max_length=40, blank=True)
    account_user = models.CharField(max_length=200, blank=True)
    account_email = models.CharField(max_length=254, blank=True)

    # The other account, until an admin decides to go on with it.
    other_account_id = models.CharField(max_length=40, blank=True)
    other_account_user = models.CharField(max_length=200, blank=True)
    other_account_email = models.CharField(max_length=254, blank=True)

    connected_by_id = models.UUIDField(null=True)
    connected_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    sync_on_creation = models.BooleanField(default=True)
    sync_on_approval = models.BooleanField(default=True)
    # File the client's approved documents in the matter's folder there.
    file_documents = models.BooleanField(default=False)
    # CaseHug gives matters their case number there, by which a matter whose answer was lost is found without doubt.
    number_matters = models.BooleanField(default=False)

    # Tell the admins when something has waited so long or failed so often, and when it is over.
    alert_after_minutes = models.PositiveSmallIntegerField(default=30)
    alert_after_failures = models.PositiveSmallIntegerField(default=5)
    alerted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm"], name="one_connection_per_firm"),
        ]

    def __str__(self) -> str:
        return f"connection {self.id}"

    @property
    def is_connected(self) -> bool:
        return self.state == ConnectionState.CONNECTED

    def seal(self, column: str, secret: str | None) -> bytes | None:
        return keyset().seal(secret.encode(), context=self._place(column)) if secret is not None else None

    def reveal(self, column: str) -> str:
        """The plain secret of a column; raises CannotOpen if it was copied from elsewhere."""
        return keyset().open(getattr(self, column), context=self._place(column)).decode()

    def _place(self, column: str) -> str:
        return f"connection:{self.firm_id}:{self.id}:{column}"


class ConsentRequest(FirmOwned):
    """A trip to Lawmatics' consent page: its `state` value (hashed), bound to person, firm and time, used once."""

    LIFETIME: ClassVar = timedelta(minutes=15)
    KEPT: ClassVar = timedelta(days=1)

    connection = SameFirmKey(Connection, on_delete=models.CASCADE, related_name="+")
    state_hash = models.CharField(max_length=64)
    user_id = models.UUIDField()
    created_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)

    connection_id: UUID

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "state_hash"], name="consent_state_once"),
        ]
