"""Facts are told in the writer's transaction, in order, to those who asked, and only about the firm that speaks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid4

import pytest

from casehug.accounts.models import User
from casehug.events.bus import ForeignFact, publish, subscribe
from casehug.events.catalogue import Fact
from casehug.tenancy.actor import current_firm
from casehug.tenancy.models import Firm
from casehug.tenancy.scope import OutsideFirmScope, firm_scope
from tests.cast import Cast


def new_kind() -> type[Fact]:
    """A kind of fact of this test's own, about a matter: subscribers of one test never hear another's."""

    @dataclass(frozen=True, kw_only=True)
    class Told(Fact):
        name: ClassVar[str] = "test.told"
        matter_id: UUID

    return Told


def told(kind: type[Fact], firm_id: UUID) -> Fact:
    return kind(firm_id=firm_id, actor_id=None, matter_id=uuid4())  # type: ignore[call-arg]


def noting(heard: list[str], word: str) -> Callable[[Fact], None]:
    return lambda _fact: heard.append(word)


def test_it_tells_a_subscriber_the_fact_itself(people: Cast) -> None:
    kind, heard = new_kind(), list[Fact]()
    subscribe(kind, heard.append)
    fact = told(kind, people.firm_id)
    with firm_scope(people.firm_id):
        publish(fact)
    assert heard == [fact]


def test_it_tells_subscribers_in_the_order_in_which_they_asked(people: Cast) -> None:
    kind, heard = new_kind(), list[str]()
    for word in ("first", "second", "third"):
        subscribe(kind, noting(heard, word))
    with firm_scope(people.firm_id):
        publish(told(kind, people.firm_id))
    assert heard == ["first", "second", "third"]


def test_it_tells_those_who_asked_for_the_kind_before_those_who_asked_for_a_wider_one(people: Cast) -> None:
    wide, heard = new_kind(), list[str]()

    @dataclass(frozen=True, kw_only=True)
    class Narrow(wide):  # type: ignore[misc, valid-type]
        name: ClassVar[str] = "test.narrow"

    subscribe(wide, noting(heard, "wide"))
    subscribe(Narrow, noting(heard, "narrow"))
    with firm_scope(people.firm_id):
        publish(told(Narrow, people.firm_id))
    assert heard == ["narrow", "wide"]


def test_it_tells_a_subscriber_once_who_asked_twice(people: Cast) -> None:
    kind, heard = new_kind(), list[str]()
    handler = noting(heard, "heard")
    subscribe(kind, handler)
    subscribe(kind, handler)
    with firm_scope(people.firm_id):
        publish(told(kind, people.firm_id))
    assert heard == ["heard"]


def test_it_says_nothing_to_those_who_asked_for_another_kind(people: Cast) -> None:
    heard = list[str]()
    subscribe(new_kind(), noting(heard, "heard"))
    with firm_scope(people.firm_id):
        publish(told(new_kind(), people.firm_id))
    assert heard == []


def test_it_refuses_a_fact_outside_a_scope(people: Cast) -> None:
    kind, heard = new_kind(), list[str]()
    subscribe(kind, noting(heard, "heard"))
    with pytest.raises(OutsideFirmScope):
        publish(told(kind, people.firm_id))
    assert heard == []


def test_it_refuses_a_fact_of_another_firm(people: Cast) -> None:
    kind, heard = new_kind(), list[str]()
    subscribe(kind, noting(heard, "heard"))
    with firm_scope(people.firm_id), pytest.raises(ForeignFact) as refused:
        publish(told(kind, people.other_firm_id))
    assert heard == []
    assert str(people.other_firm_id) not in str(refused.value)


def test_it_takes_the_write_down_with_a_handler_that_fails(people: Cast) -> None:
    kind = new_kind()

    def fail(_fact: Fact) -> None:
        raise ValueError("no outbox row")

    subscribe(kind, fail)
    with pytest.raises(ValueError), firm_scope(people.firm_id):
        Firm.objects.update(name="Renamed")
        publish(told(kind, people.firm_id))
    with firm_scope(people.firm_id):
        assert current_firm().name == "Hartwell Family Law"


def test_it_takes_a_handler_s_write_down_with_the_writer(people: Cast) -> None:
    kind = new_kind()
    email = f"{uuid4()}@example.com"

    def write(_fact: Fact) -> None:
        User.objects.create_user(email=email, password=None, name="Written by a handler")

    subscribe(kind, write)
    with pytest.raises(ValueError), firm_scope(people.firm_id):
        publish(told(kind, people.firm_id))
        raise ValueError
    assert not User.objects.filter(email=email).exists()


def test_it_stops_at_the_first_handler_that_fails(people: Cast) -> None:
    kind, heard = new_kind(), list[str]()

    def fail(_fact: Fact) -> None:
        raise ValueError

    subscribe(kind, fail)
    subscribe(kind, noting(heard, "after"))
    with pytest.raises(ValueError), firm_scope(people.firm_id):
        publish(told(kind, people.firm_id))
    assert heard == []
