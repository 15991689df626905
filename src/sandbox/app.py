"""The town as one WSGI application: API, OAuth and console, behind the fault rules and the request log."""

import re
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.http import http_date

from sandbox import console, oauth
from sandbox.api import forms
from sandbox.api.rest import Call
from sandbox.api.routes import resolve
from sandbox.clock import Clock
from sandbox.envelope import ApiError, no_such_path
from sandbox.faults import AFTER_COMMIT, Fault
from sandbox.ratelimit import RETRY_AFTER
from sandbox.store import Firm, Late, Token, Town
from sandbox.trouble import after, before, carries, json_answer, lost, problem_answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OAUTH: dict[tuple[str, str], Callable[[Town, Request], Response]] = {
    ("GET", "/oauth/authorize"): oauth.authorize,
    ("POST", "/oauth/authorize"): oauth.authorize,
    ("POST", "/oauth/token"): oauth.token,
    ("POST", "/oauth/revoke"): oauth.revoke,
}
_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)


def create_app(town: Town, *, clock: Clock | None = None, served: bool = False) -> "WSGIApplication":
    """The town as a WSGI callable. `served=True` means a real server stands in front: a lost reply is then
    an incomplete one; in process it is `ReplyDropped`, raised to the caller."""
    if clock is not None:
        town.clock = clock

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        _repair_path(environ)
        request = Request(environ)
        town.settle()
        response = _watched(town, request, served) if _is_watched(request.path) else _plain(town, request)
        response.headers["Date"] = http_date(town.clock())
        return response(environ, start_response)

    return app


def _is_watched(path: str) -> bool:
    return path.startswith(("/v1", "/oauth"))


def _watched(town: Town, request: Request, served: bool) -> Response:
    """One call of the API or of OAuth, with its line in the request log."""
    started = time.perf_counter()
    token = _token(town, request)
    firm = town.firms.get(token.firm) if token else forms.firm_of(town, request.path)
    status, fault = 0, None
    try:
        with town.lock:
            slug = firm.slug if firm else None
            fault = town.faults.take(request.method, request.path, slug, partial(carries, request))
        response = _serve(town, request, firm, token, fault, served)
        status = response.status_code
        if fault is not None and fault.kind in ("drop", "drop_before", "late"):
            status = 0
        return response
    finally:
        town.log(
            method=request.method,
            path=request.path,
            # An authorize query carries the state; filters are what a reader of the log looks for.
            query=request.query_string.decode("latin-1") if request.path.startswith("/v1") else "",
            status=status,
            firm=firm.slug if firm else None,
            ms=(time.perf_counter() - started) * 1000,
            fault=fault.kind if fault else None,
        )


def _repair_path(environ: "WSGIEnvironment") -> None:
    """Some in-process transports put text instead of latin-1 carried bytes into PATH_INFO (PEP 3333)."""
    path = environ.get("PATH_INFO", "")
    if not path.isascii():
        try:
            path.encode("latin-1").decode("utf-8")
        except UnicodeError:
            environ["PATH_INFO"] = path.encode("utf-8").decode("latin-1")


def _plain(town: Town, request: Request) -> Response:
    if request.path == "/healthz":
        return Response("ok\n", mimetype="text/plain")
    return console.respond(town, request)


def _serve(
    town: Town, request: Request, firm: Firm | None, token: Token | None, fault: Fault | None, served: bool
) -> Response:
    if fault is not None:
        early = before(town, fault, token, served)
        if early is not None:
            return early
    if request.path.startswith("/oauth"):
        if fault is not None and fault.kind == "late":
            return lost(served)  # a code or a token that comes late is of no use: nothing is issued
        handler = OAUTH.get((request.method, request.path))
        response = handler(town, request) if handler else problem_answer(no_such_path())
    else:
        with town.lock:
            response = _api(town, request, firm, fault, served)
    if fault is not None and fault.kind in AFTER_COMMIT:
        return after(town, fault, response, served)
    return response


def _api(town: Town, request: Request, firm: Firm | None, fault: Fault | None, served: bool) -> Response:
    try:
        handler, values = resolve(request.method, request.path)
        token = _token(town, request)
        if token is None and handler is not forms.submit:
            # Seen on the live service: 401 comes with an empty body.
            return Response(b"", 401)
        if firm is None:
            raise no_such_path()
        user = firm.users[token.user_id] if token else firm.admin
        _count(town, firm)
        ignored = ("stage_id",) if fault is not None and fault.kind == "ignore_stage" else ()
        call = Call(town, firm, user, request, ignored)
        if fault is not None and fault.kind == "late":
            _postpone(town, call, partial(handler, call, **values), fault.seconds)
            return lost(served)
        answer = handler(call, **values)
    except ApiError as problem:
        return problem_answer(problem)
    return answer if isinstance(answer, Response) else json_answer(answer[1], answer[0])


def _count(town: Town, firm: Firm) -> None:
    """Take one request out of the budget, of which another app of the firm may use a part every minute."""
    limit = town.rate_limit
    left = max(0, limit - firm.options.foreign_requests) if limit is not None else None
    if not town.rates.take(firm.slug, town.clock(), left):
        detail = f"The rate limit of {limit} requests per minute was exceeded."
        raise ApiError(429, "Too Many Requests", detail, {"Retry-After": RETRY_AFTER})


def _postpone(town: Town, call: Call, handler: Callable[[], Any], seconds: float) -> None:
    _ = call.body  # read while the connection is there
    call.request.files  # noqa: B018 - the same for an uploaded file

    def commit(at: datetime) -> None:
        call.at = at
        try:
            handler()
        except ApiError:
            return  # refused, and nobody is there to be told

    due = town.clock() + timedelta(seconds=seconds)
    town.later.append(Late(due, call.firm.slug, call.request.method, call.request.path, commit))


def _token(town: Town, request: Request) -> Token | None:
    found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    return town.live_token(found[1]) if found else None
