"""The town as JSON, for tests, scripts and the demo: read everything, order faults, set options, move the clock."""

import json
from dataclasses import asdict
from typing import Any

from werkzeug import Request, Response

from sandbox.automations import in_words
from sandbox.clock import VirtualClock
from sandbox.console import changes
from sandbox.console.actions import fault_from, set_clock
from sandbox.console.desk import Desk, RefusedError
from sandbox.envelope import encode
from sandbox.records import Contact, Email, File, Folder, FormEntry, Matter, Note
from sandbox.store import Firm, FirmOptions, Town


def export(desk: Desk) -> Response:
    """GET /console/state/<firm>.json"""
    firm = desk.firm
    return _json(
        200,
        {
            "firm": {"id": firm.id, "slug": firm.slug, "name": firm.name},
            "options": asdict(firm.options),
            "rate": {"used": desk.rate()["used"], "limit": desk.town.rate_limit},
            "contacts": [_contact(firm, row) for row in firm.contacts.values()],
            "matters": [_matter(firm, row) for row in firm.matters.values()],
            "notes": [_note(firm, row) for row in firm.notes.values()],
            "forms": [{"uuid": row.uuid, "name": row.name, "makes": row.makes} for row in firm.forms.values()],
            "form_entries": [_entry(firm, row) for row in firm.form_entries.values()],
            "folders": [_folder(row) for row in firm.folders.values()],
            "files": [_file(firm, row) for row in firm.files.values()],
            "emails": [_email(firm, row) for row in firm.emails.values()],
            "late": [{"due": encode(row.due, firm), "method": row.method, "path": row.path} for row in desk.late()],
            "now": encode(desk.town.clock(), firm),
            "requests": sum(row.firm == firm.slug for row in desk.town.requests),
        },
    )


def _entry(firm: Firm, row: FormEntry) -> dict[str, Any]:
    return {
        "id": row.id,
        "form": firm.forms[row.form_id].uuid,
        "body": row.body,
        "made_type": row.contactable.type,
        "made_id": row.contactable.id,
        "created_at": encode(row.created_at, firm),
    }


def _folder(row: Folder) -> dict[str, Any]:
    kind, number = row.documentable
    return {
        "id": row.id,
        "name": row.name,
        "folder_id": row.folder_id,
        "documentable_type": kind,
        "documentable_id": number,
    }


def _file(firm: Firm, row: File) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "file_name": row.file_name,
        "file_type": row.file_type,
        "file_size": row.file_size,
        "sha256": row.sha256,
        "path": path_of(firm, row),
        "documentable_type": row.documentable.type,
        "documentable_id": row.documentable.id,
        "created_at": encode(row.created_at, firm),
    }


def path_of(firm: Firm, row: File) -> list[str]:
    """The names of the folders a file lies in, from the top."""
    names: list[str] = []
    folder = firm.folders.get(row.folder_id or 0)
    while folder is not None:
        names.insert(0, folder.name)
        folder = firm.folders.get(folder.folder_id or 0)
    return names


def _email(firm: Firm, row: Email) -> dict[str, Any]:
    return {
        "id": row.id,
        "words": in_words(row),
        "campaign": row.campaign,
        "because": row.because,
        "matter_id": row.matter_id,
        "contact_id": row.contact_id,
        "to": row.to_address,
        "created_at": encode(row.created_at, firm),
    }


def requests(desk: Desk) -> Response:
    """GET /console/requests/<firm>.json?after=<number>: the request log, oldest first."""
    after = desk.request.args.get("after", "0")
    first = int(after) if after.isascii() and after.isdigit() else 0
    rows = [row for row in desk.town.requests if row.firm in (desk.firm.slug, None) and row.number > first]
    return _json(200, {"requests": [{**asdict(row), "at": encode(row.at, desk.firm)} for row in rows]})


def change(desk: Desk) -> Response:
    """POST /console/changes/<firm>.json: one of the verbs in changes.py."""
    values = _body(desk.request)
    if values is None:
        return _json(400, {"error": "The body must be a JSON object."})
    try:
        row = changes.apply(desk, values)
    except RefusedError as problem:
        return _json(422, {"error": str(problem)})
    return _json(200, {"id": row.id if row else None})


