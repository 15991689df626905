"""What a reviewer sees of a matter: the client's answers in words, internal notes, the link, what has happened."""

from dataclasses import dataclass, field
from uuid import UUID

from casehug.audit.models import Entry
from casehug.intake.errors import NotFound
from casehug.intake.models import Answer, ChecklistItem, Document, IntakeLink, InternalNote, Matter
from casehug.intake.readable import entries_of, lines_of
from casehug.intake.services.answers import secret_end
from casehug.intake.templates import Kind, Question, Section, Template, is_shown
from casehug.kit import clock
from casehug.tenancy.actor import Actor
from casehug.tenancy.models import Membership

ENTRIES_ON_PAGE = 50


# Answers


@dataclass(frozen=True)
class AnswerRow:
    """One question and what the client said. Of a secret only the last four characters are here."""

    question: Question
    lines: list[str]
    entries: list[list[tuple[str, list[str]]]] = field(default_factory=list)
    secret_end: str = ""
    answered: bool = False


@dataclass(frozen=True)
class AnswerSection:
    section: Section
    rows: list[AnswerRow]

    @property
    def answered(self) -> int:
        return sum(row.answered for row in self.rows)


def answers_of(actor: Actor, matter: Matter) -> list[AnswerSection]:
    """The questions that the client sees, given the answers so far, section by section. [] for a matter without any."""
    template = _template(matter)
    if template is None:
        return []
    answers = {answer.question: answer for answer in Answer.objects.filter(firm_id=actor.firm_id, matter=matter)}
    values = {key: answer.value for key, answer in answers.items()}
    sections = [
        AnswerSection(
            section=section,
            rows=[
                _row(question, answers.get(question.key))
                for question in section.questions
                if not question.hidden and is_shown(question, values)
            ],
        )
        for section in template.sections
    ]
    return [section for section in sections if section.rows]


def _template(matter: Matter) -> Template | None:
    return Template.from_json(matter.template.content) if matter.template else None


def _row(question: Question, answer: Answer | None) -> AnswerRow:
    if answer is None:
        return AnswerRow(question=question, lines=[])
    if question.kind == Kind.SECRET:
        end = secret_end(answer)
        return AnswerRow(question=question, lines=[], secret_end=end, answered=bool(end))
    if question.kind == Kind.GROUP:
        entries = entries_of(question, answer.value)
        return AnswerRow(question=question, lines=[], entries=entries, answered=bool(entries))
    lines = lines_of(question, answer.value)
    return AnswerRow(question=question, lines=lines, answered=bool(lines))


def secret_answer(actor: Actor, matter: Matter, question: str) -> Answer:
    """The answer to a secret question. Raises NotFound if there is none."""
    answers = Answer.objects.filter(firm_id=actor.firm_id, matter=matter, question=question)
    found = answers.exclude(sealed=None).first()
    if found is None:
        raise NotFound
    return found


# Notes


def notes_of(actor: Actor, matter: Matter) -> list[InternalNote]:
    """The matter's internal notes, newest first."""
    return list(InternalNote.objects.filter(firm_id=actor.firm_id, matter=matter).order_by("-id")[:200])


# The intake link


@dataclass(frozen=True)
class LinkCard:
    """What the firm sees of the client's link. `state` is none, unsent, sent, opened, expired or revoked."""

    state: str
    link: IntakeLink | None = None


def link_of(actor: Actor, matter: Matter) -> LinkCard:
    link = IntakeLink.objects.filter(firm_id=actor.firm_id, matter=matter).first()
    if link is None:
        return LinkCard("none")
    if link.revoked_at:
        return LinkCard("revoked", link)
    if link.expires_at <= clock.now():
        return LinkCard("expired", link)
    if link.opened_at:
        return LinkCard("opened", link)
    return LinkCard("sent" if link.sent_at else "unsent", link)


# People, and what a lead's score needs


def assignable(actor: Actor) -> dict[UUID, str]:
    """Active members by name: those whom a matter can be assigned to."""
    members = Membership.objects.filter(firm_id=actor.firm_id, user__is_active=True).select_related("user")
    return {member.user_id: str(member.user) for member in sorted(members, key=lambda member: str(member.user))}


def missing_for_scoring(matter: Matter) -> list[str]:
    """What lead scoring needs and this matter does not have, in words."""
    client = matter.client
    present = {
        "name": bool(client),
        "e-mail": bool(client and client.email),
        "phone": bool(client and client.phone),
        "practice area": bool(matter.practice_area),
    }
    return [name for name, there in present.items() if not there]


# Activity


@dataclass(frozen=True)
class Happening:
    """A line of the audit record, and the name of the checklist item if it is about a document."""

    entry: Entry
    item: str = ""


@dataclass(frozen=True)
class ActivityPage:
    happenings: list[Happening]
    older: UUID | None


def activity_of(actor: Actor, matter: Matter, *, before: UUID | None = None) -> ActivityPage:
    """The record of this matter, its documents (those taken back too), client and link, newest first."""
    entries_of_firm = Entry.objects.filter(firm_id=actor.firm_id)
    items = dict(Document.objects.filter(firm_id=actor.firm_id, matter=matter).values_list("id", "item__name"))
    removed = entries_of_firm.filter(subject_id=matter.id, action="document.removed")
    names = {str(item.id): item.name for item in ChecklistItem.objects.filter(firm_id=actor.firm_id, matter=matter)}
    items |= {UUID(entry.details["document"]): names.get(entry.details["item"], "") for entry in removed}
    subjects = [id_ for id_ in (matter.id, matter.client_id, *items) if id_]
    found = entries_of_firm.filter(subject_id__in=subjects)
    if before:
        found = found.filter(id__lt=before)
    entries = list(found.order_by("-id")[: ENTRIES_ON_PAGE + 1])
    more, entries = len(entries) > ENTRIES_ON_PAGE, entries[:ENTRIES_ON_PAGE]
    return ActivityPage(
        happenings=[
            Happening(
                entry,
                (items.get(entry.subject_id, "") if entry.subject_id else "")
                or names.get(str(entry.details.get("item")), ""),
            )
            for entry in entries
        ],
        older=entries[-1].id if more else None,
    )
