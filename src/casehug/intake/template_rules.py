"""What makes a case type fit to be asked of a client. Pure; every refusal names its place.

A refusal's `field` is the path of the place ("questions.married.label_es"), so that a form about one piece knows
whether the refusal is about its own piece or about another.
"""

import re
from collections.abc import Iterator, Sequence

from casehug.intake import normal
from casehug.intake.errors import BadInput
from casehug.intake.templates import DocumentAsk, Kind, Question, Section, Template, Text
from casehug.intake.us_states import US_STATES

KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
LONGEST_KEY, LONGEST_NAME, LONGEST_LABEL, LONGEST_WHY, LONGEST_AREA, LONGEST_CATEGORY = 60, 120, 300, 300, 60, 40
MOST = {"sections": 40, "questions": 300, "documents": 200, "options": 60, "fields": 40}
WITH_OPTIONS = frozenset({Kind.CHOICE, Kind.CHOICES})
# The kinds whose answers are few and known, so that another question can depend on them.
DECIDING = frozenset({Kind.YES_NO, Kind.CHOICE, Kind.CHOICES})
NOT_IN_GROUPS = frozenset({Kind.GROUP, Kind.SECRET})
LANGUAGES = {"en": "English", "es": "Spanish"}


def check_template(template: Template) -> None:
    """Raises BadInput for the first thing that a client could not be asked, or that could not be stored."""
    _check_key(template.key, "The case type", "key")
    _check_words(template.name, "The case type", "name", "name", LONGEST_NAME)
    _check_words(template.practice_area, "The case type", "practice area", "practice_area", LONGEST_AREA)
    if not 1 <= template.minutes <= 240:
        raise BadInput("The case type: say how long it takes, from 1 to 240 minutes.", field="minutes")
    _check_count(template.sections, "sections")
    _check_count(template.documents, "documents")
    for section in template.sections:
        _check_section(section)
    for document in template.documents:
        _check_document(document)
    everything = [question for section in template.sections for question in section.questions]
    _check_count(everything, "questions")
    _check_unique([section.key for section in template.sections], "sections")
    _check_unique([document.key for document in template.documents], "documents")
    _check_unique([question.key for question in everything], "questions")
    _check_level(everything, "questions")
    if not any(True for _ in template.questions()) and all(document.hidden for document in template.documents):
        raise BadInput("A case type asks for at least one document or one question. Show one, or hide the case type.")


def deciding_before(questions: Sequence[Question], key: str) -> Iterator[Question]:
    """The questions of this level on which the question `key` (or a new one at the end) may depend."""
    for question in questions:
        if question.key == key:
            return
        if question.kind in DECIDING and not question.hidden:
            yield question


def kinds_for(question: Question, *, in_group: bool) -> list[Kind]:
    """What an existing question can become. A group would lose the questions of its entries, so it stays a group."""
    if question.kind == Kind.GROUP:
        return [Kind.GROUP]
    return [kind for kind in Kind if not (in_group and kind in NOT_IN_GROUPS)]


def values_of(question: Question) -> dict[str, Text]:
    """The answers that a deciding question can get, with their words."""
    if question.kind == Kind.YES_NO:
        return {"yes": Text("Yes", "Sí"), "no": Text("No", "No")}
    return {option.key: option.label for option in question.options}


def _check_section(section: Section) -> None:
    place, path = f"Section “{section.title.en or section.key}”", f"sections.{section.key}"
    _check_key(section.key, place, f"{path}.key")
    _check_text(section.title, place, "title", f"{path}.title", LONGEST_NAME)


def _check_document(document: DocumentAsk) -> None:
    place, path = f"Document “{document.name.en or document.key}”", f"documents.{document.key}"
    _check_key(document.key, place, f"{path}.key")
    _check_text(document.name, place, "name", f"{path}.name", LONGEST_NAME)
    _check_text(document.why, place, "reason", f"{path}.why", LONGEST_WHY)
    _check_words(document.category, place, "category", f"{path}.category", LONGEST_CATEGORY)
    unknown = [state for state in document.states if state not in US_STATES]
    if unknown:
        raise BadInput(f"{place}: {unknown[0]} is no state. Use postal codes like CO.", field=f"{path}.states")
    _check_unique(document.states, "states", place=f"{place}: ", field=f"{path}.states")


