"""Console paths to functions, with the one check that stands before every write."""

from collections.abc import Callable
from urllib.parse import urlsplit

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule

from sandbox.console import actions, state, views
from sandbox.console.desk import Desk, RefusedError
from sandbox.pages import SECURITY_HEADERS, STATIC, sorry
from sandbox.store import Town

_FIRM = "/console/<slug>"
_MAP = Map(
    [
        Rule("/console", methods=["GET"], endpoint=views.chooser),
        Rule("/console/matters/<int:number>", methods=["GET"], endpoint=views.matter_anywhere),
        Rule(f"{_FIRM}", methods=["GET"], endpoint=views.home),
        Rule(f"{_FIRM}/board", methods=["GET"], endpoint=views.board),
        Rule(f"{_FIRM}/contacts", methods=["GET"], endpoint=views.contacts),
        Rule(f"{_FIRM}/contacts/<int:number>", methods=["GET"], endpoint=views.contact),
        Rule(f"{_FIRM}/matters/<int:number>", methods=["GET"], endpoint=views.matter),
        Rule(f"{_FIRM}/requests", methods=["GET"], endpoint=views.requests),
        Rule(f"{_FIRM}/faults", methods=["GET"], endpoint=views.faults),
        Rule(f"{_FIRM}/apps", methods=["GET"], endpoint=views.apps),
        Rule(f"{_FIRM}/options", methods=["GET"], endpoint=views.options),
        Rule(f"{_FIRM}/setup", methods=["GET"], endpoint=views.setup),
        Rule(f"{_FIRM}/forms", methods=["GET"], endpoint=views.forms),
        Rule(f"{_FIRM}/files", methods=["GET"], endpoint=views.files),
        Rule(f"{_FIRM}/emails", methods=["GET"], endpoint=views.emails),
        Rule(f"{_FIRM}/change", methods=["POST"], endpoint=actions.change),
        Rule(f"{_FIRM}/clock", methods=["POST"], endpoint=actions.move_clock),
        Rule(f"{_FIRM}/contacts/<int:number>", methods=["POST"], endpoint=actions.edit_contact),
        Rule(f"{_FIRM}/contacts/<int:number>/notes", methods=["POST"], endpoint=actions.note_contact),
        Rule(f"{_FIRM}/matters/<int:number>/move", methods=["POST"], endpoint=actions.move_matter),
        Rule(f"{_FIRM}/matters/<int:number>/status", methods=["POST"], endpoint=actions.set_status),
        Rule(f"{_FIRM}/matters/<int:number>/notes", methods=["POST"], endpoint=actions.note_matter),
        Rule(f"{_FIRM}/faults", methods=["POST"], endpoint=actions.add_fault),
        Rule(f"{_FIRM}/faults/clear", methods=["POST"], endpoint=actions.clear_faults),
        Rule(f"{_FIRM}/apps/callback", methods=["POST"], endpoint=actions.register_callback),
        Rule(f"{_FIRM}/apps/remove", methods=["POST"], endpoint=actions.remove_access),
        Rule(f"{_FIRM}/options", methods=["POST"], endpoint=actions.set_options),
        Rule(f"{_FIRM}/stages/<int:number>", methods=["POST"], endpoint=actions.edit_stage),
    ],
    strict_slashes=False,
)
_JSON_MAP = Map(
    [
        Rule("/console/state/<slug>.json", methods=["GET"], endpoint=state.export),
        Rule("/console/requests/<slug>.json", methods=["GET"], endpoint=state.requests),
        Rule("/console/changes/<slug>.json", methods=["POST"], endpoint=state.change),
        Rule("/console/clock.json", methods=["GET", "POST"], endpoint=state.clock),
        Rule("/console/faults.json", methods=["GET", "POST", "DELETE"], endpoint=state.faults),
        Rule("/console/options.json", methods=["POST"], endpoint=state.options),
    ]
)


def respond(town: Town, request: Request) -> Response:
    if request.path == "/":
        return Response("", 302, {"Location": "/console"})
    if request.path.startswith("/console/static/"):
        return _static(request.path.removeprefix("/console/static/"))
    if request.method != "GET" and not _same_origin(request):
        return sorry(403, "Not from here", "This form was sent from another site. Use the console's own pages.")
    try:
        if request.path.endswith(".json"):
            return _call(_JSON_MAP, town, request)
        return _call(_MAP, town, request)
    except RefusedError as problem:
        return sorry(422, "That didn't work", str(problem))
    except HTTPException as problem:
        return sorry(problem.code or 404, "No such page", "The address is wrong or the record was deleted.")


def _call(paths: Map, town: Town, request: Request) -> Response:
    function, matched = paths.bind("console").match(request.path, request.method)
    values = dict(matched)
    with town.lock:
        if "slug" in values:
            slug = values.pop("slug")
            if slug not in town.firms:
                raise NotFound
            return _typed(function)(Desk(town, town.firm(slug), request), **values)
        return _typed(function)(town, request, **values)


def _typed(function: object) -> Callable[..., Response]:
    assert callable(function)
    return function


def _same_origin(request: Request) -> bool:
    """Another site in the same browser must not play with the town; tools that send no origin may."""
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return False
    return origin is None or urlsplit(origin).netloc == request.host


def _static(name: str) -> Response:
    kinds = {"console.css": "text/css", "console.js": "text/javascript", "favicon.svg": "image/svg+xml"}
    if name not in kinds:
        return sorry(404, "No such file", "The console has no file of this name.")
    headers = {**SECURITY_HEADERS, "Cache-Control": "max-age=60"}
    return Response((STATIC / name).read_bytes(), 200, headers, mimetype=kinds[name])
