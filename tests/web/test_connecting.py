"""Connecting Lawmatics through the pages, walking the real consent."""

import httpx2
import pytest
from django.test import Client
from django.urls import reverse

from casehug.connections.models import Connection
from casehug.connections.services import mark_broken
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.store import Town
from tests.cast import Cast
from tests.lawmatics_town import give_consent
from tests.web.walks import CALLBACK, HTMX, connect, messages_of, sign_in, start_consent, text_of

SECRET = "sandbox-hartwell-secret"
PAGE = "/settings/integrations/lawmatics/"


def state_of(people: Cast) -> str:
    with firm_scope(people.firm_id):
        return Connection.objects.get().state


def come_back(browser: Client, **values: object) -> str:
    answer = browser.get(CALLBACK, values)
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    return text_of(browser.get(PAGE))


def test_the_wizard_explains_drafts_the_letter_and_shows_the_callback(alice: Client) -> None:
    page = text_of(alice.get(PAGE))
    assert "Please enable developer settings for Hartwell Family Law" in page
    assert 'href="mailto:support@lawmatics.com?subject=Please%20enable' in page
    assert "api@lawmatics.com" in page
    assert f"http://localhost{CALLBACK}" in page


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"client_id": "", "client_secret": "x"}, "Paste the Client ID from Lawmatics."),
        ({"client_id": "my-app", "client_secret": ""}, "Paste the Client Secret from Lawmatics."),
        ({"client_id": "y" * 201, "client_secret": "x"}, "longer than a Client ID can be"),
        ({"client_id": "   ", "client_secret": "x"}, "Paste the Client ID from Lawmatics."),
    ],
)
def test_missing_credentials_get_a_sentence(alice: Client, form: dict[str, str], sentence: str) -> None:
    answer = alice.post(reverse("lawmatics_credentials"), form)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert form["client_id"].strip() in text_of(answer)


def test_the_secret_never_comes_back(alice: Client) -> None:
    start_consent(alice)
    page = text_of(alice.get(PAGE))
    assert "sandbox-hartwell" in page
    assert SECRET not in page
    refused = alice.post(reverse("lawmatics_credentials"), {"client_id": "", "client_secret": SECRET})
    assert SECRET not in text_of(refused)


def test_an_empty_secret_keeps_the_saved_one(alice: Client, http: httpx2.Client, people: Cast) -> None:
    start_consent(alice)
    alice.post(reverse("lawmatics_credentials"), {"client_id": "sandbox-hartwell", "client_secret": ""})
    state = httpx2.URL(consent := alice.post(reverse("lawmatics_connect")).headers["Location"]).params["state"]
    come_back(alice, code=give_consent(http, consent), state=state)
    assert state_of(people) == "connected"


def test_connect_without_credentials_says_what_is_missing(alice: Client) -> None:
    assert alice.post(reverse("lawmatics_connect")).headers["Location"] == PAGE
    assert "Enter the Client ID and Client Secret first." in text_of(alice.get(PAGE))


def test_connect_leads_to_the_consent_page(alice: Client) -> None:
    consent = httpx2.URL(start_consent(alice))
    assert str(consent).startswith("http://lawmatics.test/oauth/authorize?")
    assert consent.params["redirect_uri"] == f"http://localhost{CALLBACK}"
    assert SECRET not in str(consent)


def test_the_policy_lets_the_form_lead_there(alice: Client) -> None:
    assert "form-action 'self' http://lawmatics.test" in alice.get(PAGE).headers["Content-Security-Policy"]


def test_consent_connects_and_the_page_shows_whose_account_it_is(alice: Client, http: httpx2.Client) -> None:
    connect(alice, http)
    page = text_of(alice.get(PAGE))
    for words in ("Lawmatics is connected.", "Evelyn Hartwell", "evelyn@hartwell.example", "Alice Hartwell"):
        assert words in page


def test_declined_consent_connects_nothing(alice: Client, people: Cast) -> None:
    state = httpx2.URL(start_consent(alice)).params["state"]
    page = come_back(alice, error="access_denied", state=state)
    assert "Access was not allowed in Lawmatics" in page
    assert state_of(people) == "draft"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"code": "x"},
        {"state": "x"},
        {"state": ["x", "y"], "code": "x"},
        {"state": "x", "code": ["x", "y"]},
        {"state": "x" * 5000, "code": "x"},
        {"state": "x", "code": "x" * 5000},
        {"state": "x", "error": "e" * 5000},
    ],
)
def test_an_incomplete_answer_gets_a_kind_sentence(alice: Client, values: dict[str, object]) -> None:
    assert "The answer of Lawmatics was incomplete" in come_back(alice, **values)


def test_a_made_up_state_is_refused(alice: Client, people: Cast) -> None:
    start_consent(alice)
    assert "This connection attempt has expired" in come_back(alice, state="made-up\x00", code="x")
    assert state_of(people) == "draft"


