"""The town as one WSGI application: API, OAuth and console, behind the fault rules and the request log."""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.http import http_date

from sandbox import console, oauth
from sandbox.api.rest import Call
from sandbox.api.routes import resolve
from sandbox.clock import Clock
from sandbox.envelope import ApiError, no_such_path
from sandbox.faults import BEFORE_COMMIT, Fault, ReplyDropped
from sandbox.pages import SECURITY_HEADERS
from sandbox.ratelimit import RETRY_AFTER
from sandbox.store import Firm, Token, Town

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

JSON = "application/json; charset=utf-8"
OAUTH: dict[tuple[str, str], Callable[[Town, Request], Response]] = {
    ("GET", "/oauth/authorize"): oauth.authorize,
    ("POST", "/oauth/authorize"): oauth.authorize,
    ("POST", "/oauth/token"): oauth.token,
    ("POST", "/oauth/revoke"): oauth.revoke,
}


def create_app(town: Town, *, clock: Clock | None = None, served: bool = False) -> "WSGIApplication":
    """The town as a WSGI callable. `served=True` means a real server stands in front: a lost reply is then
    an incomplete one; in process it is `ReplyDropped`, raised to the caller."""
    if clock is not None:
        town.clock = clock

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        _repair_path(environ)
        request = Request(environ)
        started = time.perf_counter()
        watched = request.path.startswith(("/v1", "/oauth"))
        firm = _firm_behind(town, request)
        status = 0
        try:
            response = _serve(town, request, firm, served) if watched else _plain(town, request)
            status = response.status_code
        finally:
            if watched:
                town.log(
                    method=request.method,
                    path=request.path,
                    # An authorize query carries the state; filters are what a reader of the log looks for.
                    query=request.query_string.decode("latin-1") if request.path.startswith("/v1") else "",
                    status=status,
                    firm=firm.slug if firm else None,
                    ms=(time.perf_counter() - started) * 1000,
                )
        response.headers["Date"] = http_date(town.clock())
        return response(environ, start_response)

    return app


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


def _serve(town: Town, request: Request, firm: Firm | None, served: bool) -> Response:
    with town.lock:
        fault = town.faults.take(request.method, request.path, firm.slug if firm else None)
    if fault is not None and fault.kind in BEFORE_COMMIT:
        early = _before(town, fault, served)
        if early is not None:
            return early
    if request.path.startswith("/oauth"):
        handler = OAUTH.get((request.method, request.path))
        response = handler(town, request) if handler else _error(no_such_path())
    else:
        with town.lock:
            response = _api(town, request)
    if fault is not None and fault.kind not in BEFORE_COMMIT:
        return _after(fault, response, served)
    return response


def _api(town: Town, request: Request) -> Response:
    try:
        handler, values = resolve(request.method, request.path)
        token = _token(town, request)
        if token is None:
            # Seen on the live service: 401 comes with an empty body.
            return Response(b"", 401)
        firm = town.firm(token.firm)
        if not town.rates.take(firm.slug, town.clock(), town.rate_limit):
            detail = f"The rate limit of {town.rate_limit} requests per minute was exceeded."
            raise ApiError(429, "Too Many Requests", detail, {"Retry-After": RETRY_AFTER})
        status, payload = handler(Call(town, firm, firm.users[token.user_id], request), **values)
    except ApiError as problem:
        return _error(problem)
    return Response(json.dumps(payload), status, content_type=JSON)


def _error(problem: ApiError) -> Response:
    return Response(json.dumps(problem.payload()), problem.status, problem.headers, content_type=JSON)


def _token(town: Town, request: Request) -> Token | None:
    found = re.fullmatch(r"Bearer +(\S+)", request.headers.get("Authorization", ""), re.IGNORECASE)
    return town.live_token(found[1]) if found else None


def _firm_behind(town: Town, request: Request) -> Firm | None:
    token = _token(town, request)
    return town.firms.get(token.firm) if token else None


# Faults


def _before(town: Town, fault: Fault, served: bool) -> Response | None:
    if fault.kind == "slow":
        town.sleep(fault.seconds)  # outside the lock: the other callers go on
        return None  # and then the request is served after all, perhaps to nobody
    if fault.kind == "html":
        body = "<!doctype html><title>Maintenance</title><h1>We'll be right back</h1>"
        return Response(body, 200, SECURITY_HEADERS, mimetype="text/html")
    if fault.kind == "down":
        if not served:
            raise ReplyDropped("The sandbox is down.")
        return _error(ApiError(503, "Service Unavailable", "The service is down."))
    return _error(_ordered(fault))


def _ordered(fault: Fault) -> ApiError:
    headers: Mapping[str, str] = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    return ApiError(fault.status, "Ordered by the fault switch", "This error was asked for.", headers)


def _after(fault: Fault, response: Response, served: bool) -> Response:
    if fault.kind == "status_after_commit":
        return _error(_ordered(fault))
    if fault.kind == "drop" and not served:
        raise ReplyDropped("The request was carried out and the reply was lost.")
    whole = response.get_data()
    kept = b"" if fault.kind == "drop" else whole[: len(whole) // 2]
    return _incomplete(response, kept, len(whole) or 1)


def _incomplete(response: Response, kept: bytes, promised: int) -> Response:
    """Declares more than it sends: a served client sees the connection end in the middle of the body."""
    cut: Any = Response(kept, response.status_code, content_type=response.content_type)
    cut.automatically_set_content_length = False
    cut.headers["Content-Length"] = str(promised)
    return cut  # type: ignore[no-any-return]
