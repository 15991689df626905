"""Files are read, checked, scanned, drawn and stored in no transaction; and what is left behind is swept."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from casehug.intake import arrival, files
from casehug.intake.errors import NotAllowed
from casehug.intake.models import ChecklistItem, Device, DeviceCode, Document, Matter, StrayFile, Upload
from casehug.intake.services import links, uploads
from casehug.intake.tasks import hour, sweep_firm
from casehug.intake.verdicts import Judged
from casehug.kit.clock import ManualClock
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.databases import TestDatabase, hang_up
from tests.documents import PDF
from tests.intake import strange_files as made
from tests.intake.arrivals import finish, lying, send_all, whole
from tests.intake.test_cell import cells, largest_picture
from tests.portal.intake import open_link
from tests.web.walks import sign_in

JSON = {"Accept": "application/json"}
# What storage, scanner and cell saw: (who looked, whether a transaction was open).
seen: set[tuple[str, bool]] = set()


class Watchful(FileSystemStorage):
    """A storage that looks whether the thread that uses it stands in a transaction."""

    def _look(self) -> None:
        seen.add(("storage", connection.in_atomic_block))

    def _save(self, name: str, content: Any) -> str:
        self._look()
        return str(super()._save(name, content))  # type: ignore[misc]

    def _open(self, name: str, mode: str = "rb") -> Any:
        self._look()
        return super()._open(name, mode)  # type: ignore[misc]

    def delete(self, name: str) -> None:
        self._look()
        super().delete(name)


@pytest.fixture
def watched(database: TestDatabase) -> Iterator[set[tuple[str, bool]]]:
    """Everything a file meets on its way, each looking for open transactions in its own way."""
    seen.clear()
    storage = {**settings.STORAGES["default"], "BACKEND": f"{__name__}.Watchful"}
    with scanner(database), override_settings(STORAGES={**settings.STORAGES, "default": storage}):
        yield seen


def in_transaction(database: TestDatabase) -> bool:
    """Whether any of the app's connections sits in a transaction: PostgreSQL's own word for it."""
    with database.connect("admin") as admin:
        (count,) = admin.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = 'casehug_app' AND xact_start IS NOT NULL"
        ).fetchone()
    return bool(count)


@contextmanager
def scanner(database: TestDatabase) -> Iterator[None]:
    """A ClamAV daemon that finds nothing, and asks PostgreSQL before it says so."""
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                accepted, _ = listening.accept()
            except TimeoutError:
                continue
            with accepted, accepted.makefile("rb") as stream:
                stream.read(len(b"zINSTREAM\x00"))
                while size := int.from_bytes(stream.read(4), "big"):
                    stream.read(size)
                seen.add(("scanner", in_transaction(database)))
                accepted.sendall(b"stream: OK\x00")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        thread = threading.Thread(target=serve)
        thread.start()
        with override_settings(CLAMAV=f"127.0.0.1:{listening.getsockname()[1]}"):
            yield
        over.set()
        thread.join(5)


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


@pytest.fixture
def phone(people: Cast, matter: Matter) -> Client:
    """Dana's phone, let in."""
    with firm_scope(people.firm_id):
        token = links.new_token(links.send_link(people.alice, matter=matter))
    browser = Client()
    open_link(browser, token)
    return browser


def in_pieces(phone: Client, item: ChecklistItem, content: bytes, name: str = "scan.pdf") -> Any:
    begun = phone.post(f"/portal/items/{item.id}/uploads/", {"file_name": name, "size": len(content)}, headers=JSON)
    upload = f"/portal/uploads/{begun.json()['id']}"
    phone.post(f"{upload}/pieces/?offset=0", content, content_type="application/octet-stream", headers=JSON)
    return phone.post(f"{upload}/finish/", headers=JSON)


def documents_of(actor: Actor) -> list[Document]:
    with firm_scope(actor.firm_id):
        return list(Document.objects.order_by("id"))


# --- No transaction ---------------------------------------------------------------------------------------------------


