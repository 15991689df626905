"""Why a file was not taken, in the client's language. The intake says it in English, with one sentence a reason."""

from django.conf import settings

from casehug.intake import verdicts
from casehug.intake.errors import IntakeError
from casehug.intake.services.answers import CLOSED
from casehug.portal.texts import say


def reason_of(problem: IntakeError, language: str) -> str:
    if language == "en":
        return problem.sentence
    for key, sentence in verdicts.REFUSALS.items():
        if problem.sentence == sentence:
            return say(f"refusal_{key}", language)
    if problem.sentence == CLOSED.en:
        return say("closed", language)
    if problem.sentence in {verdicts.BUSY, verdicts.SCANNER_DOWN}:
        return say("refusal_later", language)
    return say("refusal_other", language, limit=settings.MAX_DOCUMENT_BYTES // 1024 // 1024)
