"""Every staff page with the verb it takes and the record it is about. A test holds the table against the URL list."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from casehug.intake.models import Matter
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import documents
from tests.web.walks import first_item

ADMIN_PREFIX = "settings/"


@dataclass(frozen=True)
class Address:
    verb: str
    record: str = ""


ADDRESSES: dict[str, Address] = {
    "home": Address("get"),
    "matters": Address("get"),
    "new_matter": Address("get"),
    "matter": Address("get", "matter"),
    "lawmatics_card": Address("get", "matter"),
    "sync_matter": Address("post", "matter"),
    "find_clients": Address("get"),
    "upload_document": Address("post", "item"),
    "document": Address("get", "document"),
    "approve_document": Address("post", "document"),
    "integrations": Address("get"),
    "lawmatics": Address("get"),
    "lawmatics_credentials": Address("post"),
    "lawmatics_connect": Address("post"),
    "lawmatics_callback": Address("get"),
    "test_lawmatics": Address("post"),
    "lawmatics_switches": Address("post"),
    "disconnect_lawmatics": Address("post"),
    "sync_log": Address("get"),
    "retry_change": Address("post", "change"),
    "dismiss_change": Address("post", "change"),
}

OF_A_RECORD = [name for name, address in ADDRESSES.items() if address.record]


def named_pages() -> dict[str, str]:
    """Name and route of every address of casehug.web."""
    return {
        pattern.name: route
        for pattern, route in _walk(get_resolver().url_patterns, "")
        if pattern.name and pattern.lookup_str.startswith("casehug.web.")
    }


def for_admins() -> list[str]:
    return sorted(name for name, route in named_pages().items() if route.startswith(ADMIN_PREFIX))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[URLPattern, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield pattern, route


def records_of(actor: Actor, matter: Matter) -> dict[str, UUID]:
    """One record of every kind that the table names, except a change: there is none without a connection."""
    with firm_scope(actor.firm_id):
        document = documents.hand_in(actor, matter, key="photo-id")
    return {"matter": matter.id, "item": first_item(actor, matter).id, "document": document.id}


def url(name: str, record_id: UUID | None = None) -> str:
    return reverse(name, args=[record_id] if record_id else [])
