"""Versions of case types: written down at first use, never changed, saved by one editor at a time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from casehug.audit.models import Entry
from casehug.intake.errors import BadInput, NotAllowed, NotFound
from casehug.intake.models import ChecklistItem, Matter, TemplateVersion
from casehug.intake.queries.portal import template_of
from casehug.intake.queries.templates import case_type_rows, current_template
from casehug.intake.services.templates import (
    available_templates,
    copy_template,
    current_version,
    hide_template,
    restore_shipped,
    save_version,
    show_template,
)
from casehug.intake.shipped import shipped_templates
from casehug.intake.template_rules import check_template
from casehug.intake.templates import Condition, DocumentAsk, Kind, Option, Question, Section, Template, Text
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.intake.conftest import AtOnce

DIVORCE = "divorce-standard"


def both(words: str) -> Text:
    return Text(words, f"{words} (es)")


def _renamed(template: Template, number: int) -> tuple[DocumentAsk, ...]:
    """Every document under another name, so that a mixture of two versions shows."""
    return tuple(replace(ask, name=both(f"{ask.name.en} {number}")) for ask in template.documents)


def small(**changes: Any) -> Template:
    """A small fit case type, with changes."""
    married = Question("married", Kind.YES_NO, both("Are you married?"))
    spouse = Question("spouse", Kind.SHORT, both("Spouse's name"), show_if=Condition("married", ("yes",)))
    fields: dict[str, Any] = {
        "key": "own-boats",
        "name": "Boats",
        "practice_area": "Family Law",
        "minutes": 10,
        "sections": (Section("you", both("You"), (married, spouse)),),
        "documents": (DocumentAsk("photo-id", both("Photo ID"), both("Shows who you are."), "Identification", True),),
        **changes,
    }
    return Template(**fields)


def edited(template: Template, **changes: Any) -> Template:
    """The template with its first document changed."""
    return replace(template, documents=(replace(template.documents[0], **changes), *template.documents[1:]))


def save(actor: Actor, template: Template, *, started_from: int) -> TemplateVersion:
    with firm_scope(actor.firm_id):
        return save_version(actor, template=template, started_from=started_from)


def versions(actor: Actor, key: str = DIVORCE) -> list[int]:
    with firm_scope(actor.firm_id):
        found = TemplateVersion.objects.filter(case_type=key).order_by("number")
        return [version.number for version in found]


def test_the_first_use_writes_down_what_is_shipped(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        version = TemplateVersion.objects.get()
    assert (version.number, version.created_by_id, version.id) == (1, None, matter.template_id)
    assert Template.from_json(version.content) == shipped_templates()[DIVORCE]


def test_looking_writes_nothing_down(people: Cast) -> None:
    with firm_scope(people.firm_id):
        available_templates(people.alice)
        case_type_rows(people.alice)
        assert current_template(DIVORCE).number == 1
    assert versions(people.alice) == []


def test_the_second_use_finds_the_first_ones_version(people: Cast) -> None:
    assert cast.open_dana(people.bob).template_id == cast.open_dana(people.bob).template_id
    assert versions(people.alice) == [1]


def test_two_first_uses_at_once_share_one_version(people: Cast, at_once: AtOnce) -> None:
    def use() -> object:
        with firm_scope(people.firm_id):
            return current_version(DIVORCE).id

    first, second = at_once([use, use])
    assert first == second
    assert versions(people.alice) == [1]


def test_each_firm_has_its_own(people: Cast) -> None:
    cast.open_dana(people.bob)
    save(people.alice, edited(shipped_templates()[DIVORCE], required=False), started_from=1)
    assert (versions(people.alice), versions(people.charlie)) == ([1, 2], [])


def test_an_edit_is_a_new_version(people: Cast) -> None:
    changed = edited(shipped_templates()[DIVORCE], name=both("Passport"))
    version = save(people.alice, changed, started_from=1)
    assert (version.number, version.created_by_id) == (2, people.alice.user_id)
    with firm_scope(people.firm_id):
        assert current_template(DIVORCE).template == changed
        assert Entry.objects.filter(action="template.saved", subject_id=version.id).count() == 1


def test_a_matter_keeps_what_it_started_with(people: Cast) -> None:
    old = cast.open_dana(people.bob)
    save(people.alice, edited(shipped_templates()[DIVORCE], name=both("Passport")), started_from=1)
    new = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        old.refresh_from_db()
        names = [ChecklistItem.objects.filter(matter=matter).order_by("position")[0].name for matter in (old, new)]
        kept = [template_of(matter) for matter in (old, new)]
    asked = [template.documents[0].name.en for template in kept if template]
    shipped = shipped_templates()[DIVORCE].documents[0].name.en
    assert names == asked == [shipped, "Passport"]


def test_saving_the_same_saves_nothing(people: Cast) -> None:
    assert save(people.alice, shipped_templates()[DIVORCE], started_from=1).number == 1
    assert versions(people.alice) == [1]


def test_the_second_of_two_editors_is_told(people: Cast) -> None:
    shipped = shipped_templates()[DIVORCE]
    save(people.alice, edited(shipped, name=both("Passport")), started_from=1)
    with pytest.raises(NotAllowed, match="Somebody else saved this case type"):
        save(people.alice, edited(shipped, name=both("Driver's licence")), started_from=1)
    assert versions(people.alice) == [1, 2]


def test_two_editors_at_once_one_wins(people: Cast, at_once: AtOnce) -> None:
    shipped = shipped_templates()[DIVORCE]
    cast.open_dana(people.bob)

    def step(name: str) -> Callable[[], TemplateVersion]:
        return lambda: save(people.alice, edited(shipped, name=both(name)), started_from=1)

    outcomes = at_once([step("Passport"), step("Licence")])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotAllowed", "TemplateVersion"]
    assert versions(people.alice) == [1, 2]


def test_without_the_number_the_second_editor_would_undo_the_first(people: Cast) -> None:
    """The twin: whoever claims to have seen the newest version takes the other's words away."""
    shipped = shipped_templates()[DIVORCE]
    save(people.alice, edited(shipped, name=both("Passport")), started_from=1)
    save(people.alice, edited(shipped, required=False), started_from=2)
    with firm_scope(people.firm_id):
        assert current_template(DIVORCE).template.documents[0].name == shipped.documents[0].name


