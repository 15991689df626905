"""What lead scoring needs: what is missing is shown on the matter, and the client is asked for it in the portal."""

import pytest
from django.test import Client

from casehug.intake.models import Matter
from casehug.intake.services import links
from casehug.intake.services.matters import NewClient
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.portal.intake import open_link
from tests.web.walks import text_of


def opened(people: Cast, *, email: str = "dana@example.com", phone: str = "") -> Matter:
    client = NewClient(first_name="Dana", last_name="Johnson", email=email, phone=phone)
    return cast.open_dana(people.bob, client=client)


@pytest.mark.parametrize(
    ("email", "phone", "missing"),
    [
        ("dana@example.com", "", "Missing: phone"),
        ("", "(303) 555-0134", "Missing: e-mail"),
        ("", "", "Missing: e-mail, phone"),
    ],
)
def test_the_matter_shows_what_is_missing(bob: Client, people: Cast, email: str, phone: str, missing: str) -> None:
    matter = opened(people, email=email, phone=phone)
    assert f"{missing}</p>" in text_of(bob.get(f"/matters/{matter.id}/"))


def test_a_matter_without_a_client_misses_more(bob: Client, people: Cast) -> None:
    matter = cast.open_dana(people.bob, client=None)
    assert "Missing: name, e-mail, phone</p>" in text_of(bob.get(f"/matters/{matter.id}/"))
    with firm_scope(people.firm_id):
        Matter.objects.filter(id=matter.id).update(practice_area="")
    assert "Missing: name, e-mail, phone, practice area</p>" in text_of(bob.get(f"/matters/{matter.id}/"))


def test_nothing_is_missing_of_a_whole_client(bob: Client, matter: Matter) -> None:
    assert "Missing:" not in text_of(bob.get(f"/matters/{matter.id}/"))


def test_the_client_gives_in_the_portal_what_the_matter_misses(bob: Client, people: Cast) -> None:
    matter = opened(people)
    with firm_scope(people.firm_id):
        token = links.new_token(links.send_link(people.bob, matter=Matter.objects.get(id=matter.id)))
    phone = Client()
    open_link(phone, token)
    assert 'href="/portal/about/"' in text_of(phone.get("/portal/finish/")), "it is on the list of what is missing"
    assert 'name="phone"' in text_of(phone.get("/portal/about/"))
    assert phone.post("/portal/about/", {"phone": "(720) 555-0199"}).status_code == 302
    assert 'name="phone"' not in text_of(phone.get("/portal/about/"))
    assert "Missing:" not in text_of(bob.get(f"/matters/{matter.id}/"))
