"""Answers as Lawmatics fields: every shape it takes, and a sentence for what does not fit."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casehug.sync.mapping import CustomFieldOption
from casehug.sync.planner import alike
from casehug.sync.values import FITTING, DoesNotFit, Given, convert, why_not
from sandbox import parse
from sandbox.api.attributes import custom_item
from sandbox.records import CustomField, Option
from sandbox.seed import seed_town
from sandbox.store import Firm, Town

TYPES = ["integer", "boolean", "string", "text", "currency", "date", "time", "datetime", "list", "multi_picklist"]
KINDS = [
    "short",
    "long",
    "number",
    "money",
    "date",
    "yes_no",
    "choice",
    "choices",
    "address",
    "phone",
    "email",
    "group",
]
OPTIONS = (("31", "English"), ("32", "Spanish"), ("33", "Mandarin"))


def a_field(field_type: str) -> CustomFieldOption:
    options = OPTIONS if field_type in {"list", "multi_picklist"} else ()
    return CustomFieldOption("4713", "The field", "contact", field_type, options)


def sent(kind: str, value: Any, field_type: str, *, words: tuple[str, ...] | None = None) -> Any:
    shown = words if words is not None else (str(value),)
    return convert(Given(kind, value, shown), a_field(field_type), time_zone="America/Denver")


def there(value: Any, field_type: str) -> Any:
    """What the sandbox answers for a record that was written with this value."""
    firm: Firm = seed_town(Town().clock).firm("hartwell")
    now = Town().clock()
    options = [Option(int(key), name) for key, name in OPTIONS]
    field = CustomField(
        id=4713,
        created_at=now,
        updated_at=now,
        name="The field",
        type="Contact",
        field_type=field_type,
        options=options,
    )
    return custom_item(firm, field, parse.custom_value(field, value, firm))["value"]


@pytest.mark.parametrize(
    ("kind", "value", "field_type", "expected"),
    [
        ("number", 2, "integer", 2),
        ("short", "1,200", "integer", 1200),
        ("yes_no", False, "boolean", False),
        ("short", "Yes", "boolean", True),
        ("short", "Dana", "string", "Dana"),
        ("money", 125_050, "currency", "1250.50"),
        ("number", 12.5, "currency", "12.50"),
        ("date", "2011-06-18", "date", "2011-06-18"),
        ("short", "06/18/2011", "date", "2011-06-18"),
        ("short", "2:30 pm", "time", "14:30"),
        ("date", "2011-06-18", "datetime", "2011-06-18T00:00:00-06:00"),
        ("moment", "2026-01-02T03:04:05+00:00", "datetime", "2026-01-01T20:04:05-07:00"),
        ("yes_no", None, "boolean", None),
    ],
)
def test_it_writes_the_shape_that_lawmatics_takes(kind: str, value: Any, field_type: str, expected: Any) -> None:
    assert sent(kind, value, field_type) == expected


def test_it_finds_an_option_by_its_name_whatever_the_case() -> None:
    assert sent("choice", "es", "list", words=("spanish",)) == "32"


def test_it_writes_the_ids_of_several_options() -> None:
    assert sent("choices", ["en", "zh"], "multi_picklist", words=("English", "Mandarin")) == ["31", "33"]


@pytest.mark.parametrize(
    ("kind", "value", "field_type", "words", "why"),
    [
        ("choice", "tw", "list", ("Twi",), "has no choice named “Twi”"),
        ("choices", ["en", "es"], "list", ("English", "Spanish"), "takes one choice"),
        ("number", 2.5, "integer", ("2.5",), "is no whole number"),
        ("short", "soon", "date", ("soon",), "is no date"),
        ("short", "25:00", "time", ("25:00",), "is no time of day"),
        ("number", 1.005, "currency", ("1.005",), "is no amount of money"),
        ("group", [{"a": 1}], "integer", ("A: 1",), "text field only"),
        ("money", 1, "lookup", ("$0.01",), "another record"),
    ],
)
def test_it_says_why_an_answer_does_not_fit(
    kind: str, value: Any, field_type: str, words: tuple[str, ...], why: str
) -> None:
    with pytest.raises(DoesNotFit) as refused:
        sent(kind, value, field_type, words=words)
    assert why in refused.value.sentence


def test_it_joins_the_entries_of_a_group_line_by_line() -> None:
    assert sent("group", [{}, {}], "text", words=("Name: Ann", "Name: Ben")) == "Name: Ann\nName: Ben"


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_no_cent_is_lost(cents: int) -> None:
    assert Decimal(sent("money", cents, "currency")) * 100 == cents


@given(st.integers(min_value=0, max_value=10**12 - 2))
def test_one_cent_more_is_another_amount(cents: int) -> None:
    assert not alike("custom:1", sent("money", cents, "currency"), sent("money", cents + 1, "currency"))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_a_date_goes_out_as_it_came(day: date) -> None:
    assert sent("date", day.isoformat(), "date") == day.isoformat()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(
    kind=st.sampled_from([*KINDS, "moment", "unheard of"]),
    value=JSON,
    words=st.lists(st.text(max_size=40), max_size=4).map(tuple),
    field_type=st.sampled_from([*TYPES, "lookup", "unheard of"]),
)
def test_no_answer_makes_it_stumble(kind: str, value: Any, words: tuple[str, ...], field_type: str) -> None:
    try:
        convert(Given(kind, value, words), a_field(field_type))
    except DoesNotFit as refused:
        assert refused.sentence


@given(st.data())
def test_what_was_written_equals_what_is_read_back(data: st.DataObject) -> None:
    """So an unchanged record costs no call, and no write is repeated."""
    samples: dict[str, st.SearchStrategy[tuple[str, Any, tuple[str, ...]]]] = {
        "integer": st.integers(-(10**9), 10**9).map(lambda n: ("number", n, (str(n),))),
        "boolean": st.booleans().map(lambda b: ("yes_no", b, ("Yes" if b else "No",))),
        "currency": st.integers(0, 10**11).map(lambda c: ("money", c, ("",))),
        "date": st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(lambda d: ("date", d.isoformat(), ("",))),
        "time": st.times().map(lambda t: ("short", f"{t:%H:%M}", ("",))),
        "datetime": st.datetimes()
        .filter(lambda d: 1900 < d.year < 2100)
        .map(lambda d: ("moment", f"{d}+00:00", ("",))),
        "list": st.sampled_from(OPTIONS).map(lambda o: ("choice", "key", (o[1].upper(),))),
        "multi_picklist": st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True).map(
            lambda found: ("choices", ["k"], tuple(name for _, name in found))
        ),
        "string": st.text(min_size=1, max_size=60).map(lambda t: ("short", t, (t,))),
    }
    field_type = data.draw(st.sampled_from(sorted(samples)))
    kind, value, words = data.draw(samples[field_type])
    written = sent(kind, value, field_type, words=words)
    assert alike("custom:4713", written, there(written, field_type))


@pytest.mark.parametrize("field_type", TYPES)
def test_every_type_can_be_filled_with_something(field_type: str) -> None:
    assert [kind for kind in [*KINDS, "moment"] if not why_not(kind, field_type)]


def test_text_takes_anything() -> None:
    assert {why_not(kind, "text") for kind in KINDS} == {""}
    assert set(FITTING) == set(TYPES) - {"string", "text"}
