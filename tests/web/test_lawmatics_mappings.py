"""The mapping pages, as a firm admin uses them."""

from uuid import UUID

import httpx2
import pytest
from django.test import Client
from django.urls import reverse

from casehug.intake.models import Matter
from casehug.intake.services.answers import save_answer
from casehug.sync import choices
from casehug.sync.mapping import Choice
from casehug.sync.models import Attempt, CaseTypeMapping, Change, FieldMapping
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.web.conftest import Drain
from tests.web.walks import question_on, text_of

CASE_TYPES = "/settings/integrations/lawmatics/case-types/"
DIVORCE = f"{CASE_TYPES}divorce-standard/"
FIELDS = "/settings/integrations/lawmatics/fields/"


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


def mapping(people: Cast) -> CaseTypeMapping | None:
    with firm_scope(people.firm_id):
        return CaseTypeMapping.objects.filter(case_type="divorce-standard").first()


def target(hartwell: Firm, name: str) -> str:
    field = hartwell.custom_field_named(name)
    return f"{'contact' if field.type == 'Contact' else 'matter'}|custom:{field.id}"


def test_it_shows_the_default_as_such(alice: Client, connected: Cast) -> None:
    page = text_of(alice.get(CASE_TYPES))
    assert 'Family Law Intake (Intake)<span class="cell-sub">default</span>' in page


def test_it_says_what_is_missing_before_anything_was_read(alice: Client) -> None:
    assert "Not read yet" in text_of(alice.get(CASE_TYPES))


def test_it_saves_a_stage_by_its_name(alice: Client, connected: Cast, hartwell: Firm) -> None:
    answer = alice.post(
        DIVORCE, {"stage": "retained (consultation to hire)", "sub_status": "", "practice_area": "none"}
    )
    kept = mapping(connected)
    assert answer.status_code == 302
    assert kept is not None
    assert (kept.stage_id, kept.sub_status_id, kept.practice_area_id) == (
        str(hartwell.stage_named("Retained").id),
        None,
        "",
    )


def test_it_offers_every_stage_with_its_pipeline(alice: Client, connected: Cast) -> None:
    assert '<option value="Consultation Scheduled (Consultation to Hire)">' in text_of(alice.get(DIVORCE))


def test_it_refuses_a_stage_that_is_not_there(alice: Client, connected: Cast) -> None:
    answer = alice.post(DIVORCE, {"stage": "Family Law Intakr"})
    assert (answer.status_code, mapping(connected)) == (422, None)
    assert "Choose one from the list" in text_of(answer)


def test_it_goes_back_to_the_default(alice: Client, connected: Cast) -> None:
    alice.post(DIVORCE, {"stage": "None"})
    alice.post(f"{DIVORCE}default/")
    assert mapping(connected) is None


def test_it_tells_what_was_deleted_and_saving_sends_what_was_held(
    alice: Client, connected: Cast, hartwell: Firm, run: Drain
) -> None:
    stage = hartwell.stage_named("Retained")
    alice.post(DIVORCE, {"stage": "Retained (Consultation to Hire)"})
    del hartwell.stages[stage.id]
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    told = "The stage “Retained” was deleted in Lawmatics. New matters of this case type are held."
    pages = [CASE_TYPES, DIVORCE, reverse("lawmatics")]
    assert [told in text_of(alice.get(page)) for page in pages] == [True, True, True]
    assert "1 thing" in text_of(alice.get(reverse("integrations")))
    assert "Fix the mapping" in text_of(alice.get(reverse("lawmatics")))
    alice.post(DIVORCE, {"stage": ""})
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        assert Change.objects.get(matter_id=matter.id).state == "delivered"


def test_refresh_is_a_job_and_the_page_waits_for_it(alice: Client, connected: Cast, hartwell: Firm, run: Drain) -> None:
    alice.post(DIVORCE, {"stage": "Retained (Consultation to Hire)"})
    hartwell.stage_named("Retained").name = "Hired"
    alice.post(reverse("refresh_lawmatics_settings"))
    assert 'hx-trigger="every 2s"' in text_of(alice.get(CASE_TYPES))
    run(connected.firm_id)
    page = text_of(alice.get(CASE_TYPES))
    assert 'hx-trigger="every 2s"' not in page
    assert "The stage “Retained” was renamed to “Hired”." in page


def test_it_tells_of_stages_that_lawmatics_did_not_take(alice: Client, connected: Cast, town: Town, run: Drain) -> None:
    town.faults.add(Fault("ignore_stage", path="^/v1/prospects"))
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert "Lawmatics did not take the stage “Family Law Intake”." in text_of(alice.get(CASE_TYPES))


def test_it_maps_a_field_and_removes_it(alice: Client, connected: Cast, hartwell: Firm) -> None:
    answer = alice.post(FIELDS, {"source": "answer:goal", "target": target(hartwell, "Opposing Party"), "rule": "ask"})
    assert answer.status_code == 302
    with firm_scope(connected.firm_id):
        [kept] = FieldMapping.objects.all()
    assert (kept.target_name, kept.target_type, kept.rule) == ("Opposing Party", "string", "ask")
    alice.post(reverse("remove_field_mapping", args=[kept.id]))
    with firm_scope(connected.firm_id):
        assert not FieldMapping.objects.exists()


