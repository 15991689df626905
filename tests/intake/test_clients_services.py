"""Correcting a client, giving a matter its client, and the small changes to a matter."""

from uuid import UUID, uuid4

import pytest

from casehug.audit.models import Entry
from casehug.intake.errors import BadInput, NotAllowed
from casehug.intake.models import Client, Matter, MatterStatus
from casehug.intake.queries.clients import list_clients
from casehug.intake.queries.matters import PAGE_SIZE, MatterFilter, list_matters
from casehug.intake.services.clients import add_client, update_client
from casehug.intake.services.matters import (
    NewClient,
    archive_matter,
    assign_attorney,
    attach_client,
    move_matter,
    retitle_matter,
)
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import DANA, Cast
from tests.intake.conftest import AtOnce


@pytest.fixture
def matter(people: Cast) -> Matter:
    return cast.open_dana(people.alice)


@pytest.fixture
def bare(people: Cast) -> Matter:
    """A matter without a client."""
    return cast.open_dana(people.alice, title="Whitfield matter", client=None)


def save(people: Cast, client: Client | None, **changes: str) -> Client:
    assert client is not None
    fields = {"first_name": "Dana", "last_name": "Johnson", "email": "dana@example.com", "phone": "(303) 555-0134"}
    with firm_scope(people.firm_id):
        return update_client(people.alice, client=client, **{**fields, "language": "en", **changes})


def found(people: Cast, words: str) -> list[UUID]:
    with firm_scope(people.firm_id):
        return [row.matter.id for row in list_matters(people.alice, MatterFilter(search=words)).rows]


def actions(people: Cast, action: str) -> int:
    with firm_scope(people.firm_id):
        return Entry.objects.filter(action=action).count()


def listed(people: Cast, search: str) -> list[str]:
    with firm_scope(people.firm_id):
        return [str(row.client) for row in list_clients(people.alice, search=search).rows]


def test_it_saves_what_changed_and_tells_it_once(people: Cast, matter: Matter) -> None:
    save(people, matter.client, last_name="Reyes", language="es")
    save(people, matter.client, last_name="Reyes", language="es")
    with firm_scope(people.firm_id):
        kept = Client.objects.get()
    assert (str(kept), kept.language, kept.name_key) == ("Dana Reyes", "es", "reyes dana")
    assert actions(people, "client.updated") == 1


def test_a_renamed_client_s_matter_is_found_by_the_new_name_only(people: Cast, matter: Matter) -> None:
    save(people, matter.client, first_name="Zoe", email="zoe@example.com")
    assert found(people, "zoe@example.com zoe") == [matter.id]
    assert found(people, "dana") == []


@pytest.mark.parametrize(
    ("field", "value"), [("first_name", " "), ("email", "no address"), ("phone", "12"), ("language", "fr")]
)
def test_what_cannot_be_is_refused_with_its_field(people: Cast, matter: Matter, field: str, value: str) -> None:
    with pytest.raises(BadInput) as refused:
        save(people, matter.client, **{field: value})
    assert refused.value.field == field
    assert actions(people, "client.updated") == 0


def test_a_matter_gets_its_client_later(people: Cast, bare: Matter) -> None:
    with firm_scope(people.firm_id):
        attach_client(people.alice, matter=bare, client=DANA)
    assert found(people, "dana@example.com") == [bare.id]
    assert (actions(people, "client.created"), actions(people, "matter.updated")) == (1, 1)


def test_a_matter_that_has_a_client_keeps_it(people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id), pytest.raises(NotAllowed, match="has a client already"):
        attach_client(people.alice, matter=matter, client=NewClient("Eve", "Stone"))
    with firm_scope(people.firm_id):
        assert str(Matter.objects.select_related("client").get().client) == "Dana Johnson"


