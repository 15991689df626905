"""OAuth 2.0 authorization code, as the API docs describe it under Authentication.

By default a token never expires and can't be revoked over the API; per firm both can be switched on.
"""

import hmac
import ipaddress
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug import Request, Response

from sandbox.envelope import no_such_path
from sandbox.pages import page, sorry
from sandbox.store import Code, DeveloperApp, Firm, Town

CODE_LIFETIME = timedelta(seconds=60)
TOKEN_LIFETIME = 7200  # seconds, when the firm's tokens expire at all


class OAuthError(Exception):
    """RFC 6749, section 5.2."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.status = status


# The consent page


def authorize(town: Town, request: Request) -> Response:
    """GET shows the question, POST carries the answer. A wrong client or callback never redirects."""
    values = request.form if request.method == "POST" else request.args
    firm = _firm_of(town, values.get("client_id", ""))
    if firm is None:
        return sorry(400, "Unknown app", "No developer app has this client id. Check the client id in your settings.")
    redirect_uri = values.get("redirect_uri", "")
    if not redirect_allowed(firm.app, redirect_uri):
        return sorry(
            400,
            "Callback URL not registered",
            "The address to return to is neither a loopback address nor registered for this app. "
            "Register it on the Developer apps page of the console.",
        )
    state = values.get("state")
    if values.get("response_type", "code") != "code":
        return _back(redirect_uri, {"error": "unsupported_response_type"}, state)
    if request.method == "GET":
        return page(
            "consent.html",
            app=firm.app,
            home=firm,
            firms=list(town.firms.values()),
            redirect_uri=redirect_uri,
            state=state,
            host=urlsplit(redirect_uri).netloc,
        )
    if values.get("decision") != "allow":
        return _back(redirect_uri, {"error": "access_denied"}, state)
    return _allow(town, firm, values, redirect_uri, state)


def _allow(town: Town, owner: Firm, values: Mapping[str, str], redirect_uri: str, state: str | None) -> Response:
    # The person may be signed in to another account than the app's own: that account is then connected.
    account, user_id = owner, owner.admin.id
    chosen = values.get("user_id", "")
    for firm in town.firms.values():
        if chosen.isdigit() and int(chosen) in firm.users:
            account, user_id = firm, int(chosen)
    code = secrets.token_hex(32)
    with town.lock:
        town.codes[code] = Code(
            client_id=owner.app.client_id,
            redirect_uri=redirect_uri,
            firm=account.slug,
            user_id=user_id,
            expires_at=town.clock() + CODE_LIFETIME,
        )
    return _back(redirect_uri, {"code": code}, state)


def _back(redirect_uri: str, values: dict[str, str], state: str | None) -> Response:
    if state is not None:
        values["state"] = state
    joint = "&" if urlsplit(redirect_uri).query else "?"
    location = f"{redirect_uri}{joint}{urlencode(values)}"
    return Response("", 302, {"Location": location, "Cache-Control": "no-store"})


def redirect_allowed(app: DeveloperApp, uri: str) -> bool:
    if uri in app.redirect_uris:
        return True
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or parts.fragment or parts.username or "\\" in uri:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# The token endpoint


def token(town: Town, request: Request) -> Response:
    try:
        values = _values(request)
        firm = _authenticated(town, request, values)
        grants = {"authorization_code": _spend_code, "refresh_token": _refresh}
        grant = grants.get(values.get("grant_type", ""))
        if grant is None:
            raise OAuthError("unsupported_grant_type", "Use authorization_code or refresh_token.")
        with town.lock:
            return _json(200, grant(town, firm, values))
    except OAuthError as problem:
        return _error(problem)


def _spend_code(town: Town, firm: Firm, values: Mapping[str, str]) -> dict[str, Any]:
    code = town.codes.get(values.get("code", ""))
    if code is None or code.client_id != firm.app.client_id:
        raise OAuthError("invalid_grant", "The code is unknown.")
    if code.spent_on is not None:
        # RFC 6749, section 4.1.2: a code used twice was stolen, so its token dies too.
        town.tokens.pop(code.spent_on, None)
        raise OAuthError("invalid_grant", "The code was used before.")
    if code.expires_at <= town.clock():
        raise OAuthError("invalid_grant", "The code has expired.")
    if code.redirect_uri != values.get("redirect_uri"):
        raise OAuthError("invalid_grant", "The redirect_uri is not the one the code was given to.")
    code.spent_on = _issue(town, code.firm, code.user_id, firm.app.client_id)
    return _answer(town, code.spent_on)


def _refresh(town: Town, firm: Firm, values: Mapping[str, str]) -> dict[str, Any]:
    wanted = values.get("refresh_token", "")
    held = next((t for t in town.tokens.values() if t.refresh_token and t.refresh_token == wanted), None)
    if held is None or held.client_id != firm.app.client_id:
        raise OAuthError("invalid_grant", "The refresh token is unknown or was used before.")
    # Rotation: the old pair is gone the moment the new one exists.
    del town.tokens[held.access_token]
    return _answer(town, _issue(town, held.firm, held.user_id, held.client_id))


def _issue(town: Town, slug: str, user_id: int, client_id: str) -> str:
    expiring = town.firm(slug).options.expiring_tokens
    return town.issue_token(
        slug,
        user_id=user_id,
        client_id=client_id,
        expires_in=TOKEN_LIFETIME if expiring else None,
        refresh=expiring,
    )


def _answer(town: Town, access_token: str) -> dict[str, Any]:
    held = town.tokens[access_token]
    answer: dict[str, Any] = {
        "token_type": "bearer",
        "access_token": access_token,
        "created_at": int(held.created_at.timestamp()),
    }
    if held.expires_at is not None:
        answer |= {"expires_in": TOKEN_LIFETIME, "refresh_token": held.refresh_token}
    return answer


# Revocation


def revoke(town: Town, request: Request) -> Response:
    """API docs, Limitations: "We do not have a deauthorization endpoint". Switched on, it is RFC 7009."""
    try:
        values = _values(request)
        firm = _firm_of(town, values.get("client_id", ""))
        if firm is None or not firm.options.revocation:
            return _json(404, no_such_path().payload())
        _authenticated(town, request, values)
        wanted = values.get("token", "")
        with town.lock:
            for key, held in list(town.tokens.items()):
                if wanted in (key, held.refresh_token) and held.client_id == firm.app.client_id:
                    del town.tokens[key]
        return Response("", 200, {"Cache-Control": "no-store"})
    except OAuthError as problem:
        return _error(problem)


# Shared


def _firm_of(town: Town, client_id: str) -> Firm | None:
    return next((firm for firm in town.firms.values() if firm.app.client_id == client_id), None)


def _authenticated(town: Town, request: Request, values: Mapping[str, str]) -> Firm:
    firm = _firm_of(town, values.get("client_id", ""))
    secret = values.get("client_secret", "")
    if firm is None or not hmac.compare_digest(secret.encode(), firm.app.client_secret.encode()):
        raise OAuthError("invalid_client", "The client id or secret is wrong.", 401)
    return firm


def _values(request: Request) -> dict[str, str]:
    """JSON or form body; HTTP Basic stands in for client_id and client_secret."""
    if request.mimetype == "application/json":
        try:
            body = json.loads(request.get_data())
        except ValueError as problem:
            raise OAuthError("invalid_request", "The body is not valid JSON.") from problem
        if not isinstance(body, dict):
            raise OAuthError("invalid_request", "The body must be a JSON object.")
        values = {key: str(value) for key, value in body.items() if value is not None}
    else:
        values = request.form.to_dict()
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        values.setdefault("client_id", basic.username or "")
        values.setdefault("client_secret", basic.password or "")
    return values


def _json(status: int, payload: dict[str, Any]) -> Response:
    # RFC 6749, section 5.1: an answer with a token must not be kept by any cache.
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(json.dumps(payload), status, headers, content_type="application/json; charset=utf-8")


def _error(problem: OAuthError) -> Response:
    return _json(problem.status, {"error": problem.code, "error_description": problem.description})
