"""One request leaves no more on the disk than one document may be large."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from django.test import RequestFactory, override_settings

from casehug.intake.errors import BadInput
from casehug.intake.files import refuse_size

LIMIT = 2 * 1024 * 1024
DJANGO_S_OWN = settings.FILE_UPLOAD_HANDLERS[1:]


def request(*sizes: int) -> HttpRequest:
    files = {f"file{n}": SimpleUploadedFile(f"{n}.pdf", b"%PDF-" + b"x" * (size - 5)) for n, size in enumerate(sizes)}
    return RequestFactory().post("/accounts/login/", files)


def sizes_of(found: HttpRequest) -> list[int | None]:
    return [file.size for file in found.FILES.values() if isinstance(file, UploadedFile)]


def on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


@override_settings(MAX_DOCUMENT_BYTES=LIMIT)
def test_it_keeps_a_file_up_to_the_limit_whole(tmp_path: Path) -> None:
    with override_settings(FILE_UPLOAD_TEMP_DIR=str(tmp_path)):
        found = request(LIMIT)
        assert sizes_of(found) == [LIMIT]
        assert len(found.FILES["file0"].read()) == LIMIT  # type: ignore[union-attr]


@pytest.mark.parametrize("sizes", [(LIMIT + 1,), (20 * 1024 * 1024,), (LIMIT,) * 8])
@override_settings(MAX_DOCUMENT_BYTES=LIMIT)
def test_it_leaves_no_more_than_the_limit_on_the_disk(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    with override_settings(FILE_UPLOAD_TEMP_DIR=str(tmp_path)):
        found = request(*sizes)
        assert sizes_of(found) == list(sizes)
        assert on_disk(tmp_path) <= LIMIT


@override_settings(MAX_DOCUMENT_BYTES=LIMIT, FILE_UPLOAD_HANDLERS=DJANGO_S_OWN)
def test_it_would_leave_everything_there_without_it(tmp_path: Path) -> None:
    """The twin: Django's own handlers know no end."""
    with override_settings(FILE_UPLOAD_TEMP_DIR=str(tmp_path)):
        found = request(20 * 1024 * 1024)
        assert sizes_of(found) == [20 * 1024 * 1024]
        assert on_disk(tmp_path) == 20 * 1024 * 1024


@override_settings(MAX_DOCUMENT_BYTES=LIMIT)
def test_it_lets_the_firm_say_that_the_file_is_too_large() -> None:
    upload = request(LIMIT + 1).FILES["file0"]
    assert isinstance(upload, UploadedFile)
    with pytest.raises(BadInput, match="larger than 2 MB"):
        refuse_size(upload.size or 0)
