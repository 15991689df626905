"""From the link in a message to a device that was let in."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from casehug.intake.models import Device, DeviceCode, IntakeLink, Matter, MatterStatus, PortalKey
from casehug.intake.services import links
from casehug.intake.services.clients import update_client
from casehug.intake.services.matters import move_matter
from casehug.kit.clock import ManualClock
from casehug.notify.delivery import run_round
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.portal.conftest import dana_of
from tests.portal.intake import open_link, page

COOKIE = "casehug-intake"
WRITES = ("INSERT", "UPDATE", "DELETE")
UNKNOWN = "x" * 43


def test_it_swaps_the_token_for_a_cookie_and_a_clean_address(phone: Client, token: str) -> None:
    answer = phone.get(f"/i/{token}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    cookie = answer.cookies[COOKIE]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["path"]) == (token, True, "Lax", "/")


@override_settings(SESSION_COOKIE_SECURE=True)
def test_it_ties_the_cookie_to_the_host_when_served_by_https(phone: Client, token: str) -> None:
    cookie = phone.get(f"/i/{token}", secure=True).cookies["__Host-intake"]
    assert cookie["secure"] is True
    assert cookie["domain"] == ""


def test_a_preview_writes_nothing_and_starts_no_session(phone: Client, token: str, people: Cast) -> None:
    with CaptureQueriesContext(connection) as asked:
        phone.get(f"/i/{token}")
        phone.get("/portal/")
    assert [q["sql"] for q in asked if q["sql"].lstrip().upper().startswith(WRITES)] == []
    assert settings.SESSION_COOKIE_NAME not in phone.cookies
    with firm_scope(people.firm_id):
        assert IntakeLink.objects.get().opened_at is None


def test_ten_previews_leave_the_first_device_its_place(token: str, phone: Client) -> None:
    for _ in range(10):
        Client().get(f"/i/{token}", follow=True)
    open_link(phone, token)
    assert "Hello Dana" in page(phone, "/portal/")


def test_the_page_before_the_door_tells_nothing(phone: Client, token: str) -> None:
    phone.get(f"/i/{token}")
    text = page(phone, "/portal/")
    assert "Open my intake" in text
    for private in ("Hartwell", "Dana", "Johnson", "divorce", token):
        assert private.lower() not in text.lower()


def test_the_first_device_is_let_in_and_its_cookie_replaced(phone: Client, token: str, people: Cast) -> None:
    phone.get(f"/i/{token}")
    answer = phone.post("/portal/open/")
    secret = answer.cookies[COOKIE].value
    assert (answer.headers["Location"], len(secret)) == ("/portal/", 43)
    assert secret != token
    assert not PortalKey.objects.filter(hash__in=[secret, token]).exists()
    with firm_scope(people.firm_id):
        assert Device.objects.count() == 1


def test_the_token_is_in_no_page_after_the_redirect(dana: Client, token: str) -> None:
    for address in ("/portal/", "/portal/about/", "/portal/questions/about/", "/portal/documents/", "/portal/finish/"):
        assert token not in page(dana, address)


def test_unknown_expired_revoked_and_archived_look_alike(people: Cast, time: ManualClock) -> None:
    tokens = []
    for end in ("expired", "revoked", "archived"):
        matter = dana_of(people)
        with firm_scope(people.firm_id):
            link = links.send_link(people.alice, matter=matter)
            tokens.append(links.new_token(link))
            if end == "expired":
                IntakeLink.objects.filter(id=link.id).update(expires_at=time.now())
            elif end == "revoked":
                links.revoke_link(people.alice, link=link)
            else:
                move_matter(people.alice, matter=matter, to=MatterStatus.ARCHIVED)
    answers = [Client().get(f"/i/{token}") for token in (*tokens, UNKNOWN, "short")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert not any(answer.cookies for answer in answers)


def test_a_device_is_shut_out_at_once_when_the_link_is_revoked(dana: Client, link: IntakeLink, people: Cast) -> None:
    with firm_scope(people.firm_id):
        links.revoke_link(people.alice, link=link)
    assert dana.get("/portal/").status_code == 404
    assert b"This link does not work" in dana.get("/portal/documents/", follow=True).content


def test_a_device_is_shut_out_when_the_link_expires(time: ManualClock, dana: Client) -> None:
    time.advance(timedelta(days=91).total_seconds())
    assert dana.get("/portal/documents/").status_code == 404


def test_a_made_up_cookie_opens_nothing(phone: Client, link: IntakeLink) -> None:
    phone.cookies[COOKIE] = UNKNOWN
    assert phone.get("/portal/").status_code == 404
    assert phone.get("/portal/documents/").headers["Location"] == "/portal/"


def test_the_link_in_a_second_message_keeps_the_device(dana: Client, link: IntakeLink, people: Cast) -> None:
    with firm_scope(people.firm_id):
        again = links.new_token(link)
    assert COOKIE not in dana.get(f"/i/{again}").cookies
    assert "Hello Dana" in page(dana, "/portal/")


def test_a_second_device_needs_the_code(dana: Client, token: str, link: IntakeLink, people: Cast) -> None:
    second = Client()
    second.get(f"/i/{token}")
    assert second.post("/portal/open/").headers["Location"] == "/portal/code/"
    assert second.get("/portal/documents/").status_code == 302
    assert "Hartwell" not in page(second, "/portal/code/")
    with firm_scope(people.firm_id):
        DeviceCode.objects.update(used_at=link.created_at)
        code = links.request_code(link)
    assert second.post("/portal/code/", {"code": code}).headers["Location"] == "/portal/"
    assert "Hello Dana" in page(second, "/portal/")


def test_five_wrong_codes_shut_the_door_even_for_the_right_one(
    time: ManualClock, dana: Client, token: str, link: IntakeLink, people: Cast
) -> None:
    with firm_scope(people.firm_id):
        code = links.request_code(link)
    wrong = "000000" if code != "000000" else "111111"
    second = Client()
    second.get(f"/i/{token}")
    answers = [second.post("/portal/code/", {"code": wrong}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert b"30 minutes" in answers[-1].content
    assert b"30 minutes" in second.post("/portal/code/", {"code": code}).content
    time.advance(29 * 60)
    assert b"30 minutes" in second.post("/portal/code/", {"code": code}).content
    time.advance(2 * 60)
    assert b"no longer good" in second.post("/portal/code/", {"code": code}).content


def test_it_speaks_of_the_client_only_to_the_right_device(dana: Client, people: Cast, matter: Matter) -> None:
    other = dana_of(people, title="Other")
    with firm_scope(people.firm_id):
        token = links.new_token(links.send_link(people.alice, matter=other))
    stranger = Client()
    open_link(stranger, token)
    with firm_scope(people.firm_id):
        item = matter.checklist.first()  # type: ignore[attr-defined]
    assert dana.post(f"/portal/items/{item.id}/files/").status_code == 422
    assert stranger.post(f"/portal/items/{item.id}/files/").status_code == 404


def test_it_checks_forms_for_forgery(token: str, database: object) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.get(f"/i/{token}")
    assert strict.post("/portal/open/").status_code == 403


def test_a_borrowed_phone_forgets_the_intake(dana: Client) -> None:
    secret = dana.cookies[COOKIE].value
    assert b"has forgotten" in dana.post("/portal/leave/").content
    dana.cookies[COOKIE] = secret
    assert dana.get("/portal/").status_code == 404


@pytest.mark.parametrize("away", ["//evil.example", "https://evil.example", "/portal//evil", "/portal/\\evil"])
def test_the_language_switch_leads_nowhere_else(phone: Client, away: str) -> None:
    assert phone.post("/portal/language/es/", {"next": away}).headers["Location"] == "/portal/"


@pytest.mark.parametrize("ask", ["get", "post"])
def test_a_token_stands_in_no_log(database: object, caplog: pytest.LogCaptureFixture, ask: str) -> None:
    for address in (f"/i/{UNKNOWN}", f"/i/{UNKNOWN}/"):
        assert getattr(Client(), ask)(address).status_code in {404, 405}
    assert len(caplog.records) == 2
    assert UNKNOWN not in caplog.text


def language_of(people: Cast, matter: Matter) -> str:
    with firm_scope(people.firm_id):
        return str(Matter.objects.select_related("client").get(id=matter.id).client.language)  # type: ignore[union-attr]


def test_the_language_chosen_in_the_portal_is_the_client_s(dana: Client, people: Cast, matter: Matter) -> None:
    answer = dana.post("/portal/language/es/", {"next": "/portal/documents/"})
    assert (answer.headers["Location"], language_of(people, matter)) == ("/portal/documents/", "es")
    assert "Hola, Dana" in page(dana, "/portal/")


def test_the_language_chosen_before_the_door_is_too(phone: Client, token: str, people: Cast, matter: Matter) -> None:
    phone.get(f"/i/{token}")
    phone.post("/portal/language/es/")
    assert "Le damos la bienvenida" in page(phone, "/portal/")
    assert language_of(people, matter) == "en"
    phone.post("/portal/open/")
    assert language_of(people, matter) == "es"


def test_what_the_firm_says_later_holds_on_every_device(dana: Client, people: Cast, matter: Matter) -> None:
    dana.post("/portal/language/es/")
    with firm_scope(people.firm_id):
        client = matter.client
        assert client
        client.refresh_from_db()
        known = {part: getattr(client, part) for part in ("first_name", "last_name", "email", "phone")}
        update_client(people.bob, client=client, language="en", **known)
    assert "Hello Dana" in page(dana, "/portal/")


def test_messages_follow_the_language_chosen_in_the_portal(dana: Client, people: Cast, matter: Matter) -> None:
    dana.post("/portal/language/es/")
    with firm_scope(people.firm_id):
        links.send_link(people.alice, matter=Matter.objects.get(id=matter.id))
    mail.outbox = []
    run_round(people.firm_id)
    assert {message.subject for message in mail.outbox} == {"Su información para Hartwell Family Law"}


@pytest.mark.parametrize("language", ["xx", "en-US"])
def test_there_is_no_other_language(dana: Client, people: Cast, matter: Matter, language: str) -> None:
    assert dana.post(f"/portal/language/{language}/").status_code == 404
    assert language_of(people, matter) == "en"


def test_a_preview_changes_no_language(dana: Client, people: Cast, matter: Matter) -> None:
    assert dana.get("/portal/language/es/").status_code == 405


def test_leaving_is_said_in_the_client_s_language(dana: Client) -> None:
    dana.post("/portal/language/es/")
    assert b"Ha salido" in dana.post("/portal/leave/").content


def test_wrong_codes_that_lock_the_link_are_told_to_the_firm(
    time: ManualClock, dana: Client, token: str, link: IntakeLink, people: Cast, matter: Matter
) -> None:
    run_round(people.firm_id)
    second = Client()
    second.get(f"/i/{token}")
    second.post("/portal/open/")
    run_round(people.firm_id)
    with firm_scope(people.firm_id):
        right = mail.outbox[-1].body
    wrong = "000000" if "000000" not in right else "111111"
    mail.outbox = []
    for _ in range(7):
        second.post("/portal/code/", {"code": wrong})
    run_round(people.firm_id)
    addresses = {message.to[0] for message in mail.outbox}
    assert {message.subject for message in mail.outbox} == {"A client's link is locked for a while"}
    assert (len(addresses), len(mail.outbox)) == (3, 3), "Alice, Ann and Bob once each: the matter has no attorney"
    assert f"/matters/{matter.id}/" in mail.outbox[0].body
