"""Changing one piece of a case type. Pure: a template in, a new one out; whether it is fit is for template_rules.

A question is addressed by its key, one inside a group by "group.question".
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from django.utils.text import slugify

from casehug.intake.errors import NotFound
from casehug.intake.template_rules import LONGEST_KEY
from casehug.intake.templates import DocumentAsk, Kind, Question, Section, Template

Piece = TypeVar("Piece", DocumentAsk, Question, Section)
Hideable = TypeVar("Hideable", DocumentAsk, Question)
Change = Callable[[tuple[Piece, ...]], tuple[Piece, ...]]


def fresh_key(words: str, taken: Collection[str], *, fallback: str) -> str:
    """A key made of the words that no other piece has. Keys stay when words change: answers hang on them."""
    base = slugify(words)[: LONGEST_KEY - 5].strip("-_").replace("_", "-") or fallback
    base = "-".join(part for part in base.split("-") if part)
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def find(pieces: Sequence[Piece], key: str) -> Piece:
    """Raises NotFound."""
    found = next((piece for piece in pieces if piece.key == key), None)
    if found is None:
        raise NotFound
    return found


def put(pieces: tuple[Piece, ...], piece: Piece) -> tuple[Piece, ...]:
    """The piece in place of the one with its key, or at the end."""
    if any(other.key == piece.key for other in pieces):
        return tuple(piece if other.key == piece.key else other for other in pieces)
    return pieces + (piece,)  # noqa: RUF005 mypy cannot unpack a tuple of a constrained type


def move(pieces: tuple[Piece, ...], key: str, by: int) -> tuple[Piece, ...]:
    """The piece one place up (-1) or down (1); at the edge it stays."""
    at = pieces.index(find(pieces, key))
    to = min(max(at + by, 0), len(pieces) - 1)
    moved = list(pieces)
    moved.insert(to, moved.pop(at))
    return tuple(moved)


def arranged(pieces: tuple[Hideable, ...], key: str, do: str) -> tuple[Hideable, ...]:
    """What the buttons beside a piece do: up, down, hide, show; anything else changes nothing. Raises NotFound."""
    piece = find(pieces, key)
    if do in ("hide", "show"):
        return put(pieces, replace(piece, hidden=do == "hide"))
    return move(pieces, key, {"up": -1, "down": 1}.get(do, 0))


def section_of(template: Template, address: str) -> Section:
    """The section in which a question stands. Raises NotFound."""
    key = address.split(".")[0]
    found = next((s for s in template.sections if any(q.key == key for q in s.questions)), None)
    if found is None:
        raise NotFound
    return found


def question_at(template: Template, address: str) -> Question:
    """Raises NotFound."""
    key, inside, inner = address.partition(".")
    question = find(section_of(template, key).questions, key)
    return find(question.fields, inner) if inside else question


def group_at(template: Template, address: str) -> Question:
    """Raises NotFound, also for a question that is no group."""
    question = question_at(template, address)
    if question.kind != Kind.GROUP:
        raise NotFound
    return question


def level_of(template: Template, group: str = "") -> tuple[Question, ...]:
    """The questions that can depend on each other: those of a group, or all outside groups."""
    if group:
        return question_at(template, group).fields
    return tuple(question for section in template.sections for question in section.questions)


def with_questions(template: Template, *, section: str, change: "Change[Question]", group: str = "") -> Template:
    """The questions of a section, or of a group in it, changed."""
    there = find(template.sections, section)
    if group:
        whole = find(there.questions, group)
        questions = put(there.questions, replace(whole, fields=change(whole.fields)))
    else:
        questions = change(there.questions)
    return replace(template, sections=put(template.sections, replace(there, questions=questions)))


def into_section(template: Template, key: str, section: str) -> Template:
    """The question as the last one of another section; in its own it stays where it is. Raises NotFound."""
    there = section_of(template, key)
    if there.key == section:
        return template
    moved = find(there.questions, key)
    without = with_questions(
        template, section=there.key, change=lambda all_: tuple(question for question in all_ if question != moved)
    )
    return with_questions(without, section=section, change=lambda all_: put(all_, moved))


def at_question(template: Template, address: str, change: "Change[Question]") -> Template:
    """The questions next to this one (and it) changed. Raises NotFound."""
    question_at(template, address)
    key, _, inner = address.partition(".")
    section = section_of(template, key).key
    return with_questions(template, section=section, change=change, group=key if inner else "")
