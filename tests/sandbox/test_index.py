"""The indexes give what a scan of all rows would give, whatever was changed before."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.api.contacts import SHAPE
from sandbox.envelope import Scene
from sandbox.listing import list_answer, literal_start
from sandbox.records import Contact
from sandbox.store import Firm, Town
from sandbox.table import Table

START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = st.integers(0, 5).map(lambda hours: START + timedelta(hours=hours))
EMAIL = st.sampled_from([None, "a_b@x.example", "A_B@x.example", "aXb@x.example", "ab%@x.example", "zoë@x.example"])
ROW = st.tuples(MOMENT, MOMENT, EMAIL)
QUESTIONS: list[dict[str, str]] = [
    {},
    {"page": "2"},
    {"sort_by": "id"},
    {"sort_by": "updated_at"},
    {"sort_by": "updated_at", "sort_order": "desc"},
    {"sort_by": "email"},
    *(
        {"filter_by": "updated_at", "filter_with": operator, "filter_on": (START + timedelta(hours=2)).isoformat()} | by
        for operator in ("=", "!=", "<", "<=", ">", ">=")
        for by in ({}, {"sort_by": "updated_at"}, {"sort_by": "updated_at", "sort_order": "desc", "page": "2"})
    ),
    *(
        {"filter_by": "email", "filter_on": on, "filter_with": operator}
        for on in ("a_b@x.example", r"a\_b@x.example", "A%", "%b@%", "", "zoë@x.example", r"ab\%@x.example")
        for operator in ("=", "like", "ilike", "!=")
    ),
    {"filter_by": "email", "filter_on": "a_b@x.example"},
    {"filter_by": "email", "filter_with": "null"},
]


def answered(firm: Firm, rows: Table[Contact] | list[Contact], question: Mapping[str, str]) -> tuple[list[str], int]:
    answer: dict[str, Any] = list_answer(Scene(firm, START), SHAPE, rows, question)
    return [row["id"] for row in answer["data"]], answer["meta"]["total_entries"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=28, max_size=60), changes=st.lists(st.tuples(st.integers(0, 59), ROW), max_size=20))
def test_it_finds_by_index_what_a_scan_finds(
    firm: Firm, rows: list[tuple[datetime, datetime, str | None]], changes: list[tuple[int, Any]]
) -> None:
    table: Table[Contact] = Table(ordered=("created_at", "updated_at", "email"))
    for number, (made, changed, email) in enumerate(rows):
        table[number] = Contact(id=number, created_at=made, updated_at=changed, email=email)
    for number, (_, changed, email) in changes:
        if number in table and number % 3 == 0:
            del table[number]
        elif number in table:
            table[number].updated_at, table[number].email = changed, email
    scan = list(table.values())
    wrong = [q for q in QUESTIONS if answered(firm, table, q) != answered(firm, scan, q)]
    assert wrong == []


@pytest.mark.parametrize(
    ("pattern", "start"),
    [("ab", "ab"), ("a_b", "a"), ("a%", "a"), (r"a\_b%", "a_b"), (r"a\\b", "a\\b"), ("", ""), ("_", ""), ("a\\", "a")],
)
def test_it_knows_how_everything_that_fits_a_pattern_begins(pattern: str, start: str) -> None:
    assert literal_start(pattern) == start


def test_it_groups_by_what_a_row_points_to_now(town: Town, firm: Firm) -> None:
    matter = firm.matters[5001]
    before = matter.contact_id
    matter.contact_id = 1010
    assert matter in firm.matters.group("contact_id", 1010)
    assert matter not in firm.matters.group("contact_id", before)
