"""Signing in: one answer for everybody who fails, a brake that all processes share, a session of one's own."""

import re
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client, override_settings

from casehug.accounts.models import User
from tests.cast import PASSWORD, Cast
from tests.databases import TestDatabase

LOGIN = "/accounts/login/"
ADDRESSES = count(int(IPv4Address("10.0.0.1")))


@pytest.fixture
def browser(database: TestDatabase) -> Client:
    """Each test comes from an address of its own, so that no brake of another one holds it."""
    return Client(REMOTE_ADDR=str(IPv4Address(next(ADDRESSES))), enforce_csrf_checks=False)


def email_of(people: Cast) -> str:
    return User.objects.get(id=people.bob.user_id).email


def sign_in(browser: Client, email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return browser.post(LOGIN, {"login": email, "password": password, **more})  # type: ignore[return-value]


def errors_of(answer: HttpResponse) -> str:
    """What the page says, without what differs anyway: the token and the address that was typed."""
    differing = r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|value="[^"]*@[^"]*"'
    text = re.sub(differing, "", answer.content.decode())
    return re.sub(r"\s+", " ", text)


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_it_signs_a_member_in(browser: Client, people: Cast) -> None:
    answer = sign_in(browser, email_of(people))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_signed_in(browser)


def test_it_takes_the_address_in_any_case(browser: Client, people: Cast) -> None:
    sign_in(browser, f"  {email_of(people).upper()} ")
    assert is_signed_in(browser)


def test_it_refuses_a_wrong_password(browser: Client, people: Cast) -> None:
    sign_in(browser, email_of(people), "wrong horse battery staple")
    assert not is_signed_in(browser)


def test_it_answers_alike_to_a_wrong_password_and_an_unknown_address(browser: Client, people: Cast) -> None:
    known = sign_in(browser, email_of(people), "wrong horse battery staple")
    unknown = sign_in(browser, f"{uuid4()}@example.com", "wrong horse battery staple")
    assert (known.status_code, errors_of(known)) == (unknown.status_code, errors_of(unknown))


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.ScryptPasswordHasher"])
def test_it_takes_as_long_over_an_unknown_address_as_over_a_wrong_password(browser: Client, people: Cast) -> None:
    user = User.objects.get(id=people.bob.user_id)
    user.set_password(PASSWORD)
    user.save()

    def fastest(email: str) -> float:
        took = []
        for _ in range(3):
            start = perf_counter()
            sign_in(browser, email, "wrong horse battery staple")
            took.append(perf_counter() - start)
        return min(took)

    known, unknown = fastest(user.email), fastest(f"{uuid4()}@example.com")
    assert known / 2 < unknown < known * 2


def test_it_answers_alike_to_someone_switched_off(browser: Client, people: Cast) -> None:
    User.objects.filter(id=people.bob.user_id).update(is_active=False)
    off = sign_in(browser, email_of(people), "wrong horse battery staple")
    unknown = sign_in(browser, f"{uuid4()}@example.com", "wrong horse battery staple")
    assert errors_of(off) == errors_of(unknown)


def test_it_signs_nobody_in_who_is_switched_off(browser: Client, people: Cast) -> None:
    User.objects.filter(id=people.bob.user_id).update(is_active=False)
    sign_in(browser, email_of(people))
    assert not is_signed_in(browser)


def test_it_puts_someone_out_who_is_switched_off_meanwhile(browser: Client, people: Cast) -> None:
    sign_in(browser, email_of(people))
    assert browser.get("/").status_code == 200
    User.objects.filter(id=people.bob.user_id).update(is_active=False)
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    "email", ["", "no-address", "a@b", "x" * 300 + "@example.com", "a\x00@example.com", "🦊@x.com"]
)
def test_it_answers_nonsense_with_the_form(browser: Client, email: str) -> None:
    assert sign_in(browser, email).status_code == 200


def test_it_brakes_the_sixth_try_for_an_address_even_with_the_right_password(browser: Client, people: Cast) -> None:
    for _ in range(5):
        sign_in(browser, email_of(people), "wrong horse battery staple")
    sign_in(browser, email_of(people))
    assert not is_signed_in(browser)


def test_it_brakes_an_address_from_wherever_it_is_tried(people: Cast) -> None:
    for _ in range(5):
        elsewhere = Client(REMOTE_ADDR=str(IPv4Address(next(ADDRESSES))))
        sign_in(elsewhere, email_of(people), "wrong horse battery staple")
    another = Client(REMOTE_ADDR=str(IPv4Address(next(ADDRESSES))))
    sign_in(another, email_of(people))
    assert not is_signed_in(another)


def test_it_does_not_brake_a_colleague(browser: Client, people: Cast) -> None:
    for _ in range(5):
        sign_in(browser, email_of(people), "wrong horse battery staple")
    colleague = Client(REMOTE_ADDR=str(IPv4Address(next(ADDRESSES))))
    sign_in(colleague, User.objects.get(id=people.ann.user_id).email)
    assert is_signed_in(colleague)


def test_it_counts_tries_where_every_process_sees_them(browser: Client, people: Cast, database: TestDatabase) -> None:
    with database.connect("app") as connection:
        count_rows = "SELECT count(*) FROM accounts_cache"
        before = connection.execute(count_rows).fetchone()
        sign_in(browser, email_of(people), "wrong horse battery staple")
        after = connection.execute(count_rows).fetchone()
    assert before is not None
    assert after is not None
    assert after[0] > before[0]


