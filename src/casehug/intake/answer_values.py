"""What a client typed, turned into the value that is kept. Pure: one function a kind, refusals in both languages.

Kept values are JSON: text, whole numbers or fractions, money as whole cents, dates as YYYY-MM-DD, true and false,
option keys or lists of them, an address as a dictionary, a group as a list of dictionaries. None: nothing was answered.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from casehug.intake import normal
from casehug.intake.errors import BadInput
from casehug.intake.templates import Kind, Question, Text

LONGEST_SHORT, LONGEST_LONG, MOST_ENTRIES = 200, 5000, 30
ADDRESS_PARTS = {"street": 120, "unit": 40, "city": 80, "state": 60, "zip": 12, "country": 60}
# Control characters but line breaks, overrides of the writing direction, lone surrogates.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

SENTENCES: dict[str, Text] = {
    "too_long": Text("This is too long: at most {limit} characters.", "Es demasiado largo: máximo {limit} caracteres."),
    "unfit": Text(
        "This has characters that cannot be stored. Type it again.",
        "Tiene caracteres que no se pueden guardar. Escríbalo de nuevo.",
    ),
    "number": Text("Enter a number, like 3 or 12.5.", "Escriba un número, por ejemplo 3 o 12.5."),
    "money": Text("Enter an amount in dollars, like 1,250.00.", "Escriba una cantidad en dólares, como 1,250.00."),
    "date": Text("Enter a date like 05/31/1985.", "Escriba una fecha: mes/día/año, como 05/31/1985."),
    "choice": Text("Choose one of the answers listed.", "Elija una de las respuestas de la lista."),
    "address": Text("Enter at least the street and the city.", "Escriba al menos la calle y la ciudad."),
    "phone": Text(
        "Enter the phone number with its area code, like (303) 555-0134.",
        "Escriba el teléfono con el código de área, como (303) 555-0134.",
    ),
    "email": Text(
        "Enter the e-mail address like name@example.com.", "Escriba el correo electrónico como nombre@example.com."
    ),
    "secret": Text("Enter all nine digits, like 123-45-6789.", "Escriba los nueve dígitos, como 123-45-6789."),
    "entries": Text(f"At most {MOST_ENTRIES} entries fit here.", f"Aquí caben como máximo {MOST_ENTRIES} registros."),
    "shape": Text("This answer could not be read. Try again.", "No se pudo leer esta respuesta. Inténtelo otra vez."),
}


class BadAnswer(BadInput):
    """A value that cannot be kept. `code` is the key of its sentence; `field` the question, or a part of it."""

    def __init__(self, code: str, *, field: str, language: str, limit: int = 0) -> None:
        super().__init__(SENTENCES[code].in_language(language).format(limit=limit), field=field)
        self.code = code


class _Refused(Exception):
    def __init__(self, code: str, *, limit: int = 0, where: str = "") -> None:
        super().__init__(code)
        self.code, self.limit, self.where = code, limit, where


def read_value(question: Question, value: object, *, language: str = "en") -> Any:
    """The value to keep for what was typed. Raises BadAnswer with the question's key as its field."""
    try:
        return _read(question, value)
    except _Refused as refused:
        field = f"{question.key}-{refused.where}" if refused.where else question.key
        raise BadAnswer(refused.code, field=field, language=language, limit=refused.limit) from None


def _read(question: Question, value: object) -> Any:
    if value is None or value == "" or value == [] or value == {}:
        return None
    return _READERS[question.kind](question, value)


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str):
        raise _Refused("shape")
    text = value.replace("\r\n", "\n").strip()
    if len(text) > limit:
        raise _Refused("too_long", limit=limit)
    if _UNFIT.search(text):
        raise _Refused("unfit")
    return text


def _short(_question: Question, value: object) -> str | None:
    return " ".join(_text(value, LONGEST_SHORT).split()) or None


def _long(_question: Question, value: object) -> str | None:
    return _text(value, LONGEST_LONG) or None


