"""The list: each matter exactly once, whichever way it is paged; searched by words; safe from what is typed."""

from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casehug.intake.models import Matter, MatterStatus
from casehug.intake.queries.matters import (
    ORDERS,
    PAGE_SIZE,
    MatterFilter,
    MatterPage,
    case_types_in_use,
    count_by_status,
    list_matters,
    matter_opened_by,
    recent_matters,
    titles_of,
)
from casehug.intake.services.matters import NewClient, assign_attorney, move_matter, note_delivery, retitle_matter
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase
from tests.documents import approve_all


@pytest.fixture(scope="module")
def full(database: TestDatabase) -> Cast:
    """A firm with 60 open matters, and a neighbour with some of its own. Nobody changes them."""
    people = cast.assemble()
    for number in range(60):
        cast.open_dana(people.bob, title=f"Matter {number:02}", case_type="other", client=None)
    for number in range(3):
        cast.open_dana(people.charlie, title=f"Matter {number:02}", case_type="other", client=None)
    return people


def page_ids(people: Cast, wanted: MatterFilter) -> tuple[list[UUID], UUID | None, UUID | None]:
    with firm_scope(people.firm_id):
        page = list_matters(people.bob, wanted)
    return [row.matter.id for row in page.rows], page.newer, page.older


def titles(people: Cast, **wanted: str) -> list[str]:
    with firm_scope(people.firm_id):
        return [row.matter.title for row in list_matters(people.bob, MatterFilter(**wanted)).rows]  # type: ignore[arg-type]


def all_ids(people: Cast) -> list[UUID]:
    with firm_scope(people.firm_id):
        return list(Matter.objects.order_by("-id").values_list("id", flat=True))


def test_it_visits_each_matter_once_on_the_way_back_in_time(full: Cast) -> None:
    seen, newer, older = page_ids(full, MatterFilter())
    assert newer is None
    while older:
        ids, _, older = page_ids(full, MatterFilter(before=older))
        seen += ids
    assert seen == all_ids(full)


def test_it_visits_each_matter_once_on_the_way_forth(full: Cast) -> None:
    everything = all_ids(full)
    backwards, newer = [everything[-1]], everything[-1] or None
    while newer:
        ids, newer, _ = page_ids(full, MatterFilter(after=backwards[0]))
        backwards = ids + backwards
    assert backwards == everything


def test_it_fills_a_page(full: Cast) -> None:
    assert [len(page_ids(full, MatterFilter())[0]), PAGE_SIZE] == [25, 25]


def test_it_ends_where_the_list_ends(full: Cast) -> None:
    ids, newer, older = page_ids(full, MatterFilter(before=all_ids(full)[49]))
    assert (len(ids), newer, older) == (10, ids[0], None)


@pytest.mark.parametrize("edge", ["before", "after"])
def test_it_answers_an_id_that_is_nobody_s(full: Cast, edge: str) -> None:
    ids, *_ = page_ids(full, MatterFilter(**{edge: uuid4()}))  # type: ignore[arg-type]
    assert len(ids) <= 25


def test_it_shows_no_matter_of_another_firm_by_its_id(full: Cast) -> None:
    with firm_scope(full.other_firm_id):
        foreign = list(Matter.objects.values_list("id", flat=True))
    with firm_scope(full.firm_id):
        assert titles_of(foreign) == {}


@pytest.fixture
def few(people: Cast) -> Cast:
    cast.open_dana(people.bob, title="Johnson v. Johnson — Divorce")
    cast.open_dana(people.bob, title="Estate of O'Brien", case_type="estate-planning", client=None)
    cast.open_dana(people.bob, title="Muñoz — Asylum", client=NewClient("José", "Muñoz", "jose_m@example.com"))
    cast.open_dana(people.charlie, title="Johnson of another firm")
    return people


