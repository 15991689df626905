"""What pages ask about the connection. Reads only, inside the open firm scope."""

from casehug.connections.models import Connection
from casehug.tenancy.actor import Actor


def connection_of(actor: Actor) -> Connection | None:
    """The firm's connection in whatever state, or None if nobody has begun one."""
    return Connection.objects.filter(firm_id=actor.firm_id).first()
