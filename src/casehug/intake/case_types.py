"""The case types that ship with CaseHug, read once from case_types.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class ItemTemplate:
    key: str
    name: str
    why: str
    category: str
    required: bool


@dataclass(frozen=True)
class CaseType:
    key: str
    name: str
    practice_area: str
    checklist: tuple[ItemTemplate, ...]


@cache
def all_case_types() -> dict[str, CaseType]:
    """Every case type by its key, in the order in which people should see them."""
    with (Path(__file__).parent / "case_types.toml").open("rb") as file:
        data = tomllib.load(file)
    documents = {key: ItemTemplate(key=key, required=False, **texts) for key, texts in data["documents"].items()}
    found: dict[str, CaseType] = {}
    for key, entry in data["case_types"].items():
        required, optional = entry["required"], entry.get("optional", [])
        found[key] = CaseType(
            key=key,
            name=entry["name"],
            practice_area=entry["practice_area"],
            checklist=tuple(
                ItemTemplate(
                    key=item,
                    name=documents[item].name,
                    why=documents[item].why,
                    category=documents[item].category,
                    required=item in required,
                )
                for item in [*required, *optional]
            ),
        )
    return found


def practice_areas() -> list[str]:
    return list(dict.fromkeys(case_type.practice_area for case_type in all_case_types().values()))
