"""Folders for files (API docs, Folders)."""

from sandbox import parse, writes
from sandbox.api import documentable, files
from sandbox.api.attributes import plain, plains
from sandbox.api.rest import Call, Resource
from sandbox.envelope import Scene, Shape, invalid
from sandbox.records import File, Folder, Ref


def _folders(scene: Scene, folder: Folder) -> list[Ref]:
    return [Ref("folder", row.id) for row in documentable.folders_in(scene.firm, folder.documentable, folder.id)]


def _files_in(call_files: list[File], folder: Folder) -> list[File]:
    return [row for row in call_files if row.folder_id == folder.id]


def _files(scene: Scene, folder: Folder) -> list[Ref]:
    held = scene.firm.files.group("documentable", folder.documentable)
    return [Ref("file", row.id) for row in _files_in(held, folder)]


SHAPE: Shape[Folder] = Shape(
    type="folder",
    noun="Folder",
    attributes=plains("name", "created_at", "updated_at", "folder_id"),
    relationships={"documentable": plain("documentable"), "folders": _folders, "files": _files},
    filters={"documentable_type": lambda _, row: documentable.kind_of(row)},
    defaults=("name", "created_at", "updated_at", "documentable"),
    write_defaults=("name", "created_at", "updated_at", "folder_id", "documentable", "folders", "files"),
)


def _create(call: Call) -> Folder:
    owner, name = documentable.asked(call), parse.required_text(call.body, "name")
    parent = documentable.folder_asked(call, owner)
    folder = Folder(**call.hand.new("folder"), name=name, documentable=owner, folder_id=parent)
    call.firm.folders[folder.id] = folder
    return folder


def _update(call: Call, folder: Folder) -> None:
    owner = documentable.asked(call) if "documentable_type" in call.body else folder.documentable
    name = parse.required_text(call.body, "name") if "name" in call.body else folder.name
    parent = documentable.folder_asked(call, owner) if "folder_id" in call.body else folder.folder_id
    if parent is not None and folder.id in _up_from(call, parent):
        raise invalid("A folder can't lie in itself")
    folder.name, folder.folder_id = name, parent
    _move(call, folder, owner)
    writes.touch(call.hand, folder)


def _up_from(call: Call, number: int | None) -> list[int]:
    path = []
    while number is not None:
        path.append(number)
        number = call.firm.folders[number].folder_id
    return path


def _move(call: Call, folder: Folder, owner: Ref) -> None:
    """What lies in a folder moves to another record with it."""
    inside = documentable.folders_in(call.firm, folder.documentable, folder.id)
    held = _files_in(call.firm.files.group("documentable", folder.documentable), folder)
    folder.documentable = owner
    for file in held:
        file.documentable = owner
    for child in inside:
        _move(call, child, owner)


def _delete(call: Call, folder: Folder) -> None:
    """With everything in it."""
    for file in _files_in(call.firm.files.group("documentable", folder.documentable), folder):
        files.delete(call.town, call.firm, file)
    for child in documentable.folders_in(call.firm, folder.documentable, folder.id):
        _delete(call, child)
    del call.firm.folders[folder.id]


RESOURCE: Resource[Folder] = Resource(
    path="folders", shape=SHAPE, rows=lambda firm: firm.folders, create=_create, update=_update, delete=_delete
)
