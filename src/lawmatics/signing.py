"""Is this webhook really from Lawmatics? Pure: bytes, headers, secrets and the time in; a verdict out.

    X-Lawmatics-Signature: sha256=<64 lower-case hex digits>      HMAC-SHA256, key = the whole `whsec_…` text
    X-Lawmatics-Timestamp: <unix seconds>                         signed text = `<timestamp>.<raw body>`

Source: Lawmatics help centre, Webhooks, Verifying signatures. Every subscription has a secret of its own, so
there are several. The plain form, an HMAC of the raw body alone, carries no time and is accepted only for
secrets that allow it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

SIGNATURE_HEADER: Final = "X-Lawmatics-Signature"
TIMESTAMP_HEADER: Final = "X-Lawmatics-Timestamp"
EVENT_ID_HEADER: Final = "X-Lawmatics-Event-Id"
TOLERANCE_SECONDS: Final = 300

# Upper-case digits and stray blanks are refused: one signature has one spelling. Two headers of the same name
# reach a WSGI application joined by a comma, and so fail here too.
_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)
_BARE_SIGNATURE = re.compile(r"(?:sha256=)?([0-9a-f]{64})", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class Verdict(StrEnum):
    """VERIFIED: act on it. STALE: genuine but old, only a hint to look. UNVERIFIED: from anybody."""

    VERIFIED = "verified"
    STALE = "stale"
    UNVERIFIED = "unverified"


class Reason(StrEnum):
    """Why. The value is fit to be shown to a person."""

    MATCHED = "The signature matches."
    MATCHED_PLAIN = "The signature matches the body alone, which is switched on for this secret."
    OLD = "The signature matches, but the message was signed too long ago, or in the future."
    UNCONFIGURED = "No webhook secret is set up."
    NO_SIGNATURE = "The signature header is missing."
    BAD_SIGNATURE = "The signature header does not have the documented form."
    NO_TIMESTAMP = "The timestamp header is missing."
    BAD_TIMESTAMP = "The timestamp header is not a whole number of seconds."
    NO_MATCH = "The signature fits none of the secrets."


@dataclass(frozen=True, slots=True)
class Secret:
    """One subscription's key, whole and with its `whsec_` prefix. `plain_body` also takes the plain form."""

    key: str = field(repr=False)
    plain_body: bool = False

    def __post_init__(self) -> None:
        # Anybody can compute an HMAC under an empty key.
        if not self.key:
            raise ValueError("a webhook secret must not be empty")


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict, why, and which of the secrets matched (its index, None if none)."""

    verdict: Verdict
    reason: Reason
    secret_index: int | None = None


def verify(
    *,
    body: bytes,
    signature: str | None,
    timestamp: str | None,
    secrets: Sequence[Secret],
    now: datetime,
    tolerance_seconds: int = TOLERANCE_SECONDS,
) -> Verification:
    """Checks one delivery. `body` is the raw bytes as received, `signature` and `timestamp` the two headers
    as they came (None if missing), `now` an aware time. The tolerance is inclusive and counts both ways.
    Never raises.

    The signature is checked before the age, so STALE is only ever said of a genuine message. Every secret is
    tried and compared in constant time, so that the time taken tells nothing about them.
    """
    if not secrets:
        return Verification(Verdict.UNVERIFIED, Reason.UNCONFIGURED)
    if signature is None:
        return Verification(Verdict.UNVERIFIED, Reason.NO_SIGNATURE)

    timed = _SIGNATURE.fullmatch(signature)
    seconds = _TIMESTAMP.fullmatch(timestamp) if timestamp is not None else None
    if timed and timestamp is not None and seconds:
        signed = timestamp.encode("ascii") + b"." + body
        index = _matching(timed[1], signed, secrets)
        if index is not None:
            age = int(now.timestamp()) - int(timestamp)
            if abs(age) > tolerance_seconds:
                return Verification(Verdict.STALE, Reason.OLD, index)
            return Verification(Verdict.VERIFIED, Reason.MATCHED, index)

    bare = _BARE_SIGNATURE.fullmatch(signature)
    if bare:
        index = _matching(bare[1], body, secrets, plain_only=True)
        if index is not None:
            return Verification(Verdict.VERIFIED, Reason.MATCHED_PLAIN, index)

    if not timed:
        return Verification(Verdict.UNVERIFIED, Reason.BAD_SIGNATURE)
    if timestamp is None:
        return Verification(Verdict.UNVERIFIED, Reason.NO_TIMESTAMP)
    return Verification(Verdict.UNVERIFIED, Reason.NO_MATCH if seconds else Reason.BAD_TIMESTAMP)


def sign(*, body: bytes, timestamp: str | None, key: str) -> str:
    """The signature header for a body: the timed form, or the plain one without a timestamp. For tests."""
    signed = body if timestamp is None else timestamp.encode("ascii") + b"." + body
    return f"sha256={_digest(signed, key)}"


def _matching(given: str, signed: bytes, secrets: Sequence[Secret], plain_only: bool = False) -> int | None:
    found = None
    for index, secret in enumerate(secrets):
        same = hmac.compare_digest(_digest(signed, secret.key), given)
        if same and (secret.plain_body or not plain_only) and found is None:
            found = index
    return found


def _digest(signed: bytes, key: str) -> str:
    return hmac.new(key.encode("utf-8"), signed, hashlib.sha256).hexdigest()
