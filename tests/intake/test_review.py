"""Sending documents back, and approving all that waits."""

import pytest

from casehug.audit.models import Entry
from casehug.intake.errors import BadInput, NotAllowed
from casehug.intake.models import Document, DocumentState, InternalNote, Matter
from casehug.intake.queries.review import activity_of
from casehug.intake.services.documents import approve_document
from casehug.intake.services.review import REASONS, approve_all, message_of, reject_document, reopen_document
from casehug.intake.services.uploads import remove_document
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.documents import hand_in
from tests.intake.conftest import AtOnce

REQUIRED = ("photo-id", "marriage-certificate", "tax-returns")
MESSAGE = "A page is missing."


@pytest.fixture
def matter(people: Cast) -> Matter:
    return cast.open_dana(people.bob)


def uploaded(people: Cast, matter: Matter, *, key: str = "photo-id") -> Document:
    with firm_scope(people.firm_id):
        return hand_in(people.bob, matter, key=key)


def reject(people: Cast, document: Document, *, message: str = MESSAGE) -> None:
    with firm_scope(people.firm_id):
        reject_document(people.ann, document=document, message=message)


def approve_waiting(people: Cast, matter: Matter) -> int:
    with firm_scope(people.firm_id):
        return approve_all(people.ann, matter=matter)


def again(people: Cast, document: Document) -> Document:
    with firm_scope(people.firm_id):
        return Document.objects.get(id=document.id)


def actions(people: Cast, action: str) -> int:
    with firm_scope(people.firm_id):
        return Entry.objects.filter(action=action).count()


def test_it_keeps_the_message_and_who_wrote_it(people: Cast, matter: Matter) -> None:
    reject(people, document := uploaded(people, matter))
    kept = again(people, document)
    assert (kept.state, kept.reject_message) == (DocumentState.REJECTED, MESSAGE)
    assert kept.reviewed_by_id == people.ann.user_id


def test_a_rejection_is_told_once(people: Cast, matter: Matter) -> None:
    document = uploaded(people, matter)
    reject(people, document)
    reject(people, document, message="Another one")
    assert actions(people, "document.rejected") == 1
    assert again(people, document).reject_message == MESSAGE


@pytest.mark.parametrize("message", ["", "  \n", "x" * 501])
def test_a_message_is_needed_and_short(people: Cast, matter: Matter, message: str) -> None:
    document = uploaded(people, matter)
    with pytest.raises(BadInput) as refused:
        reject(people, document, message=message)
    assert refused.value.field == "message"
    assert again(people, document).state == DocumentState.UPLOADED


def test_what_was_approved_is_not_rejected(people: Cast, matter: Matter) -> None:
    document = uploaded(people, matter)
    with firm_scope(people.firm_id):
        approve_document(people.bob, document=document)
    with pytest.raises(NotAllowed, match="does not wait for review"):
        reject(people, document)
    assert again(people, document).state == DocumentState.APPROVED


