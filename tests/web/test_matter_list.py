"""The list of matters and the home page."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from casehug.intake.models import Matter, MatterStatus
from casehug.intake.queries.matters import PAGE_SIZE
from casehug.intake.services.matters import move_matter
from casehug.tenancy.scope import firm_scope
from casehug.web.home import counted
from tests import cast
from tests.cast import Cast
from tests.web.walks import first_item, hand_in, text_of

LIST = "/matters/"


def titles(answer: object) -> list[str]:
    return [row.matter.title for row in answer.context["page"].rows]


def open_many(people: Cast, count: int, **changes: object) -> list[Matter]:
    return [
        cast.open_dana(people.alice, title=f"Matter {number:02}", client=None, **changes) for number in range(count)
    ]


def test_it_tells_a_new_firm_what_to_do(alice: Client) -> None:
    page = text_of(alice.get(LIST))
    assert "No matters yet" in page
    assert reverse("new_matter") in page


def test_a_row_tells_client_case_type_documents_and_delivery(alice: Client, matter: Matter) -> None:
    page = text_of(alice.get(LIST))
    assert reverse("matter", args=[matter.id]) in page
    for words in ("Dana Johnson · Divorce — Standard", "0 of 7", "Not linked"):
        assert words in page


@pytest.mark.parametrize("words", ["johnson", "Dana", "dana@example.com", "divorce john"])
def test_it_finds_a_matter_by_title_client_and_email(alice: Client, people: Cast, matter: Matter, words: str) -> None:
    cast.open_dana(people.alice, title="Estate of Whitfield", client=None)
    assert titles(alice.get(LIST, {"q": words})) == [matter.title]


def test_it_says_so_when_nothing_fits(alice: Client, matter: Matter) -> None:
    assert "No matter fits" in text_of(alice.get(LIST, {"q": "zzz"}))


def test_it_filters_by_status(alice: Client, people: Cast, matter: Matter) -> None:
    declined = cast.open_dana(people.alice, title="Declined", client=None)
    with firm_scope(people.firm_id):
        move_matter(people.alice, matter=declined, to=MatterStatus.DECLINED)
    assert titles(alice.get(LIST, {"status": "declined"})) == ["Declined"]


def test_archived_matters_show_only_when_asked_for(alice: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        move_matter(people.alice, matter=matter, to=MatterStatus.ARCHIVED)
    assert titles(alice.get(LIST)) == []
    assert titles(alice.get(LIST, {"status": "archived"})) == [matter.title]


def test_it_filters_by_lawmatics_state(alice: Client, matter: Matter) -> None:
    assert titles(alice.get(LIST, {"delivery": "none"})) == [matter.title]
    assert titles(alice.get(LIST, {"delivery": "linked"})) == []


@pytest.mark.parametrize(
    "query",
    [
        {"before": "rubbish"},
        {"after": "1 OR 1=1"},
        {"status": "nonsense"},
        {"order": "nonsense", "case_type": "nonsense"},
        {"order": "changed", "before": "00000000-0000-7000-8000-000000000000", "key": "x"},
        {"delivery": "nonsense"},
        {"q": "\x00"},
        {"before": "00000000-0000-7000-8000-000000000000", "after": "x"},
    ],
)
def test_it_ignores_what_makes_no_sense(alice: Client, matter: Matter, query: dict[str, str]) -> None:
    assert alice.get(LIST, query).status_code == 200


def test_it_pages_there_and_back_and_keeps_the_filters(alice: Client, people: Cast) -> None:
    open_many(people, PAGE_SIZE + 3)
    first = alice.get(LIST, {"q": "matter", "delivery": "none"})
    assert len(titles(first)) == PAGE_SIZE
    assert first.context["newer"] == ""
    second = alice.get(LIST + first.context["older"])
    assert titles(second) == ["Matter 02", "Matter 01", "Matter 00"]
    assert second.context["wanted"].search == "matter"
    assert second.context["wanted"].delivery == "none"
    assert second.context["older"] == ""
    back = alice.get(LIST + second.context["newer"])
    assert titles(back) == titles(first)


def test_it_filters_by_case_type(alice: Client, people: Cast, matter: Matter) -> None:
    cast.open_dana(people.alice, title="Will", client=None, case_type="estate-planning")
    assert titles(alice.get(LIST, {"case_type": "estate-planning"})) == ["Will"]


def test_it_keeps_the_order_on_the_way_through_pages_and_filters(alice: Client, people: Cast) -> None:
    open_many(people, PAGE_SIZE + 3)
    first = alice.get(LIST, {"order": "title"})
    assert titles(first)[:2] == ["Matter 00", "Matter 01"]
    assert titles(alice.get(LIST + first.context["older"])) == ["Matter 25", "Matter 26", "Matter 27"]
    assert all("order=title" in chip["url"] for chip in first.context["status_chips"])


def test_it_remembers_the_order_of_each_person(alice: Client, bob: Client, people: Cast) -> None:
    open_many(people, 3)
    alice.get(LIST, {"order": "title"})
    assert titles(alice.get(LIST)) == ["Matter 00", "Matter 01", "Matter 02"]
    assert titles(bob.get(LIST)) == ["Matter 02", "Matter 01", "Matter 00"]


def test_an_address_never_carries_a_title(alice: Client, people: Cast) -> None:
    open_many(people, PAGE_SIZE + 1)
    assert "Matter" not in alice.get(LIST, {"order": "title"}).context["older"]


def test_home_says_where_it_stopped_counting() -> None:
    assert (counted(9_999, 10_000), counted(10_000, 10_000)) == ("9,999", "10,000+")


def test_it_shows_nothing_of_another_firm(charlie: Client, matter: Matter) -> None:
    assert titles(charlie.get(LIST)) == []
    assert titles(charlie.get(LIST, {"q": "johnson"})) == []


def test_home_tells_an_admin_of_a_new_firm_to_connect_and_to_open_a_matter(alice: Client) -> None:
    page = text_of(alice.get("/"))
    assert "Two steps to begin" in page
    assert reverse("lawmatics") in page


def test_home_does_not_send_staff_to_settings(bob: Client) -> None:
    page = text_of(bob.get("/"))
    assert "Open the first matter" in page
    assert "/settings/" not in page


def test_home_shows_what_waits_for_review(alice: Client, people: Cast, matter: Matter) -> None:
    item = first_item(people.alice, matter)
    hand_in(alice, item)
    page = text_of(alice.get("/"))
    assert f"{reverse('matter', args=[matter.id])}#item-{item.id}" in page
    assert "Review it for Johnson v. Johnson" in page


def test_home_counts_matters_by_status_and_leads_to_them(alice: Client, people: Cast, matter: Matter) -> None:
    cast.open_dana(people.alice, client=None)
    steps = {step.label: step for step in alice.get("/").context["funnel"]}
    assert {label: step.count for label, step in steps.items()} == {"New": 2, "Intake": 0, "Review": 0, "Active": 0}
    assert urlsplit(steps["New"].url).query == "status=new"


def test_a_title_with_markup_is_shown_as_typed(alice: Client, people: Cast) -> None:
    evil = cast.open_dana(people.alice, title="<script>alert(1)</script>")
    for address in ("/", LIST, reverse("matter", args=[evil.id])):
        page = text_of(alice.get(address))
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
