"""The contact list of a bulk sync: read once, resumed by page, topped up, and never trusted with a link."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from casehug.intake.models import Matter
from casehug.intake.services.matters import NewClient
from casehug.kit.clock import ManualClock
from casehug.sync import bulk
from casehug.sync.models import BulkRun, Change, ContactList, JobState, RemoteContact
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.hand import Hand
from sandbox.records import Contact
from sandbox.store import Town
from sandbox.writes import add_contact, change_contact, delete_contact
from tests import cast
from tests.cast import Cast
from tests.sync.engine import Drain, click, contacts_named

CONTACTS = "/v1/contacts"
Listed = Callable[[], list[str]]


@pytest.fixture
def dana(people: Cast) -> Matter:
    """Dana's divorce, older than the connection."""
    return cast.open_dana(people.alice)


@pytest.fixture
def listed(people: Cast, sync_process: ThreadPoolExecutor) -> Listed:
    """The ids in the list, as the engine alone may see them."""

    def ids() -> list[str]:
        with firm_scope(people.firm_id):
            return sorted(RemoteContact.objects.values_list("lawmatics_id", flat=True))

    return lambda: sync_process.submit(ids).result()


def hand(town: Town) -> Hand:
    firm = town.firm("hartwell")
    return Hand(town, firm, firm.admin, town.clock())


def typed_in(town: Town, email: str, first: str = "Typed", last: str = "In") -> Contact:
    """Somebody of the firm makes a contact in Lawmatics by hand."""
    return add_contact(hand(town), {"first_name": first, "last_name": last, "email": email})


def many(town: Town, count: int) -> list[Contact]:
    return [typed_in(town, f"many{number}@example.com") for number in range(count)]


def there(town: Town) -> list[str]:
    return sorted(str(contact.id) for contact in town.firm("hartwell").contacts.values())


def ask(people: Cast, run: Drain) -> ContactList:
    with firm_scope(people.firm_id):
        bulk.refresh_contacts(people.alice)
    run(people.firm_id)
    return kept(people)


def kept(people: Cast) -> ContactList:
    with firm_scope(people.firm_id):
        return ContactList.objects.get()


def prepared(people: Cast, run: Drain) -> BulkRun:
    with firm_scope(people.firm_id):
        made = bulk.preview(people.alice)
    run(people.firm_id)
    return made


def start(people: Cast, made: BulkRun, run: Drain) -> None:
    with firm_scope(people.firm_id):
        bulk.start(people.alice, made.id, quiet=True)
    run(people.firm_id)


def searches(town: Town) -> int:
    return sum("filter_by" in line.query for line in town.requests if line.path == CONTACTS)


def pages(town: Town) -> int:
    return sum(line.method == "GET" and line.path == CONTACTS for line in town.requests) - searches(town)


# --- reading ------------------------------------------------------------------------------------------------------


