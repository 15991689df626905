"""Dana's intake with every kind of question, her private link, and her phone."""

import pytest
from django.test import Client

from casehug.intake.models import IntakeLink, Matter, TemplateVersion
from casehug.intake.services import links
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.portal.intake import TEMPLATE, open_link


@pytest.fixture
def matter(people: Cast) -> Matter:
    """Dana's divorce, asking one question of every kind."""
    return dana_of(people)


def dana_of(people: Cast, **changes: object) -> Matter:
    made = cast.open_dana(people.alice, **changes)
    with firm_scope(people.firm_id):
        made.template = TemplateVersion.objects.create(
            case_type=f"every-kind-{made.id.hex}", number=1, content=TEMPLATE.to_json()
        )
        made.save(update_fields=["template"])
    return made


@pytest.fixture
def link(people: Cast, matter: Matter) -> IntakeLink:
    with firm_scope(people.firm_id):
        return links.send_link(people.alice, matter=matter)


@pytest.fixture
def token(people: Cast, link: IntakeLink) -> str:
    with firm_scope(people.firm_id):
        return links.new_token(link)


@pytest.fixture
def phone(database: object) -> Client:
    """A browser that never was here."""
    return Client()


@pytest.fixture
def dana(phone: Client, token: str) -> Client:
    """Dana's phone, let in."""
    open_link(phone, token)
    return phone
