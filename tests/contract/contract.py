"""The vendor's documented examples, reduced to names and JSON types, and the checks made against them.

Both sides are held to this one list: what the sandbox sends, and what the client library has to read.
An observed type is an example, not a rule: `["null"]` means that the example happened to be null.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).with_name("contract.json")
_MILLISECONDS_AND_OFFSET = re.compile(r"\.\d{3}(?:[+-]\d\d:\d\d|Z)$")


@dataclass(frozen=True)
class Endpoint:
    name: str
    method: str
    path: str
    query: str | None
    request: dict[str, str] | None
    statuses: tuple[int, ...]
    types: tuple[str, ...]
    attributes: dict[str, list[str]]
    relationships: dict[str, list[str]]
    list_meta: tuple[str, ...]
    errors: tuple[dict[str, Any], ...]

    @property
    def is_list(self) -> bool:
        return bool(self.list_meta)


def load_endpoints() -> list[Endpoint]:
    return [
        Endpoint(
            name=entry["name"],
            method=entry["method"],
            path=entry["path"],
            query=entry["query"],
            request=entry["request"],
            statuses=tuple(entry["status"]),
            types=tuple(entry["type"]),
            attributes=entry["attributes"],
            relationships=entry["relationships"],
            list_meta=tuple(entry["list_meta"]),
            errors=tuple(entry["errors"]),
        )
        for entry in json.loads(CONTRACT.read_text())["endpoints"]
    ]


def check_record(endpoint: Endpoint, record: dict[str, Any]) -> list[str]:
    """What is wrong with one record of an answer, in words; an empty list means nothing."""
    problems = []
    if not isinstance(record.get("id"), str) or not record["id"]:
        problems.append(f"id is {record.get('id')!r}, not a string")
    if record.get("type") not in endpoint.types:
        problems.append(f"type is {record.get('type')!r}, not one of {endpoint.types}")
    attributes = record.get("attributes", {})
    for name, kinds in endpoint.attributes.items():
        if name not in attributes:
            problems.append(f"attribute {name} is missing")
        elif not _fits(attributes[name], kinds):
            problems.append(f"attribute {name} is {attributes[name]!r}, not {kinds}")
    relationships = record.get("relationships", {})
    for name, kinds in endpoint.relationships.items():
        if name not in relationships:
            problems.append(f"relationship {name} is missing")
        else:
            problems += _pointer_problems(name, relationships[name], kinds)
    return problems


def check_list(endpoint: Endpoint, answer: dict[str, Any]) -> list[str]:
    """What is wrong with the frame of a list answer (`next` and `prev` stand only where there is one)."""
    meta, links = answer.get("meta", {}), answer.get("links", {})
    problems = [
        f"meta.{name} is {meta.get(name)!r}, not a number"
        for name in endpoint.list_meta
        if not name.startswith("links.") and not isinstance(meta.get(name), int)
    ]
    if not str(links.get("self", "")).startswith("/v1/"):
        problems.append(f"links.self is {links.get('self')!r}")
    unknown = {f"links.{name}" for name in links} - {
        *endpoint.list_meta,
        "links.next",
        "links.prev",
        "links.self",
    }
    return [*problems, *(f"{name} is not documented" for name in sorted(unknown))]


def _fits(value: Any, kinds: list[str]) -> bool:
    if value is None or kinds == ["null"]:
        return True
    return any(_FITS[kind](value) for kind in kinds)


def _is_datetime(value: Any) -> bool:
    if not isinstance(value, str) or not _MILLISECONDS_AND_OFFSET.search(value):
        return False
    return datetime.fromisoformat(value).tzinfo is not None


_FITS = {
    "null": lambda value: value is None,
    "string": lambda value: isinstance(value, str),
    "datetime": _is_datetime,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _pointer_problems(name: str, relationship: Any, kinds: list[str]) -> list[str]:
    if not isinstance(relationship, dict) or set(relationship) != {"data"}:
        return [f"relationship {name} is {relationship!r}, not an object with data"]
    data = relationship["data"]
    if ("many" in kinds) != isinstance(data, list):
        return [f"relationship {name} is {data!r}, but the contract says {kinds}"]
    types = [kind for kind in kinds if kind not in ("many", "null")]
    problems = []
    for pointer in data if isinstance(data, list) else [data] if data is not None else []:
        if set(pointer) != {"id", "type"} or not isinstance(pointer["id"], str):
            problems.append(f"relationship {name} points to {pointer!r}")
        elif types and pointer["type"] not in types:
            problems.append(f"relationship {name} points to a {pointer['type']}, not one of {types}")
    return problems
