"""The card of the client's private link."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from casehug.intake.models import IntakeLink, Matter
from casehug.intake.services.links import find_by_token
from casehug.kit import clock
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.web.walks import HTMX, matters_of, text_of


def press(browser: Client, name: str, matter: Matter, **options: object) -> object:
    return browser.post(reverse(name, args=[matter.id]), **options)


def link_of(people: Cast) -> IntakeLink:
    with firm_scope(people.firm_id):
        return IntakeLink.objects.get()


def page_of(browser: Client, matter: Matter) -> str:
    return text_of(browser.get(reverse("matter", args=[matter.id])))


def fresh_token(page: str) -> str:
    found = re.search(r"http://localhost/i/([\w-]{43})", page)
    assert found
    return found[1]


def test_it_sends_the_link_and_says_where_to(bob: Client, people: Cast, matter: Matter) -> None:
    assert "Send the link" in page_of(bob, matter)
    answer = press(bob, "send_link", matter)
    assert answer.headers["Location"] == f"/matters/{matter.id}/#link"
    page = page_of(bob, matter)
    for words in ("Send again", "Goes to dana@example.com and (303) 555-0134.", "Expires"):
        assert words in page
    assert matters_of(people.bob)[0].status == "intake"


def test_without_a_client_it_leads_to_the_client_first(bob: Client, people: Cast) -> None:
    bare = cast.open_dana(people.alice, client=None)
    assert "Add the client first" in page_of(bob, bare)
    answer = press(bob, "send_link", bare)
    assert answer.status_code == 422
    assert "there is nobody to send the link to" in text_of(answer)


def test_a_fresh_link_is_shown_once_and_leads_to_the_matter(bob: Client, people: Cast, matter: Matter) -> None:
    page = text_of(press(bob, "copy_link", matter))
    assert find_by_token(fresh_token(page)) == (people.firm_id, link_of(people).id)
    assert "/i/" not in page_of(bob, matter)


def test_by_htmx_a_fresh_link_comes_in_its_card(bob: Client, matter: Matter) -> None:
    card = text_of(press(bob, "copy_link", matter, headers=HTMX))
    assert fresh_token(card)
    assert 'id="link"' in card
    assert "<html" not in card


def test_copying_sends_nothing(bob: Client, people: Cast, matter: Matter) -> None:
    press(bob, "copy_link", matter)
    assert link_of(people).sent_at is None
    assert matters_of(people.bob)[0].status == "new"


def test_a_revoked_link_says_so_and_leads_nowhere(bob: Client, people: Cast, matter: Matter) -> None:
    token = fresh_token(text_of(press(bob, "copy_link", matter)))
    press(bob, "revoke_link", matter)
    assert "Revoked" in page_of(bob, matter)
    assert find_by_token(token) is None


@pytest.mark.parametrize(
    ("name", "sentence"), [("renew_link", "There is no link to renew yet."), ("revoke_link", "nothing was revoked")]
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_not_there_is_neither_renewed_nor_revoked(
    bob: Client, matter: Matter, name: str, sentence: str, headers: dict[str, str]
) -> None:
    answer = press(bob, name, matter, headers=headers)
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_an_expired_link_lives_on_when_renewed(bob: Client, people: Cast, matter: Matter) -> None:
    press(bob, "send_link", matter)
    with firm_scope(people.firm_id):
        IntakeLink.objects.update(expires_at=clock.now() - timedelta(days=1))
    assert "Expired" in page_of(bob, matter)
    press(bob, "renew_link", matter)
    assert link_of(people).expires_at > clock.now() + timedelta(days=89)
    assert "Expired" not in page_of(bob, matter)


def test_an_archived_matter_s_link_has_no_buttons(bob: Client, matter: Matter) -> None:
    press(bob, "archive_matter", matter)
    page = page_of(bob, matter)
    assert "The matter is archived, so its link is shut." in page
    assert reverse("send_link", args=[matter.id]) not in page
    assert press(bob, "send_link", matter).status_code == 422


def test_a_stranger_sends_nothing(charlie: Client, people: Cast, matter: Matter) -> None:
    for name in ("send_link", "copy_link", "renew_link", "revoke_link"):
        assert press(charlie, name, matter).status_code == 404
    with firm_scope(people.firm_id):
        assert not IntakeLink.objects.exists()
