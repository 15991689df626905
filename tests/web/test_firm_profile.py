"""Settings, Firm Profile."""

import pytest
from django.test import Client

from casehug.tenancy.models import Firm
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.web.walks import text_of

PAGE = "/settings/firm/"
PROFILE = {
    "name": "Hartwell & Park LLP",
    "time_zone": "America/Denver",
    "phone": "(303) 555-0100",
    "email": "office@hartwell.example",
    "address": "12 Pine Street\nDenver, CO 80202",
}


def firm(people: Cast) -> Firm:
    with firm_scope(people.firm_id):
        return Firm.objects.get()


def test_the_settings_begin_at_the_first_tab(alice: Client) -> None:
    answer = alice.get("/settings/")
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)


def test_it_keeps_the_profile(alice: Client, people: Cast) -> None:
    assert alice.post(PAGE, PROFILE).status_code == 302
    kept = firm(people)
    assert (kept.name, kept.time_zone, kept.phone) == ("Hartwell & Park LLP", "America/Denver", "+13035550100")
    assert kept.address.splitlines() == ["12 Pine Street", "Denver, CO 80202"]
    assert "Saved." in text_of(alice.get(PAGE))


def test_it_leaves_the_other_firm_alone(alice: Client, people: Cast) -> None:
    alice.post(PAGE, PROFILE)
    with firm_scope(people.other_firm_id):
        assert Firm.objects.get().name == "Nakamura & Osei LLP"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Enter the firm&#x27;s name."),
        ("name", "  ", "Enter the firm&#x27;s name."),
        ("name", "x" * 151, "The name is too long"),
        ("name", "a\x00b", "Null characters are not allowed."),
        ("time_zone", "Mars/Olympus", "Choose a time zone from the list."),
        ("phone", "call us", "phone"),
        ("email", "office", "Enter an e-mail address like office@firm.com."),
        ("address", "x" * 301, "The address is too long"),
    ],
)
def test_it_says_what_is_wrong_at_the_field(alice: Client, people: Cast, field: str, value: str, sentence: str) -> None:
    answer = alice.post(PAGE, {**PROFILE, field: value})
    page = text_of(answer)
    assert answer.status_code == 422
    assert sentence in page and f'href="#id_{field}"' in page
    assert firm(people).name == "Hartwell Family Law"


def test_a_name_over_two_lines_becomes_one(alice: Client, people: Cast) -> None:
    alice.post(PAGE, {**PROFILE, "name": "Hartwell\r\nBcc: x@example.com"})
    assert firm(people).name == "Hartwell Bcc: x@example.com"
