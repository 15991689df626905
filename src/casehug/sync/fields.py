"""Intake fields as Lawmatics fields: values by the firm's field mappings.

What the firm can map is what `intake/disclosure.py` hands out and nothing else: who the client is, a few facts of the
matter, and the client's own answers without the secret ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from casehug.intake import normal
from casehug.intake.disclosure import MatterDisclosure, disclose_answers
from casehug.intake.errors import BadInput
from casehug.intake.templates import Kind, Template
from casehug.intake.us_states import US_STATES
from casehug.sync.mapping import ANSWER, CUSTOM, CustomFieldOption
from casehug.sync.models import FieldMapping, RecordKind, Rule
from casehug.sync.rules import FirmRules
from casehug.sync.values import MOMENT, DoesNotFit, Given, convert, in_words, why_not

# Source -> its name on pages and its kind.
STANDARD: dict[str, tuple[str, str]] = {
    "client.first_name": ("First name", "short"),
    "client.last_name": ("Last name", "short"),
    "client.email": ("E-mail", "email"),
    "client.phone": ("Phone", "phone"),
    "matter.title": ("Matter title", "short"),
    "matter.case_type": ("Case type", "choice"),
    "matter.practice_area": ("Practice area", "choice"),
    "matter.state": ("State", "choice"),
    "matter.completed_at": ("Intake completed", MOMENT),
}

# Standard field of Lawmatics by record -> its name, the source it has without a mapping, and the kinds that fit.
TARGETS: dict[tuple[str, str], tuple[str, str, frozenset[str]]] = {
    ("contact", "first_name"): ("First name", "client.first_name", frozenset({"short"})),
    ("contact", "last_name"): ("Last name", "client.last_name", frozenset({"short"})),
    ("contact", "email"): ("E-mail", "client.email", frozenset({"email", "short"})),
    ("contact", "phone"): ("Phone", "client.phone", frozenset({"phone", "short"})),
    ("matter", "case_title"): ("Case title", "matter.title", frozenset({"short", "choice"})),
}


@dataclass(frozen=True)
class Source:
    """An intake field that can be mapped. `refused` says why it cannot, if so."""

    key: str
    name: str
    kind: str
    group: str
    refused: str = ""


@dataclass(frozen=True)
class MappedValue:
    """One mapping applied to one matter. `value` None: nothing is written, for `problem` or for want of an answer."""

    mapping: FieldMapping
    value: Any
    words: str
    problem: str = ""


@dataclass(frozen=True)
class Mapped:
    """The values for contact and matter by target, the rules that are not "fill blanks", and what went wrong."""

    contact: dict[str, Any] = field(default_factory=dict)
    matter: dict[str, Any] = field(default_factory=dict)
    rules: Mapping[RecordKind, Mapping[str, Rule]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def sources(templates: Iterable[Template]) -> tuple[Source, ...]:
    """Everything that can be mapped: the standard fields, then each question once, whichever case types ask it."""
    asked: dict[str, list[tuple[Template, Any]]] = {}
    for template in templates:
        for question in template.questions():
            if question.kind != Kind.SECRET:
                asked.setdefault(question.key, []).append((template, question))
    found = [
        Source(key, name, kind, "Client" if key.startswith("client.") else "Matter")
        for key, (name, kind) in STANDARD.items()
    ]
    for key, uses in asked.items():
        template, question = uses[0]
        where = template.name if len(uses) == 1 else "Asked in several case types"
        found.append(Source(f"{ANSWER}{key}", question.label.en, question.kind, where))
    return tuple(found)


def why_source_does_not_fit(source: Source, entity: str, target: str, there: CustomFieldOption | None) -> str:
    """Why this intake field cannot fill this field of Lawmatics; "" if it can."""
    if not target.startswith(CUSTOM):
        fitting = TARGETS[entity, target][2]
        return (
            "" if source.kind in fitting else f"“{source.name}” does not fit the field “{TARGETS[entity, target][0]}”."
        )
    if there is None:
        return "This field is no longer in Lawmatics. Refresh the list."
    reason = why_not(source.kind, there.type)
    return f"“{there.name}” cannot be filled with “{source.name}”. {reason}" if reason else ""


def mapped_fields(disclosure: MatterDisclosure, rules: FirmRules) -> Mapped:
    """What the firm's mappings say about this matter. Joins the open scope."""
    chosen: dict[RecordKind, dict[str, Rule]] = {}
    values: dict[str, dict[str, Any]] = {"contact": {}, "matter": {}}
    problems = []
    for mapped in apply_mappings(disclosure, rules):
        mapping = mapped.mapping
        if mapping.rule != Rule.BLANKS:
            chosen.setdefault(RecordKind(mapping.entity), {})[mapping.target] = Rule(mapping.rule)
        if mapped.problem:
            problems.append(mapped.problem)
        elif mapped.value is not None:
            values[mapping.entity][mapping.target] = mapped.value
    return Mapped(values["contact"], values["matter"], chosen, tuple(problems))


