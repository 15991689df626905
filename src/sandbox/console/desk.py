"""What a console page works on: one firm, one request, and the hand of the firm's own admin."""

from dataclasses import dataclass
from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import NotFound

from sandbox.hand import Hand
from sandbox.pages import page
from sandbox.records import Contact, Matter, Note, Ref
from sandbox.store import Firm, Late, Town


class RefusedError(Exception):
    """A sentence for the person at the console."""


@dataclass(frozen=True)
class Desk:
    town: Town
    firm: Firm
    request: Request

    @property
    def hand(self) -> Hand:
        return Hand(self.town, self.firm, self.firm.admin, self.town.clock())

    def page(self, template: str, tab: str, **values: Any) -> Response:
        return page(
            template,
            firm=self.firm,
            firms=list(self.town.firms.values()),
            tab=tab,
            rate=self.rate(),
            fault_count=len(self.town.faults.rules),
            email_count=len(self.firm.emails),
            now=self.town.clock(),
            **values,
        )

    def rate(self) -> dict[str, Any]:
        used, limit = self.town.rates.used(self.firm.slug, self.town.clock()), self.town.rate_limit
        foreign = self.firm.options.foreign_requests if limit else 0
        # Ten steps, because a width in a style attribute would need an exception in the page's policy.
        step = min(10, round(10 * (used + foreign) / limit)) if limit else 0
        return {"used": used, "limit": limit, "step": step, "foreign": foreign}

    def late(self) -> list[Late]:
        return sorted((row for row in self.town.later if row.firm == self.firm.slug), key=lambda row: row.due)

    def contact(self, number: int) -> Contact:
        if number not in self.firm.contacts:
            raise NotFound
        return self.firm.contacts[number]

    def matter(self, number: int) -> Matter:
        if number not in self.firm.matters:
            raise NotFound
        return self.firm.matters[number]

    def notes_of(self, owner: Ref) -> list[Note]:
        return sorted(self.firm.notes.group("notable", owner), key=lambda n: -n.id)

    def matters_of(self, contact: Contact) -> list[Matter]:
        return self.firm.matters.group("contact_id", contact.id)

    def back(self, path: str) -> Response:
        return Response("", 303, {"Location": f"/console/{self.firm.slug}/{path}"})
