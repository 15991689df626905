"""What a second look at lost answers, readers and the contact list found. Each once was a duplicate or a silence."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx2
import pytest

from casehug.connections.models import Connection
from casehug.intake.models import ChecklistItem, Matter
from casehug.intake.services.documents import approve_document
from casehug.intake.services.matters import NewClient
from casehug.kit import clock
from casehug.kit.clock import ManualClock
from casehug.sync import bulk, form_choices, outbox, pull
from casehug.sync.lookup import QUARANTINE
from casehug.sync.models import Attempt, BulkRun, Change, ContactList, Decision, Link, PullReport
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.documents import hand_in
from tests.lawmatics_town import connect
from tests.sync.engine import Drain, click, contacts_named, matters_titled, only_change
from tests.sync.forms_and_files import form_named, map_form, read_forms, submit
from tests.sync.test_account import switch
from tests.sync.test_bulk import opened, read_contacts, start
from tests.sync.test_follow_ups import change_matter, correct_client

TITLE = "Johnson v. Johnson — Divorce"
CONTACTS, MATTERS, A_CONTACT = r"^/v1/contacts$", r"^/v1/prospects$", r"^/v1/contacts/\d+"
PAST = QUARANTINE.total_seconds() + 1


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


def wait(time: ManualClock, run: Drain, people: Cast, *, times: int = 4) -> None:
    """Long enough for both looks, and a turn for what follows them."""
    for _ in range(times):
        time.advance(PAST)
        run(people.firm_id)


def number_matters(people: Cast) -> None:
    with firm_scope(people.firm_id):
        Connection.objects.update(number_matters=True)


def previewed(people: Cast, run: Drain) -> BulkRun:
    with firm_scope(people.firm_id):
        made = bulk.preview(people.alice)
    run(people.firm_id)
    return made


def changes(people: Cast) -> int:
    with firm_scope(people.firm_id):
        return Change.objects.count()


# --- markers and numbers ------------------------------------------------------------------------------------------


def test_it_gives_no_note_the_marker_of_one_that_arrived(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        keys = list(ChecklistItem.objects.filter(matter=matter).values_list("key", flat=True))
    for key in keys[:2]:
        with firm_scope(connected.firm_id):
            approve_document(connected.ann, document=hand_in(connected.bob, matter, key=key))
        town.faults.add(Fault(kind="drop_before", method="PUT", path=A_CONTACT))
        click(connected.bob, matter)
        run(connected.firm_id)
        wait(time, run, connected)
    markers = [attempt["marker"] for attempt in _intended(connected, "note.add", state="done")]
    assert len(markers) == len(set(markers)) == 2


def test_it_sends_a_matter_again_under_the_number_that_was_not_taken(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    number_matters(connected)
    cast.open_dana(connected.bob)
    town.faults.add(Fault(kind="drop_before", method="POST", path=MATTERS))
    run(connected.firm_id)
    wait(time, run, connected)
    numbers = [attempt["case_number"] for attempt in _intended(connected, "matter.create")]
    assert len(numbers) == 2 and len(set(numbers)) == 1


def test_it_asks_about_a_matter_that_fits_but_for_its_number(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter = _lost_and_numbered_anew(connected, run, town, hartwell)
    wait(time, run, connected)
    assert only_change(connected.firm_id, matter).problem == "other_number"
    assert len(matters_titled(hartwell, TITLE)) == 1


def test_it_links_that_matter_once_it_has_the_number(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    matter = _lost_and_numbered_anew(connected, run, town, hartwell)
    wait(time, run, connected)
    [sent] = _intended(connected, "matter.create")
    matters_titled(hartwell, TITLE)[0].case_number = sent["case_number"]
    click(connected.bob, matter)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == "delivered"


def _lost_and_numbered_anew(people: Cast, run: Drain, town: Town, firm: Firm) -> Matter:
    number_matters(people)
    town.faults.add(Fault(kind="drop", method="POST", path=MATTERS))
    matter = cast.open_dana(people.bob)
    run(people.firm_id)
    matters_titled(firm, TITLE)[0].case_number = "2026-0001"
    return matter


def _intended(people: Cast, action: str, **columns: str) -> list[dict[str, str]]:
    with firm_scope(people.firm_id):
        found = Attempt.objects.filter(action=action, **columns).order_by("id")
        return list(found.values_list("intended", flat=True))


def test_it_takes_another_matter_of_the_same_title_for_what_it_is(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    first = cast.open_dana(connected.bob)
    run(connected.firm_id)
    town.faults.add(Fault(kind="drop_before", method="POST", path=MATTERS))
    cast.open_dana(connected.bob, client=first.client)
    run(connected.firm_id)
    wait(time, run, connected)
    assert len(matters_titled(hartwell, TITLE)) == 2


def test_it_goes_on_with_the_other_namesake(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    stranger, matter = _two_namesakes(time, connected, run, town, hartwell)
    click(connected.bob, matter, Decision.APART)
    run(connected.firm_id)
    ours = next(contact.id for contact in contacts_named(hartwell, "Dana Johnson") if contact.id != stranger)
    assert only_change(connected.firm_id, matter).asked_about == f"{ours},{stranger}"


def test_it_links_the_other_namesake(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    stranger, matter = _two_namesakes(time, connected, run, town, hartwell)
    click(connected.bob, matter, Decision.APART)
    run(connected.firm_id)
    click(connected.bob, matter, Decision.LINK)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        linked = Link.objects.get(kind="contact").lawmatics_id
    assert linked != str(stranger)


def _two_namesakes(time: ManualClock, people: Cast, run: Drain, town: Town, firm: Firm) -> tuple[int, Matter]:
    """A stranger's contact, ours whose answer was lost, and the question about the stranger."""
    stranger = town.next_id("contact")
    firm.contacts[stranger] = replace(
        next(iter(firm.contacts.values())),
        id=stranger,
        first_name="Dana",
        last_name="Johnson",
        email=None,
        phone=None,
        created_at=clock.now(),
    )
    time.advance(1)
    town.faults.add(Fault(kind="drop", method="POST", path=CONTACTS))
    matter = cast.open_dana(people.bob, client=NewClient("Dana", "Johnson"))
    run(people.firm_id)
    wait(time, run, people, times=1)
    return stranger, matter


