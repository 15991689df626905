"""The ONLY door through which data may leave the house.

Everything that CaseHug sends to another system is built from a MatterDisclosure, a frozen snapshot of what the client
provided: identity, the matter's title, case type and state, and how far the intake has come. A new column of a table
stays inside until it is written down here. Internal notes and work product have no field here, and files provided by
the firm's own staff never leave: only the plain names of the checklist items they satisfy are told.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casehug.intake.errors import NotFound
from casehug.intake.models import Answer, ChecklistItem, Document, DocumentState, Matter, Provider
from casehug.intake.us_states import US_STATES


@dataclass(frozen=True)
class PersonDisclosure:
    """Who the client is, as given to the firm."""

    client_id: UUID
    first_name: str
    last_name: str
    email: str
    phone: str


@dataclass(frozen=True)
class IntakeDisclosure:
    """How far the intake is: what the note in Lawmatics tells, and nothing else."""

    case_type: str
    state: str
    completed_at: datetime | None
    approved: tuple[str, ...]
    asked: int


@dataclass(frozen=True)
class MatterDisclosure:
    """One matter as others may see it. `title` is shown in Lawmatics and never to the client."""

    matter_id: UUID
    title: str
    case_type: str
    case_type_name: str
    practice_area: str
    state: str
    person: PersonDisclosure | None
    intake: IntakeDisclosure


@dataclass(frozen=True)
class AnswerDisclosure:
    """One answer that the client gave in the portal. Secrets are not among them."""

    question: str
    value: Any


@dataclass(frozen=True)
class DocumentDisclosure:
    """One approved document that the client gave through the portal. Its bytes are fetched by id, when they leave."""

    document_id: UUID
    item: str
    category: str
    file_name: str
    content_type: str
    size: int
    sha256: str


def disclose_answers(matter_id: UUID) -> tuple[AnswerDisclosure, ...]:
    """The client's own answers, secrets left out, by question."""
    answers = Answer.objects.filter(matter_id=matter_id, sealed=None).exclude(value=None).order_by("question")
    return tuple(AnswerDisclosure(question=answer.question, value=answer.value) for answer in answers)


def disclose_documents(matter_id: UUID) -> tuple[DocumentDisclosure, ...]:
    """The approved documents that came from the client. What the firm's staff provided stays here."""
    approved = Document.objects.filter(
        matter_id=matter_id, state=DocumentState.APPROVED, provided_by=Provider.CLIENT, part_of=None
    ).select_related("item")
    return tuple(
        DocumentDisclosure(
            document_id=document.id,
            item=document.item.name,
            category=document.item.category,
            file_name=document.file_name,
            content_type=document.content_type,
            size=document.size,
            sha256=document.sha256,
        )
        for document in approved.order_by("id")
    )


def matters_of_client(client_id: UUID) -> list[UUID]:
    """The ids of a client's matters, oldest first. Ids tell nothing by themselves."""
    return list(Matter.objects.filter(client_id=client_id).order_by("id").values_list("id", flat=True))


def disclose_matter(matter_id: UUID) -> MatterDisclosure:
    """The snapshot of one matter of the scope's firm. Raises NotFound."""
    matter = Matter.objects.select_related("client").filter(id=matter_id).first()
    if matter is None:
        raise NotFound
    items = ChecklistItem.objects.filter(matter=matter)
    approved = items.filter(documents__state=DocumentState.APPROVED).distinct().order_by("position")
    client = matter.client
    return MatterDisclosure(
        matter_id=matter.id,
        title=matter.title,
        case_type=matter.case_type,
        case_type_name=matter.case_type_name,
        practice_area=matter.practice_area,
        state=matter.state,
        person=PersonDisclosure(
            client_id=client.id,
            first_name=client.first_name,
            last_name=client.last_name,
            email=client.email,
            phone=client.phone,
        )
        if client
        else None,
        intake=IntakeDisclosure(
            case_type=matter.case_type_name,
            state=US_STATES.get(matter.state, matter.state),
            completed_at=matter.intake_completed_at,
            approved=tuple(approved.values_list("name", flat=True)),
            asked=items.count(),
        ),
    )
