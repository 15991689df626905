"""publish() and subscribe(): plain calls, in order, in the publisher's transaction.

A handler that raises takes the write down with it, and that is the point: a matter without its outbox row, or a change
without its audit entry, must not exist. Anything slow or outside the database belongs after the commit.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from casehug.events.catalogue import Fact
from casehug.tenancy.scope import current_firm_id

SomeFact = TypeVar("SomeFact", bound=Fact)
_handlers: dict[type[Fact], list[Callable[..., None]]] = defaultdict(list)


class ForeignFact(RuntimeError):
    """A fact of one firm was published in the scope of another."""


def subscribe(kind: type[SomeFact], handler: Callable[[SomeFact], None]) -> None:
    """Call `handler` for every fact of this kind (or of a kind derived from it). Done once, in an app's ready()."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)


def publish(fact: Fact) -> None:
    """Tell every subscriber, in the open firm scope.

    Raises OutsideFirmScope without a scope, ForeignFact if the fact is of another firm, and whatever a handler raises.
    """
    if fact.firm_id != current_firm_id():
        raise ForeignFact(f"{fact.name} belongs to another firm")
    for kind in type(fact).__mro__:
        for handler in _handlers.get(kind, ()):
            handler(fact)
