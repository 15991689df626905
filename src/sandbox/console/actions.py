"""The forms that change something. Every one answers with a redirect to the page it came from."""

from collections.abc import Mapping

from werkzeug import Response
from werkzeug.exceptions import NotFound

from sandbox import parse, writes
from sandbox.api.reference import STATUSES
from sandbox.clock import ManualClock, VirtualClock
from sandbox.console import changes
from sandbox.console.desk import Desk, RefusedError
from sandbox.envelope import ApiError
from sandbox.faults import ALWAYS, Fault
from sandbox.oauth import redirect_allowed
from sandbox.records import Ref
from sandbox.store import Town


def edit_contact(desk: Desk, number: int) -> Response:
    contact = desk.contact(number)
    try:
        person = parse.person({key: desk.request.form.get(key, "") for key in parse.NAMES})
    except ApiError as problem:
        raise RefusedError(problem.detail) from problem
    writes.change_contact(desk.hand, contact, person)
    return desk.back(f"contacts/{number}")


def note_contact(desk: Desk, number: int) -> Response:
    desk.contact(number)
    _note(desk, Ref("contact", number))
    return desk.back(f"contacts/{number}")


def note_matter(desk: Desk, number: int) -> Response:
    desk.matter(number)
    _note(desk, Ref("prospect", number))
    return desk.back(f"matters/{number}")


def _note(desk: Desk, notable: Ref) -> None:
    name, body = desk.request.form.get("name", "").strip(), desk.request.form.get("body", "").strip()
    if not name and not body:
        raise RefusedError("An empty note can't be saved. Write a title or a text.")
    writes.add_note(desk.hand, notable, name or None, body or None)


def move_matter(desk: Desk, number: int) -> Response:
    matter = desk.matter(number)
    stage_id = desk.request.form.get("stage_id", "")
    if not stage_id.isdigit() or int(stage_id) not in desk.firm.stages:
        raise RefusedError("This stage does not exist any more. Reload the board.")
    writes.change_matter(desk.hand, matter, {"stage_id": int(stage_id)})
    if desk.request.form.get("next") == "matter":
        return desk.back(f"matters/{number}")
    return desk.back(f"board?pipeline={desk.firm.stages[int(stage_id)].pipeline_id}#matter-{number}")


def set_status(desk: Desk, number: int) -> Response:
    matter = desk.matter(number)
    status = desk.request.form.get("status", "")
    if status not in STATUSES:
        raise RefusedError("The status must be one of pnc, hired, lost.")
    writes.set_status(desk.hand, matter, status)
    return desk.back(f"matters/{number}")


def add_fault(desk: Desk) -> Response:
    form = desk.request.form
    try:
        desk.town.faults.add(fault_from(form, desk.firm.slug if form.get("firm") == "this" else None))
    except ValueError as problem:
        raise RefusedError(str(problem)) from problem
    return desk.back("faults")


def fault_from(values: Mapping[str, object], firm: str | None) -> Fault:
    """A fault from form or JSON values; ValueError says in words what is wrong."""

    def number(key: str, usual: str) -> float:
        raw = values.get(key)
        text = usual if raw is None or raw == "" else str(raw)
        try:
            return float(text)
        except ValueError as problem:
            raise ValueError(f"{key} must be a number, not {text!r}.") from problem

    retry_after = values.get("retry_after")
    return Fault(
        kind=str(values.get("kind", "")),  # type: ignore[arg-type]  # checked by Fault itself
        method=str(values.get("method") or "*"),
        path=str(values.get("path") or "."),
        times=ALWAYS if values.get("times") == "always" else int(number("times", "1")),
        firm=firm,
        status=int(number("status", "500")),
        retry_after=None if retry_after in (None, "") else str(retry_after),
        seconds=number("seconds", "5"),
        nth=int(number("nth", "1")),
        every=int(number("every", "1")),
        probability=number("probability", "1"),
        seed=int(number("seed", "0")),
        field=str(values.get("field") or "") or None,
    )


def clear_faults(desk: Desk) -> Response:
    number = desk.request.form.get("number", "")
    desk.town.faults.clear(int(number) if number.isdigit() else None)
    return desk.back("faults")


def change(desk: Desk) -> Response:
    """Any of the verbs in changes.py; `next` says which page shows the outcome."""
    form = desk.request.form
    values: dict[str, object] = {key: value for key, value in form.items() if key not in ("next", "list_options")}
    if options := form.get("list_options", "").strip():
        values["list_options"] = options.splitlines()
    changes.apply(desk, values)
    return desk.back(form.get("next", "board").lstrip("/"))


def register_callback(desk: Desk) -> Response:
    uri = desk.request.form.get("redirect_uri", "").strip()
    if not uri.startswith(("https://", "http://")) or any(blank in uri for blank in " \t\r\n#\\"):
        raise RefusedError("A callback URL starts with https:// and has no spaces and no # part.")
    if not redirect_allowed(desk.firm.app, uri):
        desk.firm.app.redirect_uris.add(uri)
    return desk.back("apps")


def remove_access(desk: Desk) -> Response:
    desk.town.revoke_tokens(desk.firm.slug)
    return desk.back("apps")


def set_options(desk: Desk) -> Response:
    form, options = desk.request.form, desk.firm.options
    limit, foreign = form.get("rate_limit", "").strip(), form.get("foreign_requests", "").strip() or "0"
    if limit and (not limit.isdigit() or not 1 <= int(limit) <= 100_000):
        raise RefusedError("The rate limit must be a number between 1 and 100,000, or empty for none.")
    if not foreign.isdigit() or int(foreign) > 100_000:
        raise RefusedError("The requests of other apps must be a number between 0 and 100,000.")
    desk.town.rate_limit, options.foreign_requests = int(limit) if limit else None, int(foreign)
    options.expiring_tokens = "expiring_tokens" in form
    options.revocation = "revocation" in form
    options.stages_move = "stages_move" in form
    return desk.back("options")


def edit_stage(desk: Desk, number: int) -> Response:
    """Renames or deletes a stage, as a firm does at any time: an integration has to notice."""
    if number not in desk.firm.stages:
        raise NotFound
    form = desk.request.form
    verb = "delete" if form.get("do") == "delete" else "rename"
    changes.apply(desk, {"do": verb, "table": "stages", "id": number, "name": form.get("name", "")})
    return desk.back("options")


def move_clock(desk: Desk) -> Response:
    form = desk.request.form
    try:
        set_clock(desk.town, float(form.get("advance") or 0), float(form["scale"]) if form.get("scale") else None)
    except ValueError as problem:
        raise RefusedError(str(problem)) from problem
    return desk.back("options")


def set_clock(town: Town, advance: float, scale: float | None) -> None:
    if not 0 <= advance <= 40_000_000 or (scale is not None and not 0 <= scale <= 100_000):
        raise ValueError("The clock goes forward, by 40,000,000 seconds at most, and 100,000 times as fast at most.")
    if isinstance(town.clock, VirtualClock):
        town.clock.set(seconds=advance, scale=scale)
    elif isinstance(town.clock, ManualClock) and scale is None:
        town.clock.advance(advance)
    else:
        raise ValueError("This town's clock can't be moved from here.")
    town.settle()
