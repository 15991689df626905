"""The case types that ship with CaseHug, read once from the TOML files of shipped/.

    documents/*.toml    every document, described once
    questions/*.toml    sets of questions; a set becomes one section
    case_types.toml     which sets and which documents each case type asks for

The files are edited by people who know law, not Python. So anything odd (a misspelt word, a missing translation, a
condition on a question that is not there) stops the start with a sentence that names the place.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from casehug.intake.errors import BadInput
from casehug.intake.template_rules import check_template
from casehug.intake.templates import Condition, DocumentAsk, Kind, Option, Question, Section, Template, Text

Thing = TypeVar("Thing")
Taken = TypeVar("Taken")

KINDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}
FOLDER = Path(__file__).with_name("shipped")


class ShippedError(Exception):
    """The shipped files contradict themselves; the sentence names file and place."""


@cache
def shipped_templates() -> dict[str, Template]:
    """Every case type by its key, in the order in which people should see them."""
    return read_templates(FOLDER)


def read_templates(folder: Path) -> dict[str, Template]:
    """Read such a folder. Raises ShippedError."""
    documents = _gather(folder, "documents", _document)
    sets = _gather(folder, "questions", _section)
    entries = _load(folder / "case_types.toml")
    found = {key: _template(key, entry, sets, documents) for key, entry in entries.items()}
    _refuse_idle(
        sets, (section.key for template in found.values() for section in template.sections), "set of questions"
    )
    _refuse_idle(documents, (asked.key for template in found.values() for asked in template.documents), "document")
    return found


class _Entry:
    """One table of a file: words are taken out by name, and none may be left over."""

    def __init__(self, place: str, content: object) -> None:
        if not isinstance(content, dict):
            raise ShippedError(f"{place}: this must be a table.")
        self.place = place
        self._left: dict[str, Any] = dict(content)

    def has(self, name: str) -> bool:
        return name in self._left

    def text(self, prefix: str = "") -> Text:
        """`en` and `es`, or with a prefix such as why_en and why_es."""
        return Text(en=self.word(f"{prefix}en"), es=self.word(f"{prefix}es"))

    def word(self, name: str) -> str:
        return self._take(name, str)

    def number(self, name: str) -> int:
        return self._take(name, int)

    def flag(self, name: str) -> bool:
        return self._take(name, bool) if self.has(name) else False

    def words(self, name: str) -> tuple[str, ...]:
        words = self._take(name, list) if self.has(name) else []
        if not all(isinstance(word, str) for word in words):
            raise ShippedError(f"{self.place}: {name} must be a list of words.")
        return tuple(words)

    def entries(self, name: str) -> list["_Entry"]:
        contents = self._take(name, list) if self.has(name) else []
        return [_Entry(f"{self.place}, {name} {place}", content) for place, content in enumerate(contents, start=1)]

    def entry(self, name: str) -> "_Entry":
        return _Entry(f"{self.place}, {name}", self._take(name, dict))

    def done(self) -> None:
        if self._left:
            raise ShippedError(f"{self.place}: “{next(iter(self._left))}” is no word known here.")

    def _take(self, name: str, kind: type[Taken]) -> Taken:
        if name not in self._left:
            raise ShippedError(f"{self.place}: “{name}” is missing.")
        value = self._left.pop(name)
        # To Python true is a number; to a person it is not.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ShippedError(f"{self.place}: “{name}” must be {KINDS[kind]}.")
        return value


def _load(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ShippedError(f"{file.parent.name}/{file.name}: {error}.") from None


def _gather(folder: Path, part: str, read: Callable[[str, _Entry], Thing]) -> dict[str, Thing]:
    """The things of every file of one part, by key. A key belongs to one file only."""
    found: dict[str, Thing] = {}
    for file in sorted((folder / part).glob("*.toml")):
        for key, content in _load(file).items():
            entry = _Entry(f"{part}/{file.name}, {key}", content)
            if key in found:
                raise ShippedError(f"{entry.place}: another file describes “{key}” already.")
            found[key] = read(key, entry)
            entry.done()
    return found


def _document(key: str, entry: _Entry) -> DocumentAsk:
    return DocumentAsk(
        key=key,
        name=entry.text(),
        why=entry.text("why_"),
        category=entry.word("category"),
        required=False,
        states=entry.words("states"),
    )


def _section(key: str, entry: _Entry) -> Section:
    questions = tuple(_question(asked) for asked in entry.entries("questions"))
    if not questions:
        raise ShippedError(f"{entry.place}: a set asks at least one question.")
    return Section(key=key, title=entry.text(), questions=questions)


def _question(entry: _Entry) -> Question:
    key = entry.word("key")
    entry.place = f"{entry.place} ({key})"
    kind = entry.word("kind")
    if kind not in list(Kind):
        raise ShippedError(f"{entry.place}: “{kind}” is no kind of question.")
    question = Question(
        key=key,
        kind=Kind(kind),
        label=entry.text(),
        hint=entry.text("hint_") if entry.has("hint_en") or entry.has("hint_es") else Text("", ""),
        required=entry.flag("required"),
        options=tuple(_option(option) for option in entry.entries("options")),
        show_if=_condition(entry.entry("show_if")) if entry.has("show_if") else None,
        fields=tuple(_question(field) for field in entry.entries("fields")),
    )
    entry.done()
    return question


def _option(entry: _Entry) -> Option:
    option = Option(key=entry.word("key"), label=entry.text())
    entry.done()
    return option


def _condition(entry: _Entry) -> Condition:
    condition = Condition(question=entry.word("question"), equals=entry.words("equals"))
    entry.done()
    return condition


def _template(key: str, content: object, sets: Mapping[str, Section], documents: Mapping[str, DocumentAsk]) -> Template:
    place = f"case_types.toml, {key}"
    entry = _Entry(place, content)
    required, optional = entry.words("required"), entry.words("optional")
    template = Template(
        key=key,
        name=entry.word("name"),
        practice_area=entry.word("practice_area"),
        minutes=entry.number("minutes"),
        sections=tuple(_named(sets, name, place, "set of questions") for name in entry.words("questions")),
        documents=(
            *(replace(_named(documents, name, place, "document"), required=True) for name in required),
            *(_named(documents, name, place, "document") for name in optional),
        ),
    )
    entry.done()
    try:
        check_template(template)
    except BadInput as refusal:
        raise ShippedError(f"{place}, {refusal.field}: {refusal.sentence}") from None
    return template


def _named(things: Mapping[str, Thing], name: str, place: str, what: str) -> Thing:
    if name not in things:
        raise ShippedError(f"{place}: there is no {what} “{name}”.")
    return things[name]


def _refuse_idle(things: Iterable[str], used: Iterable[str], what: str) -> None:
    idle = sorted(set(things) - set(used))
    if idle:
        raise ShippedError(f"No case type asks for the {what} “{idle[0]}”.")
