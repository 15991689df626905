"""What is kept of what a client typed, kind by kind, and who is told of a conflict."""

from typing import Any

import pytest

from casehug.audit.models import Entry
from casehug.intake.answer_values import SENTENCES, BadAnswer, read_value
from casehug.intake.errors import NotFound
from casehug.intake.models import Answer, Matter, TemplateVersion
from casehug.intake.services.answers import ChangedElsewhere, reveal_secret, save_answer, submit_intake
from casehug.intake.templates import Kind, Option, Question, Section, Template, Text
from casehug.kit.encryption import CannotOpen
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.intake.conftest import AtOnce

WORDS = Text("Words", "Palabras")
OPTIONS = (Option("red", WORDS), Option("blue", WORDS))
HOME = {"street": "1 Main St", "city": "Denver", "state": "CO", "zip": "80202"}


def ask(kind: Kind, **more: Any) -> Question:
    options = OPTIONS if kind in {Kind.CHOICE, Kind.CHOICES} else ()
    inner = (Question("name", Kind.SHORT, WORDS), Question("born", Kind.DATE, WORDS))
    fields = inner if kind == Kind.GROUP else ()
    return Question(key=f"q-{kind.value}", kind=kind, label=WORDS, options=options, fields=fields, **more)


GOOD: list[tuple[Kind, object, object]] = [
    (Kind.SHORT, "  Ana   María ", "Ana María"),
    (Kind.SHORT, "   ", None),
    (Kind.LONG, " one\r\ntwo ", "one\ntwo"),
    (Kind.NUMBER, "1,250", 1250),
    (Kind.NUMBER, "-12.5", -12.5),
    (Kind.NUMBER, "3.0", 3),
    (Kind.MONEY, "$1,250.5", 125050),
    (Kind.MONEY, "0", 0),
    (Kind.MONEY, "19.99", 1999),
    (Kind.DATE, "2015-03-04", "2015-03-04"),
    (Kind.DATE, "3/4/2015", "2015-03-04"),
    (Kind.DATE, "2024-02-29", "2024-02-29"),
    (Kind.YES_NO, "yes", True),
    (Kind.YES_NO, "no", False),
    (Kind.YES_NO, False, False),
    (Kind.CHOICE, "red", "red"),
    (Kind.CHOICES, ["blue", "red", "blue"], ["red", "blue"]),
    (Kind.CHOICES, [], None),
    (Kind.ADDRESS, {**HOME, "unit": " "}, HOME),
    (Kind.ADDRESS, {"street": "", "city": ""}, None),
    (Kind.PHONE, "(303) 555-0134", "+13035550134"),
    (Kind.EMAIL, " dana@example.com ", "dana@example.com"),
    (Kind.SECRET, "123-45-6789", "123456789"),
    (
        Kind.GROUP,
        [{"name": "Ava", "born": "3/4/2015"}, {"name": "", "born": ""}],
        [{"name": "Ava", "born": "2015-03-04"}],
    ),
    (Kind.GROUP, [{"name": ""}], None),
    *((kind, "", None) for kind in Kind),
]
BAD: list[tuple[Kind, object, str, str]] = [
    (Kind.SHORT, "x" * 201, "too_long", ""),
    (Kind.SHORT, "a\x00b", "unfit", ""),
    (Kind.SHORT, "a\u202eb", "unfit", ""),
    (Kind.SHORT, ["x"], "shape", ""),
    (Kind.LONG, "x" * 5001, "too_long", ""),
    (Kind.NUMBER, "twelve", "number", ""),
    (Kind.NUMBER, "1,2,3", "number", ""),
    (Kind.NUMBER, "1e5", "number", ""),
    (Kind.NUMBER, "NaN", "number", ""),
    (Kind.NUMBER, "٣", "number", ""),
    (Kind.MONEY, "-5", "money", ""),
    (Kind.MONEY, "1.234", "money", ""),
    (Kind.MONEY, "1.250,00", "money", ""),
    (Kind.DATE, "2015-02-30", "date", ""),
    (Kind.DATE, "31/12/2015", "date", ""),
    (Kind.DATE, "1066-10-14", "date", ""),
    (Kind.YES_NO, "maybe", "choice", ""),
    (Kind.CHOICE, "green", "choice", ""),
    (Kind.CHOICE, ["red"], "choice", ""),
    (Kind.CHOICES, ["red", "green"], "choice", ""),
    (Kind.ADDRESS, {"street": "1 Main St"}, "address", ""),
    (Kind.ADDRESS, {**HOME, "planet": "Mars"}, "shape", ""),
    (Kind.ADDRESS, "1 Main St", "shape", ""),
    (Kind.ADDRESS, {**HOME, "zip": "8" * 13}, "too_long", ""),
    (Kind.PHONE, "12", "phone", ""),
    (Kind.EMAIL, "dana@", "email", ""),
    (Kind.SECRET, "123-45-678", "secret", ""),
    (Kind.SECRET, "١٢٣٤٥٦٧٨٩", "secret", ""),
    (Kind.GROUP, "Ava", "shape", ""),
    (Kind.GROUP, [{"name": "Ava", "age": "9"}], "shape", ""),
    (Kind.GROUP, [{"name": "Ava"}, {"born": "soon"}], "date", "-1-born"),
    (Kind.GROUP, [{"name": "Ava"}] * 31, "entries", ""),
]