def test_it_keeps_what_an_old_attempt_made_with_its_account(
    time: ManualClock, connected: Cast, run: Drain, town: Town, sync_process: ThreadPoolExecutor
) -> None:
    def age() -> None:
        with firm_scope(connected.firm_id):
            Attempt.objects.filter(action="matter.create").update(account_id="")

    town.faults.add(Fault(kind="drop", method="POST", path=MATTERS))
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    sync_process.submit(age).result()
    wait(time, run, connected)
    with firm_scope(connected.firm_id):
        assert Link.objects.get(kind="matter").account_id == Connection.objects.get().account_id


# --- the contact list ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [False, True])
def test_it_remembers_the_contact_of_a_click(
    time: ManualClock, people: Cast, town: Town, run: Drain, http: httpx2.Client, hartwell: Firm, lost: bool
) -> None:
    opened(people, 1)
    connect(people.alice, http)
    run(people.firm_id)
    read_contacts(people, run)
    made = previewed(people, run)
    twin = cast.open_dana(people.bob, title="Twice", client=NewClient("Old0", "Old", "old0@example.com"))
    if lost:
        town.faults.add(Fault(kind="drop", method="POST", path=CONTACTS))
        run(people.firm_id)
    click(people.bob, twin)
    start(people, made)
    run(people.firm_id)
    assert len(contacts_named(hartwell, "Old0 Old")) == 1


# --- accounts and forms -------------------------------------------------------------------------------------------


