"""One rule for staff mails: the signed link in each of them stops all of them."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from casehug.events import catalogue
from casehug.intake.models import Matter
from casehug.intake.services.links import send_link
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.notify.conftest import Deliver
from tests.notify.test_messages import fact


@pytest.fixture
def address(people: Cast, sent: Matter, deliver: Deliver) -> str:
    """The address in Bob's mail."""
    fact(people, catalogue.IntakeSubmitted, sent)
    (mail,) = [message for message in deliver(people.firm_id) if message.to[0].startswith("bob-")]
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = str(mail.extra_headers["List-Unsubscribe"]).strip("<>")
    assert found in mail.body
    return urlsplit(found).path


def told(people: Cast, matter: Matter, deliver: Deliver) -> list[str]:
    fact(people, catalogue.IntakeSubmitted, matter)
    return sorted(message.to[0].split("-")[0] for message in deliver(people.firm_id))


def test_looking_at_the_page_stops_nothing(people: Cast, sent: Matter, address: str, deliver: Deliver) -> None:
    page = Client().get(address)
    assert page.status_code == 200 and "Stop the e-mails?" in page.content.decode()
    assert "bob" in told(people, sent, deliver)


def test_one_click_stops_them_without_cookies_or_token(
    people: Cast, sent: Matter, address: str, deliver: Deliver
) -> None:
    answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert told(people, sent, deliver) == ["alice", "ann"]


def test_twice_is_fine_and_back_on_works(people: Cast, sent: Matter, address: str, deliver: Deliver) -> None:
    for _ in range(2):
        assert Client().post(address).status_code == 200
    Client().post(address, {"again": "1"})
    assert told(people, sent, deliver) == ["alice", "ann", "bob"]


def test_it_stops_a_mail_that_waits_already(people: Cast, sent: Matter, address: str, deliver: Deliver) -> None:
    fact(people, catalogue.IntakeSubmitted, sent)
    Client().post(address)
    assert sorted(message.to[0].split("-")[0] for message in deliver(people.firm_id)) == ["alice", "ann"]


@pytest.mark.parametrize("signed", ["x", "WyJhIiwiYiJd:1:x"])
def test_a_made_up_address_is_not_found(address: str, signed: str) -> None:
    assert Client().post(f"/mail/unsubscribe/{signed}/").status_code == 404
    assert Client().post(f"{address[:-3]}xx/").status_code == 404


def test_mails_to_clients_offer_no_such_thing(people: Cast, matter: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        send_link(people.alice, matter=matter)
    (mail,) = deliver(people.firm_id)
    assert "List-Unsubscribe" not in mail.extra_headers
