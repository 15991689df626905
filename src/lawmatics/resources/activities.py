"""Activities: the read-only timeline, where notes and other events appear by themselves.

Source: Lawmatics API docs v1.21, Timeline Activities.
"""

from __future__ import annotations

from collections.abc import Iterator

from lawmatics.envelope import Record
from lawmatics.resources.base import Resource, where
from lawmatics.types import Activity


class Activities(Resource[Activity]):
    path = "/v1/activities"
    fields = "key,type,tracked,recipient,owner,created_at"

    def parse(self, record: Record) -> Activity:
        return Activity.parse(record)

    def of_contact(self, contact_id: str) -> Iterator[Activity]:
        """The timeline of a contact, newest first; one request per 25."""
        return self._walk(where("contact_id", "=", contact_id))

    def of_matter(self, matter_id: str) -> Iterator[Activity]:
        """The timeline of a matter, newest first; one request per 25."""
        return self._walk(where("matter_id", "=", matter_id))
