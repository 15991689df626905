"""From facts to mails: who gets what, and what it says."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from html import unescape
from io import BytesIO
from uuid import UUID

import pytest
from django.core import mail
from PIL import Image

from casehug.events import catalogue
from casehug.events.bus import publish
from casehug.intake.models import ChecklistItem, Client, Document, DocumentState, IntakeLink, Matter
from casehug.intake.services.links import find_by_token, revoke_link, send_link
from casehug.kit.clock import ManualClock
from casehug.notify.models import Message, Wishes
from casehug.notify.services import send_code
from casehug.notify.wording import TO_CLIENT, TO_STAFF
from casehug.tenancy.models import Firm
from casehug.tenancy.scope import firm_scope
from tests import documents
from tests.cast import Cast
from tests.notify.conftest import Deliver

PRIVATE = ("Johnson", "303", "dana@example.com", "Divorce")


def messages(people: Cast) -> list[Message]:
    with firm_scope(people.firm_id):
        return list(Message.objects.order_by("id"))


def fact(people: Cast, kind: type[catalogue.Fact], matter: Matter, *, by: UUID | None = None) -> None:
    with firm_scope(people.firm_id):
        publish(kind(firm_id=people.firm_id, actor_id=by, matter_id=matter.id))  # type: ignore[call-arg]


def reject(people: Cast, matter: Matter, key: str, message: str) -> Document:
    with firm_scope(people.firm_id):
        document = documents.hand_in(people.alice, matter, key=key)
        Document.objects.filter(id=document.id).update(state=DocumentState.REJECTED, reject_message=message)
        publish(
            catalogue.DocumentRejected(
                firm_id=people.firm_id, actor_id=people.alice.user_id, matter_id=matter.id, document_id=document.id
            )
        )
        return document


def send(people: Cast, matter: Matter) -> IntakeLink:
    with firm_scope(people.firm_id):
        return send_link(people.alice, matter=matter)


def bodies(message: object) -> str:
    assert isinstance(message, mail.EmailMultiAlternatives)
    return f"{message.subject}\n{message.body}\n{message.alternatives[0][0]}"


def test_it_sends_the_link_in_text_and_html(people: Cast, matter: Matter, deliver: Deliver) -> None:
    link = send(people, matter)
    (message,) = deliver(people.firm_id)
    assert (message.to, message.subject) == (["dana@example.com"], "Your intake for Hartwell Family Law")
    (token,) = set(re.findall(r"http://localhost/i/([\w-]{43})", bodies(message)))
    assert find_by_token(token) == (people.firm_id, link.id)
    assert message.alternatives[0][1] == "text/html"


def test_it_says_no_more_of_the_client_than_the_first_name(people: Cast, sent: Matter) -> None:
    (message,) = mail.outbox
    assert "Dana" in bodies(message)
    assert not [word for word in PRIVATE if word in bodies(message)]


def test_it_keeps_no_token_and_erases_what_it_sent(people: Cast, sent: Matter) -> None:
    (message,) = messages(people)
    assert (message.state, message.sealed, message.tries) == ("sent", None, 1)


def test_it_writes_spanish_to_who_chose_it(people: Cast, matter: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Client.objects.update(language="es")
    send(people, matter)
    (message,) = deliver(people.firm_id)
    assert "Su información para Hartwell" in message.subject and "Hola, Dana:" in bodies(message)


def test_it_wears_the_firms_name_colour_and_phone(people: Cast, matter: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Firm.objects.update(accent="#7a1f2b", phone="+13035550100", email="office@hartwell.example")
    send(people, matter)
    (message,) = deliver(people.firm_id)
    assert "background:#7a1f2b" in bodies(message) and "(303) 555-0100" in message.body
    assert message.from_email == "Hartwell Family Law <intake@localhost>"
    assert message.reply_to == ["office@hartwell.example"]


def logo() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (300, 100), "#7a1f2b").save(picture, "PNG")
    return picture.getvalue()


def test_it_carries_the_firms_logo_and_fetches_nothing(people: Cast, matter: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Firm.objects.update(logo=logo())
    send(people, matter)
    (message,) = deliver(people.firm_id)
    sent = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    assert sent.get_content_type() == "multipart/related"
    alternatives, picture = sent.iter_parts()
    text, html = alternatives.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<firm-logo>", "inline")
    assert picture.get_content() == logo()
    assert '<img src="cid:firm-logo" width="120" height="40"' in html.get_content()
    assert re.findall(r'(?:src|background)="(?!cid:)|url\(', html.get_content()) == []


def test_without_a_logo_there_is_no_picture(people: Cast, matter: Matter, deliver: Deliver) -> None:
    send(people, matter)
    (message,) = deliver(people.firm_id)
    assert message.message().get_content_type() == "multipart/alternative"
    assert "<img" not in bodies(message)


def test_text_and_html_say_the_same(people: Cast, sent: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Firm.objects.update(phone="+13035550100")
    reject(people, sent, "photo-id", "The photo is too dark.")
    (message,) = deliver(people.firm_id)
    html = unescape(" ".join(re.sub(r"<[^>]+>", " ", str(message.alternatives[0][0])).split()))
    for line in message.body.splitlines():
        words = line.strip(" -:")
        if words and not words.startswith("http"):
            assert words in html


def test_it_escapes_what_the_firm_is_called(people: Cast, matter: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Firm.objects.update(name="<b>{first_name.__class__}\nBcc: x@example.com")
    send(people, matter)
    (message,) = deliver(people.firm_id)
    assert "&lt;b&gt;{first_name.__class__}" in message.alternatives[0][0]
    assert "\n" not in message.subject


def test_it_tells_which_document_and_why(people: Cast, sent: Matter, deliver: Deliver) -> None:
    reject(people, sent, "photo-id", "The photo is too dark.")
    (message,) = deliver(people.firm_id)
    with firm_scope(people.firm_id):
        name = ChecklistItem.objects.get(matter=sent, key="photo-id").name
    assert name in message.body and "The photo is too dark." in message.body


def test_two_rejections_before_the_sending_are_one_mail(people: Cast, sent: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        keys = list(ChecklistItem.objects.filter(matter=sent).order_by("position").values_list("key", flat=True))[:2]
    for key in keys:
        reject(people, sent, key, f"Again, please: {key}")
    (message,) = deliver(people.firm_id)
    assert all(f"Again, please: {key}" in message.body for key in keys)


def test_a_rejection_that_was_mended_is_not_told(people: Cast, sent: Matter, deliver: Deliver) -> None:
    reject(people, sent, "photo-id", "Too dark.")
    with firm_scope(people.firm_id):
        documents.hand_in(people.alice, sent, key="photo-id")
    assert deliver(people.firm_id) == []
    assert messages(people)[-1].problem == "Not needed any more when its turn came."


def test_a_rejection_at_night_waits_for_the_morning(
    people: Cast, sent: Matter, time: ManualClock, deliver: Deliver
) -> None:
    time.advance(10 * 3600)  # 10 p.m. in New York
    reject(people, sent, "photo-id", "Too dark.")
    assert deliver(people.firm_id) == []
    time.advance(9.5 * 3600)
    assert deliver(people.firm_id) == []
    time.advance(0.5 * 3600)
    assert len(deliver(people.firm_id)) == 1


def test_a_revoked_link_is_not_sent(people: Cast, matter: Matter, deliver: Deliver) -> None:
    link = send(people, matter)
    with firm_scope(people.firm_id):
        revoke_link(people.alice, link=link)
    assert deliver(people.firm_id) == []


def test_it_sends_the_code_and_seals_it_until_then(people: Cast, sent: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        assert send_code(people.alice, link=IntakeLink.objects.get(), code="493817")
    waiting = messages(people)[-1]
    assert waiting.sealed and b"493817" not in bytes(waiting.sealed)
    (message,) = deliver(people.firm_id)
    assert "493817" in message.body and "493817" not in message.subject
    assert messages(people)[-1].sealed is None


def test_a_sealed_message_does_not_open_as_another(people: Cast, sent: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        for code in ("111111", "222222"):
            send_code(people.alice, link=IntakeLink.objects.get(), code=code)
        first, second = Message.objects.filter(kind="code").order_by("id")
        Message.objects.filter(id=second.id).update(sealed=first.sealed)
    assert len(deliver(people.firm_id)) == 1
    assert messages(people)[-1].state == "failed"


def test_a_code_that_has_run_out_is_not_sent(people: Cast, sent: Matter, time: ManualClock, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        send_code(people.alice, link=IntakeLink.objects.get(), code="493817")
    time.advance(16 * 60)
    assert deliver(people.firm_id) == []


def test_nobody_to_send_a_code_to_is_told(people: Cast, sent: Matter) -> None:
    with firm_scope(people.firm_id):
        Client.objects.update(email="", phone="")
        assert send_code(people.alice, link=IntakeLink.objects.get(), code="493817") is False


def test_text_messages_go_where_the_firm_wants_them(
    people: Cast, matter: Matter, deliver: Deliver, texts: Callable[[], list[str]]
) -> None:
    with firm_scope(people.firm_id):
        Wishes.objects.create(text_messages=True)
    send(people, matter)
    assert len(deliver(people.firm_id)) == 1
    (text,) = texts()
    assert "+13035550134" in text and "http://localhost/i/" in text


def test_no_text_messages_by_default(
    people: Cast, sent: Matter, texts: Callable[[], list[str]], deliver: Deliver
) -> None:
    send(people, sent)
    deliver(people.firm_id)
    assert texts() == []


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (catalogue.IntakeSubmitted, "An intake was handed in"),
        (catalogue.IntakeCompleted, "An intake is complete"),
        (catalogue.IntakeLinkLocked, "A client's link is locked for a while"),
    ],
)
def test_it_tells_everybody_of_a_matter_without_attorney(
    people: Cast, sent: Matter, deliver: Deliver, kind: type[catalogue.Fact], subject: str
) -> None:
    fact(people, kind, sent)
    told = deliver(people.firm_id)
    assert {message.subject for message in told} == {subject}
    assert len({message.to[0] for message in told}) == 3
    assert all(f"http://localhost/matters/{sent.id}/" in message.body for message in told)
    assert not [word for word in PRIVATE for message in told if word in bodies(message)]


def test_it_tells_the_attorney_alone(people: Cast, sent: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Matter.objects.update(attorney_id=people.ann.user_id)
    fact(people, catalogue.IntakeSubmitted, sent)
    (message,) = deliver(people.firm_id)
    assert message.to[0].startswith("ann-")


def test_it_does_not_tell_who_did_it(people: Cast, sent: Matter, deliver: Deliver) -> None:
    fact(people, catalogue.IntakeCompleted, sent, by=people.bob.user_id)
    assert sorted(message.to[0].split("-")[0] for message in deliver(people.firm_id)) == ["alice", "ann"]


def test_the_firm_can_do_without(people: Cast, sent: Matter, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Wishes.objects.create(tell_submitted=False)
    fact(people, catalogue.IntakeSubmitted, sent)
    assert deliver(people.firm_id) == []


@pytest.mark.parametrize("kind", sorted(TO_CLIENT["en"]))
def test_every_message_to_clients_is_in_both_languages(kind: str) -> None:
    english, spanish = TO_CLIENT["en"][kind], TO_CLIENT["es"][kind]
    for name in ("subject", "heading", "lines", "button", "closing", "sms"):
        one, other = getattr(english, name), getattr(spanish, name)
        assert bool(one) == bool(other) and (one != other or not one)
        assert re.findall(r"\{\w+\}", str(one)) == re.findall(r"\{\w+\}", str(other))


def test_spanish_has_no_message_that_english_lacks() -> None:
    assert set(TO_CLIENT["es"]) == set(TO_CLIENT["en"])
    assert not set(TO_STAFF) & set(TO_CLIENT["en"])
