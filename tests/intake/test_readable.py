"""How answers read for the firm."""

from typing import Any

import pytest

from casehug.intake.readable import entries_of, lines_of
from casehug.intake.templates import Condition, Kind, Option, Question, Text


def question(kind: Kind, **more: Any) -> Question:
    return Question(key="q", kind=kind, label=Text("Question", "Pregunta"), **more)


OPTIONS = (Option("mine", Text("Mine", "Mío")), Option("both", Text("Both of us", "De los dos")))


@pytest.mark.parametrize(
    ("kind", "value", "lines"),
    [
        (Kind.SHORT, "Dana", ["Dana"]),
        (Kind.LONG, "One\n\nTwo", ["One", "Two"]),
        (Kind.NUMBER, 2, ["2"]),
        (Kind.NUMBER, 0, ["0"]),
        (Kind.MONEY, 125050, ["$1,250.50"]),
        (Kind.MONEY, 100, ["$1"]),
        (Kind.MONEY, 5, ["$0.05"]),
        (Kind.MONEY, 0, ["$0"]),
        (Kind.DATE, "1985-05-31", ["May 31, 1985"]),
        (Kind.DATE, "soon", ["soon"]),
        (Kind.YES_NO, True, ["Yes"]),
        (Kind.YES_NO, False, ["No"]),
        (Kind.CHOICE, "both", ["Both of us"]),
        (Kind.CHOICE, "gone", ["gone"]),
        (Kind.CHOICES, ["mine", "both"], ["Mine", "Both of us"]),
        (Kind.PHONE, "+13035550134", ["(303) 555-0134"]),
        (Kind.PHONE, "+34911234567", ["+34 911 23 45 67"]),
        (Kind.EMAIL, "dana@example.com", ["dana@example.com"]),
        (
            Kind.ADDRESS,
            {"street": "12 Pine St", "unit": "4B", "city": "Boulder", "state": "CO", "zip": "80302"},
            ["12 Pine St, 4B", "Boulder, CO 80302"],
        ),
        (Kind.ADDRESS, {"street": "Calle 5", "city": "Madrid", "country": "Spain"}, ["Calle 5", "Madrid", "Spain"]),
        (Kind.SHORT, None, []),
        (Kind.CHOICES, [], []),
    ],
)
def test_it_reads_every_kind(kind: Kind, value: Any, lines: list[str]) -> None:
    assert lines_of(question(kind, options=OPTIONS), value) == lines


def test_a_group_reads_entry_by_entry_without_what_was_not_answered() -> None:
    name = Question(key="name", kind=Kind.SHORT, label=Text("Name", "Nombre"))
    born = Question(key="born", kind=Kind.DATE, label=Text("Born", "Nacimiento"))
    hidden = Question(key="why", kind=Kind.SHORT, label=Text("Why", "Por qué"), show_if=Condition("name", ("Nobody",)))
    group = question(Kind.GROUP, fields=(name, born, hidden))
    value = [{"name": "Sam", "born": "2015-02-01", "why": "stale"}, {"name": "Eve"}]
    assert entries_of(group, value) == [
        [("Name", ["Sam"]), ("Born", ["February 1, 2015"])],
        [("Name", ["Eve"])],
    ]


@pytest.mark.parametrize("value", [None, "x", [1, "y"]])
def test_what_is_no_list_of_entries_reads_as_none(value: Any) -> None:
    assert entries_of(question(Kind.GROUP), value) == []
