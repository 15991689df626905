"""A limit on what one request may leave on the disk.

Django spools the files of a form before any view runs, and before anybody is known: the check against forged requests
reads the form. Without a limit a stranger fills the disk with one endless upload.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUploads(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: what comes after MAX_DOCUMENT_BYTES of a request is read and thrown away.

    A file that was cut arrives empty but with its true size, so that whoever takes it can say that it is too large.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._room = settings.MAX_DOCUMENT_BYTES
        self._cut = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._cut = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._room -= len(raw_data)
        self._cut = self._cut or self._room < 0
        return None if self._cut else raw_data

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if not self._cut:
            return None
        return UploadedFile(BytesIO(), self.file_name, self.content_type, file_size, self.charset)