def test_approved_and_rejected_at_the_same_moment_it_is_one_of_both(
    people: Cast, matter: Matter, at_once: AtOnce
) -> None:
    document = uploaded(people, matter)

    def approve() -> None:
        with firm_scope(people.firm_id):
            approve_document(people.bob, document=document)

    outcomes = at_once([approve, lambda: reject(people, document)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "NotAllowed"]
    assert actions(people, "document.approved") + actions(people, "document.rejected") == 1


def test_approving_all_completes_the_intake_once(people: Cast, matter: Matter) -> None:
    for key in (*REQUIRED, REQUIRED[0]):
        uploaded(people, matter, key=key)
    assert approve_waiting(people, matter) == 4
    assert approve_waiting(people, matter) == 0
    assert (actions(people, "document.approved"), actions(people, "intake.completed")) == (4, 1)


def test_approving_all_leaves_what_was_rejected(people: Cast, matter: Matter) -> None:
    reject(people, rejected := uploaded(people, matter))
    uploaded(people, matter, key=REQUIRED[1])
    assert approve_waiting(people, matter) == 1
    assert again(people, rejected).state == DocumentState.REJECTED


def test_approving_all_leaves_what_nobody_has_seen(people: Cast, matter: Matter) -> None:
    seen, unseen = uploaded(people, matter), uploaded(people, matter, key=REQUIRED[1])
    with firm_scope(people.firm_id):
        assert approve_all(people.ann, matter=matter, seen=[seen.id]) == 1
    assert again(people, unseen).state == DocumentState.UPLOADED


def test_a_photo_of_a_document_is_not_reviewed_by_itself(people: Cast, matter: Matter) -> None:
    whole, photo = uploaded(people, matter), uploaded(people, matter)
    with firm_scope(people.firm_id):
        Document.objects.filter(id=photo.id).update(part_of=whole)
    assert approve_waiting(people, matter) == 1
    assert again(people, photo).state == DocumentState.UPLOADED


def test_approved_all_at_the_same_moment_each_is_approved_once(people: Cast, matter: Matter, at_once: AtOnce) -> None:
    for key in REQUIRED:
        uploaded(people, matter, key=key)
    assert sorted(at_once([lambda: approve_waiting(people, matter)] * 3)) == [0, 0, 3]
    assert (actions(people, "document.approved"), actions(people, "intake.completed")) == (3, 1)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_reason_is_said_in_the_client_s_language(language: str) -> None:
    for reason in REASONS:
        assert message_of(reason=reason.key, words=" Page 2. ", language=language) == (
            f"{reason.text.in_language(language)} Page 2."
        )
    assert len({reason.text.es for reason in REASONS} | {reason.text.en for reason in REASONS}) == 2 * len(REASONS)


# Taken back to review


def reopen(people: Cast, document: Document, *, reason: str = "Wrong year.") -> None:
    with firm_scope(people.firm_id):
        reopen_document(people.bob, document=document, reason=reason)


def test_an_approved_document_waits_again_and_the_reason_is_a_note(people: Cast, matter: Matter) -> None:
    document = uploaded(people, matter)
    approve_waiting(people, matter)
    reopen(people, document)
    kept = again(people, document)
    assert (kept.state, kept.reviewed_by_id, kept.reviewed_at) == (DocumentState.UPLOADED, None, None)
    with firm_scope(people.firm_id):
        assert "Wrong year." in InternalNote.objects.get(matter=matter).text
    assert actions(people, "document.reopened") == 1


def test_a_complete_intake_stays_complete_and_is_not_completed_twice(people: Cast, matter: Matter) -> None:
    documents = [uploaded(people, matter, key=key) for key in REQUIRED]
    approve_waiting(people, matter)
    reopen(people, documents[0])
    with firm_scope(people.firm_id):
        assert Matter.objects.get(id=matter.id).intake_completed_at
    assert approve_waiting(people, matter) == 1
    assert (actions(people, "intake.completed"), actions(people, "document.approved")) == (1, 4)


@pytest.mark.parametrize("reason", ["", " \n", "x" * 501])
def test_a_reason_to_take_back_is_needed_and_short(people: Cast, matter: Matter, reason: str) -> None:
    document = uploaded(people, matter)
    approve_waiting(people, matter)
    with pytest.raises(BadInput) as refused:
        reopen(people, document, reason=reason)
    assert refused.value.field == "reason"
    assert again(people, document).state == DocumentState.APPROVED


def test_what_was_rejected_is_not_taken_back(people: Cast, matter: Matter) -> None:
    reject(people, document := uploaded(people, matter))
    with pytest.raises(NotAllowed, match="not approved any more"):
        reopen(people, document)


def test_what_was_taken_back_by_the_client_stays_in_the_activity(people: Cast, matter: Matter) -> None:
    document = uploaded(people, matter)
    with firm_scope(people.firm_id):
        remove_document(people.bob, document=document)
        told = {one.entry.action: one.item for one in activity_of(people.bob, matter).happenings}
        assert told["document.removed"] == told["document.uploaded"] == document.item.name