def test_a_matter_opened_while_saving_has_one_whole_version(people: Cast, at_once: AtOnce) -> None:
    shipped = shipped_templates()[DIVORCE]
    for number in range(1, 6):
        changed = replace(shipped, documents=_renamed(shipped, number))
        at_once(
            [
                lambda changed=changed, number=number: save(people.alice, changed, started_from=number),
                lambda: cast.open_dana(people.bob),
            ]
        )
    with firm_scope(people.firm_id):
        for matter in Matter.objects.all():
            kept = template_of(matter)
            assert kept is not None
            asked = list(
                ChecklistItem.objects.filter(matter=matter).order_by("position").values_list("name", flat=True)
            )
            assert asked == [document.name.en for document in kept.asked_in("CO")]
        assert Matter.objects.count() == 5


def test_a_second_look_while_opening_would_see_another_version(people: Cast, at_once: AtOnce) -> None:
    """The twin: within one transaction the current version can change, so a matter looks once."""
    changed = edited(shipped_templates()[DIVORCE], name=both("Passport"))
    with firm_scope(people.firm_id):
        first = current_version(DIVORCE).number
    with firm_scope(people.firm_id):
        seen = current_version(DIVORCE).number
        at_once([lambda: save(people.alice, changed, started_from=first)])
        assert (seen, current_version(DIVORCE).number) == (1, 2)


def an_earlier_shipping(people: Cast) -> Template:
    """As if a release before this one had shipped other content, and the firm had used it."""
    before = edited(shipped_templates()[DIVORCE], name=both("Identity papers"))
    with firm_scope(people.firm_id):
        TemplateVersion.objects.create(case_type=DIVORCE, number=1, content=before.to_json())
    return before


def test_an_upgrade_reaches_a_firm_that_edited_nothing(people: Cast) -> None:
    an_earlier_shipping(people)
    with firm_scope(people.firm_id):
        assert current_template(DIVORCE).template == shipped_templates()[DIVORCE]
    cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        latest = TemplateVersion.objects.get(case_type=DIVORCE, number=2)
    assert (latest.created_by_id, Template.from_json(latest.content)) == (None, shipped_templates()[DIVORCE])


def test_an_upgrade_leaves_an_edited_case_type_alone(people: Cast) -> None:
    before = an_earlier_shipping(people)
    with firm_scope(people.firm_id):
        content = edited(before, required=False).to_json()
        author = people.alice.user_id
        TemplateVersion.objects.create(case_type=DIVORCE, number=2, content=content, created_by_id=author)
    cast.open_dana(people.bob)
    assert versions(people.alice) == [1, 2]


def test_restored_it_is_as_shipped_and_follows_again(people: Cast) -> None:
    save(people.alice, edited(shipped_templates()[DIVORCE], required=False), started_from=1)
    with firm_scope(people.firm_id):
        version = restore_shipped(people.alice, case_type=DIVORCE, started_from=2)
        current = current_template(DIVORCE)
    assert (version.number, current.edited, current.template) == (3, False, shipped_templates()[DIVORCE])


