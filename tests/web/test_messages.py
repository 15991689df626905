"""Messages: what did not arrive stands on top with its cause, and goes out again on a click."""

import smtplib
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client, override_settings

from casehug.intake.models import Matter
from casehug.intake.services.clients import update_client
from casehug.intake.services.links import request_code, send_link
from casehug.notify.delivery import run_round
from casehug.notify.models import NOT_WANTED, Message
from casehug.notify.services import send_code
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.web.walks import text_of


class Refuses(BaseEmailBackend):
    """A mail server that knows nobody."""

    def send_messages(self, email_messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"dana@example.com": (550, b"dana@example.com is a stranger")})


@pytest.fixture
def refused(people: Cast, matter: Matter) -> Message:
    """The link to Dana, refused by the mail server."""
    with firm_scope(people.firm_id):
        send_link(people.alice, matter=matter)
    with override_settings(EMAIL_BACKEND="tests.web.test_messages.Refuses"):
        run_round(people.firm_id)
    mail.outbox = []
    with firm_scope(people.firm_id):
        return Message.objects.get()


def press(browser: Client, message: Message, what: str) -> str:
    return text_of(browser.post(f"/messages/{message.id}/{what}/", follow=True))


def test_it_says_when_there_is_nothing(bob: Client) -> None:
    assert "Nothing was sent yet" in text_of(bob.get("/messages/"))


def test_a_failed_message_is_on_top_with_its_cause(bob: Client, refused: Message, matter: Matter) -> None:
    text = text_of(bob.get("/messages/"))
    assert text.index("Private link to dana@example.com") < text.index("The mail server refuses this address.")
    assert text.index("The mail server refuses this address.") < text.index("Latest")
    assert "stranger" not in text
    assert f"/matters/{matter.id}/" in bob.get("/messages/").content.decode()


def test_home_counts_it(bob: Client, refused: Message) -> None:
    assert "1 message not delivered" in text_of(bob.get("/"))


def test_send_again_goes_to_the_address_that_was_corrected(
    bob: Client, refused: Message, people: Cast, matter: Matter
) -> None:
    with firm_scope(people.firm_id):
        client = matter.client
        assert client
        known = {part: getattr(client, part) for part in ("first_name", "last_name", "phone", "language")}
        update_client(people.bob, client=client, email="dana@new.example.com", **known)
    assert "on its way again" in press(bob, refused, "again")
    run_round(people.firm_id)
    assert [sent.to for sent in mail.outbox] == [["dana@new.example.com"]]
    text = text_of(bob.get("/messages/"))
    assert "Not delivered" not in text and "dana@new.example.com" in text


def test_a_later_message_makes_up_for_it(bob: Client, refused: Message, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        send_link(people.alice, matter=Matter.objects.get(id=matter.id))
    run_round(people.firm_id)
    assert "not delivered" not in text_of(bob.get("/"))


def test_it_can_be_set_aside(bob: Client, refused: Message) -> None:
    assert "Set aside." in press(bob, refused, "aside")
    assert "not delivered" not in text_of(bob.get("/"))
    assert "seen to this message already" in press(bob, refused, "again")


def test_a_code_is_not_sent_again(bob: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        link = send_link(people.alice, matter=matter)
        Message.objects.update(state="sent")
        assert send_code(Actor.client(people.firm_id), link=link, code=request_code(link) or "")
    with override_settings(EMAIL_BACKEND="tests.web.test_messages.Refuses"):
        run_round(people.firm_id)
    with firm_scope(people.firm_id):
        code = Message.objects.get(kind="code")
    assert "The client asks for a new one" in press(bob, code, "again")


def test_what_was_not_needed_is_no_failure(bob: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        Message.objects.create(kind="reminder", recipient="d@example.com", state="failed", problem=NOT_WANTED)
    assert "not delivered" not in text_of(bob.get("/"))
    assert "Not needed" in text_of(bob.get("/messages/"))


def test_an_invitation_is_repeated_by_an_admin(alice: Client, bob: Client, people: Cast) -> None:
    form = {"name": "Iris Lund", "email": f"iris-{people.firm_id.hex}@example.com", "role": "attorney"}
    assert alice.post("/settings/team/", form).status_code == 302
    with override_settings(EMAIL_BACKEND="tests.web.test_messages.Refuses"):
        run_round(people.firm_id)
    with firm_scope(people.firm_id):
        failed = Message.objects.get(kind="invitation")
    assert "Ask a firm admin" in press(bob, failed, "again")
    mail.outbox = []
    assert "on its way again" in press(alice, failed, "again")
    run_round(people.firm_id)
    assert [sent.to for sent in mail.outbox] == [[form["email"]]]
    assert "not delivered" not in text_of(alice.get("/"))


def test_a_stranger_reaches_none_of_it(charlie: Client, refused: Message) -> None:
    assert charlie.post(f"/messages/{refused.id}/again/").status_code == 404
    assert "dana@example.com" not in text_of(charlie.get("/messages/"))


def test_it_leafs_through_older_ones(bob: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        for number in range(52):
            Message.objects.create(kind="link", recipient=f"p{number}@example.com", state="sent")
    first = bob.get("/messages/")
    assert "p51@example.com" in text_of(first) and "p1@example.com" not in text_of(first)
    older = first.context["older"]
    assert "p1@example.com" in text_of(bob.get(f"/messages/{older}"))


CAUSES: dict[str, Callable[[], Exception]] = {
    "The mail server could not be reached. It is tried again.": lambda: ConnectionRefusedError("secret"),
    "The mail server does not accept CaseHug's name and password. It is tried again.": lambda: (
        smtplib.SMTPAuthenticationError(535, b"secret")
    ),
    "It could not be sent. It is tried again.": lambda: RuntimeError("secret"),
}


class Fails(BaseEmailBackend):
    error: Callable[[], Exception] = staticmethod(RuntimeError)

    def send_messages(self, email_messages: Any) -> int:
        raise Fails.error()


@pytest.mark.parametrize("words", CAUSES)
def test_it_tells_the_cause_in_plain_words(bob: Client, people: Cast, matter: Matter, words: str) -> None:
    Fails.error = staticmethod(CAUSES[words])
    with firm_scope(people.firm_id):
        send_link(people.alice, matter=matter)
    with override_settings(EMAIL_BACKEND="tests.web.test_messages.Fails"):
        run_round(people.firm_id)
    with firm_scope(people.firm_id):
        assert Message.objects.get().problem == words