def test_it_says_why_an_intake_field_does_not_fit(alice: Client, connected: Cast, hartwell: Firm) -> None:
    answer = alice.post(
        FIELDS, {"source": "client.email", "target": target(hartwell, "Children Count"), "rule": "blanks"}
    )
    assert answer.status_code == 422
    assert "This answer does not fit a whole number field." in text_of(answer)


def test_it_offers_no_secret_question_and_no_lookup(alice: Client, connected: Cast) -> None:
    page = text_of(alice.get(FIELDS))
    assert ("answer:goal" in page, "answer:ssn" in page) == (True, False)
    assert "Responsible Attorney (Matter): It points at another record in Lawmatics" in page


def test_the_preview_shows_each_value_as_it_would_be_written(alice: Client, connected: Cast, hartwell: Firm) -> None:
    matter = cast.open_dana(connected.bob)
    with firm_scope(connected.firm_id):
        client = Actor.client(connected.firm_id)
        save_answer(client, matter=matter, question="goal", value="A fair settlement", revision=None)
    for source, name in (("answer:goal", "Opposing Party"), ("matter.state", "County")):
        alice.post(FIELDS, {"source": source, "target": target(hartwell, name), "rule": "blanks"})
    page = text_of(alice.get(FIELDS, {"matter": str(matter.id)}))
    assert "A fair settlement" in page
    assert "has no choice named “Colorado”" in page


def test_the_preview_of_a_foreign_matter_is_not_found(
    charlie: Client, connected: Cast, people: Cast, http: httpx2.Client
) -> None:
    matter = cast.open_dana(connected.bob)
    with firm_scope(people.other_firm_id):
        FieldMapping.objects.create(entity="contact", source="client.email", target="email", rule="ours")
    assert charlie.get(FIELDS, {"matter": str(matter.id)}).status_code == 404


def conflicting(people: Cast, hartwell: Firm, run: Drain) -> tuple[Matter, int]:
    """A matter that is held because the firm typed another value into a field whose rule is to ask."""
    field = hartwell.custom_field_named("Opposing Party")
    with firm_scope(people.firm_id):
        choices.map_field(people.alice, entity="matter", target=f"custom:{field.id}", source="answer:goal", rule="ask")
    matter = cast.open_dana(people.bob)
    _answer(people, matter, "A fair settlement")
    run(people.firm_id)
    [there] = [one for one in hartwell.matters.values() if one.case_title == matter.title]
    there.custom[field.id] = "Typed by the firm"
    _answer(people, matter, "Two homes")
    return matter, field.id


def _answer(people: Cast, matter: Matter, value: str) -> None:
    with firm_scope(people.firm_id):
        save_answer(Actor.client(people.firm_id), matter=matter, question="goal", value=value, revision=None)


@pytest.mark.parametrize(("decision", "expected"), [("ours", "Two homes"), ("keep", "Typed by the firm")])
def test_the_two_buttons_decide_which_value_stays(
    alice: Client, bob: Client, connected: Cast, hartwell: Firm, run: Drain, decision: str, expected: str
) -> None:
    matter, key = conflicting(connected, hartwell, run)
    bob.post(reverse("sync_matter", args=[matter.id]))
    run(connected.firm_id)
    card, inbox = text_of(bob.get(reverse("matter", args=[matter.id]))), text_of(alice.get(reverse("lawmatics")))
    assert ["Keep what Lawmatics has" in page for page in (card, inbox)] == [True, True]
    bob.post(reverse("sync_matter", args=[matter.id]), {"decision": decision, "question": question_on(card)})
    run(connected.firm_id)
    [there] = [one for one in hartwell.matters.values() if one.case_title == matter.title]
    assert there.custom[key] == expected


def test_an_update_is_taken_back_from_the_history(bob: Client, connected: Cast, hartwell: Firm, run: Drain) -> None:
    matter, key = conflicting(connected, hartwell, run)
    with firm_scope(connected.firm_id):
        FieldMapping.objects.update(rule="ours")
    bob.post(reverse("sync_matter", args=[matter.id]))
    run(connected.firm_id)
    assert "Take back" in text_of(bob.get(reverse("matter", args=[matter.id])))
    with firm_scope(connected.firm_id):
        attempt: UUID = Attempt.objects.get(matter_id=matter.id, action="matter.update").id
    bob.post(reverse("undo_update", args=[matter.id, attempt]))
    run(connected.firm_id)
    [there] = [one for one in hartwell.matters.values() if one.case_title == matter.title]
    assert there.custom[key] == "Typed by the firm"
    assert "Take back" not in text_of(bob.get(reverse("matter", args=[matter.id])))


def test_the_choice_is_audited(alice: Client, connected: Cast) -> None:
    from casehug.audit.models import Entry  # noqa: PLC0415 - read by this test only

    with firm_scope(connected.firm_id):
        choices.choose_place(connected.alice, case_type="divorce-standard", choice=Choice(stage_id=""))
        entry = Entry.objects.get(action="mapping.case_type_saved")
    assert (entry.actor_id, entry.details["stage"]) == (connected.alice.user_id, "none")