def _check_level(questions: Sequence[Question], path: str) -> None:
    for question in questions:
        _check_question(question, f"{path}.{question.key}")
        if question.show_if and not question.hidden:
            _check_condition(question, questions, f"{path}.{question.key}.show_if")


def _check_question(question: Question, path: str) -> None:
    place = f"Question “{question.label.en or question.key}”"
    _check_key(question.key, place, f"{path}.key")
    _check_text(question.label, place, "wording", f"{path}.label", LONGEST_LABEL)
    if question.hint.en or question.hint.es:
        _check_text(question.hint, place, "hint", f"{path}.hint", LONGEST_LABEL)
    _check_options(question, place, f"{path}.options")
    _check_group(question, place, f"{path}.fields")


def _check_options(question: Question, place: str, path: str) -> None:
    if question.kind not in WITH_OPTIONS:
        if question.options:
            raise BadInput(f"{place}: only a choice has options.", field=path)
        return
    if len(question.options) < 2:
        raise BadInput(f"{place}: give at least two options to choose from.", field=path)
    _check_count(question.options, "options", place=f"{place}: ", field=path)
    for option in question.options:
        _check_key(option.key, place, path)
        _check_text(option.label, f"{place}, option “{option.label.en or option.key}”", "wording", path, LONGEST_NAME)
    _check_unique([option.key for option in question.options], "options", place=f"{place}: ", field=path)


def _check_group(question: Question, place: str, path: str) -> None:
    if question.kind != Kind.GROUP:
        if question.fields:
            raise BadInput(f"{place}: only a repeated group has questions of its own.", field=path)
        return
    if all(field.hidden for field in question.fields):
        raise BadInput(f"{place}: a repeated group asks at least one question for each entry.", field=path)
    if any(field.kind in NOT_IN_GROUPS for field in question.fields):
        raise BadInput(f"{place}: a group holds neither groups nor social security numbers.", field=path)
    _check_count(question.fields, "fields", place=f"{place}: ", field=path)
    _check_unique([field.key for field in question.fields], "questions", place=f"{place}: ", field=path)
    _check_level(question.fields, path)


def _check_condition(question: Question, level: Sequence[Question], path: str) -> None:
    condition = question.show_if
    assert condition is not None
    place = f"Question “{question.label.en}”"
    asked = next((q for q in deciding_before(level, question.key) if q.key == condition.question), None)
    if asked is None:
        other = next((q for q in level if q.key == condition.question), None)
        named = f"“{other.label.en}”" if other else "a question that is not there"
        sentence = f"{place} depends on {named}, which must be a visible choice or yes/no question before it."
        raise BadInput(sentence, field=path)
    if not condition.equals or not set(condition.equals) <= set(values_of(asked)):
        raise BadInput(f"{place} depends on an answer that “{asked.label.en}” does not offer.", field=path)


def _check_text(text: Text, place: str, label: str, field: str, limit: int) -> None:
    for language, name in LANGUAGES.items():
        _check_words(getattr(text, language), place, f"{name} {label}", f"{field}_{language}", limit)


def _check_words(words: str, place: str, label: str, field: str, limit: int) -> None:
    if not words.strip():
        raise BadInput(f"{place}: enter the {label}.", field=field)
    if len(words) > limit:
        raise BadInput(f"{place}: the {label} is too long, at most {limit} characters.", field=field)
    if normal.findable(words) != words.strip():
        raise BadInput(f"{place}: the {label} has characters that cannot be stored.", field=field)


def _check_key(key: str, place: str, field: str) -> None:
    if len(key) > LONGEST_KEY or not KEY.fullmatch(key):
        raise BadInput(f"{place}: its key must be short, of small letters, digits, - and _.", field=field)


def _check_count(things: Sequence[object], name: str, *, place: str = "", field: str = "") -> None:
    if len(things) > MOST[name]:
        raise BadInput(f"{place}There are too many {name}: at most {MOST[name]}.", field=field)


def _check_unique(keys: Sequence[str], name: str, *, place: str = "", field: str = "") -> None:
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise BadInput(f"{place}Two {name} have the same key, {twice}.", field=field)