DIVORCE, ESTATE, ASYLUM = "Johnson v. Johnson — Divorce", "Estate of O'Brien", "Muñoz — Asylum"
ALL = [ASYLUM, ESTATE, DIVORCE]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("", ALL),
        ("johnson", [DIVORCE]),
        ("JOHN divorce", [DIVORCE]),
        ("divorce asylum", []),
        ("dana", [DIVORCE]),
        ("dana@example.com", [DIVORCE]),
        ("munoz", [ASYLUM]),
        ("MUÑ", [ASYLUM]),
        ("jose_m@", [ASYLUM]),
        ("josexm@", []),
        ("o'brien", [ESTATE]),
        ("ohnson", []),
        ("john%", [DIVORCE]),
        ("%john", [DIVORCE]),
        ("zz' OR '1'='1", []),
        ("johnson'; DROP TABLE intake_matter; --", []),
        ("johnson\x00", [DIVORCE]),
        ("\ud800johnson", [DIVORCE]),
        ("johnson \U0010ffff", [DIVORCE]),
        (" ".join(["johnson"] * 60), [DIVORCE]),
        ("j" * 10_000, []),
    ],
)
def test_it_searches_by_the_beginnings_of_words(few: Cast, search: str, expected: list[str]) -> None:
    assert titles(few, search=search) == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(search=st.text(st.characters(codec=None), max_size=200))
def test_it_answers_any_search(few: Cast, search: str) -> None:
    assert set(titles(few, search=search)) <= set(ALL)


def test_it_hides_archived_matters_unless_asked_for(few: Cast) -> None:
    with firm_scope(few.firm_id):
        move_matter(few.bob, matter=Matter.objects.get(title=ESTATE), to=MatterStatus.ARCHIVED)
    assert titles(few) == [ASYLUM, DIVORCE]
    assert titles(few, status="archived") == [ESTATE]


def test_it_filters_by_status(few: Cast) -> None:
    with firm_scope(few.firm_id):
        move_matter(few.bob, matter=Matter.objects.get(title=DIVORCE), to=MatterStatus.ACTIVE)
    assert (titles(few, status="active"), titles(few, status="new")) == ([DIVORCE], [ASYLUM, ESTATE])


def test_it_filters_by_the_word_of_the_delivery(few: Cast) -> None:
    with firm_scope(few.firm_id):
        note_delivery(matter_id=Matter.objects.get(title=DIVORCE).id, state="linked")
    assert titles(few, delivery="linked") == [DIVORCE]
    assert titles(few, delivery="none") == [ASYLUM, ESTATE]


def test_it_filters_by_case_type(few: Cast) -> None:
    assert titles(few, case_type="estate-planning") == [ESTATE]


def test_it_offers_the_case_types_that_are_in_use(few: Cast) -> None:
    with firm_scope(few.firm_id):
        assert set(case_types_in_use(few.bob)) == {"divorce-standard", "estate-planning"}


def test_it_stops_counting_where_it_is_told(few: Cast) -> None:
    with firm_scope(few.firm_id):
        assert count_by_status(few.bob, ["new"], most=2) == {"new": 2}


# Orders


def one_page(people: Cast, wanted: MatterFilter) -> MatterPage:
    with firm_scope(people.firm_id):
        return list_matters(people.bob, wanted)


def ids_of(page: MatterPage) -> list[UUID]:
    return [row.matter.id for row in page.rows]


@pytest.fixture(scope="module")
def mixed(database: TestDatabase) -> Cast:
    """A firm with 60 matters of many states, some with equal titles, changed in another order than they were opened."""
    people = cast.assemble()
    made = [
        cast.open_dana(people.bob, title=f"Matter {number % 20:02}", case_type="other", client=None)
        for number in range(60)
    ]
    for number in range(0, 60, 7):
        with firm_scope(people.firm_id):
            move_matter(people.bob, matter=made[number], to=MatterStatus.ACTIVE)
    for number in range(50, 0, -9):
        with firm_scope(people.firm_id):
            assign_attorney(people.bob, matter=made[number], attorney_id=people.ann.user_id)
    return people


