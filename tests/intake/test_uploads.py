"""Files on their way in: resumed, raced, refused, combined, taken back; and read again as they were."""

import hashlib
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import ProgrammingError
from django.test import override_settings

from casehug.audit.models import Entry
from casehug.intake import arrival, files
from casehug.intake.errors import BadInput, IntakeError, NotAllowed, NotFound
from casehug.intake.models import ChecklistItem, Document, DocumentState, FileKey, Matter, Upload
from casehug.intake.services import uploads
from casehug.intake.services.documents import approve_document
from casehug.intake.services.uploads import WrongOffset
from casehug.kit.clock import ManualClock
from casehug.kit.encryption import CannotOpen, keyset
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.documents import PDF, bytes_of, pdf_of
from tests.intake import strange_files as made
from tests.intake.arrivals import MB, combine, finish, lying, send, send_all, start, whole
from tests.intake.conftest import AtOnce


@pytest.fixture
def matter(people: Cast) -> Matter:
    return cast.open_dana(people.bob)


@pytest.fixture
def item(people: Cast, matter: Matter) -> ChecklistItem:
    with firm_scope(people.firm_id):
        return ChecklistItem.objects.get(matter=matter, key="photo-id")


@pytest.fixture
def dana(people: Cast) -> Actor:
    return Actor.client(people.firm_id)


def refused(problem: type[IntakeError], actor: Actor, upload: Upload, offset: int, piece: bytes) -> IntakeError:
    with pytest.raises(problem) as caught:
        send(actor, upload, offset, piece)
    return caught.value


# --- Piece by piece ---------------------------------------------------------------------------------------------------


