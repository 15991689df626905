"""What a service says when it will not do something. Each carries a sentence fit for a user."""


class IntakeError(Exception):
    """Base. `field` names the form field that the sentence belongs to, or "" for the whole form."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotAllowed(IntakeError):
    """The record's state does not allow this step (any more)."""


class BadInput(IntakeError):
    """A value is missing or wrong."""


class NotFound(Exception):
    """There is no such record for this actor. The same for a foreign record as for a made-up id."""
