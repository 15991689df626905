"""What changes here after a matter is linked follows to Lawmatics, and what has no need to leaves no trace."""

import pytest

from casehug.events import bus
from casehug.events.catalogue import ClientUpdated, MatterUpdated
from casehug.intake.models import Client, Matter
from casehug.intake.services.clients import add_client
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.sync.engine import Drain, attempts, contacts_named, matters_titled


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


def correct_client(actor: Actor, client: Client, **columns: str) -> None:
    """As the service of the client's page does: the columns, then the fact."""
    with firm_scope(actor.firm_id):
        Client.objects.filter(id=client.id).update(**columns)
        bus.publish(ClientUpdated(firm_id=actor.firm_id, actor_id=actor.user_id, client_id=client.id))


def change_matter(actor: Actor, matter: Matter, **columns: object) -> None:
    with firm_scope(actor.firm_id):
        Matter.objects.filter(id=matter.id).update(**columns)
        bus.publish(MatterUpdated(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id))


def test_it_corrects_the_contact_when_the_client_s_phone_changes(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert matter.client
    correct_client(connected.bob, matter.client, phone="+13035550199", phone_key="+13035550199")
    run(connected.firm_id)
    [contact] = contacts_named(hartwell, "Dana Johnson")
    assert contact.phone == "+13035550199"


def test_it_leaves_the_phone_that_the_firm_typed_over_ours(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    [contact] = contacts_named(hartwell, "Dana Johnson")
    contact.phone = "(720) 555-0100"
    assert matter.client
    correct_client(connected.bob, matter.client, phone="+13035550199", phone_key="+13035550199")
    run(connected.firm_id)
    assert contact.phone == "(720) 555-0100"


def test_it_sends_a_new_title(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    change_matter(connected.bob, matter, title="Johnson v. Johnson — Settled")
    run(connected.firm_id)
    assert len(matters_titled(hartwell, "Johnson v. Johnson — Settled")) == 1


def test_it_sends_a_matter_once_it_has_its_client(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob, client=None)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        dana = add_client(connected.bob, first_name="Dana", last_name="Johnson", email="dana@example.com")
    change_matter(connected.bob, matter, client=dana)
    run(connected.firm_id)
    assert len(matters_titled(hartwell, matter.title)) == len(contacts_named(hartwell, "Dana Johnson")) == 1


def test_it_logs_nothing_about_an_update_that_concerns_lawmatics_not(connected: Cast, run: Drain, town: Town) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    before = attempts(connected.firm_id, matter)
    town.requests.clear()
    change_matter(connected.bob, matter, county="Denver")
    run(connected.firm_id)
    assert attempts(connected.firm_id, matter) == before
    assert town.requests == []
