"""Another Lawmatics account: nothing goes to it by itself, and what belongs to the earlier one is kept apart."""

import re

import httpx2

from casehug.connections import services
from casehug.connections.client import oauth_of
from casehug.connections.errors import OtherAccount
from casehug.connections.flow import disconnect, finish_connecting
from casehug.kit.clock import ManualClock
from casehug.sync.models import CaseTypeMapping, Change, Link
from casehug.sync.probe import gate
from casehug.tenancy.scope import firm_scope
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.lawmatics_town import CALLBACK
from tests.sync.engine import Drain, click, matters_titled

TITLE = "Johnson v. Johnson — Divorce"


def consent_in(people: Cast, http: httpx2.Client, town: Town, slug: str) -> None:
    """Connect again, signed in to Lawmatics as the admin of that account."""
    with firm_scope(people.firm_id):
        connection, state = services.request_consent(people.alice)
    page = http.get(oauth_of(connection).authorization_url(redirect_uri=CALLBACK, state=state))
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.text))
    admin = str(town.firm(slug).admin.id)
    answer = http.post(str(page.url), data={**fields, "user_id": admin, "decision": "allow"})
    code = httpx2.URL(answer.headers["location"]).params["code"]
    try:
        finish_connecting(people.alice, state=state, code=code, redirect_uri=CALLBACK, gate=gate(people.firm_id))
    except OtherAccount:
        return


def switch(people: Cast, http: httpx2.Client, town: Town, slug: str) -> None:
    disconnect(people.alice)
    consent_in(people, http, town, slug)
    with firm_scope(people.firm_id):
        services.switch_account(people.alice)


def test_it_sends_nothing_to_another_account_before_an_admin_has_decided(
    time: ManualClock, connected: Cast, http: httpx2.Client, town: Town, run: Drain
) -> None:
    disconnect(connected.alice)
    consent_in(connected, http, town, "nakamura")
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert matters_titled(town.firm("nakamura"), TITLE) == []
    with firm_scope(connected.firm_id):
        assert Change.objects.get().state == "waiting"


def test_it_sends_what_waits_to_the_other_account_after_that(
    time: ManualClock, connected: Cast, http: httpx2.Client, town: Town, run: Drain
) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    switch(connected, http, town, "nakamura")
    click(connected.bob, matter)
    run(connected.firm_id)
    here, there = town.firm("nakamura"), town.firm("hartwell")
    assert len(matters_titled(here, TITLE)) == len(matters_titled(there, TITLE)) == 1


def test_it_finds_the_links_again_when_the_earlier_account_comes_back(
    time: ManualClock, connected: Cast, http: httpx2.Client, town: Town, run: Drain
) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    switch(connected, http, town, "nakamura")
    with firm_scope(connected.firm_id):
        assert not Link.objects.exists()
    switch(connected, http, town, "hartwell")
    click(connected.bob, matter)
    run(connected.firm_id)
    assert len(matters_titled(town.firm("hartwell"), TITLE)) == 1


def test_it_forgets_what_was_chosen_by_id(
    time: ManualClock, connected: Cast, http: httpx2.Client, town: Town, run: Drain
) -> None:
    with firm_scope(connected.firm_id):
        CaseTypeMapping.objects.create(case_type="divorce-standard", stage_id="7")
    switch(connected, http, town, "nakamura")
    with firm_scope(connected.firm_id):
        assert not CaseTypeMapping.objects.exists()
