"""The page of bulk syncs: preview, start, pause, resume, cancel, and the results as CSV."""

import csv
import io
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from casehug.connections.models import Connection, ConnectionState
from casehug.intake.models import Matter
from casehug.intake.services.matters import NewClient
from casehug.sync.models import BulkRun, ContactList, JobState
from casehug.tenancy.scope import firm_scope
from sandbox.store import Town
from tests import cast
from tests.cast import Cast
from tests.web.conftest import Drain
from tests.web.walks import HTMX, messages_of, text_of

PAGE = "/settings/integrations/lawmatics/bulk/"
TITLE = "Johnson v. Johnson — Divorce"
NOT_CONNECTED = "Lawmatics is not connected, so nothing can be compared or sent."


def runs(people: Cast) -> list[BulkRun]:
    with firm_scope(people.firm_id):
        return list(BulkRun.objects.order_by("id"))


def press(browser: Client, name: str, run_id: UUID | None = None, **fields: str) -> object:
    return browser.post(reverse(name, args=[run_id] if run_id else []), fields)


@pytest.fixture
def previewed(alice: Client, matter: Matter, connected: Cast, run: Drain) -> BulkRun:
    """Dana's divorce, counted."""
    press(alice, "preview_bulk_sync", which="all")
    run(connected.firm_id)
    return runs(connected)[0]


def test_without_a_connection_it_leads_there_and_starts_nothing(alice: Client, people: Cast) -> None:
    assert "Lawmatics is not connected" in text_of(alice.get(PAGE))
    press(alice, "preview_bulk_sync")
    assert NOT_CONNECTED in messages_of(alice)
    assert runs(people) == []


def test_a_broken_connection_starts_nothing(alice: Client, connected: Cast) -> None:
    with firm_scope(connected.firm_id):
        Connection.objects.update(state=ConnectionState.BROKEN)
    press(alice, "preview_bulk_sync")
    assert "Connect again" in text_of(alice.get(PAGE))
    assert runs(connected) == []


def test_the_preview_tells_what_would_be_sent(alice: Client, previewed: BulkRun) -> None:
    page = text_of(alice.get(PAGE))
    assert "New in Lawmatics" in page
    assert "1 matter enters its stage in Lawmatics." in page
    assert "may write to these clients" in page
    assert "The contact list was never read" in page


def test_a_double_press_previews_once(alice: Client, connected: Cast) -> None:
    press(alice, "preview_bulk_sync")
    press(alice, "preview_bulk_sync")
    assert len(runs(connected)) == 1


def test_a_double_press_starts_once(alice: Client, previewed: BulkRun, connected: Cast) -> None:
    press(alice, "start_bulk_sync", previewed.id)
    press(alice, "start_bulk_sync", previewed.id, enter_stage="on")
    assert [(run.state, run.quiet) for run in runs(connected)] == [("running", True)]
    assert "not in that state any more" in messages_of(alice)


def test_it_runs_and_is_shown_done(alice: Client, previewed: BulkRun, connected: Cast, run: Drain, town: Town) -> None:
    press(alice, "start_bulk_sync", previewed.id)
    run(connected.firm_id)
    page = text_of(alice.get(PAGE))
    assert "1 of 1" in page
    assert "hx-trigger" not in page
    assert stages(town) == [None]


def test_with_the_switch_it_enters_the_stage(
    alice: Client, previewed: BulkRun, connected: Cast, run: Drain, town: Town
) -> None:
    press(alice, "start_bulk_sync", previewed.id, enter_stage="on")
    run(connected.firm_id)
    assert len(stages(town)) == 1
    assert stages(town) != [None]


def test_while_it_runs_the_page_asks_again_and_stops_when_it_is_over(
    alice: Client, previewed: BulkRun, connected: Cast, run: Drain
) -> None:
    press(alice, "start_bulk_sync", previewed.id)
    assert 'hx-trigger="every 2s"' in text_of(alice.get(PAGE))
    assert 'hx-trigger="every 2s"' in text_of(alice.get(PAGE, headers=HTMX))
    run(connected.firm_id)
    assert alice.get(PAGE, headers=HTMX).headers["HX-Refresh"] == "true"


def test_it_is_paused_resumed_and_cancelled(alice: Client, previewed: BulkRun, connected: Cast) -> None:
    press(alice, "start_bulk_sync", previewed.id)
    states = []
    for name in ("pause_bulk_sync", "resume_bulk_sync", "cancel_bulk_sync"):
        press(alice, name, previewed.id)
        states.append(runs(connected)[0].state)
    assert states == ["paused", "running", "cancelled"]


def test_what_is_over_cannot_be_resumed(alice: Client, previewed: BulkRun, connected: Cast) -> None:
    press(alice, "cancel_bulk_sync", previewed.id)
    press(alice, "resume_bulk_sync", previewed.id)
    assert runs(connected)[0].state == "cancelled"


def test_the_list_is_read_on_request(alice: Client, connected: Cast, run: Drain) -> None:
    press(alice, "read_contact_list")
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        assert ContactList.objects.get().state == JobState.DONE


def test_the_results_name_every_matter_and_no_formula(
    alice: Client, people: Cast, matter: Matter, connected: Cast, run: Drain
) -> None:
    cast.open_dana(people.alice, title='=HYPERLINK("http://evil.example")', client=NewClient("Eve", "Adams"))
    press(alice, "preview_bulk_sync", which="all")
    run(connected.firm_id)
    press(alice, "start_bulk_sync", runs(connected)[0].id)
    run(connected.firm_id)
    rows = results(alice, runs(connected)[0])
    assert sorted(row["Title"] for row in rows) == ['\'=HYPERLINK("http://evil.example")', matter.title]
    assert {row["Result"] for row in rows} == {"Done"}


def stages(town: Town) -> list[int | None]:
    """Where Dana's divorce stands."""
    return [one.stage_id for one in town.firm("hartwell").matters.values() if one.case_title == TITLE]


def results(browser: Client, of: BulkRun) -> list[dict[str, str]]:
    answer = browser.get(reverse("bulk_sync_results", args=[of.id]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_it_says_why_matters_could_not_be_counted(alice: Client, connected: Cast) -> None:
    with firm_scope(connected.firm_id):
        BulkRun.objects.create(state="cancelled", problem_text="Something happened that CaseHug did not expect.")
    assert "Something happened that CaseHug did not expect." in text_of(alice.get(PAGE))
