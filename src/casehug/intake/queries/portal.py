"""What the client's pages show: questions with their answers, the checklist, and what is still missing.

Nothing of the firm's own side is in here: no title, no notes, no names of staff, no files that staff handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casehug.intake.errors import NotFound
from casehug.intake.models import Answer, ChecklistItem, Document, DocumentState, Matter, Provider, Upload
from casehug.intake.templates import Kind, Question, Section, Template, is_shown
from casehug.tenancy.actor import Actor


@dataclass(frozen=True)
class AskedQuestion:
    """A question with its answer. `on_file` is for secrets, whose value never comes along."""

    question: Question
    value: Any
    revision: int
    shown: bool
    on_file: bool

    @property
    def answered(self) -> bool:
        return self.on_file or self.value is not None


@dataclass(frozen=True)
class AskedSection:
    section: Section
    questions: list[AskedQuestion]

    @property
    def shown(self) -> list[AskedQuestion]:
        return [asked for asked in self.questions if asked.shown]

    @property
    def answered(self) -> int:
        return sum(asked.answered for asked in self.shown)

    @property
    def missing(self) -> list[AskedQuestion]:
        return [asked for asked in self.shown if asked.question.required and not asked.answered]

    @property
    def optional(self) -> bool:
        """Nothing in it must be answered: it does not count as a step."""
        return not any(asked.question.required for asked in self.shown)

    @property
    def complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class AskedItem:
    """A document that is asked for, as the client sees it, with the files they handed in themselves."""

    id: UUID
    key: str
    name: str
    why: str
    category: str
    required: bool
    state: str
    message: str
    documents: list[Document]

    @property
    def received(self) -> bool:
        return self.state in {DocumentState.UPLOADED, DocumentState.APPROVED}


def template_of(matter: Matter) -> Template | None:
    """The template the matter started with; None for a matter that is older than templates."""
    return Template.from_json(matter.template.content) if matter.template else None


def sections_of(actor: Actor, matter: Matter) -> list[AskedSection]:
    """The sections in their order, each question with its answer. Empty sections are left out."""
    template = template_of(matter)
    if template is None:
        return []
    rows = {a.question: a for a in Answer.objects.filter(firm_id=actor.firm_id, matter=matter).defer("sealed")}
    sealed = set(
        Answer.objects.filter(firm_id=actor.firm_id, matter=matter, sealed__isnull=False).values_list(
            "question", flat=True
        )
        if any(question.kind == Kind.SECRET for question in template.questions())
        else ()
    )
    values = {key: row.value for key, row in rows.items()}
    asked = [
        AskedSection(section, _questions_of(section, rows, values, sealed))
        for section in template.sections
        if any(not question.hidden for question in section.questions)
    ]
    return [section for section in asked if section.shown]


def section_of(actor: Actor, matter: Matter, key: str) -> tuple[AskedSection, list[AskedSection]]:
    """One section and all of them. Raises NotFound."""
    sections = sections_of(actor, matter)
    for section in sections:
        if section.section.key == key:
            return section, sections
    raise NotFound


def _questions_of(
    section: Section, rows: Mapping[str, Answer], values: Mapping[str, Any], sealed: set[str]
) -> list[AskedQuestion]:
    found: list[AskedQuestion] = []
    visible = dict(values)
    for question in section.questions:
        if question.hidden:
            continue
        shown = is_shown(question, visible)
        if not shown:
            # What hangs on a question that is not shown is not shown either, whatever was answered before.
            visible.pop(question.key, None)
        row = rows.get(question.key)
        found.append(
            AskedQuestion(
                question=question,
                value=row.value if row else None,
                revision=row.revision if row else 0,
                shown=shown,
                on_file=question.key in sealed,
            )
        )
    return found


def items_of(actor: Actor, matter: Matter, language: str) -> list[AskedItem]:
    """The checklist in its order. An item that staff satisfied counts as received; their files are not listed."""
    documents: dict[UUID, list[Document]] = {}
    for document in Document.objects.filter(firm_id=actor.firm_id, matter=matter, part_of=None).order_by("id"):
        documents.setdefault(document.item_id, []).append(document)
    items = ChecklistItem.objects.filter(firm_id=actor.firm_id, matter=matter).order_by("position")
    return [_as_seen(item, documents.get(item.id, []), language) for item in items]


def item_of(actor: Actor, matter: Matter, item_id: UUID) -> ChecklistItem:
    """An item of this matter and no other. Raises NotFound."""
    item = ChecklistItem.objects.filter(firm_id=actor.firm_id, matter=matter, id=item_id).first()
    if item is None:
        raise NotFound
    return item


def document_of(actor: Actor, matter: Matter, document_id: UUID) -> Document:
    """A file that the client handed in for this matter. Raises NotFound, also for a file of staff."""
    own = Document.objects.select_related("item").filter(firm_id=actor.firm_id, matter=matter)
    document = own.filter(provided_by=Provider.CLIENT, id=document_id).first()
    if document is None:
        raise NotFound
    return document


def upload_of(actor: Actor, matter: Matter, upload_id: UUID) -> Upload:
    """A file on its way that the client themselves sends for this matter. Raises NotFound."""
    own = Upload.objects.filter(firm_id=actor.firm_id, matter=matter, provided_by=Provider.CLIENT)
    if (upload := own.filter(id=upload_id).first()) is None:
        raise NotFound
    return upload


def require_own_file(actor: Actor, matter: Matter, upload_id: UUID) -> None:
    """Raises NotFound unless this is an upload of the client for this matter, or the document it became."""
    own = {"firm_id": actor.firm_id, "matter": matter, "provided_by": Provider.CLIENT, "id": upload_id}
    if not (Upload.objects.filter(**own).exists() or Document.objects.filter(**own).exists()):
        raise NotFound


def _as_seen(item: ChecklistItem, documents: list[Document], language: str) -> AskedItem:
    states = {document.state for document in documents}
    order = (DocumentState.APPROVED, DocumentState.UPLOADED, DocumentState.REJECTED)
    state = next((state.value for state in order if state in states), "missing")
    own = [document for document in documents if document.provided_by == Provider.CLIENT]
    rejected = [document for document in own if document.state == DocumentState.REJECTED]
    spanish = language == "es"
    return AskedItem(
        id=item.id,
        key=item.key,
        name=(item.name_es if spanish else "") or item.name,
        why=(item.why_es if spanish else "") or item.why,
        category=item.category,
        required=item.required,
        state=state,
        message=rejected[-1].reject_message if state == DocumentState.REJECTED and rejected else "",
        documents=own,
    )


@dataclass(frozen=True)
class Missing:
    """What the client has not given yet: sections with required questions open, and required documents."""

    sections: list[AskedSection]
    items: list[AskedItem]
    contact: list[str]

    def __bool__(self) -> bool:
        return bool(self.sections or self.items or self.contact)


def missing_of(actor: Actor, matter: Matter, language: str) -> Missing:
    return Missing(
        sections=[section for section in sections_of(actor, matter) if section.missing],
        items=[item for item in items_of(actor, matter, language) if item.required and not item.received],
        contact=contact_missing(matter),
    )


def contact_missing(matter: Matter) -> list[str]:
    """Which of e-mail and phone the firm does not have yet."""
    client = matter.client
    return [part for part in ("email", "phone") if client and not getattr(client, part)]
