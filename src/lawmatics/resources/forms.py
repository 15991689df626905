"""Forms. Source: Lawmatics API docs v1.21, Custom Forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from lawmatics.calls import Call
from lawmatics.envelope import Record, Ref
from lawmatics.resources.base import NEWEST_FIRST, Resource, back_to, present
from lawmatics.types import Form, FormEntry


class Forms(Resource[Form]):
    path = "/v1/forms"
    fields = "all"

    def parse(self, record: Record) -> Form:
        return Form.parse(record)

    def all(self) -> Iterator[Form]:
        """Every form; one request per 25."""
        return self._walk()

    def get(self, form_id: str) -> Form:
        """One form by its UUID, with its components."""
        return self._read(form_id)

    def entries(self, form_id: str, since: datetime) -> Iterator[FormEntry]:
        """What was sent in with this form at `since` (aware) or later, newest first; one request per 25."""
        params = {"fields": "body,contactable,created_at", **NEWEST_FIRST}
        pages = self._door.pages(f"{self.path}/:id/entries", params, form_id)
        return back_to(since, (page.map(FormEntry.parse) for page in pages), lambda entry: entry.created_at)

    def submit(self, form_id: str, values: Mapping[str, Any]) -> Ref:
        """Submits the form and points to the contact or matter it made. Each call makes another one.

        Keys are component ids, `custom_field_<id>` or standard names (`first_name`, `email`, …); a value is text,
        or a list of option ids. The endpoint is public, so no token is sent. It starts automations. Check
        `Form.blocks_in_the_way` first.
        """
        call = Call.to("POST", f"{self.path}/:id/submit", form_id)
        record = self._door.request(call, present, json=dict(values), authenticated=False)
        return Ref(record.type, record.id)
