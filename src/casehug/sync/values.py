"""What a client answered, as a value of a Lawmatics field: the shapes that Lawmatics takes, field type by field type.

Pure. A value that does not fit is told in a sentence and not sent; nothing is ever guessed or cut off.
Money is kept in whole cents here and is an amount with two decimals there; it never passes through a fraction.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from casehug.sync.mapping import CustomFieldOption, same_name

# The kind of a source that is a moment and no answer; all others are the kinds of questions.
MOMENT = "moment"
TEXTS = frozenset({"string", "text"})

# Field type -> the kinds of answers that can fill it. Text takes anything.
FITTING: dict[str, frozenset[str]] = {
    "integer": frozenset({"number", "short"}),
    "boolean": frozenset({"yes_no", "choice", "short"}),
    "currency": frozenset({"money", "number", "short"}),
    "date": frozenset({"date", "short", MOMENT}),
    "time": frozenset({"short", MOMENT}),
    "datetime": frozenset({"date", "short", MOMENT}),
    "list": frozenset({"choice", "choices", "yes_no", "short", "number"}),
    "multi_picklist": frozenset({"choice", "choices", "yes_no", "short"}),
}
TYPE_WORDS = {
    "integer": "whole number",
    "boolean": "yes or no",
    "string": "line of text",
    "text": "text",
    "currency": "amount of money",
    "date": "date",
    "time": "time of day",
    "datetime": "date and time",
    "list": "list",
    "multi_picklist": "list of several",
    "lookup": "lookup",
}
LOOKUP = "It points at another record in Lawmatics, which an answer cannot name."
GROUP = "Repeated answers fit into a text field only, one line an entry."

_TRUE, _FALSE = frozenset({"yes", "true", "1", "sí", "si"}), frozenset({"no", "false", "0"})


@dataclass(frozen=True)
class Given:
    """A value from the intake. `words` is how it reads in English, line by line."""

    kind: str
    value: Any
    words: tuple[str, ...]


class DoesNotFit(Exception):
    """`sentence` says why, and holds no more of the answer than the firm's own people may see."""

    def __init__(self, sentence: str) -> None:
        super().__init__("value does not fit")
        self.sentence = sentence


def why_not(kind: str, field_type: str) -> str:
    """Why answers of this kind can never fill such a field; "" if they can."""
    if field_type == "lookup":
        return LOOKUP
    if field_type in TEXTS:
        return ""
    if field_type not in FITTING:
        return "CaseHug does not know fields of this type."
    if kind == "group":
        return GROUP
    return "" if kind in FITTING[field_type] else f"This answer does not fit a {TYPE_WORDS[field_type]} field."


def convert(given: Given, field: CustomFieldOption, *, time_zone: str = "UTC") -> Any:
    """The value to write; None if nothing was answered. Raises DoesNotFit, and nothing else for any value."""
    if reason := why_not(given.kind, field.type):
        raise DoesNotFit(reason)
    if given.value is None or given.value in ("", [], {}):
        return None
    try:
        return _WRITERS[field.type](given, field, ZoneInfo(time_zone))
    except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
        raise DoesNotFit(f"“{_short(given)}” is no {TYPE_WORDS[field.type]}.") from error


