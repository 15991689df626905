"""Files: uploaded as multipart, kept on disk (API docs, Files)."""

from typing import Any

from werkzeug import Response
from werkzeug.datastructures import FileStorage
from werkzeug.http import dump_options_header
from werkzeug.routing import Rule
from werkzeug.wsgi import FileWrapper

from sandbox import parse, writes
from sandbox.api import documentable
from sandbox.api.attributes import plain, plains
from sandbox.api.rest import Call, Resource
from sandbox.cupboard import TooLargeError
from sandbox.envelope import ApiError, Shape, invalid
from sandbox.records import File
from sandbox.store import Firm, Town

_SHOWN = ("name", "file_size", "file_url", "file_name", "file_type", "created_at", "updated_at", "documentable")

SHAPE: Shape[File] = Shape(
    type="file",
    noun="File",
    attributes={
        **plains("name", "file_size"),
        "file_url": lambda _, row: f"/v1/files/download/{row.id}",
        **plains("file_name", "file_type", "folder_id", "created_at", "updated_at"),
    },
    relationships={"documentable": plain("documentable")},
    filters={"documentable_type": lambda _, row: documentable.kind_of(row)},
    defaults=_SHOWN,
    write_defaults=(*_SHOWN, "folder_id"),
)


def _create(call: Call) -> File:
    sent = call.request.files.get("file")
    if sent is None or not sent.filename:
        raise invalid("File can't be blank")
    owner = documentable.asked(call)
    path = [part.strip() for part in call.request.form.getlist("path[]") if part.strip()]
    folder = documentable.folder_asked(call, owner) or documentable.folder_by_path(call, owner, path)
    values = call.hand.new("file")
    size, digest = _keep(call, values["id"], sent)
    file = File(
        **values, name=parse.text(call.body, "name") or sent.filename, file_name=sent.filename,
        file_type=sent.mimetype or "application/octet-stream", file_size=size, sha256=digest, documentable=owner,
        folder_id=folder,
    )  # fmt: skip
    call.firm.files[file.id] = file
    return file


def _keep(call: Call, number: int, sent: FileStorage) -> tuple[int, str]:
    try:
        return call.town.cupboard.keep(number, sent.stream)
    except TooLargeError as problem:
        raise ApiError(413, "Payload Too Large", str(problem)) from problem


def _update(call: Call, file: File) -> None:
    owner = documentable.asked(call) if "documentable_type" in call.body else file.documentable
    folder: Any = file.folder_id if owner == file.documentable else None
    if "folder_id" in call.body:
        folder = documentable.folder_asked(call, owner)
    names = {key: parse.required_text(call.body, key) for key in ("name", "file_name") if key in call.body}
    for key, value in names.items():
        setattr(file, key, value)
    file.documentable, file.folder_id = owner, folder
    writes.touch(call.hand, file)


def delete(town: Town, firm: Firm, file: File) -> None:
    town.cupboard.drop(file.id)
    del firm.files[file.id]


def _delete(call: Call, file: File) -> None:
    delete(call.town, call.firm, file)


def _download(call: Call, key: str) -> Response:
    file = RESOURCE.find(call.firm, key)
    headers = {
        "Content-Length": str(file.file_size),
        "Content-Disposition": dump_options_header("attachment", {"filename": file.file_name}),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    stream = call.town.cupboard.path(file.id).open("rb")
    return Response(FileWrapper(stream), 200, headers, content_type=file.file_type, direct_passthrough=True)


RESOURCE: Resource[File] = Resource(
    path="files", shape=SHAPE, rows=lambda firm: firm.files, create=_create, update=_update, delete=_delete
)
RULES = [Rule("/v1/files/download/<key>", methods=["GET"], endpoint=_download)]
