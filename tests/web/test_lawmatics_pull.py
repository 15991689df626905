"""The page of Pull Matters."""

from django.test import Client
from django.urls import reverse

from casehug.intake.models import Matter
from casehug.sync.models import PullReport
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.web.conftest import Drain
from tests.web.walks import HTMX, messages_of, text_of

PAGE = "/settings/integrations/lawmatics/pull/"


def test_without_a_connection_it_compares_nothing(alice: Client, people: Cast) -> None:
    assert "Lawmatics is not connected" in text_of(alice.get(PAGE))
    alice.post(reverse("compare_matters"))
    assert "Lawmatics is not connected" in messages_of(alice)
    with firm_scope(people.firm_id):
        assert not PullReport.objects.exists()


def test_it_shows_the_figures_with_their_time(alice: Client, matter: Matter, connected: Cast, run: Drain) -> None:
    alice.post(reverse("compare_matters"))
    assert 'hx-trigger="every 2s"' in text_of(alice.get(PAGE))
    run(connected.firm_id)
    page = text_of(alice.get(PAGE))
    assert "There, but not linked here" in page
    assert "Compare again" in page


def test_a_poll_ends_with_the_comparison(alice: Client, connected: Cast, run: Drain) -> None:
    alice.post(reverse("compare_matters"))
    assert "about to be read" in text_of(alice.get(PAGE, headers=HTMX))
    run(connected.firm_id)
    assert alice.get(PAGE, headers=HTMX).headers["HX-Refresh"] == "true"


def test_a_double_press_compares_once(alice: Client, connected: Cast) -> None:
    alice.post(reverse("compare_matters"))
    alice.post(reverse("compare_matters"))
    with firm_scope(connected.firm_id):
        assert PullReport.objects.count() == 1