def test_it_reads_every_contact_25_a_page(connected: Cast, town: Town, run: Drain, listed: Listed) -> None:
    many(town, 40)
    assert ask(connected, run).state == JobState.DONE
    assert (listed(), pages(town)) == (there(town), -(-len(there(town)) // 25))


def test_it_goes_on_at_the_page_where_a_drain_ended(
    connected: Cast, town: Town, run: Drain, listed: Listed, time: ManualClock
) -> None:
    many(town, 90)
    town.faults.add(Fault("status", status=429, path=CONTACTS, method="GET", nth=3))
    assert ask(connected, run).pages_read == 2
    time.advance(600)
    run(connected.firm_id)
    assert (listed(), pages(town)) == (there(town), -(-len(there(town)) // 25) + 1)


def test_it_misses_nobody_when_contacts_go_meanwhile(
    connected: Cast, town: Town, run: Drain, listed: Listed, time: ManualClock
) -> None:
    made = many(town, 90)
    town.faults.add(Fault("status", status=429, path=CONTACTS, method="GET", nth=3))
    ask(connected, run)
    for contact in made[-30:]:
        delete_contact(hand(town), contact)
    time.advance(600)
    run(connected.firm_id)
    assert set(there(town)) <= set(listed())


def test_a_new_reading_drops_those_that_are_gone(
    connected: Cast, town: Town, run: Drain, listed: Listed, time: ManualClock
) -> None:
    gone = typed_in(town, "gone@example.com")
    ask(connected, run)
    delete_contact(hand(town), gone)
    time.advance(60)
    ask(connected, run)
    assert str(gone.id) not in listed()


def test_a_click_overtakes_the_reading(connected: Cast, dana: Matter, town: Town, run: Drain) -> None:
    many(town, 60)
    click(connected.alice, dana)
    ask(connected, run)
    wanted = [line.path for line in town.requests]
    assert wanted.index("/v1/prospects") < 3 < len(wanted)


def test_a_refusal_ends_the_reading_with_a_sentence(connected: Cast, town: Town, run: Drain) -> None:
    town.faults.add(Fault("status", status=403, path=CONTACTS, method="GET"))
    found = ask(connected, run)
    assert (found.state, "does not allow" in found.problem_text) == (JobState.FAILED, True)


def test_it_is_not_read_for_a_run_that_would_search_less(dana: Matter, connected: Cast, town: Town, run: Drain) -> None:
    many(town, 40)
    start(connected, prepared(connected, run), run)
    assert (kept(connected).state, pages(town), searches(town)) == (JobState.FAILED, 1, 1)


# --- asking -------------------------------------------------------------------------------------------------------


def test_a_run_does_not_search_for_whom_the_list_does_not_know(
    dana: Matter, connected: Cast, town: Town, run: Drain
) -> None:
    ask(connected, run)
    start(connected, prepared(connected, run), run)
    assert (searches(town), len(contacts_named(town.firm("hartwell"), "Dana Johnson"))) == (0, 1)


def test_a_click_always_searches(dana: Matter, connected: Cast, town: Town, run: Drain) -> None:
    ask(connected, run)
    click(connected.alice, dana)
    run(connected.firm_id)
    assert searches(town) == 1


def test_whom_the_list_knows_is_searched_for_before_the_link(
    dana: Matter, connected: Cast, town: Town, run: Drain
) -> None:
    typed_in(town, "DANA@example.com ".strip(), "Dana", "Johnson")
    ask(connected, run)
    start(connected, prepared(connected, run), run)
    assert (searches(town), len(contacts_named(town.firm("hartwell"), "Dana Johnson"))) == (1, 1)


def test_a_stale_list_links_nobody_wrongly(dana: Matter, connected: Cast, town: Town, run: Drain) -> None:
    """The contact had Dana's address when the list was read, and belongs to somebody else by now."""
    other = typed_in(town, "dana@example.com", "Dana", "Johnson")
    ask(connected, run)
    change_contact(hand(town), other, {"first_name": "Eve", "email": "eve@example.com"})
    start(connected, prepared(connected, run), run)
    assert [contact.id != other.id for contact in contacts_named(town.firm("hartwell"), "Dana Johnson")] == [True]


def test_a_stale_list_brings_back_no_value(dana: Matter, connected: Cast, town: Town, run: Drain) -> None:
    contact = typed_in(town, "dana@example.com", "Dana", "Johnson")
    ask(connected, run)
    change_contact(hand(town), contact, {"phone": "(720) 555-0199"})
    start(connected, prepared(connected, run), run)
    assert town.firm("hartwell").contacts[contact.id].phone == "(720) 555-0199"


def test_the_top_up_finds_whom_the_firm_typed_in_since(
    dana: Matter, connected: Cast, town: Town, run: Drain, time: ManualClock
) -> None:
    ask(connected, run)
    made = prepared(connected, run)
    typed_in(town, "dana@example.com", "Dana", "Johnson")
    time.advance(180)
    start(connected, made, run)
    assert len(contacts_named(town.firm("hartwell"), "Dana Johnson")) == 1


def test_without_news_the_top_up_is_one_request(
    dana: Matter, connected: Cast, town: Town, run: Drain, time: ManualClock
) -> None:
    many(town, 60)
    ask(connected, run)
    made = prepared(connected, run)
    time.advance(180)
    town.requests.clear()
    start(connected, made, run)
    assert [f"{line.method} {line.path}" for line in town.requests] == [
        f"GET {CONTACTS}",
        f"POST {CONTACTS}",
        "POST /v1/prospects",
    ]


def test_the_window_is_the_top_up_and_ends_in_a_second_contact(
    dana: Matter, connected: Cast, town: Town, run: Drain, time: ManualClock
) -> None:
    """What is promised and what is not: within two minutes of a top-up a typed-in contact is not seen."""
    ask(connected, run)
    made = prepared(connected, run)
    time.advance(60)
    typed_in(town, "dana@example.com", "Dana", "Johnson")
    start(connected, made, run)
    assert len(contacts_named(town.firm("hartwell"), "Dana Johnson")) == 2


def test_a_contact_of_this_run_is_known_to_the_next_client(connected: Cast, town: Town, run: Drain) -> None:
    for _ in range(2):
        cast.open_dana(connected.alice, client=NewClient("Dana", "Johnson", "twin@example.com"))
    dismiss(connected)
    ask(connected, run)
    start(connected, prepared(connected, run), run)
    assert len(contacts_named(town.firm("hartwell"), "Dana Johnson")) == 1


def test_while_a_contact_may_have_been_made_the_list_is_silent(
    connected: Cast, town: Town, run: Drain, time: ManualClock
) -> None:
    """Made, and the answer lost: the contact is in no list, but a search finds it."""
    for _ in range(2):
        cast.open_dana(connected.alice, client=NewClient("Dana", "Johnson", "twin@example.com"))
    dismiss(connected)
    ask(connected, run)
    made = prepared(connected, run)
    town.faults.add(Fault("drop", path=CONTACTS, method="POST"))
    start(connected, made, run)
    for _ in range(4):
        time.advance(400)
        run(connected.firm_id)
    assert len(contacts_named(town.firm("hartwell"), "Dana Johnson")) == 1


def test_an_old_list_answers_nothing(dana: Matter, connected: Cast, town: Town, run: Drain, time: ManualClock) -> None:
    many(town, 60)
    ask(connected, run)
    made = prepared(connected, run)
    time.advance(13 * 3600)
    start(connected, made, run)
    assert searches(town) == 1


def dismiss(people: Cast) -> None:
    with firm_scope(people.firm_id):
        Change.objects.update(state="dismissed")
