"""The fuzzy finders of contacts and matters (API docs, Contact Finders and Matter Finders).

They return the first record that looks alike, so a client must compare the answer itself.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from werkzeug.routing import Rule

from sandbox.api.rest import Answer, Call, Resource
from sandbox.envelope import ApiError
from sandbox.listing import pattern
from sandbox.records import Contact, Matter

P = TypeVar("P", Contact, Matter)


def digits(phone: str | None) -> str:
    """API docs, Find Matter By Phone: non-digits are stripped, a leading 1 may be there or not."""
    return re.sub(r"\D", "", phone or "").removeprefix("1")


def email_like(email: str) -> Callable[[Contact], bool]:
    looks_like = pattern(f"%{email}%", ignore_case=True)
    return lambda contact: looks_like.fullmatch(contact.email or "") is not None


def phone_like(phone: str) -> Callable[[Contact], bool]:
    wanted = digits(phone)
    return lambda contact: len(wanted) >= 7 and digits(contact.phone).endswith(wanted)


def name_distance(contact: Contact, name: str) -> int | None:
    """0 the whole name, 1 the first name, 2 a part of it; None no likeness."""
    wanted = " ".join(name.casefold().split())
    if not wanted:
        return None
    if contact.name.casefold() == wanted:
        return 0
    if (contact.first_name or "").casefold() == wanted:
        return 1
    return 2 if wanted in contact.name.casefold() else None


def closest_by_name(rows: Iterable[P], contact_of: Callable[[P], Contact], name: str) -> P | None:
    ranked = [(distance, row.id, row) for row in rows
              if (distance := name_distance(contact_of(row), name)) is not None]  # fmt: skip
    return min(ranked, key=lambda entry: entry[:2])[2] if ranked else None


@dataclass(frozen=True)
class Finders(Generic[P]):
    resource: Resource[P]
    contact_of: Callable[[Call, P], Contact]

    def rules(self) -> list[Rule]:
        path = f"/v1/{self.resource.path}"
        return [
            Rule(f"{path}/find_by_email/<wanted>", methods=["GET"], endpoint=self.by_email),
            Rule(f"{path}/find_by_phone/<wanted>", methods=["GET"], endpoint=self.by_phone),
            Rule(f"{path}/find_by_name/<wanted>", methods=["GET"], endpoint=self.by_name),
        ]

    def by_email(self, call: Call, wanted: str) -> Answer:
        return self._first(call, "email", wanted, email_like(wanted))

    def by_phone(self, call: Call, wanted: str) -> Answer:
        return self._first(call, "phone number", wanted, phone_like(wanted))

    def by_name(self, call: Call, wanted: str) -> Answer:
        row = closest_by_name(self._rows(call), lambda row: self.contact_of(call, row), wanted)
        return self._found(call, row, "name", wanted)

    def _rows(self, call: Call) -> list[P]:
        return sorted(self.resource.rows(call.firm).values(), key=lambda row: row.id)

    def _first(self, call: Call, what: str, wanted: str, alike: Callable[[Contact], bool]) -> Answer:
        row = next((row for row in self._rows(call) if alike(self.contact_of(call, row))), None)
        return self._found(call, row, what, wanted)

    def _found(self, call: Call, row: P | None, what: str, wanted: str) -> Answer:
        if row is None:
            noun = self.resource.shape.noun
            raise ApiError(404, "Not found", f"{noun} with {what} {wanted} was not found.")
        return self.resource.one(call, row)
