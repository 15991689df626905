"""A client of the firm: the person the intake is about."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from casehug.kit import clock
from casehug.tenancy.models import FirmOwned, SameFirmKey


class Client(FirmOwned):
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=2, choices=[("en", "English"), ("es", "Español")], default="en")

    # Normalised twins, compared with `=` or ranges: under row security PostgreSQL uses an index for little else.
    name_key = models.CharField(max_length=161, db_collation="C", editable=False)
    email_key = models.CharField(max_length=254, db_collation="C", blank=True, editable=False)
    phone_key = models.CharField(max_length=32, db_collation="C", blank=True, editable=False)

    created_at = models.DateTimeField(default=clock.now, editable=False)

    id: UUID

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["firm", "email_key"], name="client_email"),
            models.Index(fields=["firm", "phone_key"], name="client_phone"),
            models.Index(fields=["firm", "name_key"], name="client_name"),
            models.Index(fields=["firm", "-id"], name="client_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class ClientWord(FirmOwned):
    """A word by which a client is found, as a MatterWord is: from first name, last name and e-mail address."""

    client = SameFirmKey(Client, on_delete=models.CASCADE, related_name="+", db_index=False)
    word = models.CharField(max_length=80, db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "word", "client"], name="client_word_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["firm", "client"], name="words_of_client")]
