"""What a file or a folder hangs on: the firm, a matter or a contact."""

from collections.abc import Mapping
from typing import Any

from sandbox import parse
from sandbox.api.rest import Call
from sandbox.envelope import invalid
from sandbox.records import File, Folder, Ref
from sandbox.store import Firm

# The word in a request, and the type in an answer. A client is a matter that was hired.
_TYPES = {"matter": "prospect", "prospect": "prospect", "client": "prospect", "contact": "contact", "firm": "firm"}


def asked(call: Call) -> Ref:
    word = (parse.text(call.body, "documentable_type") or "").casefold()
    if word not in _TYPES:
        raise invalid("documentable_type must be one of firm, client, matter, contact")
    if word == "firm":
        return Ref("firm", call.firm.id)
    tables: dict[str, Mapping[int, Any]] = {"prospect": call.firm.matters, "contact": call.firm.contacts}
    number = parse.known_id(call.body, "documentable_id", tables[_TYPES[word]], word.capitalize())
    if number is None:
        raise invalid("documentable_id can't be blank")
    if word == "client" and call.firm.matters[number].status != "hired":
        raise invalid(f"Client with id {number} does not exist")
    return Ref(_TYPES[word], number)


def kind_of(row: File | Folder) -> str:
    return row.documentable.type


def folder_asked(call: Call, owner: Ref) -> int | None:
    """`folder_id`: it must hang on the same record."""
    number = parse.known_id(call.body, "folder_id", call.firm.folders, "Folder")
    if number is not None and call.firm.folders[number].documentable != owner:
        raise invalid(f"Folder with id {number} belongs to another record")
    return number


def folders_in(firm: Firm, owner: Ref, parent: int | None) -> list[Folder]:
    return [row for row in firm.folders.group("documentable", owner) if row.folder_id == parent]


def folder_by_path(call: Call, owner: Ref, path: list[str]) -> int | None:
    """The folder at the end of the path, each one found by its name or made."""
    parent: int | None = None
    for name in path:
        found = next((row for row in folders_in(call.firm, owner, parent) if row.name == name), None)
        if found is None:
            found = Folder(**call.hand.new("folder"), name=name, documentable=owner, folder_id=parent)
            call.firm.folders[found.id] = found
        parent = found.id
    return parent
