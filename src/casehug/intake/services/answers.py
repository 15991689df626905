"""What the client answers in the portal, and the moment they say "I'm done"."""

from typing import Any

from casehug.audit.services import record
from casehug.events.bus import publish
from casehug.events.catalogue import IntakeSubmitted
from casehug.intake.answer_values import read_value
from casehug.intake.errors import NotAllowed, NotFound
from casehug.intake.models import Answer, Matter, MatterStatus
from casehug.intake.services.links import AT_WORK
from casehug.intake.services.matters import move_matter
from casehug.intake.templates import Kind, Question, Template, Text
from casehug.kit import clock
from casehug.kit.encryption import keyset
from casehug.tenancy.actor import Actor

CHANGED_ELSEWHERE = Text(
    "This answer was changed on another device meanwhile.",
    "Esta respuesta se cambió mientras tanto en otro dispositivo.",
)
CLOSED = Text(
    "The firm is not taking changes to this intake any more. Please call them.",
    "El bufete ya no acepta cambios en este formulario. Por favor, llámelos.",
)


class ChangedElsewhere(NotAllowed):
    """Another device or tab wrote since this one read. `answer` is what stands there now."""

    def __init__(self, answer: Answer, *, language: str) -> None:
        super().__init__(CHANGED_ELSEWHERE.in_language(language), field=answer.question)
        self.answer = answer


def save_answer(
    actor: Actor, *, matter: Matter, question: str, value: Any, revision: int | None, language: str = "en"
) -> Answer:
    """Keep what the client typed for one question of the matter's template.

    `revision` is the one the writer saw last (0: no answer yet); None writes over whatever is there. The same value
    sent again changes nothing, so a retry after a lost reply is safe. An empty secret leaves the one on file.
    Raises NotFound for an unknown question, BadAnswer, ChangedElsewhere, and NotAllowed for a matter that is closed.
    """
    asked = _asked(matter, question)
    kept = read_value(asked, value, language=language)
    # The matter's row first: two devices that answer a question for the first time at once take turns.
    if Matter.objects.select_for_update().get(id=matter.id).status not in AT_WORK:
        raise NotAllowed(CLOSED.in_language(language), field=question)
    answer = Answer.objects.filter(matter=matter, question=question).first() or Answer(
        matter=matter, question=question, revision=0
    )
    if _says_already(asked, answer, kept):
        return answer
    if revision is not None and revision != answer.revision:
        raise ChangedElsewhere(answer, language=language)
    _put(asked, answer, kept)
    answer.revision += 1
    answer.updated_at = clock.now()
    answer.save()
    record(actor, action="answer.saved", subject="matter", subject_id=matter.id, question=question)
    return answer


def submit_intake(actor: Actor, *, matter: Matter) -> None:
    """The client says that this is all they have. Said again, it changes nothing. Raises NotAllowed."""
    matter = Matter.objects.select_for_update().get(id=matter.id)
    if matter.submitted_at:
        return
    if matter.status not in AT_WORK:
        raise NotAllowed(CLOSED.en)
    matter.submitted_at = clock.now()
    matter.save(update_fields=["submitted_at"])
    if matter.status in {MatterStatus.NEW, MatterStatus.INTAKE}:
        move_matter(actor, matter=matter, to=MatterStatus.REVIEW)
    publish(IntakeSubmitted(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id))


def reveal_secret(actor: Actor, *, answer: Answer) -> str:
    """The secret in clear, for a member of the firm who asks to see it; who did is recorded. "" if none is on file."""
    if answer.sealed is None:
        return ""
    record(actor, action="answer.revealed", subject="matter", subject_id=answer.matter_id, question=answer.question)
    return keyset().open(bytes(answer.sealed), context=_context(answer)).decode()


def secret_end(answer: Answer) -> str:
    """The last four characters of a secret: enough to tell which one is on file. "" if none is."""
    return "" if answer.sealed is None else keyset().open(bytes(answer.sealed), context=_context(answer)).decode()[-4:]


def _asked(matter: Matter, question: str) -> Question:
    asked = Template.from_json(matter.template.content).question(question) if matter.template else None
    if asked is None:
        raise NotFound
    return asked


def _says_already(asked: Question, answer: Answer, kept: Any) -> bool:
    if asked.kind == Kind.SECRET:
        return kept is None
    # True equals 1 in Python, but a changed kind of value is a change.
    return type(answer.value) is type(kept) and answer.value == kept


def _put(asked: Question, answer: Answer, kept: Any) -> None:
    if asked.kind == Kind.SECRET:
        answer.sealed, answer.value = keyset().seal(kept.encode(), context=_context(answer)), None
    else:
        answer.value = kept


def _context(answer: Answer) -> str:
    return f"answer:{answer.firm_id}:{answer.matter_id}:{answer.question}"
