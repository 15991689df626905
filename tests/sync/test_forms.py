"""Forms: submitted once by completion, by hand once for each asking, refused where they cannot go."""

import json
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from django.db import connection

from casehug.connections.models import Connection
from casehug.intake.errors import BadInput, NotAllowed
from casehug.intake.models import Matter
from casehug.kit.clock import ManualClock
from casehug.sync import form_choices
from casehug.sync.models import Attempt, Change, ChangeState, FormMapping, RecordKind
from casehug.sync.outbox import enqueue
from casehug.sync.rehearsal import rehearse
from casehug.tenancy.scope import firm_scope
from sandbox import records
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.documents import approve_all
from tests.sync.engine import Drain, click, only_change
from tests.sync.forms_and_files import PERSON, answers_in, entries_of, form_named, links, map_form, read_forms, submit


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


@pytest.fixture
def intake(hartwell: Firm) -> records.Form:
    return form_named(hartwell, "Intake questionnaire")


@pytest.fixture
def matter(time: ManualClock, connected: Cast, run: Drain) -> Matter:
    """Dana's divorce, in Lawmatics, and the firm's forms read."""
    read_forms(connected, run)
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    return matter


def complete(people: Cast, matter: Matter, run: Drain) -> None:
    approve_all(people.ann, matter, required_only=True)
    run(people.firm_id)


def asked_by_hand(people: Cast, matter: Matter, mapping: FormMapping, run: Drain, number: int = 1) -> None:
    submit(people.bob, matter, mapping, number=number)
    run(people.firm_id)


# --- by completion ----------------------------------------------------------------------------------------------------


