"""The ONLY door through which data may leave the house.

Everything that CaseHug sends to another system is built from a MatterDisclosure, a frozen snapshot of what the client
provided: identity, the matter's title, case type and state, and how far the intake has come. A new column of a table
stays inside until it is written down here. Internal notes and work product have no field here, and files provided by
the firm's own staff never leave: only the plain names of the checklist items they satisfy are told.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from casehug.intake import files, templates
from casehug.intake.errors import NotFound
from casehug.intake.models import Answer, ChecklistItem, Document, DocumentState, Matter, Provider, TemplateVersion
from casehug.intake.readable import entries_of, lines_of
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
    """One answer that the client gave in the portal. Secrets are not among them.

    `words` is how the value reads in English, line by line: the labels of chosen options, a date written out.
    """

    question: str
    value: Any
    kind: str
    label: str
    words: tuple[str, ...]


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
    """The client's own answers by question; secrets left out.

    An answer to a question that another answer has made disappear stays inside, as it does on the answers page.
    """
    questions = _questions_of(Matter.objects.filter(id=matter_id).values_list("template_id", flat=True).first())
    given = Answer.objects.filter(matter_id=matter_id, sealed=None).exclude(value=None).order_by("question")
    values = dict(given.values_list("question", "value"))
    found = [
        (questions.get(key) or templates.Question(key, templates.Kind.SHORT, templates.Text(key, "")), values[key])
        for key in values
    ]
    return tuple(
        AnswerDisclosure(
            question=question.key,
            value=value,
            kind=question.kind,
            label=question.label.en,
            words=_words(question, value),
        )
        for question, value in found
        if question.kind != templates.Kind.SECRET and templates.is_shown(question, values)
    )


@lru_cache(maxsize=256)
def _questions_of(version_id: UUID | None) -> Mapping[str, templates.Question]:
    """The questions of a version of a template, which never changes; asked for within the scope of its firm."""
    version = TemplateVersion.objects.filter(id=version_id).first() if version_id else None
    try:
        template = templates.Template.from_json(version.content) if version else None
    except (KeyError, TypeError, ValueError):
        # Kept by a version of CaseHug that wrote templates otherwise: the answers are text, then.
        template = None
    return {question.key: question for question in template.questions()} if template else {}


def _words(question: templates.Question, value: Any) -> tuple[str, ...]:
    if question.kind != templates.Kind.GROUP:
        return tuple(lines_of(question, value))
    return tuple(
        "; ".join(f"{label}: {', '.join(lines)}" for label, lines in entry) for entry in entries_of(question, value)
    )


def disclose_documents(matter_id: UUID) -> tuple[DocumentDisclosure, ...]:
    """The approved documents that came from the client. What the firm's staff provided stays here."""
    approved = _may_leave().filter(matter_id=matter_id).select_related("item")
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


def open_disclosed_document(document_id: UUID) -> files.Unlocked:
    """The file of a document that may leave, with its key: open it outside the scope, for it goes to the network.

    Asked at the last moment, so that one that was taken back since stays here. Joins the open scope. Raises NotFound
    for that one, for what the firm's staff provided and for a foreign id; CannotOpen if the key was altered.
    """
    document = _may_leave().filter(id=document_id).first()
    if document is None:
        raise NotFound
    return files.unlock(document)


def _may_leave() -> QuerySet[Document]:
    return Document.objects.filter(state=DocumentState.APPROVED, provided_by=Provider.CLIENT, part_of=None)


def matters_of_client(client_id: UUID) -> list[UUID]:
    """The ids of a client's matters, oldest first. Ids tell nothing by themselves."""
    return list(Matter.objects.filter(client_id=client_id).order_by("id").values_list("id", flat=True))


def disclose_matter(matter_id: UUID) -> MatterDisclosure:
    """The snapshot of one matter of the scope's firm. Raises NotFound."""
    matter = Matter.objects.select_related("client").filter(id=matter_id).first()
    if matter is None:
        raise NotFound
    return _snapshots([matter])[0]


def disclose_matters(*, after: UUID | None, limit: int) -> list[MatterDisclosure]:
    """The same for the `limit` matters that were opened next after the one with the id `after`; the first ones for
    None. All of them cost as many queries as one."""
    matters = Matter.objects.select_related("client").order_by("id")
    return _snapshots(list((matters.filter(id__gt=after) if after else matters)[:limit]))


def count_matters() -> int:
    return Matter.objects.count()


def _snapshots(matters: list[Matter]) -> list[MatterDisclosure]:
    approved_one = Document.objects.filter(item=OuterRef("id"), state=DocumentState.APPROVED)
    items = (
        ChecklistItem.objects.filter(matter__in=[matter.id for matter in matters])
        .order_by("position")
        .values_list("matter_id", "name", Exists(approved_one))
    )
    approved: dict[UUID, list[str]] = {}
    asked: Counter[UUID] = Counter()
    for matter_id, name, is_approved in items:
        asked[matter_id] += 1
        if is_approved:
            approved.setdefault(matter_id, []).append(name)
    return [_snapshot(matter, approved.get(matter.id, []), asked[matter.id]) for matter in matters]


def _snapshot(matter: Matter, approved: list[str], asked: int) -> MatterDisclosure:
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
            approved=tuple(approved),
            asked=asked,
        ),
    )
