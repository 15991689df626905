"""Lawmatics forms: choosing what fills them, submitting one for a matter, and filed documents on the matter's page."""

import pytest
from django.test import Client
from django.urls import reverse

from casehug.connections.models import Connection
from casehug.intake.models import Matter
from casehug.sync.models import FormMapping
from casehug.tenancy.scope import firm_scope
from sandbox import records
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.sync.forms_and_files import entries_of, form_named, give, map_form, switch_filing
from tests.web.conftest import Drain
from tests.web.walks import messages_of, text_of

FORMS = "/settings/integrations/lawmatics/forms/"


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


@pytest.fixture
def intake(hartwell: Firm) -> records.Form:
    return form_named(hartwell, "Intake questionnaire")


@pytest.fixture
def read(alice: Client, connected: Cast, run: Drain) -> Cast:
    alice.post(reverse("refresh_lawmatics_forms"))
    run(connected.firm_id)
    return connected


def page_of(form: records.Form, case_type: str = "") -> str:
    address = reverse("lawmatics_form", args=[form.uuid])
    return f"{address}?case_type={case_type}" if case_type else address


CHOSEN = {
    "component-0": "client.first_name",
    "component-1": "client.last_name",
    "component-2": "client.email",
    "on_completion": "on",
}


def the_mapping(people: Cast) -> FormMapping:
    with firm_scope(people.firm_id):
        return FormMapping.objects.get()


def test_the_list_is_read_by_a_job_and_names_what_is_refused(
    alice: Client, connected: Cast, town: Town, run: Drain
) -> None:
    assert "Not read yet" in text_of(alice.get(FORMS))
    town.requests.clear()
    alice.post(reverse("refresh_lawmatics_forms"))
    assert "is reading your forms" in text_of(alice.get(FORMS))
    assert not town.requests, "no page asks Lawmatics"
    run(connected.firm_id)
    page = text_of(alice.get(FORMS))
    assert "Intake questionnaire" in page
    assert "“Retainer payment” has a payment block (“Card”)" in page
    assert "“Family members” has a relationship block (“Spouse”)" in page


def test_refreshing_needs_a_connection(alice: Client) -> None:
    alice.post(reverse("refresh_lawmatics_forms"))
    assert "Lawmatics is not connected" in messages_of(alice)


def test_a_form_is_filled_with_intake_fields(alice: Client, read: Cast, intake: records.Form) -> None:
    page = text_of(alice.get(page_of(intake)))
    assert "Required by the form in Lawmatics." in page
    assert "“Referred By”" in page, "a lookup is left empty, and the page says so"
    alice.post(page_of(intake), CHOSEN)
    mapping = the_mapping(read)
    assert (mapping.form_id, mapping.case_type, mapping.on_completion) == (intake.uuid, "", True)
    assert sorted(mapping.answers.values()) == ["client.email", "client.first_name", "client.last_name"]
    assert "All case types: when the intake is complete" in text_of(alice.get(FORMS))


def test_what_a_form_requires_must_be_filled(alice: Client, read: Cast, intake: records.Form) -> None:
    answer = alice.post(page_of(intake), {**CHOSEN, "component-2": ""})
    assert answer.status_code == 422
    assert "The form requires this." in text_of(answer)


def test_a_case_type_has_a_choice_of_its_own(alice: Client, read: Cast, intake: records.Form) -> None:
    alice.post(page_of(intake, "immigration"), CHOSEN)
    assert the_mapping(read).case_type == "immigration"
    alice.post(reverse("remove_form_mapping", args=[the_mapping(read).id]))
    with firm_scope(read.firm_id):
        assert not FormMapping.objects.exists()


def test_a_refused_form_shows_why_and_takes_nothing(alice: Client, read: Cast, hartwell: Firm) -> None:
    payment = form_named(hartwell, "Retainer payment")
    assert "has a payment block (“Card”)" in text_of(alice.get(page_of(payment)))
    alice.post(page_of(payment), CHOSEN)
    with firm_scope(read.firm_id):
        assert not FormMapping.objects.exists()


def test_a_form_is_submitted_by_hand_and_once_more_only_after_a_warning(
    bob: Client, read: Cast, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    map_form(read, intake)
    matter = cast.open_dana(read.bob)
    run(read.firm_id)
    address = reverse("matter_forms", args=[matter.id])
    assert address in bob.get(reverse("matter", args=[matter.id])).content.decode()
    shown = text_of(bob.get(address))
    assert "dana@example.com" in shown
    assert "Submitted before" not in shown
    for _ in range(2):
        bob.post(address, {"form": intake.uuid, "number": "1"})
        run(read.firm_id)
    assert len(entries_of(hartwell, intake)) == 1
    assert "Submitted before" in text_of(bob.get(address))
    bob.post(address, {"form": intake.uuid, "number": "2"})
    run(read.firm_id)
    assert len(entries_of(hartwell, intake)) == 2


def test_a_form_waits_for_what_the_intake_lacks(bob: Client, read: Cast, run: Drain, intake: records.Form) -> None:
    map_form(read, intake)
    nameless = cast.NewClient(first_name="Dana", last_name="Johnson", email="", phone="(303) 555-0134")
    matter = cast.open_dana(read.bob, client=nameless)
    run(read.firm_id)
    assert "nothing yet for “E-mail”" in text_of(bob.get(reverse("matter_forms", args=[matter.id])))


@pytest.mark.parametrize("number", ["", "x", "0", "2", "99999"])
def test_a_wrong_number_submits_nothing(
    bob: Client, read: Cast, run: Drain, hartwell: Firm, intake: records.Form, number: str
) -> None:
    map_form(read, intake)
    matter = cast.open_dana(read.bob)
    bob.post(reverse("matter_forms", args=[matter.id]), {"form": intake.uuid, "number": number})
    run(read.firm_id)
    assert entries_of(hartwell, intake) == []


def test_another_firms_matter_takes_no_form(
    charlie: Client, read: Cast, run: Drain, hartwell: Firm, intake: records.Form
) -> None:
    map_form(read, intake)
    matter = cast.open_dana(read.bob)
    answer = charlie.post(reverse("matter_forms", args=[matter.id]), {"form": intake.uuid, "number": "1"})
    run(read.firm_id)
    assert (answer.status_code, entries_of(hartwell, intake)) == (404, [])


def test_the_switch_for_documents_is_off_until_an_admin_turns_it_on(alice: Client, connected: Cast) -> None:
    with firm_scope(connected.firm_id):
        assert Connection.objects.get().file_documents is False
    alice.post(reverse("lawmatics_switches"), {"file_documents": "on", "on_approval": "on"})
    with firm_scope(connected.firm_id):
        assert Connection.objects.get().file_documents is True


def test_the_matter_shows_what_was_filed(bob: Client, connected: Cast, matter: Matter, run: Drain) -> None:
    switch_filing(connected)
    give(connected, matter)
    page = reverse("matter", args=[matter.id])
    assert "Filed in Lawmatics" not in text_of(bob.get(page))
    run(connected.firm_id)
    assert "Filed in Lawmatics" in text_of(bob.get(page))
