"""What a case type asks of a client: sections of questions, and a checklist of documents. Shapes and their JSON.

Pure: parsed once from the shipped TOML files or from a TemplateVersion's JSON, never changed in place. Every text a
client reads is there in English and Spanish.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The kinds of questions."""

    SHORT = "short"
    LONG = "long"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    # A social security number: encrypted, masked for staff, never shown again in the portal.
    SECRET = "secret"  # noqa: S105 - the name of a kind
    # Repeated: one entry a child, an asset, …
    GROUP = "group"


@dataclass(frozen=True)
class Text:
    """A text in the portal's two languages."""

    en: str
    es: str

    def in_language(self, language: str) -> str:
        return self.es if language == "es" and self.es else self.en


@dataclass(frozen=True)
class Option:
    key: str
    label: Text


@dataclass(frozen=True)
class Condition:
    """Show a question only if another one (of the same level, before it) was answered with one of these values.

    Yes/no questions compare with "yes" and "no".
    """

    question: str
    equals: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    key: str
    kind: Kind
    label: Text
    hint: Text = field(default_factory=lambda: Text("", ""))
    required: bool = False
    options: tuple[Option, ...] = ()
    show_if: Condition | None = None
    # The questions of one entry, for GROUP only; none of them is a group or a secret.
    fields: tuple["Question", ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Section:
    key: str
    title: Text
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class DocumentAsk:
    """A document of the checklist. `states` empty: asked in every state; else only in these (postal codes)."""

    key: str
    name: Text
    why: Text
    category: str
    required: bool
    states: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Template:
    """A case type with everything it asks. `minutes` is what the welcome page tells the client to expect."""

    key: str
    name: str
    practice_area: str
    minutes: int
    sections: tuple[Section, ...]
    documents: tuple[DocumentAsk, ...]
    hidden: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Template":
        """The other way round. Raises KeyError, TypeError or ValueError for anything that is not a template."""
        return cls(
            key=content["key"],
            name=content["name"],
            practice_area=content["practice_area"],
            minutes=content["minutes"],
            sections=tuple(_section(section) for section in content["sections"]),
            documents=tuple(_document(document) for document in content["documents"]),
            hidden=content.get("hidden", False),
        )

    def questions(self) -> Iterator[Question]:
        """Every visible question, in order; the fields of groups are inside their group."""
        for section in self.sections:
            yield from (question for question in section.questions if not question.hidden)

    def question(self, key: str) -> Question | None:
        return next((question for question in self.questions() if question.key == key), None)

    def asked_in(self, state: str) -> tuple[DocumentAsk, ...]:
        """The documents asked for in a state."""
        return tuple(d for d in self.documents if not d.hidden and (not d.states or state in d.states))


def is_shown(question: Question, answers: Mapping[str, Any]) -> bool:
    """Whether the answers so far make this question appear."""
    condition = question.show_if
    if condition is None:
        return True
    given = answers.get(condition.question)
    values = given if isinstance(given, list) else [given]
    words = {
        "yes" if value is True else "no" if value is False else str(value) for value in values if value is not None
    }
    return bool(words & set(condition.equals))


def _text(content: Mapping[str, Any]) -> Text:
    return Text(en=content["en"], es=content["es"])


def _section(content: Mapping[str, Any]) -> Section:
    return Section(
        key=content["key"],
        title=_text(content["title"]),
        questions=tuple(_question(question) for question in content["questions"]),
    )


def _question(content: Mapping[str, Any]) -> Question:
    condition = content.get("show_if")
    return Question(
        key=content["key"],
        kind=Kind(content["kind"]),
        label=_text(content["label"]),
        hint=_text(content["hint"]) if content.get("hint") else Text("", ""),
        required=content.get("required", False),
        options=tuple(Option(key=o["key"], label=_text(o["label"])) for o in content.get("options", ())),
        show_if=Condition(condition["question"], tuple(condition["equals"])) if condition else None,
        fields=tuple(_question(inner) for inner in content.get("fields", ())),
        hidden=content.get("hidden", False),
    )


def _document(content: Mapping[str, Any]) -> DocumentAsk:
    return DocumentAsk(
        key=content["key"],
        name=_text(content["name"]),
        why=_text(content["why"]),
        category=content["category"],
        required=content["required"],
        states=tuple(content.get("states", ())),
        hidden=content.get("hidden", False),
    )