def test_it_makes_a_document_of_the_pieces(people: Cast, dana: Actor, item: ChecklistItem, time: ManualClock) -> None:
    content = pdf_of(2 * MB + 77)
    upload = send_all(dana, item, content, name="Dana's lease.pdf")
    assert (upload.received, upload.pieces) == (len(content), 3)
    document = finish(dana, upload)
    assert (document.file_name, document.content_type) == ("Dana's lease.pdf", "application/pdf")
    assert (document.size, document.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (document.provided_by, document.uploaded_by_id, document.item_id) == ("client", None, item.id)
    assert bytes_of(document) == content
    with firm_scope(people.firm_id):
        assert Entry.objects.filter(action="document.uploaded", subject_id=document.id).count() == 1


def test_nothing_but_the_document_stays(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    upload = send_all(dana, item, PDF, piece=100)
    assert len(lying(upload.stored_as)) == upload.pieces > 2
    document = finish(dana, upload)
    assert not Path(default_storage.path(upload.stored_as)).exists()
    assert lying(document.stored_as)
    with firm_scope(people.firm_id):
        assert not Upload.objects.filter(id=upload.id).exists()


def test_pieces_and_file_lie_encrypted(dana: Actor, item: ChecklistItem) -> None:
    upload = send_all(dana, item, PDF)
    (piece,) = lying(upload.stored_as)
    assert b"%PDF" not in Path(default_storage.path(f"{upload.stored_as}/{piece}")).read_bytes()
    assert b"%PDF" not in Path(default_storage.path(finish(dana, upload).stored_as)).read_bytes()


def test_a_wrong_offset_is_told_where_to_go_on(dana: Actor, item: ChecklistItem) -> None:
    upload = send(dana, start(dana, item, 1000), 0, bytes(400))
    for offset in (0, 399, 401, 1000, -1):
        problem = refused(WrongOffset, dana, upload, offset, bytes(100))
        assert isinstance(problem, WrongOffset)
        assert problem.received == 400


def test_after_a_lost_answer_the_same_piece_changes_nothing(dana: Actor, item: ChecklistItem) -> None:
    upload = start(dana, item, len(PDF))
    send(dana, upload, 0, PDF[:50])
    refused(WrongOffset, dana, upload, 0, PDF[:50])
    send(dana, upload, 50, PDF[50:])
    assert bytes_of(finish(dana, upload)) == PDF


def test_a_piece_that_was_stored_but_never_counted_can_come_again(
    people: Cast, dana: Actor, item: ChecklistItem
) -> None:
    """As after a crash between the two: the same piece comes again, and with the upload the first try goes too."""
    upload = start(dana, item, len(PDF))
    with firm_scope(people.firm_id):
        key = uploads.expect_piece(dana, upload_id=upload.id, offset=0, size=len(PDF)).key
    files.put_piece(b"lost" + PDF[4:], stored_as=upload.stored_as, number=0, key=key)
    send(dana, upload, 0, PDF)
    assert len(lying(upload.stored_as)) == 2
    assert bytes_of(finish(dana, upload)) == PDF
    assert lying(upload.stored_as) == []


def test_of_two_tabs_one_piece_counts(dana: Actor, item: ChecklistItem, at_once: AtOnce) -> None:
    upload = start(dana, item, 2000)
    answers = at_once([lambda fill=fill: send(dana, upload, 0, fill * 1000) for fill in (b"a", b"b", b"c", b"d")])  # type: ignore[misc]
    assert sorted(type(answer).__name__ for answer in answers) == [
        "Upload",
        "WrongOffset",
        "WrongOffset",
        "WrongOffset",
    ]
    assert len(lying(upload.stored_as)) == 1


def test_finished_twice_at_once_it_is_one_document(
    people: Cast, dana: Actor, item: ChecklistItem, at_once: AtOnce
) -> None:
    upload = send_all(dana, item, PDF)
    answers = at_once([lambda: finish(dana, upload)] * 3)
    assert {answer.id for answer in answers} == {upload.id}
    with firm_scope(people.firm_id):
        assert Document.objects.filter(item=item).count() == 1
    assert finish(dana, upload).id == upload.id


@pytest.mark.parametrize(
    ("piece", "sentence"),
    [
        (b"", "A piece of a file has between one byte and 1 MB."),
        (bytes(MB + 1), "A piece of a file has between one byte and 1 MB."),
        (bytes(1001), "More arrived than the file was said to hold. Start this file again."),
    ],
    ids=["empty", "too large", "too much"],
)
def test_it_takes_no_bad_piece(dana: Actor, item: ChecklistItem, piece: bytes, sentence: str) -> None:
    assert refused(BadInput, dana, start(dana, item, 1000), 0, piece).sentence == sentence


def test_it_finishes_nothing_incomplete(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    upload = send(dana, start(dana, item, 1000), 0, bytes(999))
    with pytest.raises(NotAllowed, match="not arrived completely"):
        finish(dana, upload)
    assert len(lying(upload.stored_as)) == 1


@pytest.mark.parametrize(("size", "sentence"), [(0, "This file is empty."), (25 * MB + 1, "larger than 25 MB")])
def test_it_starts_nothing_of_a_wrong_size(dana: Actor, item: ChecklistItem, size: int, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        start(dana, item, size)


def test_a_refused_file_is_gone_with_its_pieces(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    upload = send_all(dana, item, made.HTML)
    with pytest.raises(BadInput):
        finish(dana, upload)
    assert lying(upload.stored_as) == []
    with pytest.raises(NotFound):
        finish(dana, upload)


def test_an_upload_can_be_given_up(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    upload = send_all(dana, item, PDF)
    with firm_scope(people.firm_id):
        uploads.cancel_upload(dana, upload_id=upload.id)
    assert lying(upload.stored_as) == []


def test_another_firm_finds_no_upload(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    upload = send_all(dana, item, PDF)
    for step in (lambda: send(people.charlie, upload, 0, b"x"), lambda: finish(people.charlie, upload)):
        with pytest.raises(NotFound):
            step()


@pytest.mark.parametrize("name", ["../../x.pdf", "nul\x00.pdf", "\u202efdp.exe", "\ud800", "x" * 5000, ""])
def test_any_name_can_be_started_with(dana: Actor, item: ChecklistItem, name: str) -> None:
    document = finish(dana, send_all(dana, item, PDF, name=name))
    assert document.file_name.endswith(".pdf")
    assert not set(document.file_name) & set("/\\\x00\u202e")


def test_it_throws_away_what_nobody_went_on_with(
    people: Cast, dana: Actor, item: ChecklistItem, time: ManualClock
) -> None:
    stale = send_all(dana, item, PDF)
    time.advance(23 * 3600)
    fresh = send_all(dana, item, PDF)
    time.advance(2 * 3600)
    arrival.sweep(Actor.system(people.firm_id))
    assert (len(lying(stale.stored_as)), len(lying(fresh.stored_as))) == (0, 1)


def test_there_is_a_most_of_files_and_bytes(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    whole(dana, item, PDF, name="a.pdf")
    start(dana, item, 1000)
    with override_settings(MAX_DOCUMENTS_PER_MATTER=2), pytest.raises(NotAllowed, match="2 files already"):
        start(dana, item, 1000)
    with override_settings(MAX_DOCUMENTS_PER_MATTER=2), pytest.raises(NotAllowed, match="2 files already"):
        whole(dana, item, PDF, name="b.pdf")
    with override_settings(MAX_BYTES_PER_MATTER=len(PDF) + 1999), pytest.raises(NotAllowed, match="larger than"):
        start(dana, item, 1000)
    with override_settings(MAX_UPLOADS_PER_FIRM=1), pytest.raises(NotAllowed, match="on their way"):
        start(dana, item, 1000)
    start(dana, item, 1000)


def test_memory_stays_flat_for_the_largest_file(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    content = pdf_of(25 * MB)
    upload = send_all(dana, item, content)
    del content
    tracemalloc.start()
    document = finish(dana, upload)
    with firm_scope(people.firm_id):
        opened = files.open_document(document)
    assert sum(len(piece) for piece in opened) == 25 * MB
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * MB


# --- Keys -------------------------------------------------------------------------------------------------------------


def test_a_firm_has_one_file_key_that_only_the_keyset_opens(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    first, second = whole(dana, item, PDF, name="a.pdf"), whole(dana, item, PDF, name="b.pdf")
    assert first.wrapped_key != second.wrapped_key
    with firm_scope(people.firm_id):
        sealed = bytes(FileKey.objects.get().sealed)
    assert len(keyset().open(sealed, context=f"file-key:{people.firm_id}")) == 32
    with pytest.raises(CannotOpen):
        keyset().open(sealed, context=f"file-key:{people.other_firm_id}")


def test_made_at_once_it_is_one_file_key(people: Cast, dana: Actor, item: ChecklistItem, at_once: AtOnce) -> None:
    answers = at_once([lambda: start(dana, item, 1000)] * 4)
    assert [type(answer) for answer in answers] == [Upload] * 4
    with firm_scope(people.firm_id):
        assert FileKey.objects.count() == 1


def test_no_request_can_erase_the_firm_s_file_key(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    """With it all the firm's files would be gone at once."""
    whole(dana, item, PDF, name="a.pdf")
    with pytest.raises(ProgrammingError, match="permission denied"), firm_scope(people.firm_id):
        FileKey.objects.all().delete()


def test_a_wrapped_key_opens_no_other_document(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    first, second = whole(dana, item, PDF, name="a.pdf"), whole(dana, item, PDF, name="b.pdf")
    first.wrapped_key = second.wrapped_key
    with pytest.raises(CannotOpen):
        bytes_of(first)


def test_a_file_cut_at_a_chunk_s_end_does_not_open_to_its_end(dana: Actor, item: ChecklistItem) -> None:
    document = whole(dana, item, pdf_of(200_000), name="a.pdf")
    path = Path(default_storage.path(document.stored_as))
    path.write_bytes(path.read_bytes()[: 1 + 65536 + 28])
    with pytest.raises(CannotOpen):
        bytes_of(document)


def test_the_first_documents_stay_readable(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    document = whole(dana, item, PDF, name="a.pdf")
    name = f"documents/{people.firm_id}/{uuid4()}"
    old = keyset().seal(b"an old document", context=f"document:{people.firm_id}:{name}")
    default_storage.save(name, ContentFile(old))
    with firm_scope(people.firm_id):
        Document.objects.filter(id=document.id).update(stored_as=name, wrapped_key=None)
        document.refresh_from_db()
    assert bytes_of(document) == b"an old document"


# --- Taken back -------------------------------------------------------------------------------------------------------


def remove(actor: Actor, document: Document) -> None:
    with firm_scope(actor.firm_id):
        uploads.remove_document(actor, document=document)


def test_a_document_is_taken_back_with_its_photos(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    part = whole(dana, item, made.jpeg(), name="1.jpg")
    document = combine(dana, item, [part])
    remove(dana, document)
    assert (lying(document.stored_as), lying(part.stored_as)) == ([], [])
    with firm_scope(people.firm_id):
        assert not Document.objects.filter(item=item).exists()
        assert Entry.objects.filter(action="document.removed", subject_id=document.matter_id).exists()


def test_what_was_reviewed_stays(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    document = whole(dana, item, PDF, name="a.pdf")
    with firm_scope(people.firm_id):
        approve_document(people.ann, document=document)
    for actor in (dana, people.bob):
        with pytest.raises(NotAllowed, match="reviewed meanwhile"):
            remove(actor, document)
    assert bytes_of(document) == PDF


def test_a_part_and_the_firm_s_own_document_stay(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    part = whole(dana, item, made.jpeg(), name="1.jpg")
    combine(dana, item, [part])
    ours = whole(people.bob, item, PDF, name="b.pdf", by="staff")
    with firm_scope(people.firm_id):
        part.refresh_from_db()
    for document in (part, ours):
        with pytest.raises(NotAllowed):
            remove(dana, document)
    remove(people.bob, ours)


def test_rolled_back_it_stays(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    document = whole(dana, item, PDF, name="a.pdf")
    with pytest.raises(KeyError), firm_scope(people.firm_id):
        uploads.remove_document(dana, document=document)
        raise KeyError
    assert (bytes_of(document), document.state) == (PDF, DocumentState.UPLOADED)


# --- The virus scanner ------------------------------------------------------------------------------------------------


@contextmanager
def scanner(answer: bytes) -> Iterator[list[bytes]]:
    """A ClamAV daemon that answers this; the list holds what it was sent."""
    seen: list[bytes] = []

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as stream:
            stream.read(len(b"zINSTREAM\x00"))
            while size := int.from_bytes(stream.read(4), "big"):
                seen.append(stream.read(size))
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        with override_settings(CLAMAV=f"127.0.0.1:{listening.getsockname()[1]}"):
            yield seen
        thread.join(5)


def test_a_clean_file_is_taken_and_was_scanned_whole(dana: Actor, item: ChecklistItem) -> None:
    content = pdf_of(200_000)
    with scanner(b"stream: OK\x00") as seen:
        assert bytes_of(whole(dana, item, content, name="a.pdf")) == content
    assert b"".join(seen) == content


def test_a_found_virus_is_refused(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    with scanner(b"stream: Win.Test FOUND\x00"), pytest.raises(BadInput, match="virus check stopped"):
        whole(dana, item, PDF, name="a.pdf")
    with firm_scope(people.firm_id):
        assert not Document.objects.exists()


@pytest.mark.parametrize("answer", [b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\x00", b"\xff" * 9000])
def test_an_unclear_answer_is_no_yes(dana: Actor, item: ChecklistItem, answer: bytes) -> None:
    upload = send_all(dana, item, PDF)
    with scanner(answer), pytest.raises(NotAllowed, match="cannot be checked for viruses"):
        finish(dana, upload)


def test_while_the_scanner_is_down_the_file_waits(dana: Actor, item: ChecklistItem) -> None:
    upload = send_all(dana, item, PDF)
    with override_settings(CLAMAV="127.0.0.1:9"), pytest.raises(NotAllowed, match="cannot be checked for viruses"):
        finish(dana, upload)
    assert len(lying(upload.stored_as)) == 1
    assert bytes_of(finish(dana, upload)) == PDF
