"""Forms whose answer was lost: looked for among the form's entries, adopted, and never submitted again on a guess."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from casehug.connections.client import use_http
from casehug.intake.errors import NotAllowed
from casehug.intake.models import Matter
from casehug.kit.clock import ManualClock
from casehug.kit.outgoing import build_client
from casehug.sync import lanes
from casehug.sync.drain import drain
from casehug.sync.lookup import QUARANTINE
from casehug.sync.models import Attempt, ChangeState, RecordKind
from casehug.tenancy.scope import firm_scope
from sandbox import records
from sandbox.app import create_app
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.documents import approve_all
from tests.sync.engine import Drain, attempts, click, only_change
from tests.sync.forms_and_files import PERSON, entries_of, form_named, links, map_form, read_forms, submit
from tests.sync.test_dead_worker import DeadlyTransport, Killed
from tests.sync.test_forms import asked_by_hand, complete

SUBMIT = r"^/v1/forms/[^/]+/submit$"
PAST_QUARANTINE = QUARANTINE.total_seconds() + 1
LOST_AFTER_COMMIT = ["drop", "cut", "status_after_commit"]


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


@pytest.mark.parametrize("kind", LOST_AFTER_COMMIT)
def test_it_adopts_what_was_submitted_although_the_reply_was_lost(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, intake: records.Form,
    kind: str,
) -> None:  # fmt: skip
    mapping = map_form(connected, intake)
    town.faults.add(Fault(kind=kind, method="POST", path=SUBMIT))  # type: ignore[arg-type]
    asked_by_hand(connected, matter, mapping, run)
    time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    (entry,) = entries_of(hartwell, intake)
    (link,) = links(connected.firm_id, RecordKind.FORM)
    assert (link.lawmatics_id, link.adopted) == (str(entry.contactable.id), True)
    assert only_change(connected.firm_id, matter, latest=True).state == ChangeState.DELIVERED


@pytest.mark.parametrize("kind", ["drop_before", "status"])
def test_it_submits_again_only_after_two_looks_found_nothing(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, intake: records.Form,
    kind: str,
) -> None:  # fmt: skip
    mapping = map_form(connected, intake)
    town.faults.add(Fault(kind=kind, method="POST", path=SUBMIT))  # type: ignore[arg-type]
    asked_by_hand(connected, matter, mapping, run)
    time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    assert entries_of(hartwell, intake) == []
    with pytest.raises(NotAllowed, match="nothing is submitted twice"):
        submit(connected.bob, matter, map_form(connected, intake, case_type="divorce-standard"))
    time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == 1


def test_it_does_not_take_another_matters_submission_for_the_lost_one(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, intake: records.Form
) -> None:
    """The twin: the same client's other matter has submitted the same values a moment ago."""
    mapping = map_form(connected, intake)
    other = cast.open_dana(connected.bob, title="Johnson — Custody", client=None)
    with firm_scope(connected.firm_id):
        Matter.objects.filter(id=other.id).update(client_id=matter.client_id)
    asked_by_hand(connected, other, mapping, run)
    town.faults.add(Fault(kind="drop_before", method="POST", path=SUBMIT))
    asked_by_hand(connected, matter, mapping, run)
    for _ in range(2):
        time.advance(PAST_QUARANTINE)
        run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == len(links(connected.firm_id, RecordKind.FORM)) == 2


def test_a_second_submission_is_not_found_in_the_first_one(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm
) -> None:
    """A contact's form makes the same contact each time: only the moment tells one submission from the other."""
    touch = form_named(hartwell, "Stay in touch")
    mapping = map_form(connected, touch, dict(list(PERSON.items())[:3]))
    asked_by_hand(connected, matter, mapping, run)
    time.advance(2)
    town.faults.add(Fault(kind="drop_before", method="POST", path=SUBMIT))
    asked_by_hand(connected, matter, mapping, run, number=2)
    for _ in range(2):
        time.advance(PAST_QUARANTINE)
        run(connected.firm_id)
    entries = [entry for entry in hartwell.form_entries.values() if entry.form_id == touch.id]
    assert len(entries) == len(links(connected.firm_id, RecordKind.FORM)) == 2