def test_it_tells_who_asked_for_a_form_that_is_not_mapped_any_more(
    time: ManualClock, connected: Cast, run: Drain, hartwell: Firm
) -> None:
    read_forms(connected, run)
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    mapping = map_form(connected, form_named(hartwell, "Intake questionnaire"))
    submit(connected.bob, matter, mapping)
    with firm_scope(connected.firm_id):
        form_choices.unmap_form(connected.alice, mapping_id=mapping.id)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter, latest=True).problem == "form_changed"


def test_it_submits_a_form_although_one_to_another_account_was_lost(
    time: ManualClock, connected: Cast, run: Drain, town: Town, http: httpx2.Client, hartwell: Firm
) -> None:
    read_forms(connected, run)
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    town.faults.add(Fault(kind="drop", method="POST", path="submit"))
    submit(connected.bob, matter, map_form(connected, form_named(hartwell, "Intake questionnaire")))
    run(connected.firm_id)
    switch(connected, http, town, "nakamura")
    read_forms(connected, run)
    submit(connected.bob, matter, map_form(connected, next(iter(town.firm("nakamura").forms.values()))))
    assert only_change(connected.firm_id, matter, latest=True).forms


# --- readers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [MATTERS, CONTACTS])
def test_it_feeds_a_bulk_sync_while_a_reader_fails(
    time: ManualClock, people: Cast, town: Town, run: Drain, http: httpx2.Client, path: str
) -> None:
    opened(people, 3)
    connect(people.alice, http)
    run(people.firm_id)
    made = previewed(people, run)
    town.faults.add(Fault(kind="html", method="GET", path=path, times=1000))
    with firm_scope(people.firm_id):
        pull.ask(people.alice) if path == MATTERS else bulk.refresh_contacts(people.alice)
    start(people, made)
    run(people.firm_id)
    assert changes(people) == 3


def test_it_stops_a_reader_that_failed_three_times(time: ManualClock, connected: Cast, town: Town, run: Drain) -> None:
    town.faults.add(Fault(kind="html", method="GET", path=MATTERS, times=1000))
    with firm_scope(connected.firm_id):
        pull.ask(connected.alice)
    wait(time, run, connected)
    with firm_scope(connected.firm_id):
        report = PullReport.objects.get()
    assert (report.state, report.problem_text[:33]) == ("failed", "The answer of Lawmatics could not")
    assert len([line for line in town.requests if line.path == "/v1/prospects"]) == 3


def test_it_survives_a_listing_that_it_cannot_keep(
    time: ManualClock, connected: Cast, run: Drain, hartwell: Firm
) -> None:
    next(iter(hartwell.contacts.values())).first_name = "Bad\x00name"
    with firm_scope(connected.firm_id):
        bulk.refresh_contacts(connected.alice)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        assert ContactList.objects.get().state == "failed"


# --- what people decide -------------------------------------------------------------------------------------------


def test_it_shows_a_matter_as_linked_after_its_update_was_dismissed(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    _hold_update(connected, run, town, matter)
    held = only_change(connected.firm_id, matter, latest=True)
    with firm_scope(connected.firm_id):
        outbox.dismiss(connected.alice, change=held)
        assert Matter.objects.get(id=matter.id).delivery_state == "linked"


def test_it_sends_a_correction_by_a_matter_that_is_not_held(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    first = cast.open_dana(connected.bob)
    cast.open_dana(connected.bob, title="Second", client=first.client)
    run(connected.firm_id)
    _hold_update(connected, run, town, first)
    correct_client(connected.bob, first.client, phone="+13035550199", phone_key="+13035550199")
    run(connected.firm_id)
    assert contacts_named(hartwell, "Dana Johnson")[0].phone == "+13035550199"


def _hold_update(people: Cast, run: Drain, town: Town, matter: Matter) -> None:
    town.faults.add(Fault(kind="status", status=403, method="GET", path="/v1/prospects"))
    change_matter(people.bob, matter, title="New")
    run(people.firm_id)
