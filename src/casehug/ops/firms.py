"""Finding a firm from the command line. Only firms that have been connected once are known: they have a lane."""

from collections.abc import Iterator
from uuid import UUID

from django.core.management.base import CommandError

from casehug.sync.lanes import all_firms
from casehug.tenancy.actor import current_firm
from casehug.tenancy.scope import firm_scope


def named_firms() -> Iterator[tuple[UUID, str]]:
    """Every firm with a lane, and its name. Opens a scope for each."""
    for firm_id in all_firms():
        with firm_scope(firm_id):
            name = current_firm().name
        yield firm_id, name


def firm_called(text: str) -> tuple[UUID, str]:
    """The one firm with this id, or whose name has this text in it. Raises CommandError."""
    wanted = text.casefold().strip()
    found = [(firm_id, name) for firm_id, name in named_firms() if str(firm_id) == wanted or wanted in name.casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"No firm that was ever connected to Lawmatics is called “{text}”. Try: casehug status")
    names = "; ".join(f"{name} ({firm_id})" for firm_id, name in found)
    raise CommandError(f"“{text}” fits several firms. Name one of them, or give its id: {names}")
