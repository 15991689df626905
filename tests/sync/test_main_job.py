"""A matter opened here stands in Lawmatics: contact, matter, note; once, in the right stage, for few calls."""

from uuid import uuid4

import httpx2
import pytest

from casehug.connections.services import save_switches
from casehug.intake.errors import NotFound
from casehug.intake.models import Document, Matter, MatterStatus
from casehug.intake.services.documents import approve_document
from casehug.intake.services.matters import NewClient
from casehug.sync.models import Attempt, Change, ChangeState, Decision, Link
from casehug.sync.outbox import request_sync
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.documents import approve_all, hand_in
from tests.lawmatics_town import connect
from tests.sync.engine import Drain, click, contacts_named, matters_titled, only_change

TITLE = "Johnson v. Johnson — Divorce"


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


def test_it_needs_three_requests_for_a_new_matter(connected: Cast, run: Drain, town: Town) -> None:
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert [(request.method, request.path) for request in town.requests] == [
        ("GET", "/v1/contacts"),
        ("POST", "/v1/contacts"),
        ("POST", "/v1/prospects"),
    ]


def test_it_sends_the_contact_s_four_fields(connected: Cast, run: Drain, hartwell: Firm) -> None:
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    [contact] = contacts_named(hartwell, "Dana Johnson")
    assert (contact.email, contact.phone) == ("dana@example.com", "+13035550134")


def test_it_puts_the_matter_into_the_mapped_stage(connected: Cast, run: Drain, hartwell: Firm) -> None:
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    [matter] = matters_titled(hartwell, TITLE)
    assert matter.stage_id == hartwell.stage_named("Family Law Intake").id
    assert matter.practice_area_id == hartwell.practice_area_named("Family Law").id
    assert hartwell.contacts[matter.contact_id].email == "dana@example.com"


def test_it_sends_no_person_s_field_on_the_matter(connected: Cast, run: Drain) -> None:
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        intended = Attempt.objects.get(action="matter.create").intended
    assert set(intended["fields"]) == {"case_title", "practice_area_id"}


def test_it_costs_no_request_to_sync_an_unchanged_matter(connected: Cast, run: Drain, town: Town) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    town.requests.clear()
    click(connected.bob, matter)
    run(connected.firm_id)
    assert town.requests == []
    assert only_change(connected.firm_id, matter, latest=True).state == ChangeState.DELIVERED


def test_it_makes_one_sync_of_a_double_click(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob)
    click(connected.bob, matter)
    click(connected.bob, matter)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        assert Change.objects.filter(matter_id=matter.id).count() == 1
    assert len(matters_titled(hartwell, TITLE)) == 1


def test_it_uses_one_contact_for_two_matters_of_a_client(connected: Cast, run: Drain, hartwell: Firm) -> None:
    first = cast.open_dana(connected.bob)
    cast.open_dana(connected.bob, title="Johnson — Custody", case_type="custody-only", client=first.client)
    run(connected.firm_id)
    assert len(contacts_named(hartwell, "Dana Johnson")) == 1
    assert len({matter.contact_id for matter in matters_titled(hartwell, "Johnson — Custody", TITLE)}) == 1


def test_it_links_a_contact_that_is_there_and_fills_only_its_blanks(
    connected: Cast, run: Drain, hartwell: Firm
) -> None:
    there = next(contact for contact in hartwell.contacts.values() if contact.email == "john_doe@example.com")
    there.phone = None
    before = len(hartwell.contacts)
    john = NewClient("John", "Doe", email="JOHN_DOE@example.com", phone="(415) 555-0199")
    cast.open_dana(connected.bob, client=john)
    run(connected.firm_id)
    assert len(hartwell.contacts) == before
    assert (there.phone, there.email) == ("+14155550199", "john_doe@example.com")


def test_it_leaves_alone_what_the_firm_typed(connected: Cast, run: Drain, hartwell: Firm) -> None:
    there = next(contact for contact in hartwell.contacts.values() if contact.email == "john_doe@example.com")
    cast.open_dana(connected.bob, client=NewClient("John", "Doe", "john_doe@example.com", "(212) 555-0000"))
    run(connected.firm_id)
    assert there.phone == "(415) 555-0102"


