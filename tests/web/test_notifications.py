"""Settings, Notifications: the firm's wishes."""

import pytest
from django.test import Client, override_settings

from casehug.notify.models import Wishes
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.web.walks import text_of

PAGE = "/settings/notifications/"
FORM = {"remind": "on", "reminder_days": "5, 2", "quiet_from": "21", "quiet_until": "7", "tell_completed": "on"}


def wishes(people: Cast) -> Wishes | None:
    with firm_scope(people.firm_id):
        return Wishes.objects.first()


def test_it_shows_the_defaults(alice: Client) -> None:
    page = text_of(alice.get(PAGE))
    assert 'value="3, 7, 14"' in page
    assert '<option value="20" selected>8:00 PM</option>' in page


def test_it_keeps_the_wishes_and_changes_them_again(alice: Client, people: Cast) -> None:
    assert alice.post(PAGE, FORM).status_code == 302
    assert alice.post(PAGE, {**FORM, "text_messages": "on"}).status_code == 302
    kept = wishes(people)
    assert kept is not None
    assert (kept.remind, kept.reminder_days, kept.quiet_from, kept.quiet_until) == (True, [2, 5], 21, 7)
    assert (kept.tell_submitted, kept.tell_completed, kept.text_messages) == (False, True, True)


def test_no_days_are_needed_without_reminders(alice: Client, people: Cast) -> None:
    form = {name: value for name, value in FORM.items() if name != "remind"}
    assert alice.post(PAGE, {**form, "reminder_days": ""}).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("reminder_days", "", "Write at least one day"),
        ("reminder_days", "3, x", "Write days from 1 to 60"),
        ("reminder_days", "0", "Write days from 1 to 60"),
        ("reminder_days", "61", "Write days from 1 to 60"),
        ("reminder_days", "²", "Write days from 1 to 60"),
        ("reminder_days", "1,2,3,4,5,6", "Choose at most 5 days"),
        ("quiet_from", "24", "Select a valid choice"),
        ("quiet_until", "", "This field is required"),
    ],
)
def test_it_says_what_is_wrong_at_the_field(alice: Client, people: Cast, field: str, value: str, sentence: str) -> None:
    answer = alice.post(PAGE, {**FORM, field: value})
    assert answer.status_code == 422
    assert sentence in text_of(answer) and f'href="#id_{field}"' in text_of(answer)
    assert wishes(people) is None


def test_text_messages_cannot_be_chosen_where_the_server_has_none(alice: Client, people: Cast) -> None:
    with override_settings(SMS="none"):
        assert "has not set up text messages" in text_of(alice.get(PAGE))
        alice.post(PAGE, {**FORM, "text_messages": "on"})
    kept = wishes(people)
    assert kept is not None and kept.text_messages is False
