"""Two people click at the same moment. Each race has its twin: without the guard, both of them win."""

from collections.abc import Callable
from threading import Barrier

import pytest

from casehug.audit.models import Entry
from casehug.intake.errors import NotAllowed
from casehug.intake.models import Document, DocumentState, IntakeLink, Matter, MatterStatus
from casehug.intake.services.documents import approve_document
from casehug.intake.services.links import send_link
from casehug.intake.services.matters import move_matter
from casehug.intake.services.review import approve_all, reject_document, reopen_document
from casehug.kit import clock
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.documents import hand_in
from tests.intake.conftest import AtOnce


@pytest.fixture
def matter(people: Cast) -> Matter:
    return cast.open_dana(people.bob)


@pytest.fixture
def document(people: Cast, matter: Matter) -> Document:
    with firm_scope(people.firm_id):
        return hand_in(people.bob, matter, key="photo-id")


def in_scope(people: Cast, step: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        with firm_scope(people.firm_id):
            return step()

    return run


def won(outcomes: list[object]) -> int:
    return sum(not isinstance(outcome, Exception) for outcome in outcomes)


def told(people: Cast, *actions: str) -> int:
    with firm_scope(people.firm_id):
        return Entry.objects.filter(action__in=actions).count()


def looks_then_writes(people: Cast, look: Callable[[], bool], write: Callable[[], object]) -> Callable[[], object]:
    """A step without a guard: it looks, waits until the other has looked too, and writes by what it saw."""

    def step() -> object:
        with firm_scope(people.firm_id):
            if not look():
                raise NotAllowed("Too late.")
            both_have_looked.wait()
            return write()

    both_have_looked = Barrier(2, timeout=10)
    return step


def test_of_approving_and_rejecting_one_happens(people: Cast, document: Document, at_once: AtOnce) -> None:
    outcomes = at_once(
        [
            in_scope(people, lambda: approve_document(people.ann, document=document)),
            in_scope(people, lambda: reject_document(people.bob, document=document, message="A page is missing.")),
        ]
    )
    assert won(outcomes) == 1
    assert told(people, "document.approved", "document.rejected") == 1


def test_without_the_guard_a_document_is_judged_twice(people: Cast, document: Document, at_once: AtOnce) -> None:
    """The twin."""
    step = looks_then_writes(
        people,
        lambda: Document.objects.get(id=document.id).state == DocumentState.UPLOADED,
        lambda: Document.objects.filter(id=document.id).update(state=DocumentState.APPROVED),
    )
    assert won(at_once([step, step])) == 2


def test_a_file_that_comes_while_all_is_approved_is_approved_by_nobody(
    people: Cast, matter: Matter, document: Document, at_once: AtOnce
) -> None:
    newer = in_scope(people, lambda: hand_in(people.alice, matter, key="tax-returns"))
    approved, came = at_once(
        [in_scope(people, lambda: approve_all(people.ann, matter=matter, seen=[document.id])), newer]
    )
    assert isinstance(came, Document)
    with firm_scope(people.firm_id):
        assert (approved, Document.objects.get(id=came.id).state) == (1, DocumentState.UPLOADED)


def test_without_what_was_seen_it_is_approved_unseen(people: Cast, matter: Matter, document: Document) -> None:
    """The twin: the file is there when the click arrives, though not when the page was drawn."""
    with firm_scope(people.firm_id):
        came = hand_in(people.alice, matter, key="tax-returns")
        approve_all(people.ann, matter=matter)
        assert Document.objects.get(id=came.id).state == DocumentState.APPROVED


@pytest.mark.parametrize("rivals", [(MatterStatus.ACTIVE, MatterStatus.DECLINED)])
def test_of_two_moves_one_happens(
    people: Cast, matter: Matter, at_once: AtOnce, rivals: tuple[MatterStatus, ...]
) -> None:
    # Both pages were drawn before either click.
    copies = [in_scope(people, lambda: Matter.objects.get(id=matter.id))() for _ in rivals]
    steps = [
        in_scope(people, lambda kept=kept, to=to: move_matter(people.ann, matter=kept, to=to))  # type: ignore[misc]
        for kept, to in zip(copies, rivals, strict=True)
    ]
    assert won(at_once(steps)) == 1
    assert told(people, "matter.status_changed") == 1


def test_without_the_guard_both_moves_happen(people: Cast, matter: Matter, at_once: AtOnce) -> None:
    """The twin."""
    step = looks_then_writes(
        people,
        lambda: Matter.objects.get(id=matter.id).status == MatterStatus.NEW,
        lambda: Matter.objects.filter(id=matter.id).update(status=MatterStatus.ACTIVE),
    )
    assert won(at_once([step, step])) == 2


def test_two_clicks_on_send_make_one_link(people: Cast, matter: Matter, at_once: AtOnce) -> None:
    def send() -> object:
        return send_link(people.bob, matter=Matter.objects.select_related("client").get(id=matter.id))

    at_once([in_scope(people, send)] * 2)
    with firm_scope(people.firm_id):
        assert IntakeLink.objects.filter(matter=matter).count() == 1
    assert told(people, "intake.link.created") == 1


def test_without_the_key_both_clicks_would_make_one(people: Cast, matter: Matter, at_once: AtOnce) -> None:
    """The twin: both see no link; nothing but the unique key refuses the second."""
    step = looks_then_writes(
        people,
        lambda: not IntakeLink.objects.filter(matter=matter).exists(),
        lambda: IntakeLink.objects.create(matter=matter, expires_at=clock.now() + IntakeLink.LIFETIME),
    )
    outcomes = at_once([step, step])
    assert [type(outcome).__name__ for outcome in outcomes].count("IntegrityError") == 1


def test_a_document_is_taken_back_once(people: Cast, document: Document, at_once: AtOnce) -> None:
    with firm_scope(people.firm_id):
        approve_document(people.ann, document=document)
    again = in_scope(people, lambda: reopen_document(people.bob, document=document, reason="Wrong year."))
    at_once([again, again])
    assert told(people, "document.reopened", "note.added") == 2