def test_it_does_not_take_a_lookalike_address_for_the_client_s(connected: Cast, run: Drain, hartwell: Firm) -> None:
    """`_` is a wildcard in the remote's filter: john_doe@ also brings johnxdoe@."""
    cast.open_dana(connected.bob, client=NewClient("John", "Doe", "john_doe@example.com"))
    run(connected.firm_id)
    [matter] = matters_titled(hartwell, TITLE)
    assert hartwell.contacts[matter.contact_id].email == "john_doe@example.com"


def test_it_creates_a_contact_when_there_is_no_address(connected: Cast, run: Drain, hartwell: Firm) -> None:
    cast.open_dana(connected.bob, client=NewClient("Maria", "Johnson"))
    before = len(hartwell.contacts)
    run(connected.firm_id)
    assert len(hartwell.contacts) == before + 1


def test_it_asks_when_the_address_belongs_to_another_name(connected: Cast, run: Drain, hartwell: Firm) -> None:
    before = len(hartwell.contacts)
    matter = cast.open_dana(connected.bob, client=NewClient("Ruth", "Johnson", "the.johnsons@example.com"))
    run(connected.firm_id)
    change = only_change(connected.firm_id, matter)
    assert (change.state, change.problem) == (ChangeState.HELD, "other_person")
    assert "Maria Johnson" in change.problem_text
    assert len(hartwell.contacts) == before
    assert matters_titled(hartwell, TITLE) == []


@pytest.mark.parametrize(("decision", "new_contacts"), [(Decision.LINK, 0), (Decision.APART, 1)])
def test_it_does_what_the_person_decided(
    connected: Cast, run: Drain, hartwell: Firm, decision: Decision, new_contacts: int
) -> None:
    before = len(hartwell.contacts)
    matter = cast.open_dana(connected.bob, client=NewClient("Ruth", "Johnson", "the.johnsons@example.com"))
    run(connected.firm_id)
    click(connected.bob, matter, decision=decision)
    run(connected.firm_id)
    assert len(hartwell.contacts) == before + new_contacts
    assert len(matters_titled(hartwell, TITLE)) == 1


