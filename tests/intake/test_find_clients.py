"""Finding a client by what a person remembers, and never another firm's."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casehug.intake.models import Client
from casehug.intake.queries.clients import clients_reached_by, find_clients
from casehug.intake.services.clients import add_client
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast


@pytest.fixture
def book(people: Cast) -> Cast:
    """Three clients of ours, and the same three of the other firm."""
    for actor in (people.bob, people.charlie):
        with firm_scope(actor.firm_id):
            add_client(actor, first_name="Dana", last_name="Johnson", email="Dana@Example.com", phone="303 555 0134")
            add_client(actor, first_name="José", last_name="Muñoz García", email="jose_m@example.com")
            add_client(actor, first_name="Dan", last_name="Johns", phone="+1 212 555 0101")
    return people


def found(people: Cast, text: str) -> list[str]:
    with firm_scope(people.firm_id):
        clients = find_clients(people.bob, text)
        assert {client.firm_id for client in clients} <= {people.firm_id}
        return [str(client) for client in clients]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Johnson", ["Dana Johnson"]),
        ("johns", ["Dan Johns", "Dana Johnson"]),
        ("  JOHNSON  dana ", ["Dana Johnson"]),
        ("dana johnson", ["Dana Johnson"]),
        ("dana john", ["Dana Johnson"]),
        ("munoz", ["José Muñoz García"]),
        ("MUÑOZ garcia", ["José Muñoz García"]),
        ("Mun\u0303oz", ["José Muñoz García"]),
        ("dana@example.com", ["Dana Johnson"]),
        ("DANA@EXAMPLE.COM", ["Dana Johnson"]),
        ("(303) 555-0134", ["Dana Johnson"]),
        ("+13035550134", ["Dana Johnson"]),
        ("jose-m@example.com", []),
        ("dana", ["Dana Johnson"]),
        ("garcia", ["José Muñoz García"]),
        ("johnson, dana", ["Dana Johnson"]),
        ("dana johns x", []),
        ("j", []),
        ("", []),
        ("%", []),
        ("%%", []),
        ("__", []),
        ("jose%", ["José Muñoz García"]),
        ("\u0301\u0301", []),
        ("\x00\x00", []),
        ("Johnson\x00", ["Dana Johnson"]),
        ("\ud800\udfff", []),
        ("'; DROP TABLE intake_client; --", []),
        ("ﷺ" * 200, []),
        ("x" * 100_000, []),
    ],
)
def test_it_finds(book: Cast, text: str, names: list[str]) -> None:
    assert found(book, text) == names


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=60))
def test_it_answers_any_text_with_a_list(book: Cast, text: str) -> None:
    assert len(found(book, text)) <= 8


def test_it_answers_no_more_than_a_page_shows(people: Cast) -> None:
    with firm_scope(people.firm_id):
        for number in range(12):
            add_client(people.bob, first_name=f"Dana {number}", last_name="Johnson")
        assert len(find_clients(people.bob, "johnson")) == 8


@pytest.mark.parametrize(
    ("email", "phone", "names"),
    [
        ("dana@example.com", "", ["Dana Johnson"]),
        ("", "+12125550101", ["Dan Johns"]),
        ("dana@example.com", "+12125550101", ["Dan Johns", "Dana Johnson"]),
        ("", "", []),
        ("nobody@example.com", "+13035550000", []),
    ],
)
def test_it_knows_who_is_reached_by_the_same(book: Cast, email: str, phone: str, names: list[str]) -> None:
    with firm_scope(book.firm_id):
        assert [str(client) for client in clients_reached_by(book.bob, email=email, phone=phone)] == names


def test_it_takes_two_clients_without_address_and_number_for_no_twins(people: Cast) -> None:
    with firm_scope(people.firm_id):
        add_client(people.bob, first_name="Ann", last_name="One")
        add_client(people.bob, first_name="Ann", last_name="Two")
        assert clients_reached_by(people.bob, email="", phone="") == []
        assert Client.objects.count() == 2
