"""Contacts: the people. Source: Lawmatics API docs v1.21, Contacts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lawmatics.envelope import Page, Record
from lawmatics.resources.base import Resource, age, where
from lawmatics.types import Contact
from lawmatics.writes import ContactWrite


class Contacts(Resource[Contact]):
    path = "/v1/contacts"
    fields = "first_name,last_name,email,phone,created_at,updated_at,custom_fields"

    def parse(self, record: Record) -> Contact:
        return Contact.parse(record)

    def get(self, contact_id: str) -> Contact:
        return self._read(contact_id)

    def create(self, contact: ContactWrite) -> Contact:
        """Makes a new contact, every time it is called."""
        return self._create(contact.to_json())

    def update(self, contact_id: str, contact: ContactWrite) -> Contact:
        """Changes the fields that are set and leaves the others."""
        return self._update(contact_id, contact.to_json())

    def with_email(self, email: str) -> list[Contact]:
        """All contacts with exactly this e-mail address, whatever its case or outer blanks, oldest first.

        The documented finder `find_by_email` is fuzzy and returns one hit, so it is not used. The filter asks
        with `ilike` because `=` would miss `Dana@…` when asked for `dana@…`; `_` and `%` in an address are
        then wildcards and bring too much, never too little. What does not equal the address is dropped here.
        """
        wanted = _same(email)
        if not wanted:
            return []
        pattern = email.strip().replace("\\", "\\\\")
        found = self._walk(where("email", "ilike", pattern))
        same = [contact for contact in found if _same(contact.email or "") == wanted]
        return sorted(same, key=lambda contact: age(contact.id, contact.created_at))

    def newest_first(self, since: datetime) -> Iterator[Contact]:
        """Contacts created at `since` (aware) or later, newest first; one request per 25."""
        return self._newest_first(since, lambda contact: contact.created_at)

    def pages(self) -> Iterator[Page[Contact]]:
        """All contacts, page by page, each once."""
        return self._pages()

    def page(self, number: int, *, newest_first: bool = False) -> Page[Contact]:
        """One page of 25 of all contacts, without their custom fields; `number` counts from 1."""
        order = {"sort_by": "created_at", "sort_order": "desc"} if newest_first else {}
        return self._page(number, {"fields": "first_name,last_name,email,phone,created_at", **order})

    def count(self) -> int | None:
        """How many contacts there are, in one request; None if the reply does not say."""
        return self._count()

    def add_note(self, contact_id: str, *, name: str, body: str) -> Contact:
        """Adds a note to the contact's record; called twice, it adds two.

        This is the documented way: `POST /v1/notes` names matters and companies only (docs: Update Contact).
        """
        return self._update(contact_id, {"notes": [{"name": name, "body": body}]})


def _same(email: str) -> str:
    return email.strip().casefold()