def _figure(value: object, code: str, pattern: str) -> Decimal | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    text = _text(value, 40).replace(" ", "")
    if not text:
        return None
    plain = text.removeprefix("$").removesuffix("$").replace(",", "")
    grouped = "," not in text or re.fullmatch(r"\$?-?\d{1,3}(,\d{3})+(\.\d+)?\$?", text)
    if not grouped or not plain.isascii() or not re.fullmatch(pattern, plain):
        raise _Refused(code)
    return Decimal(plain)


def _number(_question: Question, value: object) -> int | float | None:
    number = _figure(value, "number", r"-?\d{1,12}(\.\d{1,4})?")
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _money(_question: Question, value: object) -> int | None:
    amount = _figure(value, "money", r"\d{1,10}(\.\d{1,2})?")
    return None if amount is None else int(amount * 100)


def _date(_question: Question, value: object) -> str | None:
    text = _text(value, 40)
    if not text:
        return None
    if american := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII):
        month, day, year = american.groups()
    elif iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII):
        year, month, day = iso.groups()
    else:
        raise _Refused("date")
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise _Refused("date") from None
    if not 1900 <= found.year <= 2100:
        raise _Refused("date")
    return found.isoformat()


def _yes_no(_question: Question, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("yes", "no"):
        raise _Refused("choice")
    return value == "yes"


def _choice(question: Question, value: object) -> str:
    for option in question.options:
        if option.key == value:
            return option.key
    raise _Refused("choice")


def _choices(question: Question, value: object) -> list[str]:
    given = value if isinstance(value, list) else [value]
    known = [option.key for option in question.options]
    if any(key not in known for key in given):
        raise _Refused("choice")
    return [key for key in known if key in given]


def _address(_question: Question, value: object) -> dict[str, str] | None:
    if not isinstance(value, Mapping) or not set(value) <= set(ADDRESS_PARTS):
        raise _Refused("shape")
    parts: dict[str, str] = {}
    for part, limit in ADDRESS_PARTS.items():
        text = " ".join(_text(value.get(part, ""), limit).split())
        if text:
            parts[part] = text
    if not parts:
        return None
    if not {"street", "city"} <= set(parts):
        raise _Refused("address")
    return parts


def _phone(_question: Question, value: object) -> str | None:
    try:
        return normal.clean_phone(_text(value, 60)) or None
    except BadInput:
        raise _Refused("phone") from None


def _email(_question: Question, value: object) -> str | None:
    try:
        return normal.clean_email(_text(value, normal.LONGEST_EMAIL)) or None
    except BadInput:
        raise _Refused("email") from None


def _secret(_question: Question, value: object) -> str | None:
    digits = re.sub(r"[\s-]", "", _text(value, 40))
    if not digits:
        return None
    if not re.fullmatch(r"\d{9}", digits, re.ASCII):
        raise _Refused("secret")
    return digits


def _group(question: Question, value: object) -> list[dict[str, Any]] | None:
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise _Refused("shape")
    if len(value) > MOST_ENTRIES:
        raise _Refused("entries")
    entries: list[dict[str, Any]] = []
    for number, given in enumerate(value):
        if not set(given) <= {field.key for field in question.fields}:
            raise _Refused("shape")
        entry = {field.key: _of_entry(field, given.get(field.key), number) for field in question.fields}
        if any(kept is not None for kept in entry.values()):
            entries.append({key: kept for key, kept in entry.items() if kept is not None})
    return entries or None


def _of_entry(field: Question, value: object, number: int) -> Any:
    try:
        return _read(field, value)
    except _Refused as refused:
        where = f"{number}-{field.key}"
        raise _Refused(refused.code, limit=refused.limit, where=where) from None


_READERS: dict[Kind, Callable[[Question, object], Any]] = {
    Kind.SHORT: _short,
    Kind.LONG: _long,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.ADDRESS: _address,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.SECRET: _secret,
    Kind.GROUP: _group,
}
