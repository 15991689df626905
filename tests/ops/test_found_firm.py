"""casehug found_firm: a firm, its first admin, and a link that lets the admin in."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from casehug.accounts.models import User
from casehug.tenancy.models import Membership, Role
from casehug.tenancy.scope import person_scope
from tests.databases import TestDatabase


def found(email: str, *words: str) -> str:
    said = StringIO()
    call_command("found_firm", "Hartwell Family Law", email, "Alice Hartwell", *words, stdout=said)
    return said.getvalue()


def test_it_makes_the_person_an_admin(database: TestDatabase) -> None:
    email = f"alice-{uuid4().hex}@example.com"
    found(email.upper())
    user = User.objects.get(email=email)
    with person_scope(user.id):
        assert [membership.role for membership in Membership.objects.all()] == [Role.ADMIN]


def test_it_prints_a_link_that_leads_to_the_choice_of_a_password(database: TestDatabase) -> None:
    said = found(f"alice-{uuid4().hex}@example.com")
    address = said.split()[-1].removeprefix("http://localhost")
    page = Client().get(address, follow=True)
    assert page.status_code == 200
    assert b'type="password"' in page.content


@pytest.mark.parametrize(("email", "words"), [("no address", ()), ("a@example.com", ("--time-zone", "Mars/Olympus"))])
def test_it_refuses_what_cannot_be(database: TestDatabase, email: str, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        found(email, *words)


def test_it_refuses_somebody_who_is_here_already(database: TestDatabase) -> None:
    email = f"alice-{uuid4().hex}@example.com"
    found(email)
    with pytest.raises(CommandError, match="already"):
        found(email)
