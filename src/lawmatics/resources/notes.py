"""Notes. Source: Lawmatics API docs v1.21, Notes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lawmatics.envelope import Record
from lawmatics.resources.base import Resource
from lawmatics.types import Note
from lawmatics.writes import wire_id


class Notes(Resource[Note]):
    path = "/v1/notes"
    fields = "name,body,notable,created_at,updated_at"

    def parse(self, record: Record) -> Note:
        return Note.parse(record)

    def get(self, note_id: str) -> Note:
        return self._read(note_id)

    def create(self, name: str, body: str, notable_type: str, notable_id: str) -> Note:
        """Adds a note to a record; called twice, it adds two.

        `notable_type` is `Prospect` (a matter) or `Company`; for a contact use `contacts.add_note`.
        """
        return self._create(
            {"name": name, "body": body, "notable_type": notable_type, "notable_id": wire_id(notable_id)}
        )

    def newest_first(self, since: datetime) -> Iterator[Note]:
        """Notes created at `since` (aware) or later, newest first; one request per 25."""
        return self._newest_first(since, lambda note: note.created_at)