def test_an_own_case_type_has_no_shipped_version(people: Cast) -> None:
    with firm_scope(people.firm_id):
        copy = copy_template(people.alice, case_type=DIVORCE, name="Divorce with boats")
        with pytest.raises(NotAllowed):
            restore_shipped(people.alice, case_type=copy.case_type, started_from=1)


def test_a_copy_asks_the_same_under_its_own_key(people: Cast) -> None:
    with firm_scope(people.firm_id):
        copy = copy_template(people.alice, case_type=DIVORCE, name="  Divorce  with boats ")
        template = Template.from_json(copy.content)
        offered = [offered.key for offered in available_templates(people.alice)]
    assert (copy.case_type, copy.number, template.name) == ("own-divorce-with-boats", 1, "Divorce with boats")
    assert template.documents == shipped_templates()[DIVORCE].documents
    assert "own-divorce-with-boats" in offered


@pytest.mark.parametrize("name", ["Divorce — Standard", "divorce — STANDARD ", "", "x" * 121, "a\x00b"])
def test_a_copy_needs_a_name_of_its_own(people: Cast, name: str) -> None:
    with firm_scope(people.firm_id), pytest.raises(BadInput) as refused:
        copy_template(people.alice, case_type=DIVORCE, name=name)
    assert refused.value.field == "name"


def test_names_that_make_no_key_still_get_one(people: Cast) -> None:
    with firm_scope(people.firm_id):
        keys = [
            copy_template(people.alice, case_type=DIVORCE, name=name).case_type
            for name in ("離婚", "相続", "A b", "A-B")
        ]
    assert keys == ["own-case-type", "own-case-type-2", "own-a-b", "own-a-b-2"]


def test_a_rename_to_a_taken_name_is_refused(people: Cast) -> None:
    with pytest.raises(BadInput, match="There is a case type of this name already"):
        save(people.alice, replace(shipped_templates()[DIVORCE], name="custody only"), started_from=1)


def test_a_hidden_case_type_is_not_offered(people: Cast) -> None:
    with firm_scope(people.firm_id):
        hide_template(people.alice, case_type=DIVORCE, started_from=1)
        assert DIVORCE not in [template.key for template in available_templates(people.alice)]
    with pytest.raises(BadInput) as refused:
        cast.open_dana(people.bob)
    assert refused.value.field == "case_type"
    with firm_scope(people.firm_id):
        show_template(people.alice, case_type=DIVORCE, started_from=2)
    assert cast.open_dana(people.bob).case_type == DIVORCE


@pytest.mark.parametrize("key", ["nonsense", "", "a\x00b", "own-boats"])
def test_what_is_no_case_type_is_not_found(people: Cast, key: str) -> None:
    with firm_scope(people.firm_id), pytest.raises(NotFound):
        current_version(key)


def test_nothing_is_saved_for_what_is_no_case_type(people: Cast) -> None:
    with pytest.raises(NotFound):
        save(people.alice, small(), started_from=1)


def test_a_document_of_other_states_is_not_asked(people: Cast) -> None:
    template = edited(shipped_templates()[DIVORCE], states=("TX", "CA"))
    save(people.alice, template, started_from=1)
    key = template.documents[0].key
    matters = [cast.open_dana(people.bob, state=state) for state in ("CO", "TX")]
    with firm_scope(people.firm_id):
        asked = [ChecklistItem.objects.filter(matter=matter, key=key).exists() for matter in matters]
    assert asked == [False, True]


def test_a_hidden_document_is_not_asked(people: Cast) -> None:
    template = edited(shipped_templates()[DIVORCE], hidden=True)
    save(people.alice, template, started_from=1)
    matter = cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        keys = set(ChecklistItem.objects.filter(matter=matter).values_list("key", flat=True))
    assert keys == {document.key for document in template.asked_in("CO")}
    assert template.documents[0].key not in keys


def test_a_checklist_speaks_both_languages(people: Cast) -> None:
    matter = cast.open_dana(people.bob)
    asked = shipped_templates()[DIVORCE].asked_in("CO")
    with firm_scope(people.firm_id):
        items = ChecklistItem.objects.filter(matter=matter).order_by("position")
        found = [(item.name, item.name_es, item.why, item.why_es) for item in items]
    assert found == [(ask.name.en, ask.name.es, ask.why.en, ask.why.es) for ask in asked]


def test_the_rows_count_what_is_asked_and_where_it_is_used(people: Cast) -> None:
    cast.open_dana(people.bob)
    cast.open_dana(people.bob)
    with firm_scope(people.firm_id):
        row = next(row for row in case_type_rows(people.alice) if row.current.template.key == DIVORCE)
    shipped = shipped_templates()[DIVORCE]
    assert (row.matters, row.documents) == (2, len(shipped.documents))
    assert row.questions == len(list(shipped.questions()))


