"""The client's approved documents, filed in the matter's folder."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Container, Iterator
from dataclasses import replace
from mimetypes import guess_extension
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from casehug.intake.disclosure import DocumentDisclosure, MatterDisclosure, disclose_documents, open_disclosed_document
from casehug.intake.errors import NotFound
from casehug.kit.encryption import CannotOpen
from casehug.sync.errand import Errand
from casehug.sync.ledger import more_to_do, save_link
from casehug.sync.lookup import FILE_DOCUMENT
from casehug.sync.models import UNRESOLVED, Attempt, AttemptState, RecordKind
from casehug.sync.planner import FileDocument, Known, KnownLink
from casehug.sync.policy import FILE_UNREADABLE, NeedsPerson
from casehug.tenancy.scope import firm_scope
from lawmatics import File

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TOP_FOLDER = "CaseHug"
LONGEST_NAME = 120
# So much is filed in one go; then other matters and firms have their turn, and the lane's lease never runs out.
MOST_AT_ONCE, MOST_BYTES_AT_ONCE = 10, 100 * 1024 * 1024
ENDINGS = {"image/jpeg": ".jpg", "image/heic": ".heic", "text/plain": ".txt"}
# What a name may not have: control characters, and what some file system or Lawmatics' path takes for something else.
UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+')


def due(disclosure: MatterDisclosure) -> tuple[FileDocument, ...]:
    """The approved documents that the client gave, as they are filed: each under a name of its own in this matter.

    A name that was given once stays with its document, filed or perhaps filed. Joins the open scope.
    """
    most = settings.LAWMATICS_MAX_FILE_BYTES
    documents = [one for one in disclose_documents(disclosure.matter_id) if one.size <= most]
    if not documents:
        return ()
    given = _names_given(disclosure.matter_id)
    taken = {name.casefold() for name in given.values()}
    steps = []
    for document in documents:
        name = given.get(document.document_id) or _new_name(document, taken)
        taken.add(name.casefold())
        steps.append(
            FileDocument(
                document_id=document.document_id,
                folder=tuple(filter(None, (TOP_FOLDER, _clean(document.category)))),
                name=name,
                content_type=document.content_type,
                size=document.size,
                sha256=document.sha256,
            )
        )
    return tuple(steps)


def file(errand: Errand, step: FileDocument) -> Known:
    """Stream the document out of the encrypted store into the matter's folder: it is never whole in memory or on a
    disk."""
    errand.action = "document.open"
    matter_id = errand.known.links[RecordKind.MATTER].lawmatics_id
    try:
        with firm_scope(errand.lease.firm_id):
            unlocked = open_disclosed_document(step.document_id)
        pieces = unlocked.open()
    except NotFound:
        # Taken back a moment ago: it may not leave any more.
        return errand.known.having_done(step.document_id)
    except (CannotOpen, OSError) as error:
        raise NeedsPerson(FILE_UNREADABLE) from error
    receipt = {"sha256": step.sha256, "name": step.name, "folder": list(step.folder), "size": step.size}

    def send() -> File:
        with io.BufferedReader(_Pieces(pieces, step.size), 64 * 1024) as content:
            return errand.client.files.upload(
                documentable_type="matter",
                documentable_id=matter_id,
                name=step.name,
                content=content,
                media_type=step.content_type,
                folder=step.folder,
            )

    try:
        errand.write(
            FILE_DOCUMENT,
            intended={"record_id": str(step.document_id), "matter_id": matter_id, "receipt": receipt},
            call=send,
            remember=lambda filed: save_link(
                kind=RecordKind.DOCUMENT,
                record_id=step.document_id,
                link=KnownLink(lawmatics_id=filed.id, sent=receipt, digest=""),
                account_id=errand.rules.account_id,
            ),
            text_of=lambda _filed: f"“{step.name}” in {' / '.join(step.folder)}",
        )
    except CannotOpen as error:
        # Damaged further on: the request was cut short, so it may not have been taken; the next try looks first.
        raise NeedsPerson(FILE_UNREADABLE) from error
    finally:
        pieces.close()
    errand.filed.append(step.size)
    known = errand.known.having_done(step.document_id)
    left = [one.document_id for one in errand.wanted.documents if one.document_id not in known.done]
    if not left or (len(errand.filed) < MOST_AT_ONCE and sum(errand.filed) < MOST_BYTES_AT_ONCE):
        return known
    errand.later(lambda: more_to_do(errand.change))
    return replace(known, done=known.done.union(left))


def _names_given(matter_id: UUID) -> dict[UUID, str]:
    """By document, the name under which it went out, or perhaps went out."""
    attempts = Attempt.objects.filter(
        matter_id=matter_id,
        action=FILE_DOCUMENT,
        state__in=[AttemptState.DONE, AttemptState.ADOPTED, *UNRESOLVED],
    )
    return {UUID(one["record_id"]): one["receipt"]["name"] for one in attempts.values_list("intended", flat=True)}


def _new_name(document: DocumentDisclosure, taken: Container[str]) -> str:
    stem = _clean(document.item)[:LONGEST_NAME].strip(" .") or "Document"
    ending = ENDINGS.get(document.content_type) or guess_extension(document.content_type) or ""
    name, number = f"{stem}{ending}", 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}){ending}"
    return name


def _clean(text: str) -> str:
    return " ".join(UNFIT.sub(" ", text).split()).strip(" .")


class _Pieces(io.RawIOBase):
    """Decrypted pieces as a file that is read once, from its beginning. Its size is known, so the request's is too."""

    def __init__(self, pieces: Iterator[bytes], size: int) -> None:
        self._pieces = pieces
        self._size = size
        self._held = b""
        self._read = 0
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        """Only to ask for the size and to come back."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._at != self._read:
            raise io.UnsupportedOperation("this file is read once, from its beginning")
        if not self._held:
            self._held = next(self._pieces, b"")
        into = memoryview(buffer).cast("B")
        count = min(len(into), len(self._held))
        into[:count], self._held = self._held[:count], self._held[count:]
        self._read += count
        self._at = self._read
        return count
