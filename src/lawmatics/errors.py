"""Everything that can go wrong, sorted by the one question that matters after a write: did it happen?

    LawmaticsError                  outcome
      InsecureAddress               NEVER_SENT   plain http to a host that is not this machine
      NotSent                       NEVER_SENT   DNS, refused, TLS, connect time-out: no byte of it left
      TimedOut                      UNKNOWN      sent, no complete reply in time
      ConnectionLost                UNKNOWN      cut while sending, or a reset or incomplete reply
      Garbled                       UNKNOWN      2xx that is not the JSON it should be
      UnexpectedRedirect            UNKNOWN      3xx: never followed, the token must not travel
      ServerError                   UNKNOWN      5xx
      PagingLoop                    DEFINITE     a listing that does not advance
      RateLimited                   DEFINITE     429: nothing was done, `retry_after` seconds
      Refused                       DEFINITE     any other 4xx, `problems`
        Unauthorized                DEFINITE     401: the token is revoked or wrong, do not repeat
        Forbidden                   DEFINITE     403
        NotFound                    DEFINITE     404, or a record that is `null`
        Invalid                     DEFINITE     422
      OAuthError                    DEFINITE     the token endpoint said no, `code`
        InvalidGrant                DEFINITE     the code or refresh token is used up, wrong or expired
        InvalidClient               DEFINITE     client id or secret is wrong

NEVER_SENT may be repeated at once. DEFINITE is an answer. UNKNOWN after a write means: look before you
repeat, for the API has no idempotency keys (source: Lawmatics API docs v1.21); after a read it just means:
ask again.

No error text holds a body, token, e-mail address, record id or query string: only the method, the path
template, the status and a fixed sentence. Errors are made outside any `except` block, so none drags a
transport exception (and with it the request and its Authorization header) along as its context.
"""

# Named for what happened; the word Error in each would add nothing.

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from lawmatics.calls import Call


class Outcome(StrEnum):
    """What is known about the effect of a failed request."""

    NEVER_SENT = "never_sent"
    DEFINITE = "definite"
    UNKNOWN = "unknown"


class LawmaticsError(Exception):
    """The root. `call` is the request, `status` the HTTP status; each is None where there was none."""

    outcome: ClassVar[Outcome] = Outcome.UNKNOWN
    sentence: ClassVar[str] = "The request failed."

    def __init__(self, call: Call | None = None, status: int | None = None) -> None:
        super().__init__(call, status)
        self.call = call
        self.status = status

    def __str__(self) -> str:
        where = f"{self.call}: " if self.call else ""
        status = f" (status {self.status})" if self.status else ""
        return f"{where}{self.sentence}{status}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class InsecureAddress(LawmaticsError):
    outcome = Outcome.NEVER_SENT
    sentence = "The address must use https; plain http is only for this machine and .test hosts."


class NoConnection(StrEnum):
    """Why no byte left. The value is a fixed clause for a person."""

    DNS = "the host name was not found"
    REFUSED = "the host refused the connection"
    TLS = "the secure connection could not be set up"
    TIMEOUT = "the host did not answer in time"
    BUSY = "all connections were in use"
    OTHER = "the host could not be reached"


class NotSent(LawmaticsError):
    """The connection failed before the request left; `reason` says how."""

    outcome = Outcome.NEVER_SENT

    def __init__(
        self, call: Call | None = None, status: int | None = None, reason: NoConnection = NoConnection.OTHER
    ) -> None:
        super().__init__(call, status)
        self.reason = reason

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return f"Nothing was sent: {self.reason.value}."


class TimedOut(LawmaticsError):
    sentence = "No complete reply arrived in time."


class ConnectionLost(LawmaticsError):
    sentence = "The connection broke before the reply was complete."


class Garbled(LawmaticsError):
    sentence = "The reply is not what the API documents."


class UnexpectedRedirect(LawmaticsError):
    sentence = "The host answered with a redirect, which is never followed."


class ServerError(LawmaticsError):
    sentence = "Lawmatics had an error of its own."


class PagingLoop(LawmaticsError):
    outcome = Outcome.DEFINITE
    sentence = "The listing repeats itself instead of advancing."


class RateLimited(LawmaticsError):
    """429. `retry_after` is in seconds, None when the header is missing or makes no sense."""

    outcome = Outcome.DEFINITE
    sentence = "The request budget is used up; nothing was done."

    def __init__(self, call: Call | None = None, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(call, status)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the remote's `errors` array. `detail` may quote what was sent: for the owner only."""

    title: str
    detail: str


class Refused(LawmaticsError):
    """A 4xx. `problems` is what the remote said: kept as an attribute, never part of the text."""

    outcome = Outcome.DEFINITE
    sentence = "Lawmatics refused the request."

    def __init__(self, call: Call | None = None, status: int | None = None, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(call, status)
        self.problems = problems


class Unauthorized(Refused):
    sentence = "Lawmatics does not accept the access token."


class Forbidden(Refused):
    sentence = "This account may not do that in Lawmatics."


class NotFound(Refused):
    sentence = "There is no such record or address in Lawmatics."


class Invalid(Refused):
    sentence = "Lawmatics did not accept the values."


class OAuthError(LawmaticsError):
    """The token endpoint refused. `code` is one of RFC 6749 or 7009, or "unknown"."""

    outcome = Outcome.DEFINITE
    sentence = "The authorization server refused the request."

    def __init__(self, call: Call | None = None, status: int | None = None, code: str = "unknown") -> None:
        super().__init__(call, status)
        self.code = code


class InvalidGrant(OAuthError):
    sentence = "The authorization code or refresh token is used up, wrong or expired."


class InvalidClient(OAuthError):
    sentence = "The client id or secret is wrong."
