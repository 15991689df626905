"""The ONLY door through which data may leave the house.

Everything that CaseHug sends to another system is built from a MatterDisclosure, a frozen snapshot of what the client
provided: identity, the matter's title, case type and state, and how far the intake has come. A new column of a table
stays inside until it is written down here. Internal notes and work product have no field here, and files provided by
the firm's own staff never leave: only the plain names of the checklist items they satisfy are told.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casehug.intake.errors import NotFound
from casehug.intake.models import ChecklistItem, DocumentState, Matter
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
