"""The Lawmatics card of a matter, and the button on it."""

import httpx2
import pytest
from django.test import Client
from django.urls import reverse

from casehug.intake.models import Matter
from casehug.sync.models import Change
from casehug.tenancy.scope import firm_scope
from sandbox.store import Town
from tests import cast
from tests.cast import Cast, NewClient
from tests.web.conftest import Drain
from tests.web.walks import HTMX, documents_of, first_item, hand_in, question_on, text_of


def card(browser: Client, matter: Matter) -> str:
    return text_of(browser.get(reverse("lawmatics_card", args=[matter.id]), headers=HTMX))


def sync(browser: Client, matter: Matter, decision: str = "", **options: object) -> object:
    question = question_on(card(browser, matter)) if decision else ""
    return browser.post(
        reverse("sync_matter", args=[matter.id]), {"decision": decision, "question": question}, **options
    )


def changes(people: Cast) -> int:
    with firm_scope(people.firm_id):
        return Change.objects.count()


def contacts_named(town: Town, name: str) -> list[object]:
    return [contact for contact in town.firm("hartwell").contacts.values() if contact.name == name]


def matters_titled(town: Town, title: str) -> list[object]:
    return [matter for matter in town.firm("hartwell").matters.values() if matter.case_title == title]


def test_not_connected_it_leads_an_admin_to_the_settings(alice: Client, bob: Client, matter: Matter) -> None:
    assert reverse("lawmatics") in card(alice, matter)
    assert reverse("lawmatics") not in card(bob, matter)
    assert "A firm admin connects it in Settings, Integrations." in card(bob, matter)


def test_not_connected_nothing_is_queued(bob: Client, people: Cast, matter: Matter) -> None:
    answer = sync(bob, matter)
    assert answer.headers["Location"] == f"/matters/{matter.id}/#lawmatics"
    assert "Lawmatics is not connected, so nothing was sent." in text_of(bob.get("/matters/"))
    assert changes(people) == 0


def test_a_matter_older_than_the_connection_says_so(alice: Client, matter: Matter, connected: Cast) -> None:
    assert "This matter is not in Lawmatics yet." in card(alice, matter)
    assert "What a sync would do" in card(alice, matter)


def test_any_member_syncs_and_the_card_follows(
    bob: Client, connected: Cast, matter: Matter, town: Town, run: Drain
) -> None:
    waiting = text_of(sync(bob, matter, headers=HTMX))
    assert 'hx-trigger="every 1s"' in waiting
    assert "On its way to Lawmatics" in waiting
    run(connected.firm_id)
    linked = card(bob, matter)
    assert "hx-trigger" not in linked
    assert "Linked" in linked
    assert "Family Law Intake" in linked
    assert "The matter is in Lawmatics." in linked
    assert "Matter created" in linked
    assert len(matters_titled(town, matter.title)) == 1


def test_without_scripts_the_button_leads_back_to_the_card(bob: Client, connected: Cast, matter: Matter) -> None:
    assert sync(bob, matter).headers["Location"] == f"/matters/{matter.id}/#lawmatics"
    assert "The sync is on its way." in text_of(bob.get(reverse("matter", args=[matter.id])))


def test_clicked_twice_it_syncs_once(bob: Client, connected: Cast, matter: Matter, town: Town, run: Drain) -> None:
    sync(bob, matter)
    sync(bob, matter, headers=HTMX)
    assert changes(connected) == 1
    run(connected.firm_id)
    assert len(contacts_named(town, "Dana Johnson")) == len(matters_titled(town, matter.title)) == 1


@pytest.fixture
def held(connected: Cast, town: Town, http: httpx2.Client, run: Drain) -> Matter:
    """A matter of a new client whose e-mail address another person has in Lawmatics."""
    taken = next(contact for contact in town.firm("hartwell").contacts.values() if contact.email)
    matter = cast.open_dana(
        connected.alice,
        title="Somebody’s matter",
        client=NewClient(first_name="Zora", last_name="Quill", email=taken.email),
    )
    run(connected.firm_id)
    return matter


def test_a_question_about_the_person_is_put_on_the_card(bob: Client, held: Matter) -> None:
    page = card(bob, held)
    assert "Needs attention" in page
    assert "Same person: link" in page
    assert "Somebody else: create apart" in page


def test_the_answer_somebody_else_creates_a_contact(
    bob: Client, held: Matter, people: Cast, town: Town, run: Drain
) -> None:
    sync(bob, held, "apart")
    run(people.firm_id)
    assert len(contacts_named(town, "Zora Quill")) == 1
    assert "Linked" in card(bob, held)


def test_the_answer_same_person_links(bob: Client, held: Matter, people: Cast, town: Town, run: Drain) -> None:
    before = len(town.firm("hartwell").contacts)
    sync(bob, held, "link")
    run(people.firm_id)
    assert len(town.firm("hartwell").contacts) == before
    assert len(matters_titled(town, held.title)) == 1


@pytest.mark.parametrize("address", ["matter", "attention"])
def test_an_answer_to_another_question_is_not_taken(alice: Client, held: Matter, people: Cast, address: str) -> None:
    with firm_scope(people.firm_id):
        change = Change.objects.get()
    url = reverse("sync_matter", args=[held.id]) if address == "matter" else reverse("retry_change", args=[change.id])
    answer = alice.post(url, {"decision": "link", "question": "0" * 32}, follow=True)
    assert "your decision was not taken" in text_of(answer)


def test_needs_attention_asks_the_same_question(alice: Client, held: Matter) -> None:
    page = text_of(alice.get(reverse("lawmatics_attention")))
    assert question_on(page) == question_on(card(alice, held)) != ""


@pytest.mark.parametrize(("state", "told"), [("held", "Asked for quietly"), ("waiting", "Waits to go quietly")])
def test_a_quiet_sync_says_so(alice: Client, held: Matter, people: Cast, state: str, told: str) -> None:
    with firm_scope(people.firm_id):
        Change.objects.update(quiet=True, state=state)
    assert told in card(alice, held)


@pytest.mark.parametrize(("form", "quiet"), [({}, True), ({"loud": "1"}, False)])
def test_only_its_own_button_ends_the_quiet(
    alice: Client, held: Matter, people: Cast, form: dict[str, str], quiet: bool
) -> None:
    with firm_scope(people.firm_id):
        Change.objects.update(quiet=True)
    alice.post(reverse("sync_matter", args=[held.id]), form)
    with firm_scope(people.firm_id):
        assert Change.objects.get().quiet is quiet


def test_an_answer_that_is_none_changes_nothing(bob: Client, held: Matter, people: Cast, run: Drain) -> None:
    sync(bob, held, "whatever")
    run(people.firm_id)
    assert "Same person: link" in card(bob, held)


def test_a_held_sync_needs_me_on_the_home_page(alice: Client, held: Matter) -> None:
    page = text_of(alice.get("/"))
    assert f"{reverse('matter', args=[held.id])}#lawmatics" in page
    assert "Decide whether" in page


def test_the_list_finds_it_by_its_state(alice: Client, held: Matter) -> None:
    assert "Somebody’s matter" in text_of(alice.get("/matters/", {"delivery": "held"}))
    assert "Somebody’s matter" not in text_of(alice.get("/matters/", {"delivery": "linked"}))


def test_an_approval_asks_for_a_sync_by_itself(alice: Client, connected: Cast, matter: Matter) -> None:
    hand_in(alice, first_item(connected.alice, matter))
    alice.post(reverse("approve_document", args=[documents_of(connected.alice, matter)[0].id]))
    assert "On its way to Lawmatics" in text_of(alice.get(reverse("matter", args=[matter.id])))
