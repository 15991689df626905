"""Approved documents of the client, filed in the matter's folder: streamed, once, with a receipt."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx2
import pytest
from django.core.files.storage import default_storage
from django.test import override_settings

from casehug.connections.client import use_http
from casehug.intake.models import ChecklistItem, Document, Matter
from casehug.intake.services.documents import approve_document
from casehug.intake.services.review import reopen_document
from casehug.kit.clock import ManualClock
from casehug.kit.outgoing import build_client
from casehug.sync import lanes
from casehug.sync.drain import drain
from casehug.sync.lookup import QUARANTINE
from casehug.sync.models import Attempt, ChangeState, RecordKind
from casehug.sync.steps.documents import MOST_AT_ONCE
from casehug.tenancy.scope import firm_scope
from sandbox import records
from sandbox.app import create_app
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.documents import approve_all, bytes_of
from tests.lawmatics_town import TownTransport
from tests.sync.engine import Drain, attempts, click, only_change
from tests.sync.forms_and_files import give, links, switch_filing
from tests.sync.test_dead_worker import DeadlyTransport, Killed

FILES = r"^/v1/files$"
PAST_QUARANTINE = QUARANTINE.total_seconds() + 1


@pytest.fixture
def hartwell(town: Town) -> Firm:
    return town.firm("hartwell")


@pytest.fixture
def matter(connected: Cast, run: Drain) -> Matter:
    """Dana's divorce, in Lawmatics, with the switch on."""
    switch_filing(connected)
    matter = cast.open_dana(connected.bob)
    run(connected.firm_id)
    return matter


def filed(firm: Firm) -> list[records.File]:
    return list(firm.files.values())


def path_of(firm: Firm, file: records.File) -> list[str]:
    names: list[str] = []
    folder = firm.folders.get(file.folder_id) if file.folder_id else None
    while folder is not None:
        names.insert(0, folder.name)
        folder = firm.folders.get(folder.folder_id) if folder.folder_id else None
    return names


def test_it_files_an_approved_document_in_the_matters_folder(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm
) -> None:
    document = give(connected, matter)
    run(connected.firm_id)
    (file,) = filed(hartwell)
    with firm_scope(connected.firm_id):
        item = ChecklistItem.objects.get(matter=matter, key="photo-id")
    ours = next(one for one in hartwell.matters.values() if one.case_title == matter.title)
    assert file.name == f"{item.name}.pdf"
    assert path_of(hartwell, file) == ["CaseHug", item.category]
    assert file.documentable == records.Ref("prospect", ours.id)
    assert town.cupboard.path(file.id).read_bytes() == bytes_of(document)
    (link,) = links(connected.firm_id, RecordKind.DOCUMENT)
    assert (link.record_id, link.lawmatics_id) == (document.id, str(file.id))
    assert link.sent == {
        "sha256": hashlib.sha256(bytes_of(document)).hexdigest(),
        "name": file.name,
        "folder": ["CaseHug", item.category],
        "size": document.size,
    }


def test_it_files_nothing_while_the_switch_is_off_and_all_of_it_on_a_click_afterwards(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, hartwell: Firm
) -> None:
    switch_filing(connected, on=False)
    give(connected, matter)
    give(connected, matter, key="photo-id")
    run(connected.firm_id)
    assert filed(hartwell) == []
    switch_filing(connected)
    click(connected.bob, matter)
    run(connected.firm_id)
    names = sorted(file.name for file in filed(hartwell))
    assert len(names) == 2
    assert names[0].replace(" (2)", "") == names[1], "the second one of a name is numbered"


def test_it_files_each_document_once_however_often_the_matter_is_synced(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, hartwell: Firm
) -> None:
    give(connected, matter)
    run(connected.firm_id)
    for _ in range(2):
        click(connected.bob, matter)
        run(connected.firm_id)
    assert len(filed(hartwell)) == 1


def test_it_files_neither_what_the_staff_provided_nor_what_is_not_approved(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, hartwell: Firm
) -> None:
    approve_all(connected.ann, matter, required_only=False)
    give(connected, matter, approved=False)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert only_change(connected.firm_id, matter, latest=True).state == ChangeState.DELIVERED
    assert filed(hartwell) == []


