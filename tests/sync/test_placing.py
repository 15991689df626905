"""Stage, sub status, case number, and what a quiet sync leaves out."""

from dataclasses import replace

import pytest

from casehug.connections.models import Connection
from casehug.kit.clock import ManualClock
from casehug.sync import reference
from casehug.sync.models import Attempt, CaseTypeMapping, Change, Link
from casehug.sync.outbox import enqueue
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.sync.engine import Drain, attempts, click, matters_titled, only_change

TITLE = "Johnson v. Johnson — Divorce"


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


def test_it_numbers_matters_where_the_firm_wants_it(
    time: ManualClock, connected: Cast, run: Drain, hartwell: Firm
) -> None:
    with firm_scope(connected.firm_id):
        Connection.objects.update(number_matters=True)
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        intended = Attempt.objects.get(matter_id=matter.id, action="matter.create").intended
    (there,) = matters_titled(hartwell, TITLE)
    assert there.case_number == intended["case_number"]
    assert there.case_number.startswith("CH-")
    assert len(there.case_number) == len("CH-") + 16


def test_it_finds_by_its_number_the_one_of_two_alike_matters(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    """Somebody of the firm made a matter of the same title for the same contact while our answer was lost."""
    with firm_scope(connected.firm_id):
        Connection.objects.update(number_matters=True)
    town.faults.add(Fault(kind="drop", method="POST", path="/v1/prospects"))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    (ours,) = matters_titled(hartwell, TITLE)
    number = town.next_id("matter")
    hartwell.matters[number] = replace(ours, id=number, case_number="2026-0001")
    time.advance(1000)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        assert Link.objects.get(kind="matter", record_id=matter.id).lawmatics_id == str(ours.id)


def test_it_sends_no_stage_quietly(time: ManualClock, connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob)
    with firm_scope(connected.firm_id):
        Change.objects.update(quiet=True)
    run(connected.firm_id)
    (there,) = matters_titled(hartwell, TITLE)
    assert there.stage_id is None
    with firm_scope(connected.firm_id):
        assert "quietly" in Link.objects.get(kind="matter", record_id=matter.id).notice


@pytest.mark.parametrize(("first", "second", "quiet"), [(True, True, True), (True, False, False), (False, True, False)])
def test_it_is_quiet_only_while_everybody_wants_it_so(
    connected: Cast, *, first: bool, second: bool, quiet: bool
) -> None:
    matter = cast.open_dana(connected.bob)
    with firm_scope(connected.firm_id):
        Change.objects.all().update(quiet=first)
        enqueue(firm_id=connected.firm_id, matter_id=matter.id, reason="bulk", asked_by=None, quiet=second)
    assert only_change(connected.firm_id, matter).quiet is quiet


def test_it_keeps_the_update_of_a_matter_that_was_sent_quietly_out_of_any_stage(
    time: ManualClock, connected: Cast, run: Drain, hartwell: Firm
) -> None:
    matter = cast.open_dana(connected.bob)
    with firm_scope(connected.firm_id):
        Change.objects.update(quiet=True)
    run(connected.firm_id)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert matters_titled(hartwell, TITLE)[0].stage_id is None
    assert ("unchanged", "done") in attempts(connected.firm_id, matter)


def test_it_sets_the_sub_status_when_the_stage_does_not_take(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    label = next(iter(hartwell.sub_statuses.values()))
    with firm_scope(connected.firm_id):
        CaseTypeMapping.objects.create(case_type="divorce-standard", sub_status_id=str(label.id))
    town.faults.add(Fault(kind="ignore_stage", method="POST", path="/v1/prospects"))
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    (there,) = matters_titled(hartwell, TITLE)
    assert (there.stage_id, there.sub_status_id) == (None, label.id)


def test_it_labels_a_matter_by_the_name_of_the_stage_that_did_not_take(
    time: ManualClock, connected: Cast, run: Drain, town: Town, hartwell: Firm
) -> None:
    label = next(iter(hartwell.sub_statuses.values()))
    label.name = "Family Law Intake"
    with firm_scope(connected.firm_id):
        reference.forget()
    town.faults.add(Fault(kind="ignore_stage", method="POST", path="/v1/prospects"))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert matters_titled(hartwell, TITLE)[0].sub_status_id == label.id
    with firm_scope(connected.firm_id):
        assert "the sub status “Family Law Intake” was set instead" in Link.objects.get(record_id=matter.id).notice
    town.requests.clear()
    click(connected.bob, matter)
    run(connected.firm_id)
    assert not town.requests, "the label is set once"
