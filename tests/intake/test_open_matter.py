"""Opening a matter: what it becomes, what it refuses in which words, and never twice."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from casehug.audit.models import Entry
from casehug.intake import access
from casehug.intake.errors import BadInput, NotFound
from casehug.intake.models import ChecklistItem, Client, Matter, MatterStatus, MatterWord
from casehug.intake.services.matters import NewClient, open_matter
from casehug.intake.shipped import shipped_templates
from casehug.kit.clock import ManualClock
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import DANA, Cast
from tests.documents import hand_in
from tests.intake.conftest import AtOnce


def test_it_keeps_what_was_entered(people: Cast, time: ManualClock) -> None:
    matter = cast.open_dana(people.bob, title="  Johnson  v. Johnson ", county=" El  Paso ")
    with firm_scope(people.firm_id):
        kept = Matter.objects.get(id=matter.id)
    assert (kept.title, kept.county, kept.state, kept.status) == (
        "Johnson v. Johnson",
        "El Paso",
        "CO",
        MatterStatus.NEW,
    )
    assert (kept.case_type_name, kept.practice_area) == ("Divorce — Standard", "Family Law")
    assert (kept.created_by_id, kept.created_at) == (people.bob.user_id, time.now())
    assert kept.intake_completed_at is None


def test_it_takes_in_the_new_client(people: Cast) -> None:
    cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        client = Client.objects.get()
    assert (client.first_name, client.last_name, client.email, client.phone) == (
        "Dana",
        "Johnson",
        "dana@example.com",
        "+13035550134",
    )


def test_it_takes_an_existing_client(people: Cast) -> None:
    first = cast.open_dana(people.bob)
    second = cast.open_dana(people.bob, client=first.client)
    with firm_scope(people.firm_id):
        assert (Client.objects.count(), second.client_id) == (1, first.client_id)


def test_it_can_wait_for_its_client(people: Cast) -> None:
    assert cast.open_dana(people.bob, client=None).client_id is None


@pytest.mark.parametrize("key", list(shipped_templates()))
def test_it_copies_the_checklist_of_its_case_type(people: Cast, key: str) -> None:
    matter = cast.open_dana(people.bob, case_type=key, client=None)
    with firm_scope(people.firm_id):
        items = list(ChecklistItem.objects.filter(matter=matter).order_by("position"))
    asked = [(item.key, item.name, item.why, item.category, item.required) for item in items]
    template = shipped_templates()[key].asked_in("CO")
    assert asked == [(ask.key, ask.name.en, ask.why.en, ask.category, ask.required) for ask in template]


BAD = [
    ({"title": "  "}, "title", "Enter the title."),
    ({"title": "x" * 201}, "title", "The title is too long: at most 200 characters."),
    ({"title": "a\x00b"}, "title", "The title has characters that cannot be stored."),
    ({"case_type": ""}, "case_type", "Choose a case type from the list."),
    ({"case_type": "../divorce"}, "case_type", "Choose a case type from the list."),
    ({"state": ""}, "state", "Choose the state whose law applies."),
    ({"state": "co"}, "state", "Choose the state whose law applies."),
    ({"state": "XX"}, "state", "Choose the state whose law applies."),
    ({"county": "x" * 81}, "county", "The county is too long: at most 80 characters."),
    ({"county": "a\x00b"}, "county", "The county has characters that cannot be stored."),
    ({"client": NewClient("", "Johnson")}, "first_name", "Enter the first name."),
    ({"client": NewClient("Dana", "")}, "last_name", "Enter the last name."),
    (
        {"client": NewClient("Dana", "Johnson", "dana@")},
        "email",
        "Enter the e-mail address like name@example.com.",
    ),
    (
        {"client": NewClient("Dana", "Johnson", phone="12")},
        "phone",
        "This phone number has too many or too few digits.",
    ),
    (
        {"client": NewClient("Dana", "Johnson", phone="none")},
        "phone",
        "Enter the phone number with its area code, like (303) 555-0134.",
    ),
]


@pytest.mark.parametrize(("changes", "field", "sentence"), BAD)
def test_it_says_what_is_wrong_next_to_the_field(
    people: Cast, changes: dict[str, object], field: str, sentence: str
) -> None:
    with pytest.raises(BadInput) as refused:
        cast.open_dana(people.bob, **changes)
    assert (refused.value.field, refused.value.sentence) == (field, sentence)


@pytest.mark.parametrize(("changes", "field", "sentence"), BAD[-4:])
def test_it_leaves_nothing_of_a_matter_that_it_refused(
    people: Cast, changes: dict[str, object], field: str, sentence: str
) -> None:
    with pytest.raises(BadInput):
        cast.open_dana(people.bob, **changes)
    with firm_scope(people.firm_id):
        assert (Matter.objects.count(), Client.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_it_stores_names_that_grow_when_they_are_folded(people: Cast) -> None:
    matter = cast.open_dana(people.bob, client=NewClient("ﷺ" * 80, "ﷺ" * 80), title="ﷺ" * 200)
    with firm_scope(people.firm_id):
        assert Matter.objects.get(id=matter.id).title == "ﷺ" * 200


def test_it_answers_a_second_click_with_the_first_matter(people: Cast) -> None:
    key = uuid4()
    first = cast.open_dana(people.bob, request_key=key)
    second = cast.open_dana(people.bob, request_key=key, title="Another")
    assert (second.id, second.title) == (first.id, first.title)
    with firm_scope(people.firm_id):
        assert (Matter.objects.count(), Client.objects.count()) == (1, 1)


def test_it_opens_one_matter_for_clicks_at_the_same_moment(people: Cast, at_once: AtOnce) -> None:
    key = uuid4()
    opened = at_once([lambda: cast.open_dana(people.bob, request_key=key).id] * 6)
    assert len(set(opened)) == 1
    with firm_scope(people.firm_id):
        assert (Matter.objects.count(), Client.objects.count()) == (1, 1)
        assert ChecklistItem.objects.count() == len(shipped_templates()["divorce-standard"].asked_in("CO"))
        actions = list(Entry.objects.values_list("action", flat=True).order_by("id"))
    assert actions == ["client.created", "matter.created"]


def test_it_would_open_several_for_clicks_with_keys_of_their_own(people: Cast, at_once: AtOnce) -> None:
    """The twin: the clicks really come at the same moment, and only the key joins them."""
    opened = at_once([lambda: cast.open_dana(people.bob).id] * 6)
    assert len(set(opened)) == 6


def test_it_opens_another_firm_s_matter_under_the_same_key(people: Cast) -> None:
    """A key that is taken elsewhere must not tell: keys count within a firm."""
    key = uuid4()
    ours = cast.open_dana(people.bob, request_key=key)
    theirs = cast.open_dana(people.charlie, request_key=key)
    assert ours.id != theirs.id


def test_it_takes_no_client_of_another_firm(people: Cast) -> None:
    foreign = cast.open_dana(people.charlie).client
    with pytest.raises(IntegrityError):
        cast.open_dana(people.bob, client=foreign)
    with firm_scope(people.firm_id):
        assert Matter.objects.count() == 0


def test_it_keeps_the_words_of_title_client_and_address(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        words = set(MatterWord.objects.filter(matter=matter).values_list("word", flat=True))
    assert words >= {"johnson", "divorce", "dana", "dana@example.com"}


@pytest.mark.parametrize("fetch", [access.matter, access.client, access.checklist_item, access.document])
def test_it_fetches_nothing_of_another_firm(people: Cast, fetch: Callable[..., Any]) -> None:
    made = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        document = hand_in(people.bob, made, key="photo-id")
        ids = {"matter": made.id, "client": made.client_id, "checklist_item": document.item_id, "document": document.id}
        record_id = ids[fetch.__name__]
        assert fetch(people.bob, record_id).id == record_id
    with firm_scope(people.other_firm_id), pytest.raises(NotFound) as foreign:
        fetch(people.charlie, record_id)
    with firm_scope(people.other_firm_id), pytest.raises(NotFound) as made_up:
        fetch(people.charlie, uuid4())
    assert repr(foreign.value) == repr(made_up.value)


def test_it_fetches_nothing_for_an_actor_of_another_firm_than_the_scope_s(people: Cast) -> None:
    """Row security would let it pass, the filter does not: two walls."""
    made = cast.open_dana(people.bob)
    with firm_scope(people.firm_id), pytest.raises(NotFound):
        access.matter(people.charlie, made.id)


def test_it_needs_a_scope(people: Cast) -> None:
    with pytest.raises(RuntimeError, match="scope"):
        open_matter(people.bob, title="x", case_type="other", state="CO", request_key=uuid4(), client=DANA)
