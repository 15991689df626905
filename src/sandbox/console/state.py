"""The town as JSON, for tests and the demo: read everything, order faults, set options."""

import json
from dataclasses import asdict
from typing import Any

from werkzeug import Request, Response

from sandbox.console.actions import fault_from
from sandbox.console.desk import Desk
from sandbox.envelope import encode
from sandbox.records import Contact, Matter, Note
from sandbox.store import Firm, Town


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
            "requests": sum(row.firm == firm.slug for row in desk.town.requests),
        },
    )


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
    """POST /console/faults.json orders one fault, DELETE clears all."""
    if request.method == "DELETE":
        town.faults.clear()
        return _json(200, {"faults": []})
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
    """POST /console/options.json: `firm` plus any of its options, and `rate_limit` (a number or null)."""
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
    for key, value in values.items():
        held = town.firm(slug).options
        if key not in asdict(held) or not isinstance(value, bool):
            return _json(422, {"error": f"{key} is no option that can be switched on or off."})
        setattr(held, key, value)
    chosen = asdict(town.firm(slug).options) if slug in town.firms else {}
    return _json(200, {"rate_limit": town.rate_limit, "options": chosen})


def _body(request: Request) -> dict[str, Any] | None:
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _json(status: int, payload: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(payload), status, headers, content_type="application/json; charset=utf-8")