def test_it_does_not_file_what_is_larger_than_the_limit(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, hartwell: Firm
) -> None:
    give(connected, matter, size=5000)
    with override_settings(LAWMATICS_MAX_FILE_BYTES=4999):
        run(connected.firm_id)
    assert filed(hartwell) == []


def test_it_keeps_a_name_for_its_document_when_another_of_the_item_comes_back(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, hartwell: Firm
) -> None:
    """Numbered by what is approved now, the second document would get the name of the first one, which was filed."""
    first = give(connected, matter)
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        reopen_document(connected.ann, document=Document.objects.get(id=first.id), reason="Blurred.")
    give(connected, matter)
    run(connected.firm_id)
    assert len({file.name for file in filed(hartwell)}) == 2


def test_it_files_many_in_several_goes_and_leaves_none(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, hartwell: Firm
) -> None:
    for _ in range(MOST_AT_ONCE + 2):
        give(connected, matter)
    before = only_change(connected.firm_id, matter, latest=True).revision
    run(connected.firm_id)
    change = only_change(connected.firm_id, matter, latest=True)
    assert (change.state, change.revision) == (ChangeState.DELIVERED, before + 1)
    assert len({file.name for file in filed(hartwell)}) == MOST_AT_ONCE + 2


LOST_AFTER_COMMIT = ["drop", "cut", "status_after_commit"]


@pytest.mark.parametrize("kind", LOST_AFTER_COMMIT)
def test_it_adopts_what_was_filed_although_the_reply_was_lost(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, kind: str
) -> None:
    town.faults.add(Fault(kind=kind, method="POST", path=FILES))  # type: ignore[arg-type]
    give(connected, matter)
    run(connected.firm_id)
    assert links(connected.firm_id, RecordKind.DOCUMENT) == []
    time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    (file,) = filed(hartwell)
    (link,) = links(connected.firm_id, RecordKind.DOCUMENT)
    assert (link.lawmatics_id, link.adopted, link.sent["name"]) == (str(file.id), True, file.name)
    assert only_change(connected.firm_id, matter, latest=True).state == ChangeState.DELIVERED


@pytest.mark.parametrize("kind", ["drop_before", "status"])
def test_it_files_again_only_after_two_looks_found_nothing(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm, kind: str
) -> None:
    town.faults.add(Fault(kind=kind, method="POST", path=FILES))  # type: ignore[arg-type]
    give(connected, matter)
    run(connected.firm_id)
    time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    assert filed(hartwell) == []
    time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    assert len(filed(hartwell)) == 1
    assert ("document.file", "absent") in attempts(connected.firm_id, matter)


def test_it_files_once_although_lawmatics_commits_late(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm
) -> None:
    town.faults.add(Fault(kind="late", method="POST", path=FILES, seconds=150))
    give(connected, matter)
    for _ in range(4):
        run(connected.firm_id)
        time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    assert len(filed(hartwell)) == len(links(connected.firm_id, RecordKind.DOCUMENT)) == 1


def test_it_does_not_take_a_file_that_somebody_else_put_there_for_ours(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm
) -> None:
    """The twin: of the same name, on another matter."""
    town.faults.add(Fault(kind="drop", method="POST", path=FILES))
    give(connected, matter)
    run(connected.firm_id)
    (ours,) = filed(hartwell)
    other = next(one.id for one in hartwell.matters.values() if one.id != ours.documentable.id)
    ours.documentable = records.Ref("prospect", other)
    for _ in range(3):
        time.advance(PAST_QUARANTINE)
        run(connected.firm_id)
    (link,) = links(connected.firm_id, RecordKind.DOCUMENT)
    assert link.lawmatics_id != str(ours.id)


def kill_after(town: Town, path: str, process: ThreadPoolExecutor, firm_id: UUID) -> None:
    deadly = build_client(DeadlyTransport(create_app(town), path))
    use_http(lambda: deadly)
    with pytest.raises(Killed):
        process.submit(drain, firm_id).result()