@pytest.mark.parametrize("order", ORDERS)
def test_it_visits_each_matter_once_in_every_order_there_and_back(mixed: Cast, order: str) -> None:
    page = one_page(mixed, MatterFilter(order=order))
    seen, pages = ids_of(page), 1
    while page.older:
        page = one_page(mixed, MatterFilter(order=order, before=page.older, key=page.older_key))
        seen, pages = seen + ids_of(page), pages + 1
    back = ids_of(page)
    while page.newer:
        page = one_page(mixed, MatterFilter(order=order, after=page.newer, key=page.newer_key))
        back = ids_of(page) + back
    assert (set(seen), len(seen), pages) == (set(all_ids(mixed)), 60, 3)
    assert back == seen


def test_it_sorts_by_title_whatever_its_case_and_accents(people: Cast) -> None:
    for title in ("Zorro", "álvarez", "Beta", "ALVA"):
        cast.open_dana(people.bob, title=title, client=None)
    assert titles(people, order="title") == ["ALVA", "álvarez", "Beta", "Zorro"]


def test_it_sorts_by_the_new_title(few: Cast) -> None:
    with firm_scope(few.firm_id):
        retitle_matter(few.bob, matter=Matter.objects.get(title=ASYLUM), title="Abel")
    assert titles(few, order="title") == ["Abel", ESTATE, DIVORCE]


def test_it_sorts_by_how_far_a_matter_is_newest_first_in_each(few: Cast) -> None:
    with firm_scope(few.firm_id):
        move_matter(few.bob, matter=Matter.objects.get(title=ASYLUM), to=MatterStatus.ACTIVE)
    assert titles(few, order="status") == [ESTATE, DIVORCE, ASYLUM]


def test_it_sorts_by_the_last_change(few: Cast) -> None:
    approve_all(few.ann, matter_titled(few, ESTATE), required_only=False)
    assert titles(few, order="changed") == [ESTATE, ASYLUM, DIVORCE]


def matter_titled(people: Cast, title: str) -> Matter:
    with firm_scope(people.firm_id):
        return Matter.objects.get(title=title)


def test_a_matter_that_moves_to_the_top_does_not_take_the_reader_with_it(mixed: Cast) -> None:
    first = one_page(mixed, MatterFilter(order="changed"))
    following = MatterFilter(order="changed", before=first.older, key=first.older_key)
    expected = ids_of(one_page(mixed, following))
    with firm_scope(mixed.firm_id):
        retitle_matter(mixed.bob, matter=first.rows[-1].matter, title=f"Retitled {uuid4()}")
    assert ids_of(one_page(mixed, following)) == expected
    # Without what the link carries, the reader begins at the top again.
    assert ids_of(one_page(mixed, MatterFilter(order="changed", before=first.older))) != expected


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("key", ["", "rubbish", "99999999999999999999", "2026-01-01", "-1", "\x00"])
def test_it_answers_any_edge_with_a_page(full: Cast, order: str, key: str) -> None:
    nobody = UUID("00000000-0000-7000-8000-000000000000")
    assert len(ids_of(one_page(full, MatterFilter(order=order, after=nobody, key=key)))) <= PAGE_SIZE


def test_it_counts_documents_without_multiplying(few: Cast) -> None:
    with firm_scope(few.firm_id):
        matter = Matter.objects.get(title=DIVORCE)
    approve_all(few.ann, matter, required_only=True)
    with firm_scope(few.firm_id):
        [row] = list_matters(few.bob, MatterFilter(search="divorce")).rows
    assert (row.approved, row.asked) == (3, 7)


def test_it_counts_only_the_firm_s_own(few: Cast) -> None:
    with firm_scope(few.firm_id):
        assert count_by_status(few.bob, ["new", "active"]) == {"new": 3, "active": 0}
        assert len(recent_matters(few.bob)) == 3


def test_it_knows_a_form_s_matter_within_the_firm_only(people: Cast) -> None:
    key = uuid4()
    ours = cast.open_dana(people.bob, request_key=key)
    with firm_scope(people.firm_id):
        assert matter_opened_by(people.bob, key) == ours
    with firm_scope(people.other_firm_id):
        assert matter_opened_by(people.charlie, key) is None
