"""Coming back from the consent page: one right way, and the wrong ones, after which nothing has changed."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
import pytest

from casehug.connections.client import fresh_token
from casehug.connections.errors import NotConnected
from casehug.connections.flow import disconnect
from casehug.connections.models import ConsentRequest
from casehug.connections.services import save_credentials
from casehug.kit.clock import ManualClock
from casehug.tenancy.actor import Actor
from casehug.tenancy.models import Role
from casehug.tenancy.scope import firm_scope
from sandbox.store import Town
from tests.cast import Cast, hire
from tests.connections.conftest import CREDENTIALS, browser_of, row, set_out
from tests.lawmatics_town import CALLBACK, give_consent

PATH = "/settings/integrations/lawmatics/callback/"
SWITCH = "/settings/integrations/lawmatics/switch-account/"


def come_back(actor: Actor, **query: str) -> int:
    return browser_of(actor).get(PATH, query, HTTP_HOST="localhost").status_code


def state_of(actor: Actor) -> object:
    return row(actor)["state"]


def test_it_connects(draft: Cast, http: httpx2.Client, time: ManualClock) -> None:
    trip = set_out(draft.alice)
    come_back(draft.alice, state=trip.state, code=give_consent(http, trip.url))
    found = row(draft.alice)
    assert (found["state"], found["connected_by_id"], found["connected_at"]) == (
        "connected",
        draft.alice.user_id,
        time.now(),
    )
    assert found["account_id"] != ""


def test_it_connects_until_a_quarter_of_an_hour_has_passed(draft: Cast, http: httpx2.Client, time: ManualClock) -> None:
    trip = set_out(draft.alice)
    time.advance(ConsentRequest.LIFETIME.total_seconds() - 1)
    come_back(draft.alice, state=trip.state, code=give_consent(http, trip.url))
    assert state_of(draft.alice) == "connected"


def test_it_refuses_one_who_comes_later(draft: Cast, http: httpx2.Client, time: ManualClock) -> None:
    assert timedelta(minutes=15) == ConsentRequest.LIFETIME
    trip, before = set_out(draft.alice), row(draft.alice)
    time.advance(15 * 60)
    come_back(draft.alice, state=trip.state, code=give_consent(http, trip.url))
    assert row(draft.alice) == before


@pytest.mark.parametrize("state", ["", "x", "0" * 43, "x" * 5000, "\x00", "ü"])
def test_it_refuses_a_state_that_was_never_given(draft: Cast, http: httpx2.Client, state: str) -> None:
    trip, before = set_out(draft.alice), row(draft.alice)
    come_back(draft.alice, state=state, code=give_consent(http, trip.url))
    assert row(draft.alice) == before


def test_it_refuses_an_answer_without_a_state(draft: Cast, http: httpx2.Client) -> None:
    trip, before = set_out(draft.alice), row(draft.alice)
    come_back(draft.alice, code=give_consent(http, trip.url))
    assert row(draft.alice) == before


def test_it_refuses_two_states(draft: Cast, http: httpx2.Client) -> None:
    trip, before = set_out(draft.alice), row(draft.alice)
    query = urlencode([("state", trip.state), ("state", "x"), ("code", give_consent(http, trip.url))])
    browser_of(draft.alice).get(f"{PATH}?{query}", HTTP_HOST="localhost")
    assert row(draft.alice) == before


def test_it_refuses_a_state_that_was_used(draft: Cast, http: httpx2.Client) -> None:
    trip = set_out(draft.alice)
    come_back(draft.alice, state=trip.state, code=give_consent(http, trip.url))
    before = row(draft.alice)
    come_back(draft.alice, state=trip.state, code=give_consent(http, trip.url))
    assert row(draft.alice) == before


def test_it_uses_a_state_up_even_when_the_code_was_wrong(draft: Cast, http: httpx2.Client) -> None:
    trip, before = set_out(draft.alice), row(draft.alice)
    come_back(draft.alice, state=trip.state, code="wrong")
    come_back(draft.alice, state=trip.state, code=give_consent(http, trip.url))
    assert row(draft.alice) == before


def test_it_refuses_another_admin_s_state(draft: Cast, http: httpx2.Client) -> None:
    """An attacker's own consent must not end up in a colleague's browser, nor the other way round."""
    second = hire(draft.firm_id, "Aaron Second", Role.ADMIN)
    trip, before = set_out(draft.alice), row(draft.alice)
    come_back(second, state=trip.state, code=give_consent(http, trip.url))
    assert row(draft.alice) == before


def test_it_refuses_another_firm_s_state(draft: Cast, http: httpx2.Client) -> None:
    with firm_scope(draft.other_firm_id):
        save_credentials(draft.charlie, **CREDENTIALS)
    trip = set_out(draft.alice)
    before = row(draft.alice), row(draft.charlie)
    come_back(draft.charlie, state=trip.state, code=give_consent(http, trip.url))
    assert (row(draft.alice), row(draft.charlie)) == before


@pytest.mark.parametrize("who", ["ann", "bob"])
def test_it_refuses_who_is_no_admin(draft: Cast, http: httpx2.Client, who: str) -> None:
    trip, before = set_out(draft.alice), row(draft.alice)
    code = give_consent(http, trip.url)
    assert come_back(getattr(draft, who), state=trip.state, code=code) == 403
    assert row(draft.alice) == before


def test_it_refuses_an_answer_without_a_code(draft: Cast) -> None:
    trip, before = set_out(draft.alice), row(draft.alice)
    come_back(draft.alice, state=trip.state)
    assert row(draft.alice) == before


@pytest.mark.parametrize("code", ["wrong", "0" * 64, "x" * 2000, "x" * 5000])
def test_it_refuses_a_wrong_code(draft: Cast, code: str) -> None:
    trip, before = set_out(draft.alice), row(draft.alice)
    come_back(draft.alice, state=trip.state, code=code)
    assert row(draft.alice) == before


def test_it_refuses_a_code_that_was_spent(draft: Cast, http: httpx2.Client) -> None:
    first = set_out(draft.alice)
    code = give_consent(http, first.url)
    come_back(draft.alice, state=first.state, code=code)
    before = row(draft.alice)
    come_back(draft.alice, state=set_out(draft.alice).state, code=code)
    assert row(draft.alice) == before


def test_it_refuses_a_code_that_was_given_to_another_address(draft: Cast, http: httpx2.Client) -> None:
    elsewhere = set_out(draft.alice, redirect_uri="http://localhost/elsewhere/")
    before = row(draft.alice)
    come_back(draft.alice, state=elsewhere.state, code=give_consent(http, elsewhere.url))
    assert row(draft.alice) == before


def test_it_refuses_a_code_of_another_app(draft: Cast, http: httpx2.Client) -> None:
    trip, before = set_out(draft.alice), row(draft.alice)
    code = give_consent(http, trip.url.replace("sandbox-hartwell", "sandbox-nakamura"))
    come_back(draft.alice, state=trip.state, code=code)
    assert row(draft.alice) == before


@pytest.mark.parametrize("error", ["access_denied", "server_error", "<script>alert(1)</script>"])
def test_it_connects_nothing_after_a_refusal_even_with_a_code(draft: Cast, http: httpx2.Client, error: str) -> None:
    trip, before = set_out(draft.alice), row(draft.alice)
    browser = browser_of(draft.alice)
    query = {"state": trip.state, "code": give_consent(http, trip.url), "error": error}
    page = browser.get(PATH, query, HTTP_HOST="localhost", follow=True)
    assert row(draft.alice) == before
    assert "<script>alert" not in page.content.decode()


def consent_as_stranger(http: httpx2.Client, town: Town, url: str) -> str:
    """Give consent in the account of another firm; answers the code."""
    page = http.get(url)
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.text))
    stranger = str(town.firm("nakamura").admin.id)
    answer = http.post(str(page.url), data={**fields, "user_id": stranger, "decision": "allow"})
    return httpx2.URL(answer.headers["location"]).params["code"]


def test_it_waits_for_a_decision_when_it_is_another_account(connected: Cast, http: httpx2.Client, town: Town) -> None:
    disconnect(connected.alice)
    account = row(connected.alice)["account_id"]
    trip = set_out(connected.alice)
    come_back(connected.alice, state=trip.state, code=consent_as_stranger(http, town, trip.url))
    found = row(connected.alice)
    assert (found["state"], found["account_id"]) == ("other", account)
    assert found["other_account_id"] not in {"", account}
    with pytest.raises(NotConnected):
        fresh_token(connected.firm_id)


def test_it_leaves_a_working_connection_alone_when_it_is_another_account(
    connected: Cast, http: httpx2.Client, town: Town
) -> None:
    trip, before = set_out(connected.alice), row(connected.alice)
    come_back(connected.alice, state=trip.state, code=consent_as_stranger(http, town, trip.url))
    assert row(connected.alice) == before


def test_it_goes_on_with_the_other_account_when_an_admin_says_so(
    connected: Cast, http: httpx2.Client, town: Town
) -> None:
    disconnect(connected.alice)
    trip = set_out(connected.alice)
    come_back(connected.alice, state=trip.state, code=consent_as_stranger(http, town, trip.url))
    other = row(connected.alice)["other_account_id"]
    browser_of(connected.alice).post(SWITCH, HTTP_HOST="localhost")
    found = row(connected.alice)
    assert (found["state"], found["account_id"], found["other_account_id"]) == ("connected", other, "")


def test_it_switches_nothing_when_no_other_account_waits(connected: Cast) -> None:
    before = row(connected.alice)
    browser_of(connected.alice).post(SWITCH, HTTP_HOST="localhost")
    assert row(connected.alice) == before


def test_it_connects_the_same_account_again(connected: Cast, http: httpx2.Client) -> None:
    account = row(connected.alice)["account_id"]
    disconnect(connected.alice)
    trip = set_out(connected.alice)
    come_back(connected.alice, state=trip.state, code=give_consent(http, trip.url))
    found = row(connected.alice)
    assert (found["state"], found["account_id"], found["ended_at"]) == ("connected", account, None)


def test_it_keeps_the_earlier_connection_when_a_second_trip_fails(connected: Cast) -> None:
    before = row(connected.alice)
    come_back(connected.alice, state=set_out(connected.alice).state, code="wrong")
    assert row(connected.alice) == before


def test_it_leads_back_to_our_own_page_whatever_came(draft: Cast) -> None:
    answer = browser_of(draft.alice).get(PATH, {"state": "x", "next": "//evil.example"}, HTTP_HOST="localhost")
    assert answer.headers["Location"] == "/settings/integrations/lawmatics/"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_it_keeps_states_only_as_hashes(draft: Cast) -> None:
    trip = set_out(draft.alice)
    with firm_scope(draft.firm_id):
        kept = ConsentRequest.objects.get()
    assert (kept.state_hash != trip.state, len(kept.state_hash), len(trip.state)) == (True, 64, 43)


def test_it_asks_for_the_callback_that_the_app_knows(draft: Cast) -> None:
    assert httpx2.URL(set_out(draft.alice).url).params["redirect_uri"] == CALLBACK
