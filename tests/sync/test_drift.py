"""What changed in Lawmatics under the firm's choices is named, and holds only what it touches."""

from dataclasses import replace
from uuid import UUID

from casehug.sync.drift import drifts_of
from casehug.sync.mapping import (
    Choice,
    CustomFieldOption,
    Named,
    Reference,
    StageOption,
    SubStatusOption,
    place,
)
from casehug.sync.models import FieldMapping

STAGE = StageOption("8", "Family Law Intake", "Intake")
LANGUAGE = CustomFieldOption("47", "Preferred Language", "contact", "list", (("1", "English"), ("2", "Spanish")))
THERE = Reference(
    stages=(StageOption("7", "New Lead", "Intake"), STAGE),
    practice_areas=(Named("3", "Family Law"),),
    sub_statuses=(SubStatusOption("5", "Awaiting Documents", "pnc"),),
    custom_fields=(LANGUAGE,),
)
CHOICE = Choice("8", "5", "3", "Family Law Intake", "Awaiting Documents", "Family Law")


def language(**changes: str) -> FieldMapping:
    fields = {
        "entity": "contact",
        "source": "answer:language",
        "target": "custom:47",
        "target_name": "Preferred Language",
        "target_type": "list",
        **changes,
    }
    return FieldMapping(firm_id=UUID(int=1), **fields)


def told(reference: Reference, *, choice: Choice = CHOICE, **labels: tuple[str, ...]) -> list[tuple[str, bool]]:
    found = drifts_of({"divorce-standard": choice}, [language()], reference, labels=labels)
    return [(drift.sentence, drift.holds) for drift in found]


def test_it_tells_nothing_while_all_is_as_chosen() -> None:
    assert told(THERE, language=("English", "spanish")) == []


def test_it_tells_nothing_before_the_settings_were_read() -> None:
    assert told(Reference()) == []


def test_it_names_a_renamed_stage_by_both_names_and_holds_nothing() -> None:
    renamed = replace(THERE, stages=(replace(STAGE, name="Family Intake 2"),))
    assert told(renamed) == [
        (
            "The stage “Family Law Intake” was renamed to “Family Intake 2”. Matters go there as before.",
            False,
        )
    ]


def test_it_names_a_deleted_stage_and_holds_its_case_type() -> None:
    assert told(replace(THERE, stages=THERE.stages[:1])) == [
        (
            "The stage “Family Law Intake” was deleted in Lawmatics. New matters of this case type are held.",
            True,
        )
    ]


def test_it_names_a_deleted_field() -> None:
    assert told(replace(THERE, custom_fields=())) == [
        ("The field “Preferred Language” was deleted in Lawmatics. Its answers are not sent.", True)
    ]


def test_it_names_a_field_of_another_type() -> None:
    text = replace(LANGUAGE, type="text", options=())
    assert told(replace(THERE, custom_fields=(text,))) == [
        ("The field “Preferred Language” was a list and is a text now. Look at the preview.", True)
    ]


def test_it_names_the_answers_that_a_list_has_no_choice_for() -> None:
    fewer = replace(LANGUAGE, options=LANGUAGE.options[:1])
    assert told(replace(THERE, custom_fields=(fewer,)), language=("English", "Spanish")) == [
        ("The list “Preferred Language” has no choice for “Spanish”. Such answers are not sent.", True)
    ]


def test_a_deleted_stage_is_never_sent() -> None:
    placed = place("divorce-standard", "Family Law", replace(THERE, stages=THERE.stages[:1]), CHOICE)
    assert (placed.stage_id, [one.name for one in placed.missing]) == ("", ["Family Law Intake"])


def test_a_quiet_sync_is_not_held_for_a_stage_that_it_does_not_send() -> None:
    placed = place("divorce-standard", "Family Law", replace(THERE, stages=THERE.stages[:1]), CHOICE)
    assert (placed.in_the_way(quiet=True), len(placed.in_the_way(quiet=False))) == ((), 1)
