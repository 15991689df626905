"""Settings, Team: inviting, roles, shutting people out."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from casehug.accounts.models import User
from casehug.audit.models import Entry
from casehug.notify.delivery import run_round
from casehug.tenancy.models import Membership, Role
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.databases import hang_up
from tests.web.walks import sign_in, text_of

PAGE = "/settings/team/"
PASSWORD = "a staple that is correct"


def member(people: Cast, user_id: UUID | None) -> Membership:
    with firm_scope(people.firm_id):
        return Membership.objects.select_related("user").get(user_id=user_id)


def invitation() -> dict[str, str]:
    return {"name": "Iris Lund", "email": f"Iris-{uuid4().hex[:8]}@example.com", "role": "attorney"}


def invited(alice: Client, people: Cast) -> tuple[User, str]:
    """Somebody new, and the address in the mail they got."""
    form = invitation()
    assert alice.post(PAGE, form).status_code == 302
    return User.objects.get(email=form["email"].lower()), address_in_mail(people)


def address_in_mail(people: Cast) -> str:
    mail.outbox = []
    run_round(people.firm_id)
    (message,) = mail.outbox
    (address,) = re.findall(r"http://localhost(/accounts/\S+)", str(message.body))
    return str(address)


def act(browser: Client, name: str, user_id: UUID | None, **data: str) -> str:
    """Press a button of the list; answers what the next page tells."""
    answer = browser.post(reverse(name, args=[user_id]), data)
    assert answer.status_code == 302
    return text_of(browser.get(PAGE))


def test_it_lists_the_firms_people_and_nobody_else(alice: Client) -> None:
    page = text_of(alice.get(PAGE))
    assert all(name in page for name in ("Alice Hartwell", "Ann Park", "Bob Reyes"))
    assert "Charlie" not in page


def test_somebody_invited_chooses_a_password_and_is_in(alice: Client, people: Cast) -> None:
    user, address = invited(alice, people)
    assert not user.has_usable_password()
    browser = Client()
    form = browser.get(address, follow=True)
    chosen = browser.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert chosen.status_code == 302
    signed_in = browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert signed_in.status_code == 302
    assert text_of(browser.get("/")).count("Iris Lund") > 0
    assert member(people, user.id).role == Role.ATTORNEY


def test_the_page_of_an_invitation_welcomes(alice: Client, people: Cast) -> None:
    user, address = invited(alice, people)
    text = text_of(Client().get(address, follow=True))
    assert "Welcome to CaseHug" in text and user.email in text
    assert "new password" not in text


def test_the_link_of_an_invitation_works_once(alice: Client, people: Cast) -> None:
    user, address = invited(alice, people)
    user.set_password(PASSWORD)
    user.save()
    assert "password1" not in text_of(Client().get(address, follow=True))


def test_somebody_invited_cannot_sign_in_without_a_password(alice: Client, people: Cast) -> None:
    user, _ = invited(alice, people)
    assert Client().post("/accounts/login/", {"login": user.email, "password": ""}).status_code == 200


def test_an_invitation_can_be_sent_again(alice: Client, people: Cast) -> None:
    user, _ = invited(alice, people)
    assert "A new invitation is on its way" in act(alice, "invite_member_again", user.id)
    assert address_in_mail(people).startswith("/accounts/password/reset/key/")


def test_it_is_not_sent_to_who_has_a_password(alice: Client, people: Cast) -> None:
    assert "has chosen a password already" in act(alice, "invite_member_again", people.bob.user_id)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Enter the person&#x27;s name."),
        ("email", "", "Enter the e-mail address."),
        ("email", "iris", "Enter an e-mail address like name@firm.com."),
        ("role", "", "Choose a role."),
        ("role", "owner", "Choose a role from the list."),
    ],
)
def test_it_says_what_is_wrong_at_the_field(alice: Client, field: str, value: str, sentence: str) -> None:
    answer = alice.post(PAGE, {**invitation(), field: value})
    assert answer.status_code == 422
    assert sentence in text_of(answer) and f'href="#id_{field}"' in text_of(answer)


def test_an_address_that_is_taken_is_refused(alice: Client, people: Cast) -> None:
    charlie = User.objects.get(id=people.charlie.user_id)
    answer = alice.post(PAGE, {**invitation(), "email": charlie.email.upper()})
    assert answer.status_code == 422
    assert "One person belongs to one firm." in text_of(answer)
    assert "Charlie" not in text_of(answer)


def test_a_role_is_changed_at_once(alice: Client, people: Cast) -> None:
    bob = sign_in(people.bob)
    assert bob.get(PAGE).status_code == 403
    assert "Bob Reyes is now firm admin." in act(alice, "change_member_role", people.bob.user_id, role="admin")
    assert bob.get(PAGE).status_code == 200


def test_a_role_that_is_none_is_refused(alice: Client, people: Cast) -> None:
    assert "Choose a role from the list." in act(alice, "change_member_role", people.bob.user_id, role="owner")
    assert member(people, people.bob.user_id).role == Role.STAFF


def test_the_last_admin_stays_one(alice: Client, people: Cast) -> None:
    page = act(alice, "change_member_role", people.alice.user_id, role="staff")
    assert "This is the firm&#x27;s last admin." in page


def test_an_admin_who_never_came_does_not_count(alice: Client, people: Cast) -> None:
    user, _ = invited(alice, people)
    act(alice, "change_member_role", user.id, role="admin")
    assert "last admin" in act(alice, "change_member_role", people.alice.user_id, role="staff")


def test_somebody_disabled_is_out_at_once_and_can_come_back(alice: Client, people: Cast) -> None:
    bob = sign_in(people.bob)
    assert bob.get("/").status_code == 200
    assert "Bob Reyes is shut out." in act(alice, "disable_team_member", people.bob.user_id)
    assert bob.get("/").status_code == 302
    assert "Bob Reyes can sign in again." in act(alice, "enable_team_member", people.bob.user_id)
    assert sign_in(people.bob).get("/").status_code == 200


def test_nobody_disables_themselves(alice: Client, people: Cast) -> None:
    assert "You cannot disable yourself." in act(alice, "disable_team_member", people.alice.user_id)
    assert member(people, people.alice.user_id).user.is_active


def test_two_admins_cannot_demote_each_other_at_once(people: Cast) -> None:
    second = cast.hire(people.firm_id, "Second Admin", Role.ADMIN)
    browsers = [(sign_in(people.alice), second.user_id), (sign_in(second), people.alice.user_id)]
    ready = Barrier(2, timeout=10)

    def demote(browser: Client, user_id: UUID | None) -> None:
        try:
            ready.wait()
            browser.post(reverse("change_member_role", args=[user_id]), {"role": "staff"})
        finally:
            hang_up()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: demote(*pair), browsers))
    with firm_scope(people.firm_id):
        assert Membership.objects.filter(role=Role.ADMIN).count() == 1


@pytest.mark.parametrize(
    ("name", "data", "action"),
    [
        ("change_member_role", {"role": "attorney"}, "member.role_changed"),
        ("disable_team_member", {}, "member.disabled"),
        ("enable_team_member", {}, "member.enabled"),
    ],
)
def test_it_is_recorded(alice: Client, people: Cast, name: str, data: dict[str, str], action: str) -> None:
    act(alice, name, people.bob.user_id, **data)
    with firm_scope(people.firm_id):
        entry = Entry.objects.get(action=action)
    assert (entry.actor_id, entry.subject_id) == (people.alice.user_id, people.bob.user_id)


def test_a_stranger_changes_nothing(charlie: Client, people: Cast) -> None:
    for name in ("change_member_role", "disable_team_member", "enable_team_member", "invite_member_again"):
        assert charlie.post(reverse(name, args=[people.bob.user_id]), {"role": "admin"}).status_code == 404
    assert member(people, people.bob.user_id).role == Role.STAFF
    assert member(people, people.bob.user_id).user.is_active