def test_it_adds_the_note_when_the_intake_is_complete(connected: Cast, run: Drain, town: Town, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    town.requests.clear()
    approve_all(connected.ann, matter, required_only=True)
    run(connected.firm_id)
    assert [request.method for request in town.requests] == ["PUT"]
    [contact] = contacts_named(hartwell, "Dana Johnson")
    [note] = [note for note in hartwell.notes.values() if note.notable.id == contact.id]
    assert (note.name or "").startswith("Intake completed: Divorce — Standard (CaseHug ")
    assert "Documents approved: 3 of 7\n  - Photo identification\n  - Marriage certificate" in (note.body or "")
    assert f"http://localhost/matters/{matter.id}/" in (note.body or "")


def test_it_adds_no_second_note_for_the_same_completion(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob)
    approve_all(connected.ann, matter, required_only=True)
    run(connected.firm_id)
    approve_all(connected.ann, matter, required_only=False)
    run(connected.firm_id)
    assert len([n for n in hartwell.notes.values() if (n.name or "").startswith("Intake completed")]) == 1


def test_it_sends_a_matter_that_is_older_than_the_connection_on_a_click(
    people: Cast, http: httpx2.Client, run: Drain, hartwell: Firm
) -> None:
    matter = cast.open_dana(people.bob)
    approve_all(people.ann, matter, required_only=True)
    connect(people.alice, http)
    run(people.firm_id)
    assert matters_titled(hartwell, TITLE) == []
    click(people.bob, matter)
    run(people.firm_id)
    assert len(contacts_named(hartwell, "Dana Johnson")) == len(matters_titled(hartwell, TITLE)) == 1
    assert len([n for n in hartwell.notes.values() if (n.name or "").startswith("Intake completed")]) == 1


def test_it_tells_what_is_approved_so_far_when_a_person_asks(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob)
    with firm_scope(connected.firm_id):
        document = hand_in(connected.bob, matter, key="photo-id")
        approve_document(connected.ann, document=document)
    run(connected.firm_id)
    click(connected.bob, matter)
    run(connected.firm_id)
    [note] = [n for n in hartwell.notes.values() if "Intake in progress" in (n.name or "")]
    assert "Documents approved: 1 of 7" in (note.body or "")


def test_it_sends_nothing_by_itself_when_the_switch_is_off(connected: Cast, run: Drain, town: Town) -> None:
    with firm_scope(connected.firm_id):
        save_switches(connected.alice, on_creation=False, on_approval=False)
    matter = cast.open_dana(connected.bob)
    approve_all(connected.ann, matter, required_only=True)
    run(connected.firm_id)
    assert town.requests == []


def test_it_sends_a_matter_without_a_stage_where_the_firm_has_none_of_that_name(
    people: Cast, http: httpx2.Client, run: Drain, town: Town
) -> None:
    connect(people.charlie, http, slug="nakamura")
    matter = cast.open_dana(people.charlie)
    run(people.other_firm_id)
    [sent] = matters_titled(town.firm("nakamura"), TITLE)
    assert sent.stage_id is None
    with firm_scope(people.other_firm_id):
        notice = Link.objects.get(kind="matter", record_id=matter.id).notice
    assert notice == (
        "Sent without a stage: no pipeline in this Lawmatics account has a stage named"
        " “Family Law Intake” or “New Lead”."
    )


def test_it_says_when_lawmatics_ignores_the_stage(connected: Cast, run: Drain, hartwell: Firm) -> None:
    hartwell.options.stages_move = False
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        notice = Link.objects.get(kind="matter", record_id=matter.id).notice
    assert notice.startswith("Lawmatics did not take the stage “Family Law Intake”.")


def test_it_keeps_the_word_of_the_delivery_on_the_matter(connected: Cast, run: Drain) -> None:
    matter = cast.open_dana(connected.bob)
    assert _delivery_state(connected.bob, matter) == "waiting"
    run(connected.firm_id)
    assert _delivery_state(connected.bob, matter) == "linked"


def test_it_holds_a_matter_without_a_client_for_a_person(connected: Cast, run: Drain, town: Town) -> None:
    matter = cast.open_dana(connected.bob, client=None)
    run(connected.firm_id)
    assert town.requests == []
    click(connected.bob, matter)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).problem == "no_client"
    assert town.requests == []


def test_it_sends_the_other_firm_s_matter_to_no_account_but_its_own(
    connected: Cast, http: httpx2.Client, run: Drain, town: Town
) -> None:
    connect(connected.charlie, http, slug="nakamura")
    cast.open_dana(connected.charlie, title="Osei matter")
    run(connected.other_firm_id)
    assert matters_titled(town.firm("hartwell"), "Osei matter") == []
    assert len(matters_titled(town.firm("nakamura"), "Osei matter")) == 1


def test_it_refuses_to_sync_another_firm_s_matter(connected: Cast) -> None:
    matter = cast.open_dana(connected.bob)
    with firm_scope(connected.other_firm_id), pytest.raises(NotFound):
        request_sync(connected.charlie, matter_id=matter.id)


def test_it_moves_the_matter_to_review_when_the_intake_is_complete(people: Cast) -> None:
    matter = cast.open_dana(people.bob, request_key=uuid4())
    approve_all(people.ann, matter, required_only=True)
    with firm_scope(people.firm_id):
        assert Matter.objects.get(id=matter.id).status == MatterStatus.REVIEW
        assert Document.objects.filter(matter=matter).count() == 3


def _delivery_state(actor: Actor, matter: Matter) -> str:
    with firm_scope(actor.firm_id):
        return Matter.objects.get(id=matter.id).delivery_state
