"""Files. Source: Lawmatics API docs v1.21, Files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO

from lawmatics.calls import Call
from lawmatics.envelope import Record
from lawmatics.resources.base import Resource, present
from lawmatics.types import File


class Files(Resource[File]):
    path = "/v1/files"
    fields = "name,file_name,file_size,file_type,documentable,folder_id,created_at"

    def parse(self, record: Record) -> File:
        return File.parse(record)

    def get(self, file_id: str) -> File:
        return self._read(file_id)

    def upload(
        self,
        *,
        documentable_type: str,
        documentable_id: str,
        name: str,
        content: bytes | IO[bytes],
        media_type: str,
        folder: Sequence[str] = (),
    ) -> File:
        """Files a document under a record; called twice, it files two.

        `documentable_type` is firm, client, matter or contact. `folder` is a path of folder names, found or
        created. `content` is streamed if it is an open file. Up to 1 GB; the docs advise less than 100 MB.
        """
        form: dict[str, str | Sequence[str]] = {
            "documentable_type": documentable_type,
            "documentable_id": documentable_id,
            "name": name,
        }
        if folder:
            form["path[]"] = list(folder)
        record = self._door.request(Call.to("POST", self.path), present, form=form, upload=(name, content, media_type))
        return self.parse(record)

    def newest_first(self, since: datetime) -> Iterator[File]:
        """Files created at `since` (aware) or later, newest first; one request per 25."""
        return self._newest_first(since, lambda file: file.created_at)
