"""The closed table error -> fate -> sentence. What is not listed stops and shows.

The same table stands in docs/reference/sync-errors.md; a test compares the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import InterfaceError, OperationalError

from casehug.connections.errors import NotConnected
from casehug.kit.encryption import CannotOpen
from casehug.sync.limits import BudgetSpent
from lawmatics import errors


class Fate(StrEnum):
    LATER = "later"  # try again by itself, after a growing wait
    PAUSE = "pause"  # the firm's lane rests; nothing is wrong with this change
    STOP = "stop"  # the firm's lane stops until somebody connects again
    ASK = "ask"  # this change waits for a person; the lane goes on
    LOOK = "look"  # a create may or may not have happened: look before anything is repeated


class Button(StrEnum):
    """What a person presses to mend it. Whatever is held can also be dismissed."""

    RETRY = "retry"  # try again now
    RECONNECT = "reconnect"  # the connection's page
    MAPPING = "mapping"  # where the firm chooses what goes where
    CLIENT = "client"  # the matter's client
    PERSON = "person"  # link, or create apart
    VALUE = "value"  # keep theirs, or use ours
    NONE = "none"  # nothing here helps


@dataclass(frozen=True)
class Ruling:
    code: str
    fate: Fate
    happened: str
    advice: str
    button: Button = Button.RETRY

    @property
    def text(self) -> str:
        return f"{self.happened} {self.advice}"


class NeedsPerson(Exception):
    """The change cannot go on without somebody's decision. `text` is the sentence for them."""

    def __init__(
        self, ruling: Ruling, text: str = "", *, asked_about: str = "", asked_names: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(ruling.code)
        self.ruling = ruling
        self.text = text or ruling.text
        # The contact in Lawmatics that the question is about.
        self.asked_about = asked_about
        # The names that were shown, as digests by id.
        self.asked_names = asked_names or {}


class StillUnknown(Exception):
    """A create whose outcome is not known yet: nothing is repeated before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("outcome unknown")
        self.until = until


RETRIES_ITSELF = "CaseHug tries again by itself; Retry does it now."

DATABASE_AWAY = Ruling("database", Fate.LATER, "CaseHug's own database was away for a moment.", RETRIES_ITSELF)

# Order matters: the first class that fits decides.
RULINGS: tuple[tuple[type[Exception], Ruling], ...] = (
    (
        BudgetSpent,
        Ruling("budget", Fate.PAUSE, "This minute's requests to Lawmatics are used up.", "Nothing to do."),
    ),
    (
        errors.RateLimited,
        Ruling(
            "rate_limited",
            Fate.PAUSE,
            "Lawmatics asked to slow down: all apps of the firm share its requests.",
            "CaseHug goes on by itself after a pause.",
        ),
    ),
    (
        errors.Unauthorized,
        Ruling(
            "reconnect",
            Fate.STOP,
            "Lawmatics no longer accepts the connection.",
            "A firm admin has to connect again in Settings, Integrations; the queue is kept until then.",
            button=Button.RECONNECT,
        ),
    ),
    (
        NotConnected,
        Ruling(
            "not_connected",
            Fate.STOP,
            "Lawmatics is not connected.",
            "A firm admin has to connect it in Settings, Integrations; the queue is kept until then.",
            button=Button.RECONNECT,
        ),
    ),
    (OperationalError, DATABASE_AWAY),
    (InterfaceError, DATABASE_AWAY),
    (
        CannotOpen,
        Ruling(
            "key_lost",
            Fate.ASK,
            "The stored access to Lawmatics cannot be decrypted with this installation's encryption key.",
            "The operator has to bring the key back; or a firm admin disconnects and connects again.",
            button=Button.RECONNECT,
        ),
    ),
    (
        errors.Forbidden,
        Ruling(
            "forbidden",
            Fate.ASK,
            "Lawmatics does not allow this to the connected user.",
            "Ask the firm's Lawmatics administrator for the right, then press Retry.",
        ),
    ),
    (
        errors.NotFound,
        Ruling(
            "gone",
            Fate.ASK,
            "The record is no longer in Lawmatics; it was deleted or merged there.",
            "Restore it there and press Retry.",
        ),
    ),
    (
        errors.Invalid,
        Ruling(
            "invalid",
            Fate.ASK,
            "Lawmatics did not accept the values.",
            "Correct them here or in Lawmatics, then press Retry.",
        ),
    ),
    (
        errors.OAuthError,
        Ruling(
            "reconnect",
            Fate.STOP,
            "Lawmatics no longer renews the connection.",
            "A firm admin has to connect again in Settings, Integrations; the queue is kept until then.",
            button=Button.RECONNECT,
        ),
    ),
    (
        errors.Refused,
        Ruling("refused", Fate.ASK, "Lawmatics refused the request.", "Look at the message, then press Retry."),
    ),
    (
        errors.InsecureAddress,
        Ruling(
            "insecure_address",
            Fate.ASK,
            "The configured address of Lawmatics is not an https address, so nothing was sent.",
            "The operator has to correct it, then press Retry.",
        ),
    ),
    (
        errors.PagingLoop,
        Ruling("paging_loop", Fate.LATER, "Lawmatics repeated a page of a list.", RETRIES_ITSELF),
    ),
    (errors.NotSent, Ruling("unreachable", Fate.LATER, "Lawmatics could not be reached.", RETRIES_ITSELF)),
    (errors.TimedOut, Ruling("timeout", Fate.LATER, "Lawmatics did not answer in time.", RETRIES_ITSELF)),
    (errors.ConnectionLost, Ruling("cut", Fate.LATER, "The answer of Lawmatics broke off.", RETRIES_ITSELF)),
    (
        errors.Garbled,
        Ruling("garbled", Fate.LATER, "The answer of Lawmatics could not be read.", RETRIES_ITSELF),
    ),
    (
        errors.UnexpectedRedirect,
        Ruling("redirect", Fate.LATER, "Lawmatics answered with a redirect.", RETRIES_ITSELF),
    ),
    (
        errors.ServerError,
        Ruling("server_error", Fate.LATER, "Lawmatics had an error of its own.", RETRIES_ITSELF),
    ),
)

UNLISTED = Ruling(
    "unexpected",
    Fate.ASK,
    "Something happened that CaseHug did not expect, so it stopped.",
    "Press Retry; if it comes back, tell the operator the time of this entry.",
)

UNKNOWN_CREATE_ADVICE = (
    "It may still have been created. CaseHug looks in Lawmatics before it does anything again; Retry looks now."
)

OUTCOME_UNKNOWN = Ruling(
    "outcome_unknown",
    Fate.LOOK,
    "Lawmatics did not say whether the record was created.",
    UNKNOWN_CREATE_ADVICE,
)

OTHER_PERSON = Ruling(
    "other_person",
    Fate.ASK,
    "Lawmatics has a contact with this e-mail address but another name.",
    "Decide whether it is the same person.",
    button=Button.PERSON,
)
WHICH_VALUE = Ruling(
    "which_value",
    Fate.ASK,
    "Lawmatics has other values than the client gave, in fields whose rule is to ask.",
    "Decide which to keep in Lawmatics.",
    button=Button.VALUE,
)
DRIFT = Ruling(
    "drift",
    Fate.ASK,
    "Something that the firm chose for this case type was deleted in Lawmatics.",
    "A firm admin has to choose again in Settings, Integrations, Case Type Mappings; saving there sends what was held.",
    button=Button.MAPPING,
)
EDITED_SINCE = Ruling(
    "edited_since",
    Fate.ASK,
    "Somebody has changed a field in Lawmatics since, so the update was not taken back.",
    "Correct it there by hand. The wish to undo is forgotten; whatever else is to be sent goes out.",
    button=Button.NONE,
)
POISON = Ruling(
    "poison",
    Fate.ASK,
    "The worker died three times while it had this matter in hand, so it was set aside; other matters go on.",
    "Tell the operator. Retry tries it again.",
)
NO_CLIENT = Ruling(
    "no_client",
    Fate.ASK,
    "This matter has no client yet.",
    "Give it a client, then sync it again.",
    button=Button.CLIENT,
)
TAKEN_ID = Ruling(
    "taken_id",
    Fate.ASK,
    "Lawmatics answered with a record that another matter here is linked to already.",
    "Nothing more is sent for this matter. Look at both in Lawmatics, and tell the operator.",
    button=Button.NONE,
)
OTHER_NUMBER = Ruling(
    "other_number",
    Fate.ASK,
    "Lawmatics did not say whether the matter was created, and has one like it with another case number.",
    "If that one is it, give it the number that CaseHug gave; if not, give it another title. Then press Retry.",
)
FORM_CHANGED = Ruling(
    "form_changed",
    Fate.ASK,
    "A form cannot be submitted as it stands in Lawmatics now.",
    "A firm admin looks at it in Settings, Integrations, Lawmatics, Forms; then press Retry.",
)
FORM_UNKNOWN = Ruling(
    "form_unknown",
    Fate.ASK,
    "Lawmatics does not show whether the form was submitted.",
    "CaseHug does not submit it again by itself: look at the form's entries in Lawmatics, and use “Submit form…” on the"
    " matter's page if it is missing. Retry goes on with everything else.",
)
FILE_UNREADABLE = Ruling(
    "file_unreadable",
    Fate.ASK,
    "The stored file of a document cannot be opened, so it was not filed.",
    "Tell the operator; when the file is back, press Retry.",
)
UNDECIDABLE_NOTE = Ruling(
    "note_unknown",
    Fate.ASK,
    "Lawmatics does not show whether the note was added.",
    "Look at the contact in Lawmatics: Retry adds the note again, Dismiss leaves it until the matter is synced again.",
)


def button_for(code: str) -> Button:
    """The button that mends a change with this problem. A code from an older version gets Retry, which does no harm."""
    return next((ruling.button for ruling in _everything() if ruling.code == code), Button.RETRY)


def _everything() -> Iterator[Ruling]:
    yield from (ruling for _, ruling in RULINGS)
    yield from (found for found in globals().values() if isinstance(found, Ruling))


def rule(error: Exception, *, create: bool = False) -> Ruling:
    """What becomes of a change whose step raised `error`; `create` says that the step makes a new record."""
    ruling = next((ruling for kind, ruling in RULINGS if isinstance(error, kind)), UNLISTED)
    if create and isinstance(error, errors.LawmaticsError) and error.outcome == errors.Outcome.UNKNOWN:
        return Ruling(ruling.code, Fate.LOOK, ruling.happened, UNKNOWN_CREATE_ADVICE)
    return ruling


def explain(error: Exception, ruling: Ruling) -> str:
    """The sentence for the firm's own sync log, with what Lawmatics said about the values."""
    problems = error.problems if isinstance(error, errors.Refused) else ()
    said = "; ".join(dict.fromkeys((problem.detail or problem.title).rstrip(". ") for problem in problems))[:500]
    return f"{ruling.happened} {said}. {ruling.advice}" if said else ruling.text