def test_a_client_s_file_in_pieces(phone: Client, dana: Actor, item: ChecklistItem, watched: set[Any]) -> None:
    assert in_pieces(phone, item, PDF).status_code == 200
    assert watched == {("storage", False), ("scanner", False)}
    assert len(documents_of(dana)) == 1


def test_a_client_s_files_of_a_plain_form(phone: Client, dana: Actor, item: ChecklistItem, watched: set[Any]) -> None:
    photos = [SimpleUploadedFile(f"{n}.jpg", made.jpeg()) for n in (1, 2)]
    phone.post(f"/portal/items/{item.id}/files/", {"file": photos})
    assert watched == {("storage", False), ("scanner", False)}
    assert len(documents_of(dana)) == 3  # joined to one of two pages


def test_a_file_of_staff_and_its_way_back(people: Cast, item: ChecklistItem, watched: set[Any]) -> None:
    bob = sign_in(people.bob)
    bob.post(reverse("upload_document", args=[item.id]), {"file": SimpleUploadedFile("a.pdf", PDF)})
    (document,) = documents_of(people.bob)
    for address in ("document_thumbnail", "document"):
        answer = bob.get(reverse(address, args=[document.id]))
        assert b"".join(answer) if answer.streaming else answer.content
    assert bob.get(reverse("document_page", args=[document.id, 1])).status_code == 200
    assert watched == {("storage", False), ("scanner", False)}


def test_while_the_cell_works(people: Cast, phone: Client, item: ChecklistItem, database: TestDatabase) -> None:
    """Watched from outside: there is a cell, and at that moment no transaction."""
    looks: list[bool] = []

    def hand_in() -> int:
        try:
            return int(in_pieces(phone, item, largest_picture(), name="a.png").status_code)
        finally:
            hang_up()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(hand_in)
        while not working.done():
            before, open_one, after = cells(), in_transaction(database), cells()
            if before and after:
                looks.append(open_one)
    assert working.result() == 200
    assert looks
    assert not any(looks)


# --- Settling ---------------------------------------------------------------------------------------------------------


def stored(dana: Actor, item: ChecklistItem) -> Callable[[], Document]:
    """A file that was checked and stored; calling the answer settles it."""
    with firm_scope(dana.firm_id):
        newcomer = uploads.expect_file(dana, item=item, size=len(PDF), provided_by="client")
    with files.spool([PDF]) as plain:
        kept = files.store(plain, newcomer.place)

    def settle() -> Document:
        with firm_scope(dana.firm_id):
            return uploads.settle_file(
                dana, newcomer=newcomer, file_name="a.pdf", judged=Judged("application/pdf", 1), stored=kept
            )

    return settle


def test_a_crash_after_storing_leaves_a_name_that_the_sweep_finds(
    dana: Actor, item: ChecklistItem, time: ManualClock
) -> None:
    stored(dana, item)  # and never settled
    with firm_scope(dana.firm_id):
        (name,) = StrayFile.objects.values_list("stored_as", flat=True)
    time.advance(3600)
    sweep_firm(str(dana.firm_id))
    assert lying(name)
    time.advance(3600 + 1)
    sweep_firm(str(dana.firm_id))
    assert lying(name) == []
    with firm_scope(dana.firm_id):
        assert not StrayFile.objects.exists()


def test_what_the_sweep_has_taken_becomes_no_document(dana: Actor, item: ChecklistItem, time: ManualClock) -> None:
    settle = stored(dana, item)
    time.advance(2 * 3600 + 1)
    with firm_scope(dana.firm_id):
        uploads.condemn_stray(dana)
    with pytest.raises(NotAllowed, match="Send it again"):
        settle()
    assert documents_of(dana) == []


def test_the_sweep_leaves_what_became_a_document(dana: Actor, item: ChecklistItem, time: ManualClock) -> None:
    document = stored(dana, item)()
    time.advance(30 * 24 * 3600)
    arrival.sweep(dana)
    assert lying(document.stored_as)


