"""A file on its way in, piece by piece, and the firm's key for the files that lie here."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from casehug.intake.models.checklist import ChecklistItem, Provider
from casehug.intake.models.matter import Matter
from casehug.kit import clock
from casehug.tenancy.models import FirmOwned, SameFirmKey


class FileKey(FirmOwned):
    """The firm's file key, sealed by the installation's keyset. It wraps the key of each file: erase it, and all the
    firm's files are unreadable at once."""

    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["firm"], name="one_file_key_per_firm")]


class Upload(FirmOwned):
    """An upload that is not complete yet. Its pieces lie encrypted in the file storage under `stored_as`/<name>.

    Each try to send a piece has a name of its own, so that of two tabs none writes over the other; the row names the
    tries that counted, in their order.
    """

    matter = SameFirmKey(Matter, on_delete=models.CASCADE, related_name="uploads", db_index=False)
    item = SameFirmKey(ChecklistItem, on_delete=models.CASCADE, related_name="uploads", db_index=False)
    file_name = models.CharField(max_length=180)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    piece_names = models.JSONField(default=list)
    stored_as = models.CharField(max_length=120)
    wrapped_key = models.BinaryField()
    provided_by = models.CharField(max_length=6, choices=Provider.choices)
    uploaded_by_id = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_piece_at = models.DateTimeField(default=clock.now)

    matter_id: UUID
    item_id: UUID

    class Meta:
        indexes: ClassVar = [models.Index(fields=["firm", "matter"], name="uploads_of_matter")]

    @property
    def pieces(self) -> int:
        return len(self.piece_names)


class StrayFile(FirmOwned):
    """A name in the file storage that no other row stands for: not yet, or not any more.

    It is written down before the first byte is stored, and when the row that named the file is deleted. Whatever dies
    in between, the sweep finds the name here.
    """

    stored_as = models.CharField(max_length=120)
    noted_at = models.DateTimeField(default=clock.now)
    # The sweep has begun to remove the file: no row may name it any more.
    condemned = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["firm", "noted_at"], name="stray_files_by_age")]


class FirmWithFiles(models.Model):
    """A firm that has ever stored a file, so that the sweep finds it. A directory table: nothing but ids."""

    firm_id = models.UUIDField(primary_key=True)
