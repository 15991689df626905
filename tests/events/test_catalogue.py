"""Facts carry ids and states, never what a client said."""

import dataclasses
from typing import Literal, get_origin
from uuid import UUID

import pytest

from casehug.events import catalogue
from casehug.events.catalogue import Fact

KINDS = [
    kind for kind in vars(catalogue).values() if isinstance(kind, type) and issubclass(kind, Fact) and kind is not Fact
]


@pytest.mark.parametrize("kind", KINDS)
def test_it_carries_nothing_but_ids_and_words_of_our_own(kind: type[Fact]) -> None:
    carried = {field.type for field in dataclasses.fields(kind) if get_origin(field.type) is not Literal}
    assert carried <= {UUID, UUID | None}


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_a_name_of_words_between_dots(kind: type[Fact]) -> None:
    words = kind.name.split(".")
    assert len(words) >= 2
    assert all(word.isidentifier() for word in words)


def test_it_gives_no_name_twice() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 8


def test_it_cannot_be_changed_after_it_was_told() -> None:
    fact = catalogue.MatterCreated(firm_id=UUID(int=1), actor_id=None, matter_id=UUID(int=2))
    with pytest.raises(dataclasses.FrozenInstanceError):
        fact.matter_id = UUID(int=3)  # type: ignore[misc]
