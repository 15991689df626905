"""What ships: complete in two languages, consistent, and fit for the columns it is stored in."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from casehug.intake.shipped import shipped_templates
from casehug.intake.templates import DocumentAsk, Kind, Question, Template, Text, is_shown
from casehug.intake.us_states import US_STATES
from casehug.portal.texts import known

ALL = list(shipped_templates().values())
DOCUMENTS: dict[str, DocumentAsk] = {document.key: document for template in ALL for document in template.documents}
KEYS = [
    "divorce-standard",
    "divorce-business-owner",
    "custody-only",
    "child-support-calculation",
    "post-decree-modification",
    "immigration",
    "estate-planning",
    "personal-injury",
    "criminal-defense",
    "business",
    "real-estate",
    "other",
]
# Words that are the same in both languages, such as names. None yet.
SAME_IN_BOTH: frozenset[str] = frozenset()


def each() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("template", ALL, ids=[template.key for template in ALL])


def all_questions(template: Template) -> Iterator[Question]:
    for section in template.sections:
        for question in section.questions:
            yield question
            yield from question.fields


def texts(template: Template) -> Iterator[Text]:
    yield from (section.title for section in template.sections)
    for question in all_questions(template):
        yield question.label
        yield from (option.label for option in question.options)
        if question.hint != Text("", ""):
            yield question.hint
    for document in template.documents:
        yield from (document.name, document.why)


def levels(template: Template) -> Iterator[list[Question]]:
    top = [question for section in template.sections for question in section.questions]
    yield top
    yield from (list(question.fields) for question in top if question.fields)


def test_it_keeps_every_case_type_in_order() -> None:
    assert list(shipped_templates()) == KEYS == [template.key for template in ALL]


def test_it_reads_the_files_once() -> None:
    assert shipped_templates() is shipped_templates()


def test_it_knows_at_least_seventy_documents() -> None:
    assert len(DOCUMENTS) >= 70


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_two_documents_share_a_reason(language: str) -> None:
    reasons = sorted(document.why.in_language(language).lower() for document in DOCUMENTS.values())
    assert [first for first, second in pairwise(reasons) if first == second] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_two_documents_share_a_name(language: str) -> None:
    assert len({document.name.in_language(language) for document in DOCUMENTS.values()}) == len(DOCUMENTS)


@each()
def test_it_says_why_in_one_sentence(template: Template) -> None:
    reasons = [why for document in template.documents for why in (document.why.en, document.why.es)]
    assert [why for why in reasons if len(why) < 30 or not re.fullmatch(r"[A-ZÁÉÍÓÚ][^?!]*[^.]\.", why)] == []


@each()
def test_it_speaks_both_languages(template: Template) -> None:
    assert [text for text in texts(template) if not text.en.strip() or not text.es.strip()] == []
    assert [text for text in texts(template) if text.en == text.es and text.en not in SAME_IN_BOTH] == []


@each()
def test_it_says_usted(template: Template) -> None:
    familiar = re.compile(r"\b(tú|tu|tus|te|ti|contigo|tienes|puedes|quieres|vives|necesitas)\b", re.IGNORECASE)
    assert [text.es for text in texts(template) if familiar.search(text.es)] == []


@each()
def test_it_opens_every_spanish_question(template: Template) -> None:
    assert [text.es for text in texts(template) if text.es.count("?") != text.es.count("¿")] == []


@each()
def test_it_comes_back_from_json(template: Template) -> None:
    assert Template.from_json(template.to_json()) == template


@each()
def test_it_fits_the_columns(template: Template) -> None:
    keys = [template.key, *(question.key for question in all_questions(template)), *DOCUMENTS]
    assert [key for key in keys if not re.fullmatch(r"[a-z0-9-]{1,60}", key)] == []
    for document in template.documents:
        assert max(len(document.name.en), len(document.name.es)) <= 120
        assert max(len(document.why.en), len(document.why.es)) <= 300
        assert len(document.category) <= 40


@each()
def test_it_asks_twelve_to_thirty_questions(template: Template) -> None:
    assert 12 <= len(list(template.questions())) <= 30


@each()
def test_it_expects_a_believable_time(template: Template) -> None:
    assert len(list(template.questions())) / 2 <= template.minutes <= 60


@each()
def test_it_confirms_who_the_client_is(template: Template) -> None:
    about = template.sections[0]
    assert about.key == "about-you"
    assert {"preferred-name", "date-of-birth", "home-address"} <= {question.key for question in about.questions}


def test_it_uses_every_kind_of_question() -> None:
    assert {question.kind for template in ALL for question in all_questions(template)} == set(Kind)


@each()
def test_it_depends_only_on_answers_given_before(template: Template) -> None:
    for level in levels(template):
        before: dict[str, Question] = {}
        for question in level:
            if condition := question.show_if:
                asked = before[condition.question]
                offered = {option.key for option in asked.options} or {"yes", "no"}
                assert condition.equals and set(condition.equals) <= offered
            before[question.key] = question


@each()
def test_it_gives_no_question_and_no_option_a_key_twice(template: Template) -> None:
    for level in levels(template):
        keys = [question.key for question in level]
        assert len(keys) == len(set(keys))
        for question in level:
            options = [option.key for option in question.options]
            assert len(options) == len(set(options))


def test_a_condition_opens_its_question() -> None:
    children = shipped_templates()["divorce-standard"].question("children")
    assert children is not None
    shown = [is_shown(children, answers) for answers in ({}, {"has-children": False}, {"has-children": True})]
    assert shown == [False, False, True]


def test_it_asks_for_a_social_security_number_only_where_a_lawyer_needs_it() -> None:
    asking = {template.key for template in ALL if any(q.kind == Kind.SECRET for q in template.questions())}
    assert asking == {
        "divorce-standard",
        "divorce-business-owner",
        "child-support-calculation",
        "immigration",
        "personal-injury",
    }
    assert [q.key for template in ALL for q in template.questions() if q.kind == Kind.SECRET and q.required] == []


def test_criminal_defense_asks_nobody_to_write_down_what_they_did() -> None:
    words = " ".join(text.en for text in texts(shipped_templates()["criminal-defense"])).lower()
    assert "do not write here what happened" in words
    assert "your side" not in words and "tell us what happened" not in words


def test_a_standard_divorce_asks_for_three_of_seven_in_colorado() -> None:
    asked = shipped_templates()["divorce-standard"].asked_in("CO")
    assert [(document.key, document.required) for document in asked] == [
        ("photo-id", True),
        ("marriage-certificate", True),
        ("tax-returns", True),
        ("pay-stubs", False),
        ("bank-statements", False),
        ("mortgage-statement", False),
        ("retirement-statements", False),
    ]


@pytest.mark.parametrize(
    ("state", "case_type", "document"),
    [
        ("CO", "divorce-business-owner", "co-sworn-financial-statement"),
        ("CO", "child-support-calculation", "co-sworn-financial-statement"),
        ("CA", "divorce-standard", "ca-income-and-expense"),
        ("FL", "divorce-standard", "fl-financial-affidavit"),
        ("TX", "divorce-standard", "tx-inventory"),
        ("NY", "divorce-standard", "ny-net-worth"),
        ("NY", "personal-injury", "ny-no-fault-application"),
        ("TX", "real-estate", "tx-survey-affidavit"),
    ],
)
def test_a_states_own_form_is_asked_there_and_nowhere_else(state: str, case_type: str, document: str) -> None:
    template = shipped_templates()[case_type]
    asking = [code for code in US_STATES if document in {asked.key for asked in template.asked_in(code)}]
    assert asking == [state]


@each()
def test_a_state_adds_only_optional_items_at_the_end(template: Template) -> None:
    assert [document.key for document in template.documents if document.states and document.required] == []
    order = [bool(document.states) for document in template.documents]
    assert order == sorted(order)


def test_the_portal_has_a_heading_for_every_category() -> None:
    categories = {document.category for document in DOCUMENTS.values()}
    assert {category for category in categories if not known(f"category_{category.lower()}")} == set()