def test_it_adopts_what_a_dead_worker_filed(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm,
    sync_process: ThreadPoolExecutor,
) -> None:  # fmt: skip
    give(connected, matter)
    kill_after(town, "/v1/files", sync_process, connected.firm_id)
    assert ("document.file", "sending") in attempts(connected.firm_id, matter)
    time.advance(lanes.LEASE.total_seconds() + 1)
    run(connected.firm_id)
    time.advance(PAST_QUARANTINE)
    run(connected.firm_id)
    assert len(filed(hartwell)) == 1
    assert ("document.file", "adopted") in attempts(connected.firm_id, matter)


def test_it_would_file_twice_without_the_look(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm,
    sync_process: ThreadPoolExecutor,
) -> None:  # fmt: skip
    """The control: forget that the write was under way, and the next worker files it again."""
    give(connected, matter)
    kill_after(town, "/v1/files", sync_process, connected.firm_id)
    sync_process.submit(forget_attempts, connected).result()
    time.advance(lanes.LEASE.total_seconds() + 1)
    run(connected.firm_id)
    assert len(filed(hartwell)) == 2


def forget_attempts(people: Cast) -> None:
    with firm_scope(people.firm_id):
        Attempt.objects.filter(state="sending").update(state="failed")


def test_it_waits_after_a_429_and_files_once(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm
) -> None:
    town.faults.add(Fault(kind="status", method="POST", path=FILES, status=429, retry_after="60"))
    give(connected, matter)
    run(connected.firm_id)
    assert filed(hartwell) == []
    time.advance(61)
    run(connected.firm_id)
    assert len(filed(hartwell)) == 1


def test_it_holds_the_matter_when_the_stored_file_is_gone_and_goes_on_when_it_is_back(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, hartwell: Firm
) -> None:
    document = give(connected, matter)
    kept = default_storage.open(document.stored_as).read()
    default_storage.delete(document.stored_as)
    run(connected.firm_id)
    change = only_change(connected.firm_id, matter, latest=True)
    assert (change.state, change.problem) == (ChangeState.HELD, "file_unreadable")
    with default_storage.open(document.stored_as, "wb") as file:
        file.write(kept)
    click(connected.bob, matter)
    run(connected.firm_id)
    assert len(filed(hartwell)) == 1


class Slow(TownTransport):
    """Takes an upload piece by piece and notes how much of it was asked for at once."""

    def __init__(self, app: object) -> None:
        super().__init__(app)
        self.longest = 0
        self.declared = 0
        self.sent = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST" and request.url.path == "/v1/files":
            assert isinstance(request.stream, httpx2.SyncByteStream)
            self.declared = int(request.headers["content-length"])
            whole = b"".join(self._counted(request.stream))
            request = httpx2.Request("POST", request.url, headers=request.headers, content=whole)
        return super().handle_request(request)

    def _counted(self, stream: httpx2.SyncByteStream) -> Iterator[bytes]:
        for piece in stream:
            self.longest = max(self.longest, len(piece))
            self.sent += len(piece)
            yield piece


def test_it_streams_a_file_with_its_length_and_never_holds_it_whole(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, town: Town, hartwell: Firm
) -> None:
    slow = Slow(create_app(town))
    client = build_client(slow)
    use_http(lambda: client)
    document = give(connected, matter, size=3 * 1024 * 1024)
    run(connected.firm_id)
    (file,) = filed(hartwell)
    assert file.file_size == document.size
    assert slow.declared == slow.sent
    assert slow.longest <= 64 * 1024


def test_it_files_nothing_that_was_taken_back_meanwhile(
    time: ManualClock, connected: Cast, matter: Matter, run: Drain, hartwell: Firm
) -> None:
    document = give(connected, matter)
    with firm_scope(connected.firm_id):
        reopen_document(connected.ann, document=Document.objects.get(id=document.id), reason="Wrong person.")
    run(connected.firm_id)
    assert filed(hartwell) == []
    with firm_scope(connected.firm_id):
        approve_document(connected.ann, document=Document.objects.get(id=document.id))
    run(connected.firm_id)
    assert len(filed(hartwell)) == 1
