"""Parsing: whatever is in the envelope becomes a typed shape, whatever is no envelope is refused."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lawmatics import types
from lawmatics.envelope import EnvelopeError, Record, many, one

SHAPES = [
    types.User,
    types.Contact,
    types.Matter,
    types.Note,
    types.Activity,
    types.Pipeline,
    types.Stage,
    types.PracticeArea,
    types.SubStatus,
    types.CustomField,
    types.Form,
    types.File,
]

ATTRIBUTE_NAMES = st.sampled_from(
    [
        "name",
        "email",
        "created_at",
        "custom_fields",
        "list_options",
        "rows",
        "order",
        "statuses",
        "file_size",
        "stage_id",
        "stage",
    ]
)
RELATIONSHIP_NAMES = st.sampled_from(["contact", "stage", "notable", "tracked", "stages", "current_firm"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
LINKS = st.fixed_dictionaries({"data": JSON | st.fixed_dictionaries({"id": JSON, "type": JSON})}) | JSON
RECORDS = st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=5) | st.integers()},
    optional={
        "type": JSON,
        "attributes": st.dictionaries(ATTRIBUTE_NAMES, JSON, max_size=5) | JSON,
        "relationships": st.dictionaries(RELATIONSHIP_NAMES, LINKS, max_size=4) | JSON,
    },
)


@pytest.mark.parametrize("shape", SHAPES)
def test_it_parses_a_record_of_nothing_but_an_id(shape):
    assert shape.parse(Record("1", "", {}, {})).id == "1"


@pytest.mark.parametrize("shape", SHAPES)
def test_it_makes_shapes_that_cannot_be_changed_and_can_be_hashed(shape):
    parsed = shape.parse(Record("1", "", {"custom_fields": [{"id": 1, "value": [1]}]}, {}))
    assert isinstance(hash(parsed), int)
    with pytest.raises(dataclasses.FrozenInstanceError):
        parsed.id = "2"


@settings(deadline=None)
@given(RECORDS)
def test_it_parses_any_record_into_any_shape(value):
    record = one({"data": value})
    for shape in SHAPES:
        assert shape.parse(record).id == str(value["id"])


@settings(deadline=None)
@given(JSON)
def test_it_refuses_anything_else_with_one_error(value):
    for read in (one, many):
        try:
            read(value)
        except EnvelopeError:
            continue
        assert isinstance(value, dict)
        assert "data" in value


@settings(deadline=None)
@given(JSON, JSON)
def test_it_reads_a_listing_whatever_its_totals_and_links(meta, links):
    page = many({"data": [{"id": 1}], "meta": meta, "links": links})
    assert [record.id for record in page] == ["1"]


@pytest.mark.parametrize("value", [{"data": None}, {"data": []}])
def test_it_takes_a_null_listing_for_an_empty_one(value):
    assert list(many(value)) == []


@pytest.mark.parametrize("data", [{"id": None}, {"id": ""}, {"id": True}, {"id": 1.5}, {}, "74", 74, [74], True])
def test_it_refuses_a_record_without_an_id(data):
    with pytest.raises(EnvelopeError):
        one({"data": data})


def test_it_reads_ids_as_strings_wherever_they_stand():
    matter = types.Matter.parse(
        one(
            {
                "data": {
                    "id": 9,
                    "attributes": {"practice_area_id": 4, "case_number": 12, "unknown": {"deep": []}},
                    "relationships": {
                        "contact": {"data": {"id": 74, "type": "contact"}},
                        "stage": {"data": {"id": "6", "type": "stage", "attributes": {"name": "Retained"}}},
                    },
                }
            }
        )
    )
    assert (matter.id, matter.contact_id, matter.stage_id, matter.practice_area_id) == ("9", "74", "6", "4")
    assert (matter.stage_name, matter.case_number) == ("Retained", "12")


def test_it_lets_the_last_value_of_a_repeated_custom_field_count():
    values = [
        {"id": 5, "value": 1, "formatted_value": "One"},
        {"id": "5", "value": 2, "formatted_value": "Two"},
        {"id": None, "value": 3},
        "odd",
    ]
    contact = types.Contact.parse(Record("1", "contact", {"custom_fields": values}, {}))
    assert contact.custom_fields == {"5": types.CustomValue("5", 2, "Two")}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T12:00:00Z", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24T12:00:00.000+00:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24T12:00:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:00", None),
        ("soon", None),
        ("", None),
        (1_795_000_000, None),
        (None, None),
    ],
)
def test_it_reads_times(text, moment):
    assert Record("1", "", {"at": text}, {}).moment("at") == moment


def test_it_names_the_blocks_that_keep_a_form_from_being_submitted():
    blocks = [
        {"id": "a", "component_type": "field", "required": True, "list_options": [{"id": 1, "name": "x"}]},
        {"id": "b", "component_type": "payment", "label": "Pay"},
        {"id": "c"},
    ]
    form = types.Form.parse(Record("u-1", "custom_form", {"rows": [{"components": blocks}, None]}, {}))
    assert [block.id for block in form.blocks_in_the_way] == ["b", "c"]
    assert form.components[0].options == (types.ListOption("1", "x"),)


def test_it_shows_an_id_and_no_person_in_a_repr():
    attributes = {"first_name": "Dana", "email": "dana@example.test", "case_title": "Dana v. Dana"}
    attributes |= {"name": "Dana", "body": [{"label": "Dana", "value": "Dana"}]}
    attributes |= {"custom_fields": [{"id": 1, "value": "Dana"}]}
    for shape in (types.Contact, types.Matter, types.Note, types.File, types.FormEntry):
        text = repr(shape.parse(Record("74", "", attributes, {})))
        assert "74" in text
        assert "ana" not in text