@pytest.mark.parametrize(("kind", "typed", "kept"), GOOD)
def test_it_keeps(kind: Kind, typed: object, kept: object) -> None:
    value = read_value(ask(kind), typed)
    assert (value, type(value)) == (kept, type(kept))


@pytest.mark.parametrize(("kind", "typed", "code", "where"), BAD)
def test_it_refuses(kind: Kind, typed: object, code: str, where: str) -> None:
    for language in ("en", "es"):
        with pytest.raises(BadAnswer) as refused:
            read_value(ask(kind), typed, language=language)
        assert (refused.value.code, refused.value.field) == (code, f"q-{kind.value}{where}")
        beginning = SENTENCES[code].in_language(language).split("{")[0]
        assert refused.value.sentence.startswith(beginning)


def test_every_kind_has_good_and_bad_examples() -> None:
    assert {kind for kind, typed, _ in GOOD if typed} == set(Kind)
    assert {kind for kind, _, _, _ in BAD} == set(Kind)


def test_every_sentence_is_there_in_both_languages() -> None:
    assert all(text.en and text.es and text.en != text.es for text in SENTENCES.values())


@pytest.fixture
def matter(people: Cast) -> Matter:
    made = cast.open_dana(people.alice)
    questions = tuple(ask(kind) for kind in Kind)
    template = Template("all", "All", "Family", 5, (Section("s", WORDS, questions),), ())
    with firm_scope(people.firm_id):
        made.template = TemplateVersion.objects.create(case_type="all", number=1, content=template.to_json())
        made.save(update_fields=["template"])
    return made


@pytest.fixture
def dana(people: Cast) -> Actor:
    return Actor.client(people.firm_id)


def test_it_counts_every_change_and_no_repetition(dana: Actor, matter: Matter) -> None:
    revisions = []
    with firm_scope(dana.firm_id):
        for value, revision in (("a", 0), ("a", 0), ("b", 1), ("", 2)):
            kept = save_answer(dana, matter=matter, question="q-short", value=value, revision=revision)
            revisions.append((kept.revision, kept.value))
    assert revisions == [(1, "a"), (1, "a"), (2, "b"), (3, None)]


def test_the_later_writer_learns_what_stands_there(dana: Actor, matter: Matter) -> None:
    with firm_scope(dana.firm_id):
        save_answer(dana, matter=matter, question="q-short", value="theirs", revision=0)
        with pytest.raises(ChangedElsewhere) as conflict:
            save_answer(dana, matter=matter, question="q-short", value="mine", revision=0)
        assert (conflict.value.answer.value, conflict.value.answer.revision) == ("theirs", 1)
        assert save_answer(dana, matter=matter, question="q-short", value="mine", revision=None).value == "mine"


def test_of_two_devices_at_once_one_is_told(dana: Actor, matter: Matter, at_once: AtOnce) -> None:
    def write(value: str) -> Any:
        with firm_scope(dana.firm_id):
            return save_answer(dana, matter=matter, question="q-short", value=value, revision=0)

    outcomes = at_once([lambda: write("one"), lambda: write("two")])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Answer", "ChangedElsewhere"]


def test_no_and_zero_are_answers(dana: Actor, matter: Matter) -> None:
    with firm_scope(dana.firm_id):
        assert save_answer(dana, matter=matter, question="q-yes_no", value="no", revision=0).value is False
        assert save_answer(dana, matter=matter, question="q-money", value="0", revision=0).value == 0


def test_it_knows_no_other_question(dana: Actor, matter: Matter) -> None:
    with firm_scope(dana.firm_id), pytest.raises(NotFound):
        save_answer(dana, matter=matter, question="q-other", value="x", revision=0)


def test_a_secret_opens_only_where_it_belongs(dana: Actor, people: Cast, matter: Matter) -> None:
    with firm_scope(dana.firm_id):
        kept = save_answer(dana, matter=matter, question="q-secret", value="123-45-6789", revision=0)
        assert kept.value is None
        assert reveal_secret(people.alice, answer=kept) == "123456789"
        assert Entry.objects.filter(action="answer.revealed", actor_id=people.alice.user_id).exists()
        with pytest.raises(CannotOpen):
            reveal_secret(people.alice, answer=Answer(matter=matter, question="q-short", sealed=kept.sealed))


def test_the_record_names_the_question_and_not_the_answer(dana: Actor, matter: Matter) -> None:
    with firm_scope(dana.firm_id):
        save_answer(dana, matter=matter, question="q-short", value="CANARY", revision=0)
        entry = Entry.objects.get(action="answer.saved", subject_id=matter.id)
    assert entry.details == {"question": "q-short"}


def test_it_submits_once(dana: Actor, matter: Matter) -> None:
    with firm_scope(dana.firm_id):
        for _ in range(2):
            submit_intake(dana, matter=matter)
        matter.refresh_from_db()
        assert Entry.objects.filter(action="intake.submitted", subject_id=matter.id).count() == 1
    assert matter.status == "review"
