"""Needs attention, what was sent, and what a sync would send: the pages."""

import io
import re
import zipfile
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from casehug.audit.models import Entry
from casehug.connections.models import Connection
from casehug.intake.models import Matter
from casehug.sync.models import Change
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.store import Town
from tests import cast
from tests.cast import Cast, NewClient
from tests.web.conftest import Drain
from tests.web.walks import text_of

PAGE = "/settings/integrations/lawmatics/attention/"


@pytest.fixture
def refused(connected: Cast, town: Town, run: Drain) -> Matter:
    town.faults.add(Fault("status", status=422, path="/v1/contacts", method="POST"))
    matter = cast.open_dana(connected.alice)
    run(connected.firm_id)
    return matter


@pytest.fixture
def asked(connected: Cast, town: Town, run: Drain) -> Matter:
    """A matter whose client has somebody else's e-mail address."""
    taken = next(contact for contact in town.firm("hartwell").contacts.values() if contact.email)
    matter = cast.open_dana(
        connected.alice, title="Somebody’s matter", client=NewClient("Zora", "Quill", taken.email or "")
    )
    run(connected.firm_id)
    return matter


def change_of(people: Cast, matter: Matter) -> Change:
    with firm_scope(people.firm_id):
        return Change.objects.get(matter_id=matter.id)


def test_it_lists_everything_with_its_button(alice: Client, connected: Cast, refused: Matter, asked: Matter) -> None:
    page = text_of(alice.get(PAGE))
    assert "Lawmatics did not accept the values." in page
    assert "Same person: link" in page
    assert "Skip…" in page
    assert page.count("Assign…") == 2


def test_it_filters_by_problem(alice: Client, refused: Matter, asked: Matter) -> None:
    page = text_of(alice.get(PAGE, {"problem": "other_person"}))
    assert "Somebody’s matter" in page
    assert refused.title not in page


def test_mine_are_those_that_were_given_to_me(alice: Client, connected: Cast, refused: Matter, asked: Matter) -> None:
    url = reverse("assign_change", args=[change_of(connected, asked).id])
    answer = alice.post(url, {"owner": str(connected.alice.user_id)}, follow=True)
    assert "Alice Hartwell looks after it" in text_of(answer)
    page = text_of(alice.get(PAGE, {"whose": "mine"}))
    assert "Somebody’s matter" in page
    assert refused.title not in page


def test_nobody_of_another_firm_can_be_made_to_look_after_it(alice: Client, connected: Cast, asked: Matter) -> None:
    url = reverse("assign_change", args=[change_of(connected, asked).id])
    alice.post(url, {"owner": str(connected.charlie.user_id)})
    assert change_of(connected, asked).owner_id is None


@pytest.mark.parametrize("owner", ["nobody", "\x00"])
def test_an_owner_that_is_none_changes_nothing(alice: Client, connected: Cast, asked: Matter, owner: str) -> None:
    alice.post(reverse("assign_change", args=[change_of(connected, asked).id]), {"owner": owner})
    assert change_of(connected, asked).owner_id is None


def test_skip_lets_the_question_rest(alice: Client, connected: Cast, asked: Matter) -> None:
    alice.post(reverse("dismiss_change", args=[change_of(connected, asked).id]))
    assert "Nothing needs attention" in text_of(alice.get(PAGE))


def test_the_navigation_counts(alice: Client, bob: Client, refused: Matter, asked: Matter) -> None:
    place = re.compile(r'href="' + PAGE + r'".*?<span class="count">2</span>', re.DOTALL)
    assert place.search(alice.get("/matters/").content.decode())
    assert PAGE not in bob.get("/matters/").content.decode()


def test_the_navigation_is_quiet_without_trouble(alice: Client, connected: Cast) -> None:
    assert PAGE not in alice.get("/matters/").content.decode()


def test_the_moment_of_the_alert_is_kept(alice: Client, connected: Cast) -> None:
    alice.post(PAGE, {"minutes": "90", "failures": "7"})
    with firm_scope(connected.firm_id):
        kept = Connection.objects.get()
    assert (kept.alert_after_minutes, kept.alert_after_failures) == (90, 7)


@pytest.mark.parametrize("minutes", ["0", "10081", "", "soon"])
def test_a_moment_that_makes_no_sense_is_refused(alice: Client, connected: Cast, minutes: str) -> None:
    answer = alice.post(PAGE, {"minutes": minutes, "failures": "7"})
    assert answer.status_code == 422
    with firm_scope(connected.firm_id):
        assert Connection.objects.get().alert_after_minutes == 30


def test_many_come_in_pages(alice: Client, connected: Cast) -> None:
    with firm_scope(connected.firm_id):
        for _ in range(60):
            Change.objects.create(
                matter_id=uuid4(), reason="click", state="held", problem="gone", problem_text="It is gone."
            )
    first = text_of(alice.get(PAGE))
    older = re.search(r"before=[0-9a-f-]+", first)
    assert older
    assert first.count("It is gone.") == 50
    assert text_of(alice.get(f"{PAGE}?{older.group()}")).count("It is gone.") == 10


def test_the_preview_shows_what_would_leave(bob: Client, connected: Cast, matter: Matter) -> None:
    page = unescape(text_of(bob.get(reverse("lawmatics_preview", args=[matter.id]))))
    assert "Look for a contact with this e-mail address" in page
    assert '"email": "dana@example.com"' in page
    assert '"contact_id": "new-contact"' in page


def test_without_a_connection_there_is_nothing_to_preview(bob: Client, matter: Matter) -> None:
    assert "Lawmatics is not connected" in text_of(bob.get(reverse("lawmatics_preview", args=[matter.id])))


def test_an_admin_sees_and_exports_what_was_sent(alice: Client, connected: Cast, run: Drain) -> None:
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    page = unescape(text_of(alice.get(reverse("sent_bodies", args=[matter.id]))))
    assert '"email": "dana@example.com"' in page
    answer = alice.get(reverse("export_sent", args=[matter.id]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist()[-1] == "sent.jsonl"
    with firm_scope(connected.firm_id):
        assert Entry.objects.filter(actor_id=connected.alice.user_id, action__startswith="egress.").count() == 2


def test_before_anything_was_sent_the_page_says_so(alice: Client, connected: Cast, matter: Matter) -> None:
    assert "Nothing was sent" in text_of(alice.get(reverse("sent_bodies", args=[matter.id])))
