"""Handing in and approving: encrypted where it lies, nobody else's to read, complete exactly once."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from casehug.audit.models import Entry
from casehug.intake.errors import BadInput, NotAllowed, NotFound
from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter, MatterStatus
from casehug.intake.services.documents import approve_document
from casehug.kit.clock import ManualClock
from casehug.kit.encryption import CannotOpen
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.documents import PDF, approve_all, bytes_of, hand_in, pdf, pdf_of, upload_document
from tests.intake.conftest import AtOnce

REQUIRED = ("photo-id", "marriage-certificate", "tax-returns")


@pytest.fixture
def matter(people: Cast) -> Matter:
    return cast.open_dana(people.bob)


def uploaded(people: Cast, matter: Matter, *, key: str = "photo-id") -> Document:
    with firm_scope(people.firm_id):
        return hand_in(people.bob, matter, key=key)


def approve(people: Cast, document: Document) -> None:
    with firm_scope(people.firm_id):
        approve_document(people.ann, document=document)


def actions(people: Cast, action: str) -> int:
    with firm_scope(people.firm_id):
        return Entry.objects.filter(action=action).count()


def on_disk(document: Document) -> Path:
    return Path(default_storage.path(document.stored_as))


def test_it_keeps_what_was_handed_in(people: Cast, matter: Matter, time: ManualClock) -> None:
    document = uploaded(people, matter)
    assert (document.file_name, document.content_type, document.size) == ("scan.pdf", "application/pdf", len(PDF))
    assert (document.state, document.provided_by) == (DocumentState.UPLOADED, "staff")
    assert (document.uploaded_by_id, document.uploaded_at) == (people.bob.user_id, time.now())
    assert len(document.sha256) == 64


def test_it_gives_the_same_bytes_back(people: Cast, matter: Matter) -> None:
    assert bytes_of(uploaded(people, matter)) == PDF


def test_it_stores_them_encrypted(people: Cast, matter: Matter) -> None:
    stored = on_disk(uploaded(people, matter)).read_bytes()
    assert PDF[:16] not in stored
    assert b"%PDF" not in stored


def test_it_stores_equal_files_as_different_bytes(people: Cast, matter: Matter) -> None:
    first, second = uploaded(people, matter), uploaded(people, matter)
    assert first.sha256 == second.sha256
    assert on_disk(first).read_bytes() != on_disk(second).read_bytes()


def test_it_names_nothing_on_the_disk_after_a_person_or_a_file(people: Cast, matter: Matter) -> None:
    document = uploaded(people, matter)
    assert document.stored_as.startswith(f"documents/{people.firm_id}/")
    assert "scan" not in document.stored_as


def test_it_lets_no_other_user_of_the_machine_read_the_file(people: Cast, matter: Matter) -> None:
    path = on_disk(uploaded(people, matter))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_it_does_not_open_for_another_firm(people: Cast, matter: Matter) -> None:
    theirs = cast.open_dana(people.charlie)
    document = uploaded(people, matter)
    with firm_scope(people.other_firm_id):
        hand_in(people.charlie, theirs, key="photo-id")
    document.firm_id = people.other_firm_id
    with pytest.raises(CannotOpen):
        bytes_of(document)


def test_it_does_not_open_in_another_document_s_place(people: Cast, matter: Matter) -> None:
    document, other = uploaded(people, matter), uploaded(people, matter)
    shutil.copyfile(on_disk(document), on_disk(other))
    with pytest.raises(CannotOpen):
        bytes_of(other)


def test_it_does_not_open_when_it_was_altered(people: Cast, matter: Matter) -> None:
    path = on_disk(document := uploaded(people, matter))
    path.write_bytes(path.read_bytes()[:-1] + b"\x00\x00")
    with pytest.raises(CannotOpen):
        bytes_of(document)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty. Choose another one."),
        (pdf_of(1024 * 1024 + 1), "This file is larger than 1 MB. Send a smaller copy."),
        (b"<html>", "This kind of file is not taken. Send a PDF, a photo, or a Word, Excel or text file."),
    ],
    ids=["empty", "one byte too large", "a page"],
)
@override_settings(MAX_DOCUMENT_BYTES=1024 * 1024)
def test_it_refuses_a_file_and_says_why(people: Cast, matter: Matter, content: bytes, sentence: str) -> None:
    with firm_scope(people.firm_id), pytest.raises(BadInput) as refused:
        item = ChecklistItem.objects.filter(matter=matter).first()
        assert item
        upload_document(people.bob, item=item, upload=SimpleUploadedFile("scan.pdf", content))
    assert (refused.value.field, refused.value.sentence) == ("file", sentence)


@override_settings(MAX_DOCUMENT_BYTES=1024 * 1024)
def test_it_takes_a_file_of_exactly_the_limit(people: Cast, matter: Matter) -> None:
    content = pdf_of(1024 * 1024)
    with firm_scope(people.firm_id):
        item = ChecklistItem.objects.filter(matter=matter).first()
        assert item
        document = upload_document(people.bob, item=item, upload=SimpleUploadedFile("scan.pdf", content))
    assert document.size == 1024 * 1024


def test_it_has_a_limit_of_25_megabytes() -> None:
    assert settings.MAX_DOCUMENT_BYTES == 25 * 1024 * 1024


def test_it_believes_neither_the_name_nor_the_browser(people: Cast, matter: Matter) -> None:
    upload = SimpleUploadedFile("page.html", PDF, content_type="text/html")
    with firm_scope(people.firm_id):
        item = ChecklistItem.objects.filter(matter=matter).first()
        assert item
        document = upload_document(people.bob, item=item, upload=upload)
    assert (document.file_name, document.content_type) == ("page.pdf", "application/pdf")


def test_it_approves(people: Cast, matter: Matter, time: ManualClock) -> None:
    document = uploaded(people, matter)
    time.advance(60)
    approve(people, document)
    with firm_scope(people.firm_id):
        document.refresh_from_db()
    assert (document.state, document.reviewed_by_id) == (DocumentState.APPROVED, people.ann.user_id)
    assert document.reviewed_at == time.now()


def test_it_approves_once(people: Cast, matter: Matter) -> None:
    document = uploaded(people, matter)
    approve(people, document)
    approve(people, document)
    assert actions(people, "document.approved") == 1


def test_it_approves_once_at_the_same_moment(people: Cast, matter: Matter, at_once: AtOnce) -> None:
    document = uploaded(people, matter)
    assert at_once([lambda: approve(people, document)] * 4) == [None] * 4
    assert actions(people, "document.approved") == 1


def test_it_does_not_approve_what_was_rejected(people: Cast, matter: Matter) -> None:
    document = uploaded(people, matter)
    with firm_scope(people.firm_id):
        Document.objects.update(state=DocumentState.REJECTED)
    with pytest.raises(NotAllowed, match="rejected meanwhile"):
        approve(people, document)
    with firm_scope(people.firm_id):
        assert Document.objects.get().state == DocumentState.REJECTED


def test_it_approves_no_document_of_another_firm(people: Cast, matter: Matter) -> None:
    document = uploaded(people, matter)
    with firm_scope(people.other_firm_id), pytest.raises(Matter.DoesNotExist):
        approve_document(people.charlie, document=document)
    with firm_scope(people.firm_id):
        assert Document.objects.get().state == DocumentState.UPLOADED


def test_it_is_complete_when_the_last_required_item_is_approved(
    people: Cast, matter: Matter, time: ManualClock
) -> None:
    for key in REQUIRED[:2]:
        approve(people, uploaded(people, matter, key=key))
    approve(people, uploaded(people, matter, key="pay-stubs"))
    last = uploaded(people, matter, key=REQUIRED[2])
    assert actions(people, "intake.completed") == 0
    approve(people, last)
    with firm_scope(people.firm_id):
        matter.refresh_from_db()
    assert (matter.intake_completed_at, matter.status) == (time.now(), MatterStatus.REVIEW)
    assert actions(people, "intake.completed") == 1


def test_it_is_not_complete_by_what_is_only_handed_in(people: Cast, matter: Matter) -> None:
    for key in REQUIRED:
        uploaded(people, matter, key=key)
    with firm_scope(people.firm_id):
        matter.refresh_from_db()
    assert matter.intake_completed_at is None


def test_it_is_complete_once(people: Cast, matter: Matter) -> None:
    approve_all(people.ann, matter, required_only=True)
    approve(people, uploaded(people, matter, key="photo-id"))
    approve_all(people.ann, matter, required_only=False)
    assert actions(people, "intake.completed") == 1


def test_it_is_complete_once_when_the_last_two_are_approved_at_the_same_moment(
    people: Cast, matter: Matter, at_once: AtOnce
) -> None:
    approve(people, uploaded(people, matter, key=REQUIRED[0]))
    last_two = [uploaded(people, matter, key=key) for key in REQUIRED[1:]]
    steps = [lambda document=document: approve(people, document) for document in last_two]  # type: ignore[misc]
    assert at_once(steps) == [None, None]
    assert actions(people, "intake.completed") == 1


def test_it_does_not_move_an_active_matter_back(people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        Matter.objects.update(status=MatterStatus.ACTIVE)
    approve_all(people.ann, matter, required_only=True)
    with firm_scope(people.firm_id):
        assert Matter.objects.get().status == MatterStatus.ACTIVE


def test_it_can_hand_in_for_no_item_of_another_firm(people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        item = ChecklistItem.objects.filter(matter=matter).first()
    assert item
    with pytest.raises(NotFound), firm_scope(people.other_firm_id):
        upload_document(people.charlie, item=item, upload=pdf())
