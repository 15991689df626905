"""Internal notes: added by the firm's people, deleted by their author, read by nobody else."""

import pytest

from casehug.audit.models import Entry
from casehug.intake.errors import BadInput, NotAllowed
from casehug.intake.models import InternalNote, Matter
from casehug.intake.queries.review import notes_of
from casehug.intake.services.notes import LONGEST_NOTE, add_note, delete_note
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast


@pytest.fixture
def matter(people: Cast) -> Matter:
    return cast.open_dana(people.alice)


def write(
    people: Cast, matter: Matter, *, actor: Actor | None = None, text: str = "Ask about the house."
) -> InternalNote:
    with firm_scope(people.firm_id):
        return add_note(actor or people.bob, matter=matter, text=text)


def test_it_keeps_the_text_and_its_author(people: Cast, matter: Matter) -> None:
    write(people, matter, text="  First line\r\nsecond \x00 ")
    with firm_scope(people.firm_id):
        (note,) = notes_of(people.alice, matter)
    assert (note.text, note.author_id) == ("First line\nsecond", people.bob.user_id)


def test_the_record_tells_that_there_was_a_note_and_not_what_it_said(people: Cast, matter: Matter) -> None:
    write(people, matter)
    with firm_scope(people.firm_id):
        entry = Entry.objects.get(action="note.added")
    assert (entry.subject_id, entry.details) == (matter.id, {})


@pytest.mark.parametrize("text", ["", " \r\n\x00", "x" * (LONGEST_NOTE + 1)])
def test_an_empty_or_endless_note_is_refused(people: Cast, matter: Matter, text: str) -> None:
    with pytest.raises(BadInput) as refused:
        write(people, matter, text=text)
    assert refused.value.field == "text"


def test_the_client_writes_none(people: Cast, matter: Matter) -> None:
    with pytest.raises(NotAllowed):
        write(people, matter, actor=Actor.client(people.firm_id))


def test_only_the_author_deletes_it(people: Cast, matter: Matter) -> None:
    note = write(people, matter)
    with firm_scope(people.firm_id), pytest.raises(NotAllowed):
        delete_note(people.alice, note=note)
    with firm_scope(people.firm_id):
        delete_note(people.bob, note=note)
        assert notes_of(people.bob, matter) == []
        assert Entry.objects.filter(action="note.deleted").count() == 1