def test_an_upload_whose_check_died_can_be_finished_again(dana: Actor, item: ChecklistItem) -> None:
    upload = send_all(dana, item, PDF)
    with firm_scope(dana.firm_id):
        arriving, place = uploads.complete_upload(dana, upload_id=upload.id)
    with files.spool([PDF]) as plain:
        files.store(plain, place)  # and dead before its settling
    assert finish(dana, upload).id == arriving.upload.id


def test_a_stored_copy_of_the_same_upload_is_one_too_many(dana: Actor, item: ChecklistItem) -> None:
    """The twin of the race: another request settles between this one's claim and its settling."""
    upload = send_all(dana, item, PDF)
    with firm_scope(dana.firm_id):
        arriving, place = uploads.complete_upload(dana, upload_id=upload.id)
    with files.spool([PDF]) as plain:
        late = files.store(plain, place)
    first = finish(dana, upload)
    with firm_scope(dana.firm_id):
        settled = uploads.settle_upload(dana, upload=arriving.upload, judged=Judged("application/pdf", 1), stored=late)
    assert settled.stored_as == first.stored_as != late.stored_as


# --- The hour ---------------------------------------------------------------------------------------------------------


def test_the_hour_reaches_every_firm_with_files(
    people: Cast, dana: Actor, item: ChecklistItem, time: ManualClock
) -> None:
    upload = send_all(dana, item, PDF)
    time.advance(25 * 3600)
    hour(0)
    sweep_firm(waiting_sweeps(people))
    with firm_scope(people.firm_id):
        assert not Upload.objects.filter(id=upload.id).exists()


def waiting_sweeps(people: Cast) -> str:
    """The firm's own job, as the worker would find it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'firm_id' FROM procrastinate_jobs WHERE task_name = 'intake.sweep'")
        return next(firm_id for (firm_id,) in cursor.fetchall() if firm_id == str(people.firm_id))


def test_old_devices_and_codes_are_forgotten(people: Cast, phone: Client, matter: Matter, time: ManualClock) -> None:
    with firm_scope(people.firm_id):
        link = matter.links.get()  # type: ignore[attr-defined]
        links.request_code(link)
    time.advance(2 * 24 * 3600)
    sweep_firm(str(people.firm_id))
    with firm_scope(people.firm_id):
        assert (Device.objects.count(), DeviceCode.objects.count()) == (1, 0)
    time.advance(91 * 24 * 3600)
    sweep_firm(str(people.firm_id))
    with firm_scope(people.firm_id):
        assert Device.objects.count() == 0


# --- Drawn once -------------------------------------------------------------------------------------------------------


def test_a_picture_is_drawn_once_and_goes_with_its_document(people: Cast, item: ChecklistItem) -> None:
    document = whole(people.bob, item, made.scan(), name="a.pdf", by="staff")
    bob = sign_in(people.bob)
    first = bob.get(reverse("document_thumbnail", args=[document.id])).content
    assert lying(f"{document.stored_as}.drawn") == ["1-240"]
    with firm_scope(people.firm_id):
        kept = files.unlock(document)
    # What lies there is what is shown: nothing is drawn again.
    assert kept.drawn("1-240") == first
    files.remove([])
    with firm_scope(people.firm_id):
        uploads.remove_document(people.bob, document=document)
    assert (lying(document.stored_as), lying(f"{document.stored_as}.drawn")) == ([], [])


def test_a_picture_that_was_cut_off_is_drawn_again(people: Cast, item: ChecklistItem) -> None:
    from casehug.intake import previews  # noqa: PLC0415

    document = whole(people.bob, item, made.scan(), name="a.pdf", by="staff")
    first = previews.thumbnail(document)
    with firm_scope(people.firm_id):
        storage = FileSystemStorage(**settings.STORAGES["default"]["OPTIONS"])
    place = storage.path(f"{document.stored_as}.drawn/1-240")
    with open(place, "r+b") as file:
        file.truncate(20)
    assert previews.thumbnail(document) == first
    with firm_scope(people.firm_id):
        assert files.unlock(document).drawn("1-240") == first