def test_two_clients_at_the_same_moment_and_one_stays(people: Cast, bare: Matter, at_once: AtOnce) -> None:
    def attach(name: str) -> None:
        with firm_scope(people.firm_id):
            attach_client(people.alice, matter=bare, client=NewClient(name, "Stone"))

    outcomes = at_once([lambda: attach("Eve"), lambda: attach("Zoe")])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "NotAllowed"]
    assert actions(people, "client.created") == 1


def test_a_client_of_another_firm_cannot_be_attached(people: Cast, bare: Matter) -> None:
    with firm_scope(people.other_firm_id):
        theirs = add_client(people.charlie, first_name="Eve", last_name="Stone")
    with pytest.raises(Exception, match="same_firm"), firm_scope(people.firm_id):
        attach_client(people.alice, matter=bare, client=theirs)


def test_it_assigns_an_attorney_and_takes_them_away(people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        assign_attorney(people.alice, matter=matter, attorney_id=people.ann.user_id)
        mine = list_matters(people.ann, MatterFilter(attorney=str(people.ann.user_id)))
        assign_attorney(people.alice, matter=matter, attorney_id=None)
        nobody = list_matters(people.ann, MatterFilter(attorney="none"))
    assert [row.matter.id for row in mine.rows] == [row.matter.id for row in nobody.rows] == [matter.id]
    assert actions(people, "matter.attorney_assigned") == 2


def test_only_people_of_the_firm_are_assigned(people: Cast, matter: Matter) -> None:
    for stranger in (people.charlie.user_id, uuid4()):
        with firm_scope(people.firm_id), pytest.raises(BadInput) as refused:
            assign_attorney(people.alice, matter=matter, attorney_id=stranger)
        assert refused.value.field == "attorney"


def test_a_new_title_is_found_and_the_old_one_is_not(people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        retitle_matter(people.alice, matter=matter, title="  Reyes   estate ")
    assert found(people, "reyes estate") == [matter.id]
    assert found(people, "divorce") == []


def test_archiving_is_told_once_and_can_be_undone(people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        archive_matter(people.alice, matter=matter)
        archive_matter(people.alice, matter=matter)
        move_matter(people.alice, matter=matter, to=MatterStatus.NEW)
    assert (actions(people, "matter.archived"), actions(people, "matter.updated")) == (1, 1)
    assert found(people, "johnson") == [matter.id]


@pytest.mark.parametrize("words", ["dana", "john", "Johnson Dana", "dana@exam", "+1 303 555 0134", "DANA J"])
def test_it_lists_clients_by_name_address_and_phone(people: Cast, matter: Matter, words: str) -> None:
    with firm_scope(people.firm_id):
        add_client(people.alice, first_name="Eve", last_name="Stone")
    assert listed(people, words) == (["Dana Johnson"])


@pytest.mark.parametrize("words", ["ohnson", "x", "\x00", "%", "303"])
def test_it_lists_nobody_for_what_fits_nobody(people: Cast, matter: Matter, words: str) -> None:
    assert listed(people, words) == []


def test_it_flags_an_address_that_several_clients_share(people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        add_client(people.alice, first_name="Sam", last_name="Johnson", email="DANA@example.com")
        add_client(people.alice, first_name="Eve", last_name="Stone")
        rows = list_clients(people.alice).rows
    assert {str(row.client): row.shares_email for row in rows} == {
        "Sam Johnson": True,
        "Dana Johnson": True,
        "Eve Stone": False,
    }


def test_it_pages_through_clients_both_ways(people: Cast) -> None:
    with firm_scope(people.firm_id):
        for number in range(PAGE_SIZE + 3):
            add_client(people.alice, first_name=f"No {number:02}", last_name="Client")
        first = list_clients(people.alice)
        second = list_clients(people.alice, before=first.older)
        back = list_clients(people.alice, after=second.newer)
    assert (len(first.rows), len(second.rows)) == (PAGE_SIZE, 3)
    assert (first.newer, second.older) == (None, None)
    assert back.rows == first.rows
