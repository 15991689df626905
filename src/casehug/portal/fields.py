"""Questions as form fields: how their inputs are named, read and filled.

The inputs of question `income` are named q-income; those of the second child's name in group `children` are named
q-children-1-name; an address adds its part. The whole form and the autosave of one question use the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from casehug.intake.answer_values import ADDRESS_PARTS, LONGEST_LONG, LONGEST_SHORT, MOST_ENTRIES
from casehug.intake.queries.portal import AskedQuestion
from casehug.intake.templates import Kind, Question, is_shown
from casehug.portal.texts import say

INPUTS: dict[Kind, dict[str, str]] = {
    Kind.SHORT: {"type": "text"},
    Kind.NUMBER: {"type": "text", "inputmode": "decimal"},
    Kind.MONEY: {"type": "text", "inputmode": "decimal"},
    Kind.DATE: {"type": "date"},
    Kind.PHONE: {"type": "tel", "autocomplete": "tel"},
    Kind.EMAIL: {"type": "email", "autocomplete": "email"},
    Kind.SECRET: {"type": "password", "inputmode": "numeric", "autocomplete": "off"},
}
PART_HINTS = {
    "street": "address-line1",
    "unit": "address-line2",
    "city": "address-level2",
    "state": "address-level1",
    "zip": "postal-code",
    "country": "country-name",
}


@dataclass(frozen=True)
class Choice:
    key: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Part:
    name: str
    label: str
    value: str
    limit: int
    autocomplete: str


@dataclass(frozen=True)
class Field:
    name: str
    question: Question
    label: str
    hint: str
    value: str = ""
    choices: list[Choice] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    entries: list[list[Field]] = field(default_factory=list)
    shown: bool = True
    error: str = ""
    theirs: str = ""
    revision: int = 0
    on_file: bool = False

    @property
    def kind(self) -> str:
        return self.question.kind.value

    @property
    def attributes(self) -> dict[str, str]:
        return INPUTS.get(self.question.kind, {})

    @property
    def limit(self) -> int:
        return LONGEST_LONG if self.question.kind == Kind.LONG else LONGEST_SHORT

    @property
    def is_fieldset(self) -> bool:
        return self.question.kind in {Kind.YES_NO, Kind.CHOICES, Kind.ADDRESS, Kind.GROUP} or self.few_choices

    @property
    def few_choices(self) -> bool:
        return self.question.kind == Kind.CHOICE and len(self.question.options) <= 6

    @property
    def can_add(self) -> bool:
        return len(self.entries) < MOST_ENTRIES

    @property
    def depends_on(self) -> str:
        """The name of the input that decides whether this question is shown, for the script."""
        condition = self.question.show_if
        return f"{self.name[: -len(self.question.key)]}{condition.question}" if condition else ""

    @property
    def depends_values(self) -> str:
        condition = self.question.show_if
        return "|".join(condition.equals) if condition else ""

    @property
    def described_by(self) -> str:
        ids = [f"{self.name}-hint"] if self.hint else []
        return " ".join(ids + ([f"{self.name}-error"] if self.error else []))


@dataclass(frozen=True)
class Typed:
    """What came with a form that could not be kept: shown again, with what is wrong."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)


def field_of(asked: AskedQuestion, language: str, *, typed: Typed, blank_entry: bool) -> Field:
    """The field of a question: filled with what is kept, or with what was typed if that could not be kept."""
    question = asked.question
    value = typed.values.get(question.key, asked.value)
    made = _field(question, f"q-{question.key}", value, language, typed)
    entries: list[list[Field]] = []
    if question.kind == Kind.GROUP:
        kept = list(value) if isinstance(value, list) else []
        kept += [{}] if blank_entry or not kept else []
        entries = [_entry(question, number, entry, language, typed) for number, entry in enumerate(kept)]
    return Field(
        **{
            **vars(made),
            "entries": entries,
            "shown": asked.shown,
            "revision": asked.revision,
            "on_file": asked.on_file,
            "theirs": typed.theirs.get(question.key, ""),
        }
    )


def _entry(group: Question, number: int, entry: Mapping[str, Any], language: str, typed: Typed) -> list[Field]:
    fields: list[Field] = []
    visible = dict(entry)
    for question in group.fields:
        shown = is_shown(question, visible)
        if not shown:
            visible.pop(question.key, None)
        name = f"q-{group.key}-{number}-{question.key}"
        made = _field(question, name, entry.get(question.key), language, typed)
        fields.append(Field(**{**vars(made), "shown": shown}))
    return fields


def _field(question: Question, name: str, value: Any, language: str, typed: Typed) -> Field:
    return Field(
        name=name,
        question=question,
        label=question.label.in_language(language),
        hint=question.hint.in_language(language),
        value="" if question.kind == Kind.SECRET else as_typed(question, value),
        choices=_choices(question, value, language),
        parts=_parts(name, value, language) if question.kind == Kind.ADDRESS else [],
        error=typed.errors.get(name.removeprefix("q-"), ""),
    )


def as_typed(question: Question, value: Any) -> str:
    """A kept value as the client would type it; what was typed stays as it is."""
    if value is None or isinstance(value, list | dict):
        return ""
    if question.kind == Kind.MONEY and isinstance(value, int):
        return f"{value / 100:,.2f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def in_words(question: Question, value: Any, language: str) -> str:
    """A kept value as a sentence fragment, to show what another device wrote."""
    if value is None or question.kind == Kind.SECRET:
        return "—"
    if question.kind == Kind.GROUP:
        return say("entries_count", language, count=len(value))
    if question.kind == Kind.ADDRESS:
        return ", ".join(value.values())
    if question.kind in {Kind.YES_NO, Kind.CHOICE, Kind.CHOICES}:
        chosen = [choice.label for choice in _choices(question, value, language) if choice.chosen]
        return ", ".join(chosen) or "—"
    return as_typed(question, value)


def read(question: Question, data: QueryDict, name: str) -> Any:
    """What was typed for a question: text, a list of keys, an address' parts, or a group's entries."""
    if question.kind == Kind.CHOICES:
        return data.getlist(name)
    if question.kind == Kind.ADDRESS:
        return {part: data.get(f"{name}-{part}", "") for part in ADDRESS_PARTS if data.get(f"{name}-{part}")}
    if question.kind == Kind.GROUP:
        return [
            {inner.key: read(inner, data, f"{name}-{number}-{inner.key}") for inner in question.fields}
            for number in range(_count(data, name))
        ]
    return data.get(name, "")


def was_asked(question: Question, data: QueryDict) -> bool:
    """Whether the form that came had this question in it; one that the page hid is not sent."""
    return f"q-{question.key}-revision" in data


def revision(question: Question, data: QueryDict) -> int:
    text = data.get(f"q-{question.key}-revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _count(data: QueryDict, name: str) -> int:
    text = data.get(f"{name}-count", "")
    return min(int(text), MOST_ENTRIES + 1) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _choices(question: Question, value: Any, language: str) -> list[Choice]:
    if question.kind == Kind.YES_NO:
        said = as_typed(question, value)
        return [Choice(key, say(key, language), said == key) for key in ("yes", "no")]
    chosen = value if isinstance(value, list) else [value]
    return [Choice(o.key, o.label.in_language(language), o.key in chosen) for o in question.options]


def _parts(name: str, value: Any, language: str) -> list[Part]:
    kept = value if isinstance(value, Mapping) else {}
    return [
        Part(f"{name}-{part}", say(f"address_{part}", language), kept.get(part, ""), limit, PART_HINTS[part])
        for part, limit in ADDRESS_PARTS.items()
    ]