def test_it_submits_a_form_once_when_the_intake_is_complete(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    map_form(connected, intake, on_completion=True)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert entries_of(hartwell, intake) == [], "not before"
    complete(connected, matter, run)
    for _ in range(2):
        click(connected.bob, matter)
        run(connected.firm_id)
    (entry,) = entries_of(hartwell, intake)
    dana = {"First name": "Dana", "Last name": "Johnson", "E-mail": "dana@example.com", "Phone": "+13035550134"}
    assert answers_in(entry) == dana
    (link,) = links(connected.firm_id, RecordKind.FORM)
    assert link.lawmatics_id == str(entry.contactable.id)


def test_the_matter_that_a_form_makes_is_told_and_not_taken_for_ours(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    (before,) = links(connected.firm_id, RecordKind.MATTER)
    map_form(connected, intake, on_completion=True)
    complete(connected, matter, run)
    (entry,) = entries_of(hartwell, intake)
    (after,) = links(connected.firm_id, RecordKind.MATTER)
    with firm_scope(connected.firm_id):
        told = Attempt.objects.get(action="form.submit").text
    assert after.lawmatics_id == before.lawmatics_id != str(entry.contactable.id)
    assert f"made the matter {entry.contactable.id}" in told


def test_it_does_not_submit_for_an_intake_that_was_complete_before_the_firm_chose_so(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    complete(connected, matter, run)
    time.advance(1)
    map_form(connected, intake, on_completion=True)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert entries_of(hartwell, intake) == []


def test_it_submits_by_completion_although_nothing_else_goes_by_itself(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    with firm_scope(connected.firm_id):
        Connection.objects.update(sync_on_creation=False, sync_on_approval=False)
    map_form(connected, intake, on_completion=True)
    complete(connected, matter, run)
    assert len(entries_of(hartwell, intake)) == 1


def test_it_submits_nothing_quietly(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    map_form(connected, intake, on_completion=True)
    approve_all(connected.ann, matter, required_only=True)
    with firm_scope(connected.firm_id):
        Change.objects.filter(matter_id=matter.id, state="waiting").update(quiet=True)
    run(connected.firm_id)
    assert entries_of(hartwell, intake) == []


def test_the_mapping_of_the_case_type_goes_before_the_one_for_all(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    map_form(connected, intake, on_completion=True)
    map_form(connected, intake, {**PERSON, "City": "matter.title"}, case_type="divorce-standard", on_completion=True)
    map_form(connected, form_named(hartwell, "Stay in touch"), dict(list(PERSON.items())[:3]), case_type="immigration",
             on_completion=True)  # fmt: skip
    complete(connected, matter, run)
    assert [answers_in(entry)["City"] for entry in entries_of(hartwell, intake)] == [matter.title]
    assert len(links(connected.firm_id, RecordKind.FORM)) == 1


def test_a_form_carries_only_what_its_own_client_gave(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    map_form(connected, intake, on_completion=True)
    erin = cast.NewClient(first_name="Erin", last_name="Olsen", email="erin@example.com", phone="(303) 555-0177")
    other = cast.open_dana(connected.bob, title="Olsen", client=erin)
    complete(connected, other, run)
    complete(connected, matter, run)
    told = [set(answers_in(entry).values()) for entry in entries_of(hartwell, intake)]
    assert told == [
        {"Erin", "Olsen", "erin@example.com", "+13035550177"},
        {"Dana", "Johnson", "dana@example.com", "+13035550134"},
    ]


def test_the_preview_of_a_sync_shows_what_the_form_would_carry(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    map_form(connected, intake, on_completion=True)
    approve_all(connected.ann, matter, required_only=True)
    told = [step for step in rehearse(connected.firm_id, matter.id) if step.request.endswith("/submit")]
    assert [sorted(json.loads(step.body or b"").values()) for step in told] == [
        ["+13035550134", "Dana", "Johnson", "dana@example.com"]
    ]
    assert entries_of(hartwell, intake) == []


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_it_submits_by_hand_once_for_each_time_that_somebody_asks(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    mapping = map_form(connected, intake)
    asked_by_hand(connected, matter, mapping, run)
    with pytest.raises(NotAllowed):
        submit(connected.bob, matter, mapping)
    asked_by_hand(connected, matter, mapping, run, number=2)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == len(links(connected.firm_id, RecordKind.FORM)) == 2


def test_two_presses_are_one_submission(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    mapping = map_form(connected, intake)
    submit(connected.bob, matter, mapping)
    with pytest.raises(NotAllowed, match="on its way"):
        submit(connected.alice, matter, mapping)
    run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == 1


@pytest.mark.parametrize("guarded", [True, False])
def test_what_two_people_ask_for_at_the_same_moment_is_kept_only_by_taking_turns(
    connected: Cast, matter: Matter, hartwell: Firm, intake: records.Form, database: TestDatabase, guarded: bool
) -> None:
    """The twin reads what is asked for before the first one has committed, as it would without the lock."""
    touch = form_named(hartwell, "Stay in touch")
    first, second = map_form(connected, intake), map_form(connected, touch, dict(list(PERSON.items())[:3]))
    with ThreadPoolExecutor(1) as pool:
        with firm_scope(connected.firm_id):
            form_choices.request_form(connected.bob, matter_id=matter.id, form_id=first.form_id, number=1)
            other = pool.submit(ask_too, connected, matter, second, guarded=guarded)
            wait_for_a_lock(database)
        other.result()
    kept = only_change(connected.firm_id, matter, latest=True).forms
    assert len(kept) == (2 if guarded else 1)


def ask_too(people: Cast, matter: Matter, mapping: FormMapping, *, guarded: bool) -> None:
    try:
        with firm_scope(people.firm_id):
            if guarded:
                form_choices.request_form(people.alice, matter_id=matter.id, form_id=mapping.form_id, number=1)
            else:
                asked = [form_choices.wish(mapping.form_id, 1)]
                enqueue(firm_id=people.firm_id, matter_id=matter.id, reason="form", asked_by=None, forms=asked)
    finally:
        connection.close()


def wait_for_a_lock(database: TestDatabase) -> None:
    """Until somebody waits for what this transaction holds."""
    with database.connect("admin") as admin:
        for _ in range(100):
            waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            if admin.execute(waiting).fetchone():
                return
            sleep(0.05)
    raise AssertionError("nobody waits")


def test_what_two_people_ask_for_is_both_done(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    touch = form_named(hartwell, "Stay in touch")
    first, second = map_form(connected, intake), map_form(connected, touch, dict(list(PERSON.items())[:3]))
    submit(connected.bob, matter, first)
    submit(connected.alice, matter, second)
    run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == 1
    assert {link.sent["form_name"] for link in links(connected.firm_id, RecordKind.FORM)} == {intake.name, touch.name}


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "block"), [("Retainer payment", "a payment block"), ("Family members", "a relationship block")]
)
def test_a_form_with_other_blocks_is_refused_by_name(
    connected: Cast, matter: Matter, hartwell: Firm, name: str, block: str
) -> None:
    with pytest.raises(BadInput) as refused:
        map_form(connected, form_named(hartwell, name), {})
    assert block in refused.value.sentence


def test_a_form_that_got_such_a_block_since_is_held_and_not_sent(
    connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, intake: records.Form
) -> None:
    mapping = map_form(connected, intake)
    intake.rows.append({"components": [{"id": "x", "component_type": "payment_gateway", "label": "Card"}]})
    asked_by_hand(connected, matter, mapping, run)
    change = only_change(connected.firm_id, matter, latest=True)
    assert (change.state, change.problem) == (ChangeState.HELD, "form_changed")
    assert "a payment block" in change.problem_text
    assert not [one for one in town.requests if one.path.endswith("/submit")]


def test_a_form_that_lacks_a_required_answer_is_held_and_goes_when_it_is_there(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    mapping = map_form(connected, intake, {"First name": "client.first_name"})
    asked_by_hand(connected, matter, mapping, run)
    change = only_change(connected.firm_id, matter, latest=True)
    assert (change.problem, entries_of(hartwell, intake)) == ("form_changed", [])
    assert "“Last name”, “E-mail”" in change.problem_text
    map_form(connected, intake)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == 1


def test_a_deleted_form_is_named(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    mapping = map_form(connected, intake)
    del hartwell.forms[intake.id]
    asked_by_hand(connected, matter, mapping, run)
    assert "“Intake questionnaire” was deleted" in only_change(connected.firm_id, matter, latest=True).problem_text


def test_only_an_admin_chooses_what_forms_are_filled_with(connected: Cast, matter: Matter) -> None:
    with firm_scope(connected.firm_id), pytest.raises(NotAllowed):
        form_choices.map_form(connected.bob, form_id="x", case_type="", answers={}, on_completion=False)


def test_it_reads_the_forms_with_one_request_and_keeps_what_is_there_when_that_fails(
    connected: Cast, matter: Matter, run: Drain, town: Town
) -> None:
    asked = [one for one in town.requests if one.path.startswith("/v1/forms")]
    assert len(asked) == 1
    town.faults.add(Fault(kind="status", method="GET", path="^/v1/forms$", status=403))
    read_forms(connected, run)
    with firm_scope(connected.firm_id):
        assert len(form_choices.kept_forms(form_choices._account_id())) == 4


def test_an_automatic_reason_keeps_what_a_person_asked_for(
    connected: Cast, matter: Matter, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    submit(connected.bob, matter, map_form(connected, intake))
    with firm_scope(connected.firm_id):
        enqueue(firm_id=connected.firm_id, matter_id=matter.id, reason="auto", asked_by=None)
    run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == 1
