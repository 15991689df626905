"""The firm scope: one outermost transaction, one firm, nothing left behind."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F

from casehug.accounts.models import User
from casehug.intake.models import ChecklistItem, Client, Matter
from casehug.tenancy.actor import Actor, current_firm
from casehug.tenancy.models import Firm, Membership, Role
from casehug.tenancy.scope import (
    NestedFirmScope,
    OutsideFirmScope,
    current_firm_id,
    firm_scope,
    in_firm_scope,
    person_scope,
)
from casehug.tenancy.services import add_member, firm_of, found_firm
from tests import cast
from tests.cast import Cast
from tests.databases import hang_up


def raw(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def setting() -> object:
    return raw("SELECT current_setting('casehug.firm_id', true)")[0][0]


def test_it_shows_exactly_the_firm_of_the_scope(people: Cast) -> None:
    with firm_scope(people.firm_id):
        assert [firm.id for firm in Firm.objects.all()] == [people.firm_id]
        assert current_firm().name == "Hartwell Family Law"


@pytest.mark.parametrize(
    "query",
    [
        lambda: Matter.objects.first(),
        lambda: Matter.objects.count(),
        lambda: Matter.objects.update(title="gone"),
        lambda: Matter.objects.all().delete(),
        lambda: Matter.objects.create(firm_id=uuid4(), title="x", request_key=uuid4()),
        lambda: list(Matter.objects.select_related("client").iterator()),
        lambda: ChecklistItem.objects.filter(matter__client__last_name="x").exists(),
        lambda: Firm.objects.count(),
        lambda: Membership.objects.count(),
        lambda: raw("SELECT 1 FROM intake_matter"),
        lambda: raw("select 1 from INTAKE_MATTER"),
        lambda: raw('SELECT 1 FROM public."intake_matter" AS m'),
        lambda: raw("SELECT 1 FROM django_session s LEFT JOIN intake_client c ON true"),
        lambda: raw("UPDATE intake_matter SET title = 'gone'"),
        lambda: raw("DELETE FROM intake_document"),
        lambda: raw("WITH gone AS (DELETE FROM intake_document RETURNING 1) SELECT * FROM gone"),
    ],
)
def test_it_raises_for_a_firm_s_table_outside_a_scope(people: Cast, query: Callable[[], object]) -> None:
    with pytest.raises(OutsideFirmScope):
        query()


def test_it_raises_for_a_transaction_that_is_no_scope(people: Cast) -> None:
    with transaction.atomic(), pytest.raises(OutsideFirmScope):
        Matter.objects.count()


def test_it_lets_tables_that_no_firm_owns_be_read_without_a_scope(people: Cast) -> None:
    assert raw("SELECT count(*) FROM django_session") != []


def test_it_has_no_current_firm_outside_a_scope(people: Cast) -> None:
    assert not in_firm_scope()
    with pytest.raises(OutsideFirmScope):
        current_firm_id()


@pytest.mark.parametrize("inner", ["the same firm", "another firm", "a person"])
def test_it_refuses_a_scope_inside_a_scope(people: Cast, inner: str) -> None:
    assert people.alice.user_id
    scopes = {
        "the same firm": firm_scope(people.firm_id),
        "another firm": firm_scope(people.other_firm_id),
        "a person": person_scope(people.alice.user_id),
    }
    with firm_scope(people.firm_id):
        with pytest.raises(NestedFirmScope), scopes[inner]:
            pass
        assert {firm.id for firm in Firm.objects.all()} == {people.firm_id}


def test_it_refuses_a_scope_inside_a_transaction(people: Cast) -> None:
    with transaction.atomic(), pytest.raises(NestedFirmScope), firm_scope(people.firm_id):
        pass


def test_it_leaves_nothing_on_the_connection(people: Cast) -> None:
    with firm_scope(people.firm_id):
        assert setting() == str(people.firm_id)
        backend = raw("SELECT pg_backend_pid()")
    assert raw("SELECT pg_backend_pid()") == backend, "the same connection, the next transaction"
    assert setting() in ("", None)


def test_it_shows_nothing_to_the_next_transaction_even_without_the_guard(people: Cast) -> None:
    """The guard of the connection is taken off: what is left is PostgreSQL's own wall."""
    with firm_scope(people.firm_id):
        assert Client.objects.model is Client
    guards, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        with transaction.atomic():
            assert Firm.objects.count() == 0
    finally:
        connection.execute_wrappers = guards


def test_it_leaves_nothing_after_an_exception(people: Cast) -> None:
    with pytest.raises(ValueError), firm_scope(people.firm_id):
        raise ValueError
    assert not in_firm_scope()
    assert setting() in ("", None)


def test_it_rolls_back_on_an_exception(people: Cast) -> None:
    with pytest.raises(ValueError), firm_scope(people.firm_id):
        Firm.objects.update(name="Renamed")
        raise ValueError
    with firm_scope(people.firm_id):
        assert current_firm().name == "Hartwell Family Law"