def clock(town: Town, request: Request) -> Response:
    """GET /console/clock.json tells the time; POST `advance` (seconds) moves it on, `scale` makes it run faster."""
    if request.method == "POST":
        values = _body(request)
        try:
            if values is None or not values.keys() <= {"advance", "scale"}:
                raise ValueError("Send advance, scale or both, in a JSON object.")
            scale = values.get("scale")
            set_clock(town, float(values.get("advance", 0)), None if scale is None else float(scale))
        except (ValueError, TypeError) as problem:
            return _json(422, {"error": str(problem)})
    pace = town.clock.pace()._asdict() if isinstance(town.clock, VirtualClock) else None
    return _json(200, {"now": town.clock().isoformat(), "pace": pace})


def _contact(firm: Firm, row: Contact) -> dict[str, Any]:
    return {
        "id": row.id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "email": row.email,
        "phone": row.phone,
        "custom_fields": {str(key): encode(value, firm) for key, value in row.custom.items()},
        "created_at": encode(row.created_at, firm),
        "updated_at": encode(row.updated_at, firm),
    }


def _matter(firm: Firm, row: Matter) -> dict[str, Any]:
    stage = firm.stages.get(row.stage_id or 0)
    area = firm.practice_areas.get(row.practice_area_id or 0)
    sub_status = firm.sub_statuses.get(row.sub_status_id or 0)
    return {
        "id": row.id,
        "case_title": row.case_title,
        "case_number": row.case_number,
        "contact_id": row.contact_id,
        "status": row.status,
        "stage": stage.name if stage else None,
        "practice_area": area.name if area else None,
        "sub_status": sub_status.name if sub_status else None,
        "tags": [firm.tags[number].name for number in row.tag_ids if number in firm.tags],
        "custom_fields": {str(key): encode(value, firm) for key, value in row.custom.items()},
        "created_at": encode(row.created_at, firm),
        "updated_at": encode(row.updated_at, firm),
    }


def _note(firm: Firm, row: Note) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "body": row.body,
        "notable_type": row.notable.type,
        "notable_id": row.notable.id,
        "created_at": encode(row.created_at, firm),
    }


def faults(town: Town, request: Request) -> Response:
    """POST /console/faults.json orders one fault, GET lists them, DELETE clears all or `?number=` one."""
    if request.method == "DELETE":
        number = request.args.get("number", "")
        town.faults.clear(int(number) if number.isdigit() else None)
    if request.method != "POST":
        return _json(200, {"faults": [rule.as_dict() for rule in town.faults.rules]})
    values = _body(request)
    if values is None:
        return _json(400, {"error": "The body must be a JSON object."})
    firm = values.get("firm")
    if firm is not None and firm not in town.firms:
        return _json(422, {"error": f"There is no firm {firm!r}."})
    try:
        town.faults.add(fault_from(values, firm))
    except ValueError as problem:
        return _json(422, {"error": str(problem)})
    return _json(201, {"faults": [rule.as_dict() for rule in town.faults.rules]})


def options(town: Town, request: Request) -> Response:
    """POST /console/options.json: `firm` plus any of its options, and `rate_limit` (a number or null).

    `spend` takes so many requests out of the firm's budget now, as another app would."""
    values = _body(request)
    if values is None:
        return _json(400, {"error": "The body must be a JSON object."})
    slug = values.pop("firm", None)
    if "rate_limit" in values:
        limit = values.pop("rate_limit")
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
            return _json(422, {"error": "rate_limit must be a number from 1 up, or null."})
        town.rate_limit = limit
    if values and slug not in town.firms:
        return _json(422, {"error": f"There is no firm {slug!r}."})
    held = town.firm(slug).options if values else None
    for key, value in values.items():
        if key == "spend" and _is_count(value):
            town.rates.spend(slug, town.clock(), value)
        elif key == "foreign_requests" and _is_count(value):
            town.firm(slug).options.foreign_requests = value
        elif key in asdict(FirmOptions()) and isinstance(value, bool):
            setattr(held, key, value)
        else:
            return _json(422, {"error": f"{key} is no option that can be switched on or off."})
    chosen = asdict(town.firm(slug).options) if slug in town.firms else {}
    return _json(200, {"rate_limit": town.rate_limit, "options": chosen})


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100_000


def _body(request: Request) -> dict[str, Any] | None:
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _json(status: int, payload: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(payload), status, headers, content_type="application/json; charset=utf-8")