def apply_mappings(disclosure: MatterDisclosure, rules: FirmRules) -> list[MappedValue]:
    """Every mapping of the firm on this matter, one by one. Joins the open scope."""
    if not rules.fields:
        return []
    given = given_by(disclosure, answers=any(mapping.source.startswith(ANSWER) for mapping in rules.fields))
    return [_applied(mapping, given.get(mapping.source), rules) for mapping in rules.fields]


def given_by(disclosure: MatterDisclosure, *, answers: bool = True) -> dict[str, Given]:
    """What the client and the matter have to give, by source; without `answers` for no query. Joins the scope."""
    person = disclosure.person
    texts = {
        "client.first_name": person.first_name if person else "",
        "client.last_name": person.last_name if person else "",
        "client.email": person.email if person else "",
        "client.phone": person.phone if person else "",
        "matter.title": disclosure.title,
        "matter.case_type": disclosure.case_type_name,
        "matter.practice_area": disclosure.practice_area,
        "matter.state": US_STATES.get(disclosure.state, disclosure.state),
    }
    given = {key: Given(STANDARD[key][1], text, (text,)) for key, text in texts.items() if text}
    if (moment := disclosure.intake.completed_at) is not None:
        given["matter.completed_at"] = Given(MOMENT, moment, (f"{moment:%Y-%m-%d %H:%M} UTC",))
    for answer in disclose_answers(disclosure.matter_id) if answers else ():
        given[f"{ANSWER}{answer.question}"] = Given(answer.kind, answer.value, answer.words)
    return given


def _applied(mapping: FieldMapping, given: Given | None, rules: FirmRules) -> MappedValue:
    if not mapping.target.startswith(CUSTOM):
        return _standard(mapping, given)
    there = rules.reference.custom_field(mapping.target.removeprefix(CUSTOM))
    if there is None or there.entity != mapping.entity:
        return MappedValue(mapping, None, "", f"The field “{mapping.target_name}” was deleted in Lawmatics; not sent.")
    if given is None:
        return MappedValue(mapping, None, "")
    try:
        value = convert(given, there, time_zone=rules.time_zone)
    except DoesNotFit as misfit:
        return MappedValue(mapping, None, "", f"“{there.name}” is not sent. {misfit.sentence}")
    return MappedValue(mapping, value, "" if value is None else in_words(value, there))


def _standard(mapping: FieldMapping, given: Given | None) -> MappedValue:
    """A standard field. One that is filled by its own source anyway has a row for its rule only."""
    name, own, _ = TARGETS.get((mapping.entity, mapping.target), (mapping.target, "", frozenset()))
    if given is None or mapping.source == own:
        return MappedValue(mapping, None, " ".join(given.words) if given else "")
    text = " ".join(" ".join(given.words).split())
    try:
        clean = {"email": normal.clean_email, "phone": normal.clean_phone}.get(mapping.target)
        value = clean(text) if clean else text
    except BadInput as problem:
        return MappedValue(mapping, None, "", f"“{name}” is not sent. {problem.sentence}")
    return MappedValue(mapping, value or None, value)