def test_it_leaves_nothing_after_an_error_of_the_database(people: Cast) -> None:
    with pytest.raises(Exception, match="division by zero"), firm_scope(people.firm_id):
        raw("SELECT 1/0")
    with firm_scope(people.other_firm_id):
        assert {firm.id for firm in Firm.objects.all()} == {people.other_firm_id}


def test_it_keeps_the_firm_after_a_savepoint_was_rolled_back(people: Cast) -> None:
    with firm_scope(people.firm_id):
        with pytest.raises(ValueError), transaction.atomic():
            raise ValueError
        assert current_firm().id == people.firm_id


def test_it_is_not_shared_with_another_thread(people: Cast) -> None:
    def look() -> tuple[bool, object]:
        try:
            return in_firm_scope(), setting()
        finally:
            hang_up()

    with firm_scope(people.firm_id), ThreadPoolExecutor(1) as pool:
        assert pool.submit(look).result() in [(False, ""), (False, None)]


def test_it_keeps_two_threads_in_their_own_firms_at_the_same_moment(people: Cast) -> None:
    both_inside = Barrier(2, timeout=10)

    def look(firm_id: UUID) -> set[UUID]:
        try:
            with firm_scope(firm_id):
                both_inside.wait()
                return set(Firm.objects.values_list("id", flat=True))
        finally:
            hang_up()

    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(look, [people.firm_id, people.other_firm_id]))
    assert seen == [{people.firm_id}, {people.other_firm_id}]


def test_it_leaks_nothing_under_hammering_with_exceptions(people: Cast) -> None:
    """2,000 scopes of two firms on four threads, every third one broken off in one of three ways."""
    firms = [people.firm_id, people.other_firm_id]

    def hammer(seed: int) -> int:
        dice, leaks = random.Random(seed), 0
        try:
            for _ in range(500):
                mine = dice.choice(firms)
                try:
                    with firm_scope(mine):
                        leaks += set(Firm.objects.values_list("id", flat=True)) != {mine}
                        match dice.randrange(9):
                            case 0:
                                raise ValueError
                            case 1:
                                raw("SELECT 1/0")
                            case 2:
                                with transaction.atomic():
                                    raise KeyError
                except Exception:
                    leaks += in_firm_scope()
                leaks += setting() not in ("", None)
        finally:
            hang_up()
        return leaks

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(hammer, range(4))) == 0


def test_it_would_see_a_leak_in_that_hammering(people: Cast) -> None:
    """The twin: a setting for the session instead of the transaction is there afterwards."""
    with transaction.atomic():
        raw(f"SELECT set_config('casehug.firm_id', '{people.firm_id}', false)")
    try:
        assert setting() == str(people.firm_id)
    finally:
        raw("SELECT set_config('casehug.firm_id', '', false)")


def test_it_shows_a_person_only_their_own_memberships(people: Cast) -> None:
    assert people.alice.user_id
    with person_scope(people.alice.user_id):
        assert {member.user_id for member in Membership.objects.all()} == {people.alice.user_id}


def test_it_shows_a_person_s_memberships_in_every_firm_of_theirs(people: Cast) -> None:
    assert people.alice.user_id
    _join(people.alice, people.other_firm_id)
    with person_scope(people.alice.user_id):
        assert Membership.objects.count() == 2


def test_it_shows_a_person_no_other_table(people: Cast) -> None:
    cast.open_dana(people.alice)
    assert people.alice.user_id
    with person_scope(people.alice.user_id):
        assert (Firm.objects.count(), Matter.objects.count(), Client.objects.count()) == (0, 0, 0)


def test_it_lets_a_person_change_nothing_before_a_firm_is_known(people: Cast) -> None:
    assert people.bob.user_id
    with person_scope(people.bob.user_id):
        assert Membership.objects.update(role=Role.ADMIN) == 0
        assert Membership.objects.filter(role=F("role"))._raw_delete("default") == 0


def test_it_finds_the_firm_that_a_person_joined_first(people: Cast) -> None:
    _join(people.charlie, people.firm_id)
    assert people.charlie.user_id
    assert firm_of(people.charlie.user_id) == people.other_firm_id


def test_it_finds_no_firm_for_a_stranger(people: Cast) -> None:
    assert firm_of(uuid4()) is None


def test_it_knows_no_member_of_another_firm(people: Cast) -> None:
    assert people.charlie.user_id
    with firm_scope(people.firm_id):
        assert Actor.member(people.charlie.user_id) is None


def test_it_knows_no_member_who_was_switched_off(people: Cast) -> None:
    assert people.bob.user_id

    User.objects.filter(id=people.bob.user_id).update(is_active=False)
    with firm_scope(people.firm_id):
        assert Actor.member(people.bob.user_id) is None


def test_it_founds_no_firm_in_a_made_up_time_zone(people: Cast) -> None:
    with pytest.raises(Exception, match="time zone"):
        found_firm(name="Nowhere LLP", time_zone="Mars/Olympus")


def _join(actor: Actor, firm_id: UUID) -> None:

    assert actor.user_id
    with firm_scope(firm_id):
        add_member(user=User.objects.get(id=actor.user_id), role=Role.STAFF)
