"""Files go to disk with their checksum; folders are found or made by path."""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox import cupboard
from sandbox.records import Ref
from sandbox.store import Firm, Town

ON_MATTER = {"documentable_type": "matter", "documentable_id": "5001"}


def upload(api: httpx2.Client, content: bytes = b"hello", /, **values: Any) -> httpx2.Response:
    return api.post("/v1/files", data=ON_MATTER | values, files={"file": ("passport.pdf", content, "application/pdf")})


def sent(api: httpx2.Client, content: bytes = b"hello", /, **values: Any) -> str:
    return str(upload(api, content, **values).raise_for_status().json()["data"]["id"])


@pytest.mark.parametrize("size", [0, 5, 3_000_000])
def test_it_gives_back_what_it_was_given(api: httpx2.Client, town: Town, firm: Firm, size: int) -> None:
    content = b"x" * size
    number = sent(api, content)
    assert api.get(f"/v1/files/download/{number}").content == content
    file = firm.files[int(number)]
    assert (file.file_size, file.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert town.cupboard.path(file.id).stat().st_size == size


def test_it_hands_a_file_out_as_an_attachment(api: httpx2.Client) -> None:
    headers = api.get(f"/v1/files/download/{sent(api)}").headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == "attachment; filename=passport.pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_it_names_a_file_as_asked(api: httpx2.Client) -> None:
    attributes = upload(api, name="Passport of Ana").json()["data"]["attributes"]
    assert (attributes["name"], attributes["file_name"]) == ("Passport of Ana", "passport.pdf")


def test_it_finds_or_makes_the_folders_of_a_path(api: httpx2.Client, firm: Firm) -> None:
    numbers = [sent(api, **{"path[]": ["CaseHug", part]}) for part in ("Identity", "Identity", "Money")]
    assert [(row.name, row.folder_id) for row in firm.folders.values()] == [
        ("CaseHug", None),
        ("Identity", 8001),
        ("Money", 8001),
    ]
    assert [firm.files[int(number)].folder_id for number in numbers] == [8002, 8002, 8003]


def test_it_takes_a_folder_by_its_id(api: httpx2.Client) -> None:
    folder = api.post("/v1/folders", json={**ON_MATTER, "name": "Papers"}).json()["data"]["id"]
    assert upload(api, folder_id=folder).json()["data"]["attributes"]["folder_id"] == int(folder)


def test_it_does_not_mix_the_folders_of_two_matters(api: httpx2.Client) -> None:
    folder = api.post("/v1/folders", json={**ON_MATTER, "name": "Papers"}).json()["data"]["id"]
    assert upload(api, documentable_id="5002", folder_id=folder).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"documentable_type": "planet"}, {"documentable_id": "1"}, {"documentable_id": ""}, {"folder_id": "1"}],
)
def test_it_refuses_a_file_of_nothing(api: httpx2.Client, firm: Firm, wrong: dict[str, str]) -> None:
    assert upload(api, **wrong).status_code == 422
    assert len(firm.files) == 0


def test_it_refuses_an_upload_without_a_file(api: httpx2.Client) -> None:
    assert api.post("/v1/files", data=ON_MATTER).status_code == 422


def test_it_takes_a_client_only_after_the_hire(api: httpx2.Client, firm: Firm) -> None:
    hired = next(matter.id for matter in firm.matters.values() if matter.status == "hired")
    answers = [upload(api, documentable_type="client", documentable_id=str(number)) for number in (5001, hired)]
    assert [answer.status_code for answer in answers] == [422, 201]


def test_it_refuses_a_file_that_is_too_large(
    api: httpx2.Client, town: Town, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cupboard, "MAX_BYTES", 10)
    assert upload(api, b"x" * 11).status_code == 413
    assert len(firm.files) == 0
    assert list(town.cupboard.path(0).parent.iterdir()) == []


def test_it_renames_and_moves_a_file(api: httpx2.Client, firm: Firm) -> None:
    number = sent(api)
    api.put(f"/v1/files/{number}", json={"name": "New", "documentable_type": "contact", "documentable_id": 1003})
    file = firm.files[int(number)]
    assert (file.name, file.documentable) == ("New", Ref("contact", 1003))