def test_a_state_works_once(alice: Client, http: httpx2.Client) -> None:
    consent = start_consent(alice)
    state = httpx2.URL(consent).params["state"]
    code = give_consent(http, consent)
    come_back(alice, state=state, code=code)
    assert "This connection attempt has expired" in come_back(alice, state=state, code=code)


def test_a_state_of_another_firms_admin_is_refused(
    alice: Client, charlie: Client, http: httpx2.Client, people: Cast
) -> None:
    consent = start_consent(alice)
    state = httpx2.URL(consent).params["state"]
    start_consent(charlie)
    assert "was not started by you here" in come_back(charlie, state=state, code=give_consent(http, consent))
    assert state_of(people) == "draft"


def test_a_wrong_secret_is_told(alice: Client, http: httpx2.Client) -> None:
    alice.post(reverse("lawmatics_credentials"), {"client_id": "sandbox-hartwell", "client_secret": "wrong"})
    consent = alice.post(reverse("lawmatics_connect")).headers["Location"]
    state = httpx2.URL(consent).params["state"]
    page = come_back(alice, state=state, code=give_consent(http, consent))
    assert "Lawmatics does not know this Client ID and Client Secret." in page


def test_the_test_tells_who_answers(alice: Client, connected: Cast) -> None:
    fragment = text_of(alice.post(reverse("test_lawmatics"), headers=HTMX))
    assert "It works" in fragment
    assert "Evelyn Hartwell" in fragment
    assert "<html" not in fragment
    alice.post(reverse("test_lawmatics"))
    assert "Lawmatics answered and knows this connection" in messages_of(alice)


def test_the_test_explains_a_refusal(alice: Client, connected: Cast, town: Town) -> None:
    town.faults.add(Fault("status", status=403))
    fragment = text_of(alice.post(reverse("test_lawmatics"), headers=HTMX))
    assert "It does not work" in fragment
    assert "support@lawmatics.com" in fragment


def test_a_broken_connection_asks_to_connect_again(alice: Client, bob: Client, connected: Cast) -> None:
    with firm_scope(connected.firm_id):
        mark_broken(Actor.system(connected.firm_id))
    page = text_of(alice.get(PAGE))
    assert "Lawmatics no longer accepts the connection" in page
    assert "Connect again" in page
    assert "Lawmatics no longer accepts the connection" in text_of(bob.get("/"))


def test_disconnecting_says_that_lawmatics_kept_the_app(alice: Client, connected: Cast) -> None:
    alice.post(reverse("disconnect_lawmatics"))
    page = text_of(alice.get(PAGE))
    assert "remove the app there too" in page
    assert "links to what is in Lawmatics are kept" in page
    with firm_scope(connected.firm_id):
        assert Connection.objects.get().access_token_sealed is None


def test_disconnecting_says_when_the_access_was_revoked(alice: Client, connected: Cast, town: Town) -> None:
    town.firm("hartwell").options.revocation = True
    alice.post(reverse("disconnect_lawmatics"))
    assert "has revoked the access" in text_of(alice.get(PAGE))
    assert not town.tokens


def test_disconnecting_nothing_says_so(alice: Client) -> None:
    alice.post(reverse("disconnect_lawmatics"))
    assert "there is nothing to disconnect" in messages_of(alice)


def test_the_same_account_connects_again(alice: Client, connected: Cast, http: httpx2.Client) -> None:
    alice.post(reverse("disconnect_lawmatics"))
    connect(alice, http)
    assert state_of(connected) == "connected"


def test_another_account_is_recognised(alice: Client, connected: Cast, http: httpx2.Client) -> None:
    alice.post(reverse("disconnect_lawmatics"))
    connect(alice, http, slug="nakamura")
    assert "This is another Lawmatics account" in text_of(alice.get(PAGE))
    assert state_of(connected) == "other"


def test_an_admin_goes_on_with_another_account(alice: Client, connected: Cast, http: httpx2.Client) -> None:
    alice.post(reverse("disconnect_lawmatics"))
    connect(alice, http, slug="nakamura")
    alice.post(reverse("switch_lawmatics_account"))
    assert "with the other account" in text_of(alice.get(PAGE))
    assert state_of(connected) == "connected"


def test_an_admin_leaves_another_account_alone(alice: Client, connected: Cast, http: httpx2.Client) -> None:
    alice.post(reverse("disconnect_lawmatics"))
    connect(alice, http, slug="nakamura")
    alice.post(reverse("disconnect_lawmatics"))
    assert state_of(connected) == "ended"


def test_a_person_of_another_firm_sees_nothing_of_it(connected: Cast) -> None:
    assert "evelyn@hartwell.example" not in text_of(sign_in(connected.charlie).get(PAGE))
