"""Forms. Source: Lawmatics API docs v1.21, Custom Forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lawmatics.calls import Call
from lawmatics.envelope import Record, Ref
from lawmatics.resources.base import Resource, present
from lawmatics.types import Form


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

    def submit(self, form_id: str, values: Mapping[str, str]) -> Ref:
        """Submits the form and points to the contact or matter it made. Each call makes another one.

        Keys are component ids, `custom_field_<id>` or standard names (`first_name`, `email`, …). The endpoint
        is public, so no token is sent. It starts automations. Check `Form.blocks_in_the_way` first.
        """
        call = Call.to("POST", f"{self.path}/:id/submit", form_id)
        record = self._door.request(call, present, json=dict(values), authenticated=False)
        return Ref(record.type, record.id)
