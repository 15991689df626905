"""OAuth 2.0, authorization code: from a browser address to a token, its renewal and its end.

Source: Lawmatics API docs v1.21, Authentication; RFC 6749; RFC 7009. As documented today a token has no
expiry, no refresh token and no revocation endpoint; all three are honoured where they turn up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx2

from lawmatics import errors
from lawmatics.calls import Call
from lawmatics.envelope import whole
from lawmatics.errors import LawmaticsError
from lawmatics.replies import Reply, decoded, failure, json_value
from lawmatics.transport import Transport, checked_address, open_http

REFRESH_BEFORE_EXPIRY: Final = timedelta(minutes=5)

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
_CODES = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "unsupported_token_type",
    }
)


class Bearer(httpx2.Auth):
    """Puts the token on one request. A 401 ends there: a second try would not mend a wrong token."""

    def __init__(self, token: str) -> None:
        if not isinstance(token, str) or not _VISIBLE_ASCII.fullmatch(token):
            raise ValueError("an access token is a non-empty text of visible ASCII characters")
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["authorization"] = f"Bearer {self._token}"
        yield request


@dataclass(frozen=True, slots=True)
class Token:
    """What the token endpoint gave. Times are aware UTC; `expires_at` None means it does not expire."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None
    created_at: datetime

    def needs_refresh(self, now: datetime) -> bool:
        """True from five minutes before expiry on; never for a token that does not expire."""
        return self.expires_at is not None and now >= self.expires_at - REFRESH_BEFORE_EXPIRY


def _utc_now() -> datetime:
    return datetime.now(UTC)


class OAuth:
    """The endpoints of one registered app. Holds no token; every method is one question and its answer.

    `authorize_url` is where a browser goes, `token_url` and `revoke_url` where this class posts. All must be
    https, or local (InsecureAddress). `now` is the clock that `expires_in` is counted from.

    Every method that posts raises OAuthError (InvalidGrant, InvalidClient) when the endpoint refuses, or an
    error of the transport; after an UNKNOWN one an authorization code is best thought used up.
    """

    def __init__(
        self,
        *,
        authorize_url: str,
        token_url: str,
        revoke_url: str | None,
        client_id: str,
        client_secret: str,
        http: httpx2.Client | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._authorize_url = checked_address(authorize_url)
        self._token_url = checked_address(token_url)
        self._revoke_url = checked_address(revoke_url) if revoke_url else None
        self._client_id = client_id
        self._client_secret = client_secret
        self._transport = Transport(http or open_http())
        self._now = now

    def __repr__(self) -> str:
        return f"<OAuth {self._token_url}>"

    def authorization_url(self, *, redirect_uri: str, state: str) -> str:
        """Where to send the browser. It returns to `redirect_uri` with `code` and the same `state`."""
        parts = urlsplit(self._authorize_url)
        query = {
            **dict(parse_qsl(parts.query)),
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "state": state,
        }
        return urlunsplit(parts._replace(query=urlencode(query)))

    def exchange(self, *, code: str, redirect_uri: str) -> Token:
        """Turns the code from the browser into a token; `redirect_uri` must be the one it was asked with."""
        return self._token({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri})

    def refresh(self, refresh_token: str) -> Token:
        """A new token for a refresh token, which is kept if no new one comes (RFC 6749, section 6)."""
        return self._token({"grant_type": "refresh_token", "refresh_token": refresh_token}, refresh_token)

    def revoke(self, access_token: str) -> bool:
        """Ends the token. False: the remote has no such endpoint (404), a person must remove the app there.

        Source: RFC 7009; whether Lawmatics offers it is not documented.
        """
        if self._revoke_url is None:
            return False
        call = _call(self._revoke_url)
        answer = self._post(call, self._revoke_url, {"token": access_token, "token_type_hint": "access_token"})
        refusal = answer if isinstance(answer, LawmaticsError) else _refusal(call, answer)
        if isinstance(refusal, errors.NotFound):
            return False
        if refusal is not None:
            raise refusal
        return True

    def _token(self, grant: Mapping[str, str], old_refresh_token: str | None = None) -> Token:
        call = _call(self._token_url)
        answer = self._post(call, self._token_url, grant)
        if isinstance(answer, LawmaticsError):
            raise answer
        refusal = _refusal(call, answer)
        if refusal is not None:
            raise refusal
        value = json_value(call, answer)
        if isinstance(value, LawmaticsError):
            raise value
        token = _parse_token(value, self._now(), old_refresh_token)
        if token is None:
            raise errors.Garbled(call, answer.status)
        return token

    def _post(self, call: Call, url: str, form: Mapping[str, str]) -> Reply | LawmaticsError:
        credentials = {"client_id": self._client_id, "client_secret": self._client_secret}
        return self._transport.send(call, url, form={**credentials, **form})


def _call(url: str) -> Call:
    return Call.to("POST", urlsplit(url).path or "/")


def _refusal(call: Call, reply: Reply) -> LawmaticsError | None:
    """As for any reply, but a 400 or 401 brings a code (RFC 6749, section 5.2); only known ones pass."""
    if reply.status not in (400, 401):
        return failure(call, reply)
    value = decoded(reply.body)
    said = value.get("error") if isinstance(value, dict) else None
    code = said if isinstance(said, str) and said in _CODES else "unknown"
    if code == "invalid_grant":
        return errors.InvalidGrant(call, reply.status, code)
    if code == "invalid_client" or reply.status == 401:
        return errors.InvalidClient(call, reply.status, code)
    return errors.OAuthError(call, reply.status, code)


def _parse_token(value: object, now: datetime, old_refresh_token: str | None) -> Token | None:
    """`expires_in` counts from our own clock, because `needs_refresh` is asked with it too."""
    if not isinstance(value, dict) or str(value.get("token_type", "bearer")).lower() != "bearer":
        return None
    access, refresh = value.get("access_token"), value.get("refresh_token")
    if not isinstance(access, str) or not _VISIBLE_ASCII.fullmatch(access):
        return None
    return Token(
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) and refresh else old_refresh_token,
        expires_at=_after(now, value.get("expires_in")),
        created_at=_unix(value.get("created_at")) or now,
    )


def _after(now: datetime, seconds: Any) -> datetime | None:
    lifetime = whole(seconds)
    if lifetime is None or lifetime <= 0:
        return None
    try:
        return now + timedelta(seconds=lifetime)
    except OverflowError:
        return None


def _unix(seconds: Any) -> datetime | None:
    moment = whole(seconds)
    try:
        return None if moment is None else datetime.fromtimestamp(moment, UTC)
    except (ValueError, OverflowError, OSError):
        return None