def in_words(value: Any, field: CustomFieldOption) -> str:
    """How a written value reads: the names of options instead of their ids."""
    names = dict(field.options)
    if isinstance(value, list):
        return ", ".join(names.get(str(one), str(one)) for one in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field.type == "currency":
        return f"${Decimal(str(value)):,.2f}"
    if field.type == "date":
        return f"{date.fromisoformat(value):%B %d, %Y}"
    if field.type == "datetime":
        return f"{datetime.fromisoformat(value):%B %d, %Y, %H:%M}"
    return names.get(str(value), str(value)) if field.type == "list" else str(value)


def _short(given: Given) -> str:
    text = " ".join(given.words) or str(given.value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _line(given: Given) -> str:
    return " ".join((given.words[0] if given.words else str(given.value)).split())


def _text(given: Given, _field: CustomFieldOption, zone: ZoneInfo) -> str:
    if given.kind == MOMENT:
        return f"{_moment_of(given, zone):%Y-%m-%d %H:%M}"
    between = ", " if given.kind == "choices" else "\n"
    return between.join(given.words) if given.words else str(given.value)


def _string(given: Given, field: CustomFieldOption, zone: ZoneInfo) -> str:
    return "; ".join(line.strip() for line in _text(given, field, zone).splitlines() if line.strip())


def _number(given: Given) -> Decimal:
    value = given.value
    if isinstance(value, bool):
        raise TypeError
    text = str(value) if isinstance(value, int | float) else str(value).strip().replace(",", "").removeprefix("$")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text, re.ASCII):
        raise ValueError
    return Decimal(text)


def _integer(given: Given, _field: CustomFieldOption, _zone: ZoneInfo) -> int:
    number = _number(given)
    if number != number.to_integral_value():
        raise ValueError
    return int(number)


def _boolean(given: Given, _field: CustomFieldOption, _zone: ZoneInfo) -> bool:
    if isinstance(given.value, bool):
        return given.value
    word = _line(given).casefold()
    if word not in _TRUE | _FALSE:
        raise ValueError
    return word in _TRUE


def _currency(given: Given, _field: CustomFieldOption, _zone: ZoneInfo) -> str:
    if given.kind == "money":
        if isinstance(given.value, bool) or not isinstance(given.value, int):
            raise TypeError
        return f"{Decimal(given.value) / 100:.2f}"
    amount = _number(given)
    if amount != amount.quantize(Decimal("0.01")):
        raise InvalidOperation
    return f"{amount:.2f}"


def _date(given: Given, _field: CustomFieldOption, zone: ZoneInfo) -> str:
    if given.kind == MOMENT:
        return _moment_of(given, zone).date().isoformat()
    return _day(given).isoformat()


def _day(given: Given) -> date:
    text = str(given.value).strip()
    if american := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII):
        month, day, year = (int(part) for part in american.groups())
        return date(year, month, day)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError
    return date.fromisoformat(text)


def _time(given: Given, _field: CustomFieldOption, zone: ZoneInfo) -> str:
    if given.kind == MOMENT:
        return f"{_moment_of(given, zone):%H:%M}"
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?\s*([ap])?\.?(?:m\.?)?", str(given.value).strip().lower(), re.ASCII)
    if found is None:
        raise ValueError
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if (half and not 1 <= hour <= 12) or (not half and (found[2] is None or hour > 23)) or minute > 59:
        raise ValueError
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return f"{hour:02}:{minute:02}"


def _datetime(given: Given, _field: CustomFieldOption, zone: ZoneInfo) -> str:
    if given.kind == MOMENT:
        return _moment_of(given, zone).isoformat(timespec="seconds")
    try:
        day = _day(given)
    except ValueError:
        moment = datetime.fromisoformat(str(given.value).strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat(timespec="seconds")
    return datetime(day.year, day.month, day.day, tzinfo=zone).isoformat(timespec="seconds")


def _moment_of(given: Given, zone: ZoneInfo) -> datetime:
    moment = given.value if isinstance(given.value, datetime) else datetime.fromisoformat(str(given.value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone)


def _option(word: str, field: CustomFieldOption) -> str:
    found = next((key for key, name in field.options if same_name(name, word)), None)
    if found is None:
        raise DoesNotFit(f"The Lawmatics field “{field.name}” has no choice named “{word[:60]}”.")
    return found


def _chosen(given: Given) -> list[str]:
    if given.kind == "choices" or given.words:
        return [" ".join(word.split()) for word in given.words]
    return [_line(given)]


def _list(given: Given, field: CustomFieldOption, _zone: ZoneInfo) -> str:
    words = _chosen(given)
    if len(words) != 1:
        raise DoesNotFit(f"The Lawmatics field “{field.name}” takes one choice, and the answer has {len(words)}.")
    return _option(words[0], field)


def _picklist(given: Given, field: CustomFieldOption, _zone: ZoneInfo) -> list[str]:
    return list(dict.fromkeys(_option(word, field) for word in _chosen(given)))


_WRITERS: dict[str, Callable[[Given, CustomFieldOption, ZoneInfo], Any]] = {
    "integer": _integer,
    "boolean": _boolean,
    "string": _string,
    "text": _text,
    "currency": _currency,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "list": _list,
    "multi_picklist": _picklist,
}
