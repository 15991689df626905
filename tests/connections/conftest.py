"""A firm on its way to Lawmatics: credentials saved, consent not given yet; and one that has arrived."""

from dataclasses import dataclass

import httpx2
import pytest
from django.test import Client

from casehug.accounts.models import User
from casehug.connections import services
from casehug.connections.client import oauth_of
from casehug.connections.models import Connection
from casehug.kit.clock import ManualClock
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox.store import Town
from tests.cast import Cast
from tests.lawmatics_town import CALLBACK, connect

CREDENTIALS = {"client_id": "sandbox-hartwell", "client_secret": "sandbox-hartwell-secret"}


@dataclass(frozen=True)
class Trip:
    """A trip to the consent page that has not come back yet."""

    state: str
    url: str


@pytest.fixture
def draft(people: Cast, http: httpx2.Client, time: ManualClock) -> Cast:
    with firm_scope(people.firm_id):
        services.save_credentials(people.alice, **CREDENTIALS)
    return people


@pytest.fixture
def connected(people: Cast, http: httpx2.Client, time: ManualClock) -> Cast:
    connect(people.alice, http)
    return people


@pytest.fixture
def expiring(people: Cast, http: httpx2.Client, time: ManualClock, town: Town) -> Cast:
    """Connected with a token of two hours and a refresh token."""
    town.firm("hartwell").options.expiring_tokens = True
    connect(people.alice, http)
    return people


def set_out(actor: Actor, *, redirect_uri: str = CALLBACK) -> Trip:
    with firm_scope(actor.firm_id):
        connection, state = services.request_consent(actor)
    return Trip(state=state, url=oauth_of(connection).authorization_url(redirect_uri=redirect_uri, state=state))


def row(actor: Actor) -> dict[str, object]:
    """The whole connection, to see that nothing changed."""
    with firm_scope(actor.firm_id):
        found = Connection.objects.values().get()
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in found.items()}


def browser_of(actor: Actor) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(id=actor.user_id))
    return browser