def test_what_lawmatics_does_not_show_is_never_submitted_on_a_guess(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, intake: records.Form
) -> None:
    mapping = map_form(connected, intake, on_completion=True)
    town.faults.add(Fault(kind="drop", method="POST", path=SUBMIT))
    complete(connected, matter, run)
    (entry,) = entries_of(hartwell, intake)
    entry.body = []
    for _ in range(2):
        time.advance(PAST_QUARANTINE)
        run(connected.firm_id)
    change = only_change(connected.firm_id, matter, latest=True)
    assert (change.state, change.problem) == (ChangeState.HELD, "form_unknown")
    click(connected.bob, matter)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter, latest=True).state == ChangeState.DELIVERED
    assert len(entries_of(hartwell, intake)) == 1, "not by itself"
    asked_by_hand(connected, matter, mapping, run, number=2)
    assert len(entries_of(hartwell, intake)) == 2, "but by hand"


def test_an_entry_that_fits_in_part_is_for_a_person_to_judge(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, intake: records.Form
) -> None:
    mapping = map_form(connected, intake)
    town.faults.add(Fault(kind="drop", method="POST", path=SUBMIT))
    asked_by_hand(connected, matter, mapping, run)
    (entry,) = entries_of(hartwell, intake)
    next(answer for answer in entry.body if answer["label"] == "Last name")["value"] = "JOHNSON-SMITH"
    for _ in range(3):
        time.advance(PAST_QUARANTINE)
        run(connected.firm_id)
    assert only_change(connected.firm_id, matter, latest=True).problem == "form_unknown"


def kill_after_submitting(town: Town, form: records.Form, process: ThreadPoolExecutor, people: Cast) -> None:
    deadly = build_client(DeadlyTransport(create_app(town), f"/v1/forms/{form.uuid}/submit"))
    use_http(lambda: deadly)
    with pytest.raises(Killed):
        process.submit(drain, people.firm_id).result()


def test_it_adopts_what_a_dead_worker_submitted(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, intake: records.Form,
    sync_process: ThreadPoolExecutor,
) -> None:  # fmt: skip
    map_form(connected, intake, on_completion=True)
    approve_all(connected.ann, matter, required_only=True)
    kill_after_submitting(town, intake, sync_process, connected)
    assert ("form.submit", "sending") in attempts(connected.firm_id, matter)
    time.advance(lanes.LEASE.total_seconds() + 1)
    run(connected.firm_id)
    time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == 1
    assert ("form.submit", "adopted") in attempts(connected.firm_id, matter)


def test_it_would_submit_twice_without_the_look(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, intake: records.Form,
    sync_process: ThreadPoolExecutor,
) -> None:  # fmt: skip
    """The control: forget that the write was under way, and the next worker submits it again."""
    map_form(connected, intake, on_completion=True)
    approve_all(connected.ann, matter, required_only=True)
    kill_after_submitting(town, intake, sync_process, connected)
    sync_process.submit(forget_attempts, connected).result()
    time.advance(lanes.LEASE.total_seconds() + 1)
    run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == 2


def forget_attempts(people: Cast) -> None:
    with firm_scope(people.firm_id):
        Attempt.objects.filter(state="sending").update(state="failed")


def test_it_waits_after_a_429_and_submits_once(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, intake: records.Form
) -> None:
    mapping = map_form(connected, intake)
    town.faults.add(Fault(kind="status", method="POST", path=SUBMIT, status=429, retry_after="60"))
    asked_by_hand(connected, matter, mapping, run)
    assert entries_of(hartwell, intake) == []
    time.advance(61)
    run(connected.firm_id)
    assert len(entries_of(hartwell, intake)) == 1
