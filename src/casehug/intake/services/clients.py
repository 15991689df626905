"""Taking in a client."""

from casehug.events.bus import publish
from casehug.events.catalogue import ClientCreated
from casehug.intake import normal
from casehug.intake.models import Client
from casehug.tenancy.actor import Actor


def add_client(actor: Actor, *, first_name: str, last_name: str, email: str = "", phone: str = "") -> Client:
    """Create a client. Raises BadInput with the field's name."""
    client = Client(
        first_name=normal.clean_name(first_name, field="first_name", label="first name"),
        last_name=normal.clean_name(last_name, field="last_name", label="last name"),
        email=normal.clean_email(email),
        phone=normal.clean_phone(phone),
    )
    client.email_key = normal.email_key(client.email)
    client.phone_key = client.phone
    client.name_key = normal.name_key(client.first_name, client.last_name)
    client.save(force_insert=True)
    publish(ClientCreated(firm_id=actor.firm_id, actor_id=actor.user_id, client_id=client.id))
    return client
