"""The shipped case types in short: what a list of them, or a choice between them, needs to know."""

from dataclasses import dataclass
from functools import cache

from casehug.intake.shipped import shipped_templates


@dataclass(frozen=True)
class ItemTemplate:
    key: str
    name: str
    why: str
    category: str
    required: bool


@dataclass(frozen=True)
class CaseType:
    """`checklist` is what is asked in every state; some states add items (templates.Template.asked_in)."""

    key: str
    name: str
    practice_area: str
    checklist: tuple[ItemTemplate, ...]


@cache
def all_case_types() -> dict[str, CaseType]:
    """Every case type by its key, in the order in which people should see them."""
    return {
        key: CaseType(
            key=key,
            name=template.name,
            practice_area=template.practice_area,
            checklist=tuple(
                ItemTemplate(
                    key=document.key,
                    name=document.name.en,
                    why=document.why.en,
                    category=document.category,
                    required=document.required,
                )
                for document in template.documents
                if not document.states
            ),
        )
        for key, template in shipped_templates().items()
    }


def practice_areas() -> list[str]:
    return list(dict.fromkeys(case_type.practice_area for case_type in all_case_types().values()))