@pytest.mark.parametrize("template", shipped_templates().values(), ids=list(shipped_templates()))
def test_everything_shipped_keeps_the_rules(template: Template) -> None:
    check_template(template)


def test_the_small_one_keeps_the_rules() -> None:
    check_template(small())


def asking(*questions: Question) -> Template:
    return small(sections=(Section("you", both("You"), questions),))


def requiring(**changes: Any) -> Template:
    return edited(small(), **changes)


Q = Question
MARRIED = Q("married", Kind.YES_NO, both("Are you married?"))
PAIR = (Option("a", both("A")), Option("b", both("B")))
CHILD = Q("name", Kind.SHORT, both("Name"))

UNFIT = [
    (small(name=" "), "name", "The case type: enter the name."),
    (small(practice_area=""), "practice_area", "The case type: enter the practice area."),
    (small(minutes=0), "minutes", "The case type: say how long it takes, from 1 to 240 minutes."),
    (small(key="A b"), "key", "The case type: its key must be short, of small letters, digits, - and _."),
    (small(sections=(), documents=()), "", "A case type asks for at least one document or one question."),
    (
        requiring(name=Text("Photo ID", "")),
        "documents.photo-id.name_es",
        "“Photo ID”: enter the Spanish name.",
    ),
    (requiring(name=Text("x" * 121, "x")), "documents.photo-id.name_en", "is too long, at most 120 characters."),
    (requiring(why=Text("", "x")), "documents.photo-id.why_en", "Document “Photo ID”: enter the English reason."),
    (requiring(why=Text("a\x00b", "x")), "documents.photo-id.why_en", "has characters that cannot be stored."),
    (requiring(category=" "), "documents.photo-id.category", "Document “Photo ID”: enter the category."),
    (requiring(states=("XX",)), "documents.photo-id.states", "XX is no state."),
    (requiring(states=("CO", "CO")), "documents.photo-id.states", "Two states have the same key, CO."),
    (small(documents=small().documents * 2), "", "Two documents have the same key, photo-id."),
    (
        small(sections=(Section("you", Text("You", ""), (MARRIED,)),)),
        "sections.you.title_es",
        "enter the Spanish",
    ),
    (asking(MARRIED, MARRIED), "", "Two questions have the same key, married."),
    (asking(replace(MARRIED, label=Text("", "x"))), "questions.married.label_en", "enter the English wording."),
    (asking(replace(MARRIED, hint=Text("x", ""))), "questions.married.hint_es", "enter the Spanish hint."),
    (asking(replace(MARRIED, options=PAIR)), "questions.married.options", "only a choice has options."),
    (asking(Q("c", Kind.CHOICE, both("C"), options=PAIR[:1])), "questions.c.options", "give at least two options"),
    (
        asking(Q("c", Kind.CHOICE, both("C"), options=(PAIR[0],) * 2)),
        "questions.c.options",
        "Two options have",
    ),
    (asking(replace(MARRIED, fields=(CHILD,))), "questions.married.fields", "only a repeated group"),
    (asking(Q("g", Kind.GROUP, both("G"))), "questions.g.fields", "asks at least one question for each entry."),
    (
        asking(Q("g", Kind.GROUP, both("G"), fields=(replace(CHILD, kind=Kind.SECRET),))),
        "questions.g.fields",
        "a group holds neither groups nor social security numbers.",
    ),
    (
        asking(replace(CHILD, show_if=Condition("married", ("yes",))), MARRIED),
        "questions.name.show_if",
        "Question “Name” depends on “Are you married?”, which must be a visible choice or yes/no question before it.",
    ),
    (
        asking(replace(MARRIED, hidden=True), replace(CHILD, show_if=Condition("married", ("yes",)))),
        "questions.name.show_if",
        "which must be a visible",
    ),
    (
        asking(CHILD, Q("s", Kind.SHORT, both("S"), show_if=Condition("name", ("x",)))),
        "questions.s.show_if",
        "which must be a visible",
    ),
    (
        asking(MARRIED, replace(CHILD, show_if=Condition("married", ("perhaps",)))),
        "questions.name.show_if",
        "depends on an answer that “Are you married?” does not offer.",
    ),
    (
        asking(CHILD, replace(CHILD, key="s", show_if=Condition("gone", ("x",)))),
        "questions.s.show_if",
        "depends on a question that is not there",
    ),
]


@pytest.mark.parametrize(("template", "field", "words"), UNFIT)
def test_it_says_what_is_unfit_and_where(template: Template, field: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_template(template)
    assert refused.value.field == field
    assert words in refused.value.sentence


def test_an_unfit_template_saves_nothing(people: Cast) -> None:
    with pytest.raises(BadInput):
        save(people.alice, edited(shipped_templates()[DIVORCE], name=Text("Passport", "")), started_from=1)
    assert 2 not in versions(people.alice)
