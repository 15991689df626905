"""Reading a case type: as the client sees it, its earlier versions, and going back to one."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.case_types import BOATS, boats, both
from tests.cast import Cast
from tests.web.test_template_editor import CAPTAIN, DIVORCE, PASSPORT, SAVED, latest, now, send
from tests.web.walks import messages_of, text_of


@pytest.fixture(autouse=True)
def own(people: Cast) -> str:
    """The firm's own case type: version 2, since its questions were changed once."""
    return boats(people.alice)


# Preview


def test_the_preview_speaks_the_clients_language(alice: Client) -> None:
    address = reverse("template_preview", args=[BOATS])
    english, spanish = text_of(alice.get(address)), text_of(alice.get(address, {"language": "es"}))
    assert "Home harbour (es)" in spanish
    assert "Home harbour (es)" not in english
    assert both("Name of the boat").es in spanish


def test_the_preview_shows_what_a_state_is_asked(alice: Client) -> None:
    send(alice, "new_document", **PASSPORT, states="TX")
    address = reverse("template_preview", args=[BOATS])
    shown = ["Passport" in text_of(alice.get(address, {"state": state})) for state in ("TX", "CO", "", "XX")]
    assert shown == [True, False, True, True]


# Versions


def test_it_lists_the_versions_with_who_and_how_many_matters(alice: Client, people: Cast) -> None:
    cast.open_dana(people.bob, case_type=BOATS)
    send(alice, "arrange_document", "photo-id", do="hide")
    page = text_of(alice.get(reverse("template_versions", args=[BOATS])))
    numbers = [f">Version {number}</a>" in page for number in (1, 2, 3, 4)]
    matters = [page.count(f'<td data-label="Matters" class="figures">{count}</td>') for count in (0, 1)]
    assert (numbers, matters, page.count('data-label="By">Alice Hartwell')) == ([True, True, True, False], [2, 1], 3)


def test_what_is_only_shipped_has_no_versions_yet(alice: Client) -> None:
    assert "No versions yet" in text_of(alice.get(reverse("template_versions", args=[DIVORCE])))


@pytest.mark.parametrize(("before", "shown"), [("3", 2), ("2", 1), ("1", 0), ("x", 3), ("٣", 3), ("9" * 30, 3)])
def test_the_versions_before_one(alice: Client, before: str, shown: int) -> None:
    send(alice, "arrange_document", "photo-id", do="hide")
    page = text_of(alice.get(reverse("template_versions", args=[BOATS]), {"before": before}))
    assert page.count('<td data-label="Saved">') == shown


def test_a_version_shows_what_it_asked(alice: Client) -> None:
    send(alice, "template_question", "harbour", **CAPTAIN)
    pages = [text_of(alice.get(reverse("template_version", args=[BOATS, number]))) for number in (2, 3)]
    assert ["Home harbour" in page for page in pages] == [True, False]
    assert ["Start from this version again" in page for page in pages] == [True, False]


def test_it_starts_from_a_version_again(alice: Client, people: Cast) -> None:
    before = now(people.alice)
    send(alice, "template_question", "harbour", **CAPTAIN)
    send(alice, "return_to_template_version", 2, number=3)
    assert (now(people.alice), latest(people.alice)) == (before, 4)
    assert SAVED.format(4) in messages_of(alice)


def test_an_earlier_version_offers_no_hidden_case_type(alice: Client, people: Cast) -> None:
    send(alice, "offer_template", do="hide")
    send(alice, "return_to_template_version", 1, number=3)
    there = now(people.alice)
    assert (there.hidden, latest(people.alice), there.sections[0].key != "boats") == (True, 4, True)


def test_starting_again_from_what_somebody_else_replaced_does_nothing(alice: Client, people: Cast) -> None:
    send(alice, "return_to_template_version", 1, number=1)
    assert latest(people.alice) == 2
    assert "Somebody else saved this case type" in messages_of(alice)


def test_another_firm_reads_no_version(charlie: Client) -> None:
    assert charlie.get(reverse("template_version", args=[BOATS, 1])).status_code == 404
