"""The demo's outbox: what was sent, for the firm that sent it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.test import Client, override_settings

from casehug.intake.models import Matter
from casehug.intake.services.links import send_link
from casehug.notify.delivery import run_round
from casehug.notify.models import Wishes
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.web.walks import text_of

FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(EMAIL_BACKEND=FILES, EMAIL_FILE_PATH=tmp_path):
        yield tmp_path


@pytest.fixture
def sent(people: Cast, matter: Matter, folder: Path) -> Matter:
    with firm_scope(people.firm_id):
        Wishes.objects.create(text_messages=True)
        send_link(people.alice, matter=matter)
    run_round(people.firm_id)
    return matter


def test_it_says_when_there_is_nothing(bob: Client, folder: Path) -> None:
    assert "Nothing was sent yet" in text_of(bob.get("/outbox/"))


def test_it_shows_mails_and_text_messages_with_their_links(bob: Client, sent: Matter) -> None:
    page = text_of(bob.get("/outbox/"))
    assert "Your intake for Hartwell Family Law" in page and "dana@example.com" in page
    assert "+13035550134" in page
    assert page.count('href="http://localhost/i/') == 2


def test_it_keeps_messages_of_one_round_apart(people: Cast, bob: Client, sent: Matter) -> None:
    with firm_scope(people.firm_id):
        for _ in range(2):
            send_link(people.alice, matter=sent)
    run_round(people.firm_id)
    assert text_of(bob.get("/outbox/")).count('href="http://localhost/i/') == 6


def test_another_firm_sees_none_of_it(charlie: Client, sent: Matter) -> None:
    page = text_of(charlie.get("/outbox/"))
    assert "Nothing was sent yet" in page and "dana" not in page


def test_mails_of_no_firm_are_not_shown(bob: Client, folder: Path) -> None:
    send_mail("Choose a new password", "http://localhost/accounts/password/reset/key/x/", None, ["x@example.com"])
    assert "Nothing was sent yet" in text_of(bob.get("/outbox/"))


def test_there_is_no_such_page_without_the_setting(bob: Client, sent: Matter) -> None:
    with override_settings(OUTBOX_PAGE=False):
        assert bob.get("/outbox/").status_code == 404
