"""Matters, which the API calls prospects. Source: Lawmatics API docs v1.21, Matters (Prospects)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lawmatics.envelope import Page, Record
from lawmatics.resources.base import Resource, iso, where
from lawmatics.types import Matter
from lawmatics.writes import UNSET, MatterWrite


class Matters(Resource[Matter]):
    path = "/v1/prospects"
    fields = "case_title,case_number,status,sub_status,contact,stage,practice_area,created_at,updated_at,custom_fields"

    def parse(self, record: Record) -> Matter:
        return Matter.parse(record)

    def get(self, matter_id: str) -> Matter:
        return self._read(matter_id)

    def create(self, matter: MatterWrite) -> Matter:
        """Makes a new matter for the contact `contact_id`, on every call: matters are never de-duplicated.

        Look at `stage_id` of the answer: whether a stage given here takes hold is not documented.
        """
        if matter.contact_id is UNSET:
            raise ValueError("a new matter needs the contact_id of an existing contact")
        return self._create(matter.to_json())

    def update(self, matter_id: str, matter: MatterWrite) -> Matter:
        """Changes the fields that are set and leaves the others. For `stage_id` see `create`."""
        return self._update(matter_id, matter.to_json())

    def newest_first(self, since: datetime) -> Iterator[Matter]:
        """Matters created at `since` (aware) or later, newest first; one request per 25."""
        return self._newest_first(since, lambda matter: matter.created_at)

    def changed_since(self, moment: datetime) -> Iterator[Matter]:
        """Matters changed at `moment` (aware) or later, latest change first.

        In this order a matter that changes during the walk jumps to the front and pushes the others back,
        where they are met again; the other way round they would slip past. It may itself be missed this time,
        so the next walk must start from the time (on the remote's clock) at which this one began, not from
        the latest change it saw.
        """
        return self._walk({**where("updated_at", ">=", iso(moment)), "sort_by": "updated_at", "sort_order": "desc"})

    def pages(self) -> Iterator[Page[Matter]]:
        """All matters, page by page, each once."""
        return self._pages()

    def page(self, number: int) -> Page[Matter]:
        """One page of 25 of all matters, with nothing but their ids and ages; `number` counts from 1."""
        return self._page(number, {"fields": "created_at"})

    def count(self) -> int | None:
        """How many matters there are, in one request; None if the reply does not say."""
        return self._count()
