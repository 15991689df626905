"""Whether two contacts with one e-mail address may be taken for one person without asking. Pure.

Families share addresses, and data of the wrong person is the worst mistake. So this answers True only where the names
say it without doubt; everything else is asked. docs/explanation/same-person.md tells the rules with examples.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from casehug.intake.normal import fold

# Father and son: the same name otherwise, and often the same address.
GENERATIONS = {
    "jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "2", "2nd": "2", "iii": "3", "3rd": "3",
    "iv": "4", "4th": "4", "v": "5", "5th": "5",
}  # fmt: skip
# What stands before or behind a name and says nothing about whose it is.
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sr", "sra", "srta", "prof"})
DEGREES = frozenset({"esq", "esquire", "md", "phd", "jd", "dds", "cpa"})


@dataclass(frozen=True)
class Name:
    """A name in folded words. `middle` are the given names after the first, or their initials."""

    given: str
    middle: tuple[str, ...]
    family: str
    generation: str

    @property
    def whole(self) -> str:
        return "".join((self.given, *self.middle, self.family))


def same_person(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """True: take the contact without asking. A contact that has no name at all may be ours, unless its phone number
    is somebody else's.
    """
    if not any(str(theirs.get(field) or "").strip() for field in ("first_name", "last_name")):
        return _no_other_phone(ours, theirs)
    here, there = _name(ours), _name(theirs)
    if not here.whole or here.generation != there.generation:
        return False
    # Also where everything stands in one field.
    if here.whole == there.whole:
        return True
    return _alike(here, there) or _swapped(here, there)


def _alike(here: Name, there: Name) -> bool:
    return (
        bool(here.family)
        and here.family == there.family
        and _same_given(here.given, there.given)
        and _same_middle(here.middle, there.middle)
    )


def _same_given(here: str, there: str) -> bool:
    """An initial alone is too little: the D. of an address is Dana as well as David."""
    return here == there or bool(_groups().get(here, frozenset()) & _groups().get(there, frozenset()))


def _same_middle(here: Sequence[str], there: Sequence[str]) -> bool:
    """An initial may be missing on one side, or stand for the name. A whole second name may not: Mary Ann can be the
    daughter of Mary."""
    if not here or not there:
        return all(len(word) == 1 for word in (*here, *there))
    return len(here) == len(there) and all(
        mine == other or (1 in (len(mine), len(other)) and mine[0] == other[0])
        for mine, other in zip(here, there, strict=True)
    )


def _swapped(here: Name, there: Name) -> bool:
    """First and last name in each other's field. Not where both could be first names: James Thomas is not Thomas
    James."""
    given = _groups()
    return (
        here.given == there.family
        and here.family == there.given
        and here.middle == there.middle
        and not (here.given in given and here.family in given)
    )


def _no_other_phone(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    here, there = (re.sub(r"\D", "", str(one.get("phone") or ""))[-10:] for one in (ours, theirs))
    return not there or here == there


def _name(contact: Mapping[str, Any]) -> Name:
    first, family = _words(contact.get("first_name")), _words(contact.get("last_name"))
    if len(first) > 1 and first[0] in TITLES:
        first.pop(0)
    if len(family) > 1 and family[-1] in DEGREES:
        family.pop()
    generation = _generation(family) or _generation(first)
    initials: list[str] = []
    while len(family) > 1 and len(family[0]) == 1:
        initials.append(family.pop(0))
    return Name(
        given=first[0] if first else "",
        middle=(*first[1:], *initials),
        family="".join(family),
        generation=generation,
    )


def _words(value: Any) -> list[str]:
    """The words of one field. Hyphens part words, apostrophes and full stops do not."""
    bare = re.sub(r"[.'’`´]", "", fold(str(value or "")))
    return [word for word in re.split(r"[\W_]+", bare) if word]


def _generation(words: list[str]) -> str:
    """Takes the generation off the end of the words, if something is left. "John V" may be an initial: asking about
    that one is no loss."""
    return GENERATIONS[words.pop()] if len(words) > 1 and words[-1] in GENERATIONS else ""


@cache
def _groups() -> Mapping[str, frozenset[str]]:
    """By name, the given names that it may stand for."""
    groups: dict[str, set[str]] = {}
    for line in files("casehug.sync").joinpath("nicknames.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            formal, _, short = line.partition(":")
            for name in (formal, *short.split(",")):
                groups.setdefault(fold(name), set()).add(formal)
    return {name: frozenset(formal) for name, formal in groups.items()}