def test_it_keeps_the_count_under_a_flood_of_other_tries(browser: Client, people: Cast) -> None:
    for _ in range(5):
        sign_in(browser, email_of(people), "wrong horse battery staple")
    for number in range(400):
        cache.set(f"zz-flood-{number}", 1, 600)
    sign_in(browser, email_of(people))
    assert not is_signed_in(browser)
    # The twin: with Django's own limit of 300 entries one more write forgets the oldest keys, these among them.
    small = DatabaseCache("accounts_cache", {"OPTIONS": {"MAX_ENTRIES": 300}})
    for number in range(5):
        small.set(f"zz-one-more-{number}", 1, 600)
    sign_in(browser, email_of(people))
    assert is_signed_in(browser)


def test_it_gives_the_session_a_new_key_at_sign_in(browser: Client, people: Cast) -> None:
    """Who planted a session in a stranger's browser must not share it afterwards."""
    session = browser.session
    session["planted"] = "by an attacker"
    session.save()
    planted = session.session_key
    browser.cookies[settings.SESSION_COOKIE_NAME] = planted
    sign_in(browser, email_of(people))
    assert is_signed_in(browser)
    assert browser.session.session_key != planted
    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_signed_in(attacker)


def test_it_makes_the_cookie_unreadable_for_scripts_and_short_lived(browser: Client, people: Cast) -> None:
    sign_in(browser, email_of(people))
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert settings.SESSION_COOKIE_AGE <= 12 * 60 * 60


def test_it_ends_the_session_at_sign_out(browser: Client, people: Cast) -> None:
    sign_in(browser, email_of(people))
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post("/accounts/logout/")
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = key
    assert stolen.get("/").status_code == 302


def test_it_does_not_sign_out_by_a_mere_link(browser: Client, people: Cast) -> None:
    sign_in(browser, email_of(people))
    browser.get("/accounts/logout/")
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        " //evil.example",
        "/%09/evil.example",
        "\t//evil.example",
        "data:text/html,x",
    ],
)
def test_it_never_leads_to_another_site_after_signing_in(browser: Client, people: Cast, target: str) -> None:
    location = sign_in(browser, email_of(people), next=target).headers["Location"]
    assert location == "/" or (location.startswith("/%09") and "evil" in location)


def test_it_leads_to_the_page_that_was_wanted(browser: Client, people: Cast) -> None:
    assert sign_in(browser, email_of(people), next="/matters/").headers["Location"] == "/matters/"


def test_it_refuses_a_sign_in_that_no_form_of_ours_sent(people: Cast) -> None:
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR=str(IPv4Address(next(ADDRESSES))))
    assert sign_in(strict, email_of(people)).status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_lets_nobody_make_an_account_by_themselves(browser: Client, method: str) -> None:
    email = f"{uuid4()}@example.com"
    data = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    answer = getattr(browser, method)("/accounts/signup/", data)
    assert "signup_closed" in str(answer.templates[0].name)
    assert not User.objects.filter(email=email).exists()


def test_it_answers_alike_to_a_reset_for_a_known_and_an_unknown_address(browser: Client, people: Cast) -> None:
    known = browser.post("/accounts/password/reset/", {"email": email_of(people)})
    unknown = browser.post("/accounts/password/reset/", {"email": f"{uuid4()}@example.com"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])


def test_it_builds_the_link_of_a_reset_on_no_foreign_host(browser: Client, people: Cast) -> None:
    mail.outbox.clear()
    answer = browser.post("/accounts/password/reset/", {"email": email_of(people)}, HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert mail.outbox == []


def test_it_stores_passwords_with_a_slow_hash() -> None:
    """The tests run with a fast one; what an installation runs with stands in the settings file."""
    source = (Path(__file__).parents[2] / "src/casehug/config/settings.py").read_text()
    assert 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]' in source


@pytest.mark.parametrize("password", ["short", "password1234", "12345678901", "bob-reyes-example"])
def test_it_takes_no_weak_password(people: Cast, password: str) -> None:
    user = User(email="bob-reyes-example@example.com", name="Bob Reyes Example")
    with pytest.raises(ValidationError):
        validate_password(password, user)


def test_it_keeps_addresses_in_lower_case(database: TestDatabase) -> None:
    user = User.objects.create_user(email=f"  MiXed-{uuid4()}@Example.COM ", password=None, name=" Ann ")
    assert (user.email, user.name) == (user.email.lower().strip(), "Ann")


def test_it_keeps_one_account_for_one_address(database: TestDatabase) -> None:
    email = f"{uuid4()}@example.com"
    User.objects.create_user(email=email, password=None, name="Ann")
    with pytest.raises(Exception, match="unique"):
        User.objects.create_user(email=email.upper(), password=None, name="Ann")


def test_it_lets_nobody_in_without_a_password(browser: Client, database: TestDatabase) -> None:
    user = User.objects.create_user(email=f"{uuid4()}@example.com", password=None, name="Ann")
    sign_in(browser, user.email, "")
    sign_in(browser, user.email, "None")
    assert not is_signed_in(browser)


def test_it_changes_a_password_inside_the_frame_of_the_staff_pages(browser: Client, people: Cast) -> None:
    sign_in(browser, email_of(people))
    page = browser.get("/accounts/password/change/").content.decode()
    assert 'href="/matters/"' in page
    browser.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "a wholly new phrase", "password2": "a wholly new phrase"},
    )
    assert User.objects.get(pk=people.bob.user_id).check_password("a wholly new phrase")


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/password/set/"])
def test_it_has_no_page_for_what_nobody_needs(browser: Client, people: Cast, path: str) -> None:
    sign_in(browser, email_of(people))
    assert browser.get(path).status_code == 404


def test_it_changes_no_password_of_somebody_signed_out(browser: Client, people: Cast) -> None:
    assert browser.get("/accounts/password/change/").status_code == 302
