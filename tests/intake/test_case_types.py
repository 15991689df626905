"""The case types that ship: complete, consistent, in plain words."""

import pytest

from casehug.intake.case_types import CaseType, all_case_types, practice_areas
from casehug.intake.shipped import shipped_templates
from casehug.intake.us_states import US_STATES

ALL = list(all_case_types().values())
FAMILY_LAW = [
    "Divorce — Standard",
    "Divorce — Business Owner",
    "Custody Only",
    "Child Support Calculation",
    "Post-Decree Modification",
]


def each(argument: str = "case_type") -> pytest.MarkDecorator:
    return pytest.mark.parametrize(argument, ALL, ids=[case_type.key for case_type in ALL])


@each()
def test_it_asks_for_something_required(case_type: CaseType) -> None:
    assert any(item.required for item in case_type.checklist)


@each()
def test_it_asks_for_nothing_twice(case_type: CaseType) -> None:
    keys = [item.key for item in case_type.checklist]
    assert len(keys) == len(set(keys))


@each()
def test_it_puts_required_items_first(case_type: CaseType) -> None:
    order = [item.required for item in case_type.checklist]
    assert order == sorted(order, reverse=True)


@each()
def test_it_fits_the_columns_it_is_copied_into(case_type: CaseType) -> None:
    assert len(case_type.key) <= 60 and len(case_type.name) <= 120 and len(case_type.practice_area) <= 60
    for item in case_type.checklist:
        assert len(item.key) <= 60 and len(item.name) <= 120 and len(item.why) <= 300 and len(item.category) <= 40


@each()
def test_it_says_why_in_a_sentence(case_type: CaseType) -> None:
    assert [item.key for item in case_type.checklist if not (item.why.endswith(".") and len(item.why) > 15)] == []


def test_it_gives_no_key_and_no_name_twice() -> None:
    assert len({case_type.key for case_type in ALL}) == len({case_type.name for case_type in ALL}) == len(ALL)


@each()
def test_it_asks_what_its_template_asks_in_every_state(case_type: CaseType) -> None:
    documents = shipped_templates()[case_type.key].documents
    everywhere = [(d.key, d.name.en, d.why.en, d.category, d.required) for d in documents if not d.states]
    assert [(i.key, i.name, i.why, i.category, i.required) for i in case_type.checklist] == everywhere


def test_it_has_the_case_types_of_family_law() -> None:
    assert [case_type.name for case_type in ALL if case_type.practice_area == "Family Law"] == FAMILY_LAW


def test_it_covers_every_practice_area() -> None:
    assert practice_areas() == [
        "Family Law",
        "Immigration",
        "Estate Planning",
        "Personal Injury",
        "Criminal",
        "Business",
        "Real Estate",
        "Other",
    ]


def test_it_knows_the_fifty_states_the_district_and_puerto_rico() -> None:
    assert len(US_STATES) == len(set(US_STATES.values())) == 52
    assert (US_STATES["DC"], US_STATES["PR"]) == ("District of Columbia", "Puerto Rico")
