"""Taking in a client, and keeping what is known of them right."""

from casehug.events.bus import publish
from casehug.events.catalogue import ClientCreated, ClientUpdated
from casehug.intake import normal
from casehug.intake.errors import BadInput
from casehug.intake.models import Client, Matter
from casehug.intake.services.words import index_client, index_matter
from casehug.tenancy.actor import Actor

LANGUAGES = ("en", "es")


def add_client(
    actor: Actor, *, first_name: str, last_name: str, email: str = "", phone: str = "", language: str = "en"
) -> Client:
    """Create a client. Raises BadInput with the field's name."""
    client = Client(**_clean(first_name, last_name, email, phone, language))
    client.save(force_insert=True)
    index_client(client)
    publish(ClientCreated(firm_id=actor.firm_id, actor_id=actor.user_id, client_id=client.id))
    return client


def update_client(
    actor: Actor, *, client: Client, first_name: str, last_name: str, email: str, phone: str, language: str
) -> Client:
    """Save what was typed about a client; the same values again change nothing. Raises BadInput with the field's name.

    The words of the client's matters are written anew, so that they are found by the new name at once.
    """
    values = _clean(first_name, last_name, email, phone, language)
    # The row is locked, so that of two people who save at once the later one is compared with what the earlier wrote.
    kept = Client.objects.select_for_update().get(id=client.id)
    changed = [name for name, value in values.items() if getattr(kept, name) != value]
    if not changed:
        return kept
    for name in changed:
        setattr(kept, name, values[name])
    kept.save(update_fields=changed)
    index_client(kept)
    for matter in Matter.objects.filter(firm_id=actor.firm_id, client=kept).select_related("client"):
        index_matter(matter)
    publish(ClientUpdated(firm_id=actor.firm_id, actor_id=actor.user_id, client_id=kept.id))
    return kept


def _clean(first_name: str, last_name: str, email: str, phone: str, language: str) -> dict[str, str]:
    if language not in LANGUAGES:
        raise BadInput("Choose the client's language from the list.", field="language")
    first = normal.clean_name(first_name, field="first_name", label="first name")
    last = normal.clean_name(last_name, field="last_name", label="last name")
    address, number = normal.clean_email(email), normal.clean_phone(phone)
    return {
        "first_name": first,
        "last_name": last,
        "email": address,
        "phone": number,
        "language": language,
        "email_key": normal.email_key(address),
        "phone_key": number,
        "name_key": normal.name_key(first, last),
    }
