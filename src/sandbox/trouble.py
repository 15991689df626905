"""What a fault does to one request, and how it looks to the caller, in process and served."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from werkzeug import Request, Response
from werkzeug.http import http_date

from sandbox.envelope import ApiError, invalid
from sandbox.faults import Fault, ReplyDropped
from sandbox.pages import SECURITY_HEADERS
from sandbox.store import Token, Town

JSON = "application/json; charset=utf-8"


def json_answer(payload: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(payload), status, dict(headers or {}), content_type=JSON)


def problem_answer(problem: ApiError) -> Response:
    return json_answer(problem.payload(), problem.status, problem.headers)


def carries(request: Request, name: str) -> bool:
    """Whether the body has this field, `custom_field_4701` for a custom one."""
    try:
        body = request.form if request.form else json.loads(request.get_data() or b"{}")
    except ValueError:
        return False
    if not isinstance(body, Mapping):
        return False
    custom = body.get("custom_fields")
    items = custom if isinstance(custom, list) else []
    ids = {f"custom_field_{item.get('id')}" for item in items if isinstance(item, dict)}
    return name in body or name in ids


def before(town: Town, fault: Fault, token: Token | None, served: bool) -> Response | None:
    """The answer of a fault that strikes before anything is stored; None lets the request through."""
    match fault.kind:
        case "slow":
            town.sleep(fault.seconds)  # outside the lock: the other callers go on; served after all, perhaps to nobody
        case "revoke":
            with town.lock:
                if token is not None:
                    town.tokens.pop(token.access_token, None)
        case "expire":
            if token is not None:
                token.expires_at = town.clock()
        case "html":
            return _web_page()
        case "down":
            if not served:
                raise ReplyDropped("The sandbox is down.")
            return problem_answer(ApiError(503, "Service Unavailable", "The service is down."))
        case "drop_before":
            return lost(served)
        case "status":
            return _ordered(town, fault)
        case "invalid_field":
            return problem_answer(invalid(f"{fault.field} is invalid"))
        case _:
            pass
    return None


def after(town: Town, fault: Fault, response: Response, served: bool) -> Response:
    match fault.kind:
        case "status_after_commit":
            return _ordered(town, fault)
        case "html_after_commit":
            return _web_page()
        case "drop":
            return lost(served)
    whole = response.get_data()
    return _incomplete(response.status_code, response.content_type or JSON, whole[: len(whole) // 2], len(whole) or 1)


def lost(served: bool) -> Response:
    """No reply. A served caller sees the connection close before the first byte of the body."""
    if not served:
        raise ReplyDropped("The reply was lost.")
    return _incomplete(200, JSON, b"", 2)


def _incomplete(status: int, content_type: str, kept: bytes, promised: int) -> Response:
    """Declares more than it sends: a served client sees the connection end in the middle of the body."""
    cut: Any = Response(kept, status, content_type=content_type)
    cut.automatically_set_content_length = False
    cut.headers["Content-Length"] = str(promised)
    return cut  # type: ignore[no-any-return]


def _web_page() -> Response:
    body = "<!doctype html><title>Maintenance</title><h1>We'll be right back</h1>"
    return Response(body, 200, SECURITY_HEADERS, mimetype="text/html")


def _ordered(town: Town, fault: Fault) -> Response:
    headers = {"Retry-After": _retry_after(town, fault.retry_after)} if fault.retry_after is not None else {}
    if fault.status == 401:
        return Response(b"", 401, headers)  # as the live service answers: with an empty body
    detail = "This error was asked for."
    return problem_answer(ApiError(fault.status, "Ordered by the fault switch", detail, headers))


def _retry_after(town: Town, text: str) -> str:
    """As it was given; `date:90` is the HTTP date of 90 seconds from now, by the town's clock."""
    kind, _, seconds = text.partition(":")
    if kind == "date" and seconds.lstrip("-").isdigit():
        return http_date(town.clock() + timedelta(seconds=int(seconds)))
    return text
