"""Settings, Integrations: the connected page, what needs attention, the log."""

import httpx2
import pytest
from django.test import Client
from django.urls import reverse

from casehug.connections.models import Connection
from casehug.intake.models import Matter
from casehug.sync.models import Change
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.web.conftest import Drain
from tests.web.walks import connect, messages_of, text_of

PAGE, LOG = "/settings/integrations/lawmatics/", "/settings/integrations/lawmatics/log/"


def only_change(people: Cast) -> Change:
    with firm_scope(people.firm_id):
        return Change.objects.get()


@pytest.fixture
def refused(connected: Cast, town: Town, run: Drain) -> Change:
    """A new matter whose contact Lawmatics would not take."""
    town.faults.add(Fault("status", status=422, path="/v1/contacts", method="POST"))
    cast.open_dana(connected.alice)
    run(connected.firm_id)
    town.faults.clear()
    return only_change(connected)


@pytest.mark.parametrize(("state", "words"), [("", "Connect Lawmatics"), ("connected", "Evelyn Hartwell")])
def test_the_card_tells_the_state(alice: Client, http: httpx2.Client, state: str, words: str) -> None:
    if state:
        connect(alice, http)
    assert words in text_of(alice.get("/settings/integrations/"))


def test_the_switches_are_kept(alice: Client, connected: Cast) -> None:
    alice.post(reverse("lawmatics_switches"), {"on_approval": "on"})
    with firm_scope(connected.firm_id):
        connection = Connection.objects.get()
    assert (connection.sync_on_creation, connection.sync_on_approval) == (False, True)
    assert "Saved." in text_of(alice.get(PAGE))


def test_the_switches_need_a_connection(alice: Client) -> None:
    alice.post(reverse("lawmatics_switches"))
    assert "Connect Lawmatics first." in messages_of(alice)


def test_the_page_tells_where_case_types_go(alice: Client, connected: Cast, run: Drain) -> None:
    cast.open_dana(connected.alice)
    run(connected.firm_id)
    page = text_of(alice.get(PAGE))
    assert "Personal Injury Intake" in page
    assert "No such stage" not in page


def test_a_firm_without_our_stage_names_is_told(charlie: Client, people: Cast, http: httpx2.Client, run: Drain) -> None:
    connect(charlie, http, slug="nakamura")
    cast.open_dana(people.charlie)
    run(people.other_firm_id)
    page = text_of(charlie.get(PAGE))
    assert page.count("No such stage") == 12
    assert "Goes out without a stage." in page


def test_a_refusal_needs_attention_with_cause_and_advice(alice: Client, refused: Change) -> None:
    page = text_of(alice.get(PAGE))
    assert "Lawmatics did not accept the values." in page
    assert "Johnson v. Johnson — Divorce" in page
    assert reverse("retry_change", args=[refused.id]) in page
    assert reverse("dismiss_change", args=[refused.id]) in page


def test_retry_sends_it(alice: Client, connected: Cast, refused: Change, run: Drain) -> None:
    alice.post(reverse("retry_change", args=[refused.id]))
    run(connected.firm_id)
    assert only_change(connected).state == "delivered"
    assert "Nothing needs attention" in text_of(alice.get(PAGE))


def test_dismiss_lets_it_rest(alice: Client, connected: Cast, refused: Change, town: Town, run: Drain) -> None:
    alice.post(reverse("dismiss_change", args=[refused.id]))
    run(connected.firm_id)
    assert only_change(connected).state == "dismissed"
    assert "Nothing needs attention" in text_of(alice.get(PAGE))


def test_dismissed_twice_the_second_says_so(alice: Client, refused: Change) -> None:
    for _ in range(2):
        alice.post(reverse("dismiss_change", args=[refused.id]))
    assert "was not waiting for anybody any more" in messages_of(alice)


def test_the_log_tells_every_step(alice: Client, connected: Cast, run: Drain) -> None:
    matter: Matter = cast.open_dana(connected.alice)
    run(connected.firm_id)
    page = text_of(alice.get(LOG))
    for words in ("Contact created", "Matter created", "Johnson v. Johnson", reverse("matter", args=[matter.id])):
        assert words in page


def test_the_log_shows_problems_alone(alice: Client, refused: Change, connected: Cast, run: Drain) -> None:
    alice.post(reverse("retry_change", args=[refused.id]))
    run(connected.firm_id)
    page = text_of(alice.get(LOG, {"show": "problems"}))
    assert "Lawmatics did not accept the values." in page
    assert "Matter created" not in page


@pytest.mark.parametrize("query", [{"before": "x"}, {"after": "x"}, {"show": "nonsense"}])
def test_the_log_ignores_what_makes_no_sense(alice: Client, query: dict[str, str]) -> None:
    assert alice.get(LOG, query).status_code == 200
