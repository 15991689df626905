"""The firm's mappings at work: case types in their place, answers in custom fields, and what the firm types stays."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from casehug.intake.errors import BadInput, NotAllowed
from casehug.intake.models import Matter
from casehug.intake.services.answers import save_answer
from casehug.sync import choices, outbox, reference
from casehug.sync.mapping import Choice
from casehug.sync.models import Attempt, CaseTypeMapping, Change, ChangeState, Decision
from casehug.sync.queries import card_of
from casehug.sync.tasks import read_settings
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.records import Matter as RemoteMatter
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.sync.engine import Drain, attempts, click, matters_titled, only_change

TITLE = "Johnson v. Johnson — Divorce"


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


def choose(actor: Actor, **chosen: str | None) -> None:
    with firm_scope(actor.firm_id):
        choices.choose_place(actor, case_type="divorce-standard", choice=Choice(**chosen))


def fill(actor: Actor, hartwell: Firm, name: str, source: str, *, rule: str = "blanks") -> str:
    """Map an intake field to the custom field of this name; answers its id."""
    field = hartwell.custom_field_named(name)
    entity = {"Contact": "contact", "Prospect": "matter"}[field.type]
    with firm_scope(actor.firm_id):
        choices.map_field(actor, entity=entity, target=f"custom:{field.id}", source=source, rule=rule)
    return str(field.id)


def answer(actor: Actor, matter: Matter, question: str, value: Any) -> None:
    with firm_scope(actor.firm_id):
        save_answer(Actor.client(actor.firm_id), matter=matter, question=question, value=value, revision=None)


def dana(people: Cast, **answers: Any) -> Matter:
    matter = cast.open_dana(people.bob)
    for question, value in answers.items():
        answer(people.bob, matter, question.replace("_", "-"), value)
    return matter


def remote(hartwell: Firm) -> RemoteMatter:
    [matter] = matters_titled(hartwell, TITLE)
    return matter


def held(people: Cast, matter: Matter) -> Change:
    change = only_change(people.firm_id, matter, latest=True)
    assert change.state == ChangeState.HELD
    return change


# Case types


def test_a_new_matter_enters_the_chosen_stage(connected: Cast, run: Drain, hartwell: Firm) -> None:
    stage = hartwell.stage_named("Consultation Scheduled")
    choose(connected.alice, stage_id=str(stage.id))
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert remote(hartwell).stage_id == stage.id


def test_none_sends_no_stage(connected: Cast, run: Drain, hartwell: Firm) -> None:
    choose(connected.alice, stage_id="", practice_area_id="")
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert (remote(hartwell).stage_id, remote(hartwell).practice_area_id) == (None, None)


def test_a_sub_status_is_sent_beside_the_stage(connected: Cast, run: Drain, hartwell: Firm) -> None:
    label = next(one for one in hartwell.sub_statuses.values() if one.name == "Awaiting Documents")
    choose(connected.alice, sub_status_id=str(label.id))
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert remote(hartwell).sub_status_id == label.id


def test_only_admins_choose(connected: Cast, hartwell: Firm) -> None:
    with pytest.raises(NotAllowed), firm_scope(connected.firm_id):
        choices.choose_place(connected.bob, case_type="divorce-standard", choice=Choice(stage_id=""))


def test_a_stage_of_another_account_is_refused(connected: Cast, town: Town) -> None:
    foreign = next(iter(town.firm("nakamura").stages))
    with pytest.raises(BadInput, match="from the list"):
        choose(connected.alice, stage_id=str(foreign))


def test_back_to_the_default_forgets_the_choice(connected: Cast) -> None:
    choose(connected.alice, stage_id="")
    with firm_scope(connected.firm_id):
        choices.default_place(connected.alice, case_type="divorce-standard")
        assert not CaseTypeMapping.objects.exists()


def test_a_deleted_stage_holds_matters_of_its_case_type_only(connected: Cast, run: Drain, hartwell: Firm) -> None:
    stage = hartwell.stage_named("Consultation Scheduled")
    choose(connected.alice, stage_id=str(stage.id))
    del hartwell.stages[stage.id]
    matter = cast.open_dana(connected.bob)
    other = cast.open_dana(connected.bob, title="Johnson — Custody", case_type="custody-only", client=matter.client)
    run(connected.firm_id)
    change = held(connected, matter)
    assert (change.problem, "“Consultation Scheduled” was deleted" in change.problem_text) == ("drift", True)
    assert only_change(connected.firm_id, other).state == ChangeState.DELIVERED


def test_choosing_again_sends_what_was_held(connected: Cast, run: Drain, hartwell: Firm) -> None:
    stage = hartwell.stage_named("Consultation Scheduled")
    choose(connected.alice, stage_id=str(stage.id))
    del hartwell.stages[stage.id]
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    held(connected, matter)
    choose(connected.alice, stage_id=str(hartwell.stage_named("Retained").id))
    run(connected.firm_id)
    assert remote(hartwell).stage_id == hartwell.stage_named("Retained").id


def test_an_ignored_stage_becomes_a_sub_status_and_the_card_says_so(
    connected: Cast, run: Drain, hartwell: Firm, town: Town
) -> None:
    label = next(one for one in hartwell.sub_statuses.values() if one.name == "Intake in Progress")
    label.name = "Family Law Intake"
    with firm_scope(connected.firm_id):
        choices.refresh_settings(connected.alice)
    run(connected.firm_id)
    town.faults.add(Fault("ignore_stage", path="^/v1/prospects"))
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        notices = card_of(connected.bob, matter.id).notices
    assert remote(hartwell).sub_status_id == label.id
    assert notices == [
        "Lawmatics did not take the stage “Family Law Intake”, so the sub status “Family Law Intake” was set instead."
    ]


def test_refresh_reads_the_settings_again_within_the_lane(connected: Cast, run: Drain, town: Town) -> None:
    with firm_scope(connected.firm_id):
        choices.refresh_settings(connected.alice)
        assert reference.age() == (None, True)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        assert reference.age()[1] is False
    assert {request.path for request in town.requests} >= {"/v1/stages", "/v1/custom_fields"}


def test_every_night_the_settings_are_read_again(
    connected: Cast, run: Drain, town: Town, sync_process: ThreadPoolExecutor
) -> None:
    sync_process.submit(read_settings, 0).result()
    run(connected.firm_id)
    assert "/v1/stages" in {request.path for request in town.requests}


# Fields


def test_an_answer_is_written_once_and_costs_nothing_afterwards(
    connected: Cast, run: Drain, hartwell: Firm, town: Town
) -> None:
    party = fill(connected.alice, hartwell, "Opposing Party", "answer:goal")
    matter = dana(connected, goal="A fair settlement")
    run(connected.firm_id)
    assert remote(hartwell).custom[int(party)] == "A fair settlement"
    town.requests.clear()
    click(connected.bob, matter)
    run(connected.firm_id)
    assert town.requests == []


@pytest.mark.parametrize(
    ("rule", "expected"), [("blanks", "Typed by the firm"), ("ours", "Two homes"), ("ask", "Typed by the firm")]
)
def test_the_rule_decides_about_what_the_firm_typed(
    connected: Cast, run: Drain, hartwell: Firm, rule: str, expected: str
) -> None:
    key = fill(connected.alice, hartwell, "Opposing Party", "answer:goal", rule=rule)
    matter = dana(connected, goal="A fair settlement")
    run(connected.firm_id)
    remote(hartwell).custom[int(key)] = "Typed by the firm"
    answer(connected.bob, matter, "goal", "Two homes")
    click(connected.bob, matter)
    run(connected.firm_id)
    assert remote(hartwell).custom[int(key)] == expected


@pytest.mark.parametrize(("decision", "expected"), [(Decision.OURS, "Two homes"), (Decision.KEEP, "Typed by the firm")])
def test_a_person_decides_and_is_asked_once(
    connected: Cast, run: Drain, hartwell: Firm, decision: Decision, expected: str
) -> None:
    key = fill(connected.alice, hartwell, "Opposing Party", "answer:goal", rule="ask")
    matter = dana(connected, goal="A fair settlement")
    run(connected.firm_id)
    remote(hartwell).custom[int(key)] = "Typed by the firm"
    answer(connected.bob, matter, "goal", "Two homes")
    click(connected.bob, matter)
    run(connected.firm_id)
    change = held(connected, matter)
    assert ("“Typed by the firm”" in change.problem_text, "“Two homes”" in change.problem_text) == (True, True)
    click(connected.bob, matter, decision)
    run(connected.firm_id)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter, latest=True).state == ChangeState.DELIVERED
    assert remote(hartwell).custom[int(key)] == expected


def test_a_rule_alone_makes_the_intake_win_over_the_firm_s_phone_number(
    connected: Cast, run: Drain, hartwell: Firm
) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    contact = hartwell.contacts[remote(hartwell).contact_id]
    contact.phone = "(212) 555-0000"
    with firm_scope(connected.firm_id):
        choices.map_field(connected.alice, entity="contact", target="phone", source="client.phone", rule="ours")
    click(connected.bob, matter)
    run(connected.firm_id)
    assert contact.phone == "+13035550134"


def test_a_secret_question_cannot_be_mapped(connected: Cast, hartwell: Firm) -> None:
    with pytest.raises(BadInput, match="intake field"):
        fill(connected.alice, hartwell, "Opposing Party", "answer:ssn")


def test_a_lookup_field_cannot_be_filled(connected: Cast, hartwell: Firm) -> None:
    with pytest.raises(BadInput, match="another record"):
        fill(connected.alice, hartwell, "Responsible Attorney", "client.first_name")


def test_an_answer_without_a_choice_is_told_and_the_rest_goes(connected: Cast, run: Drain, hartwell: Firm) -> None:
    fill(connected.alice, hartwell, "County", "matter.state")
    party = fill(connected.alice, hartwell, "Opposing Party", "answer:goal")
    matter = dana(connected, goal="A fair settlement")
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        unsent = card_of(connected.bob, matter.id).unsent
    assert set(remote(hartwell).custom) == {int(party)}
    assert unsent == ["“County” is not sent. The Lawmatics field “County” has no choice named “Colorado”."]


def test_a_field_deleted_meanwhile_is_noticed_on_the_refusal_and_the_rest_goes(
    connected: Cast, run: Drain, hartwell: Firm
) -> None:
    fill(connected.alice, hartwell, "Opposing Party", "answer:goal")
    del hartwell.custom_fields[hartwell.custom_field_named("Opposing Party").id]
    matter = dana(connected, goal="A fair settlement")
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter).state == ChangeState.DELIVERED
    with firm_scope(connected.firm_id):
        told = Attempt.objects.get(matter_id=matter.id, action="matter.create", state="failed").text
    assert "The field “Opposing Party” was deleted in Lawmatics." in told


def test_a_refused_field_is_named(connected: Cast, run: Drain, hartwell: Firm, town: Town) -> None:
    key = fill(connected.alice, hartwell, "Opposing Party", "answer:goal")
    matter = dana(connected, goal="A fair settlement")
    town.faults.add(Fault("invalid_field", field=f"custom_field_{key}", times=2))
    run(connected.firm_id)
    assert "the field “Opposing Party” is invalid" in held(connected, matter).problem_text


# Taking back


def updated(people: Cast, run: Drain, hartwell: Firm) -> tuple[Matter, Attempt, int]:
    """A matter whose answer was written over what the firm had typed."""
    key = int(fill(people.alice, hartwell, "Opposing Party", "answer:goal", rule="ours"))
    matter = dana(people, goal="A fair settlement")
    run(people.firm_id)
    remote(hartwell).custom[key] = "Typed by the firm"
    answer(people.bob, matter, "goal", "Two homes")
    click(people.bob, matter)
    run(people.firm_id)
    assert remote(hartwell).custom[key] == "Two homes"
    with firm_scope(people.firm_id):
        return matter, Attempt.objects.get(matter_id=matter.id, action="matter.update"), key


def undo(actor: Actor, matter: Matter, attempt: Attempt) -> None:
    with firm_scope(actor.firm_id):
        outbox.request_undo(actor, matter_id=matter.id, attempt_id=attempt.id)


def test_an_update_is_taken_back_and_not_made_again(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter, attempt, key = updated(connected, run, hartwell)
    undo(connected.bob, matter, attempt)
    run(connected.firm_id)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert remote(hartwell).custom[key] == "Typed by the firm"
    assert ("matter.undo", "done") in attempts(connected.firm_id, matter)


def test_an_update_edited_since_is_left_alone(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter, attempt, key = updated(connected, run, hartwell)
    remote(hartwell).custom[key] = "Edited since"
    undo(connected.bob, matter, attempt)
    run(connected.firm_id)
    assert held(connected, matter).problem == "edited_since"
    assert remote(hartwell).custom[key] == "Edited since"


def test_an_update_is_taken_back_once(connected: Cast, run: Drain, hartwell: Firm) -> None:
    matter, attempt, _ = updated(connected, run, hartwell)
    undo(connected.bob, matter, attempt)
    run(connected.firm_id)
    with pytest.raises(NotAllowed):
        undo(connected.bob, matter, attempt)


def test_a_line_that_is_no_update_cannot_be_taken_back(connected: Cast, run: Drain) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        created = Attempt.objects.get(matter_id=matter.id, action="matter.create")
    with pytest.raises(NotAllowed):
        undo(connected.bob, matter, created)
