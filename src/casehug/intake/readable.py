"""Answers in words: how the value of a question reads for the firm. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import phonenumbers

from casehug.intake.templates import Kind, Question, is_shown


def lines_of(question: Question, value: Any) -> list[str]:
    """The lines that a value reads as; [] for no answer. A value of a shape that the kind never has reads as it is."""
    if value is None or value in ("", [], {}):
        return []
    match question.kind:
        case Kind.CHOICES:
            return [_label(question, key) for key in value] if isinstance(value, list) else [_label(question, value)]
        case Kind.CHOICE:
            return [_label(question, value)]
        case Kind.ADDRESS:
            return _address(value)
        case Kind.LONG:
            return [line for line in str(value).splitlines() if line.strip()]
        case _:
            return [_plain(question.kind, value)]


def entries_of(question: Question, value: Any) -> list[list[tuple[str, list[str]]]]:
    """The entries of a repeated group: for each one its fields' labels and lines, unanswered fields left out."""
    entries = value if isinstance(value, list) else []
    return [_entry(question, entry) for entry in entries if isinstance(entry, Mapping)]


def _entry(question: Question, entry: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    shown = [inner for inner in question.fields if not inner.hidden and is_shown(inner, entry)]
    read = [(inner.label.en, lines_of(inner, entry.get(inner.key))) for inner in shown]
    return [(label, lines) for label, lines in read if lines]


def _plain(kind: Kind, value: Any) -> str:
    if kind == Kind.YES_NO or isinstance(value, bool):
        return {True: "Yes", False: "No", "yes": "Yes", "no": "No"}.get(value, str(value))
    if kind == Kind.DATE:
        return _date(str(value))
    if kind == Kind.MONEY:
        return _money(value)
    if kind == Kind.PHONE:
        return _phone(str(value))
    return str(value)


def _label(question: Question, key: Any) -> str:
    return next((option.label.en for option in question.options if option.key == key), str(key))


def _date(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day:%B} {day.day}, {day.year}"


def _money(cents: Any) -> str:
    if not isinstance(cents, int):
        return str(cents)
    return f"${cents // 100:,}" if cents % 100 == 0 else f"${cents // 100:,}.{cents % 100:02}"


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return text
    home = number.country_code == 1
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def _address(value: Any) -> list[str]:
    if not isinstance(value, Mapping):
        return [str(value)]
    street = ", ".join(filter(None, [value.get("street"), value.get("unit")]))
    region = " ".join(filter(None, [value.get("state"), value.get("zip")]))
    place = ", ".join(filter(None, [value.get("city"), region]))
    return [line for line in (street, place, value.get("country")) if line]