def test_it_lists_the_files_of_a_matter(api: httpx2.Client) -> None:
    number = sent(api)
    sent(api, documentable_id="5002")
    found = api.get("/v1/files", params={"filter_by": "documentable_id", "filter_on": "5001"}).json()["data"]
    assert [row["id"] for row in found] == [number]


def test_it_forgets_the_bytes_of_a_deleted_file(api: httpx2.Client, town: Town) -> None:
    number = sent(api)
    api.delete(f"/v1/files/{number}").raise_for_status()
    assert api.get(f"/v1/files/download/{number}").status_code == 404
    assert not town.cupboard.path(int(number)).exists()


@pytest.mark.parametrize("path", ["/v1/prospects/5001", "/v1/contacts/1003"])
def test_it_forgets_the_files_of_a_deleted_record(api: httpx2.Client, town: Town, firm: Firm, path: str) -> None:
    number = int(sent(api, **{"path[]": "A"}))
    api.delete(path).raise_for_status()
    assert (len(firm.files), len(firm.folders), town.cupboard.path(number).exists()) == (0, 0, False)


def test_it_hides_a_file_from_the_other_firm(api: httpx2.Client, client_for: Any) -> None:
    number, other = sent(api), client_for("nakamura")
    paths = (f"/v1/files/{number}", f"/v1/files/download/{number}")
    assert [other.get(path).status_code for path in paths] == [404, 404]


def test_it_clears_away_after_a_town_that_was_killed(
    api: httpx2.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.Popen(["true"])
    dead.wait()
    for owner in (dead.pid, os.getppid()):
        (tmp_path / f"sandbox-files-{owner}-x").mkdir()
    sent(api)
    assert [folder.name.split("-")[2] for folder in sorted(tmp_path.iterdir())] == sorted(
        [str(os.getpid()), str(os.getppid())]
    )


# Folders


def folder(api: httpx2.Client, name: str, **values: Any) -> int:
    return int(api.post("/v1/folders", json={**ON_MATTER, "name": name, **values}).json()["data"]["id"])


def test_it_shows_what_lies_in_a_folder(api: httpx2.Client) -> None:
    top = folder(api, "Top")
    inner, file = folder(api, "Inner", folder_id=top), sent(api, folder_id=str(top))
    pointers = api.get(f"/v1/folders/{top}", params={"fields": "all"}).json()["data"]["relationships"]
    assert pointers["folders"]["data"] == [{"id": str(inner), "type": "folder"}]
    assert pointers["files"]["data"] == [{"id": file, "type": "file"}]


def test_it_moves_what_lies_in_a_folder_with_it(api: httpx2.Client, firm: Firm) -> None:
    top = folder(api, "Top")
    inner = folder(api, "Inner", folder_id=top)
    file = int(sent(api, folder_id=str(inner)))
    api.put(f"/v1/folders/{top}", json={"documentable_type": "contact", "documentable_id": 1001}).raise_for_status()
    assert firm.folders[inner].documentable == firm.files[file].documentable == Ref("contact", 1001)


def test_it_refuses_to_put_a_folder_into_itself(api: httpx2.Client) -> None:
    top = folder(api, "Top")
    inner = folder(api, "Inner", folder_id=top)
    assert api.put(f"/v1/folders/{top}", json={"folder_id": inner}).status_code == 422


def test_it_deletes_a_folder_with_all_that_lies_in_it(api: httpx2.Client, town: Town, firm: Firm) -> None:
    top = folder(api, "Top")
    inner = folder(api, "Inner", folder_id=top)
    number = int(sent(api, folder_id=str(inner)))
    api.delete(f"/v1/folders/{top}").raise_for_status()
    assert (len(firm.folders), len(firm.files), town.cupboard.path(number).exists()) == (0, 0, False)


# The console


def test_it_shows_and_exports_files(api: httpx2.Client, web: httpx2.Client) -> None:
    sent(api, b"hello", **{"path[]": ["CaseHug", "Identity"]})
    assert "CaseHug / Identity" in web.get("/console/hartwell/files").text
    (file,) = web.get("/console/state/hartwell.json").json()["files"]
    assert (file["path"], file["sha256"]) == (["CaseHug", "Identity"], hashlib.sha256(b"hello").hexdigest())
