"""The pages that show."""

from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import NotFound

from sandbox.api.attributes import custom_item
from sandbox.api.custom_fields import KINDS as FIELD_KINDS
from sandbox.api.custom_fields import LOOKUPS
from sandbox.api.forms import SENDABLE, components
from sandbox.api.reference import STATUSES
from sandbox.automations import because
from sandbox.clock import VirtualClock
from sandbox.console.desk import Desk
from sandbox.console.fault_words import KIND_WORDS, PRESETS, in_words, when_in_words
from sandbox.console.state import path_of
from sandbox.pages import page
from sandbox.parse import FIELD_TYPES
from sandbox.records import Activity, Contact, Matter, Ref
from sandbox.store import Town

CONTACTS_PER_PAGE = 50
REQUESTS_SHOWN = 500
EMAILS_SHOWN = FILES_SHOWN = 200
OTHERS_SHOWN = 500
CARDS_SHOWN = 50  # in one column of the board

STATUS_WORDS = {"pnc": "Potential client", "hired": "Hired", "lost": "Lost"}


def chooser(town: Town, _: Request) -> Response:
    return page("chooser.html", firms=list(town.firms.values()), rate_limit=town.rate_limit)


def matter_anywhere(town: Town, _: Request, number: int) -> Response:
    """An address that needs no firm: other programs link to a matter by its id alone."""
    for firm in town.firms.values():
        if number in firm.matters:
            return Response("", 302, {"Location": f"/console/{firm.slug}/matters/{number}"})
    raise NotFound


def home(desk: Desk) -> Response:
    return desk.back("board")


def board(desk: Desk) -> Response:
    firm = desk.firm
    wanted = desk.request.args.get("pipeline", "")
    pipelines = list(firm.pipelines.values())
    chosen = next((row for row in pipelines if str(row.id) == wanted), pipelines[0])
    stages = sorted((s for s in firm.stages.values() if s.pipeline_id == chosen.id), key=lambda s: s.order)
    columns = [{"stage": stage, **_column(desk, stage.id)} for stage in stages]
    return desk.page(
        "board.html",
        "board",
        pipelines=pipelines,
        chosen=chosen,
        columns=columns,
        stage_groups=_stage_groups(desk),
        unstaged=_column(desk, None),
    )


def _column(desk: Desk, stage_id: int | None) -> dict[str, Any]:
    matters = sorted(desk.firm.matters.group("stage_id", stage_id), key=lambda row: row.updated_at, reverse=True)
    return {"total": len(matters), "cards": [_card(desk, matter) for matter in matters[:CARDS_SHOWN]]}


def _stage_groups(desk: Desk) -> list[dict[str, Any]]:
    stages = sorted(desk.firm.stages.values(), key=lambda row: row.order)
    return [
        {"name": pipeline.name, "stages": [s for s in stages if s.pipeline_id == pipeline.id]}
        for pipeline in desk.firm.pipelines.values()
    ]


def _card(desk: Desk, matter: Matter) -> dict[str, Any]:
    firm = desk.firm
    sub_status = firm.sub_statuses.get(matter.sub_status_id or 0)
    area = firm.practice_areas.get(matter.practice_area_id or 0)
    stage = firm.stages.get(matter.stage_id or 0)
    return {
        "matter": matter,
        "title": matter.case_title or "Untitled matter",
        "contact": firm.contacts[matter.contact_id],
        "status": STATUS_WORDS.get(matter.status, matter.status),
        "sub_status": sub_status.name if sub_status else None,
        "area": area.name if area else None,
        "stage": stage.name if stage else None,
        "tags": [firm.tags[number].name for number in matter.tag_ids if number in firm.tags],
    }


def contacts(desk: Desk) -> Response:
    query = desk.request.args.get("q", "").strip()
    number = desk.request.args.get("page", "1")
    rows = sorted(desk.firm.contacts.values(), key=lambda row: -row.id)
    if query:
        needle = query.casefold()
        rows = [row for row in rows if needle in f"{row.name} {row.email or ''} {row.phone or ''}".casefold()]
    pages = max(1, -(-len(rows) // CONTACTS_PER_PAGE))
    current = min(pages, max(1, int(number))) if number.isascii() and number.isdigit() else 1
    shown = rows[(current - 1) * CONTACTS_PER_PAGE : current * CONTACTS_PER_PAGE]
    lines = [
        {
            "contact": row,
            "matters": desk.matters_of(row),
            "notes": len(desk.notes_of(Ref("contact", row.id))),
        }
        for row in shown
    ]
    return desk.page("contacts.html", "contacts", lines=lines, q=query, total=len(rows), current=current, pages=pages)


def contact(desk: Desk, number: int) -> Response:
    row = desk.contact(number)
    own = Ref("contact", row.id)
    return desk.page(
        "contact.html",
        "contacts",
        contact=row,
        notes=desk.notes_of(own),
        matters=[_card(desk, matter) for matter in desk.matters_of(row)],
        custom=_custom(desk, row),
        activities=_timeline(desk, own),
        files=desk.firm.files.group("documentable", own),
        others=sorted((c for c in desk.firm.contacts.values() if c is not row), key=lambda c: c.name)[:OTHERS_SHOWN],
    )


def matter(desk: Desk, number: int) -> Response:
    row = desk.matter(number)
    own = Ref("prospect", row.id)
    return desk.page(
        "matter.html",
        "board",
        card=_card(desk, row),
        notes=desk.notes_of(own),
        custom=_custom(desk, row),
        activities=_timeline(desk, own),
        files=desk.firm.files.group("documentable", own),
        emails=desk.firm.emails.group("matter_id", row.id),
        stage_groups=_stage_groups(desk),
        statuses=[(status, STATUS_WORDS[status]) for status in STATUSES],
    )


def _custom(desk: Desk, row: Contact | Matter) -> list[dict[str, Any]]:
    fields = desk.firm.custom_fields
    return [custom_item(desk.firm, fields[key], value) for key, value in row.custom.items() if key in fields]


def _timeline(desk: Desk, own: Ref) -> list[Activity]:
    return sorted(desk.firm.activities.group("recipient", own), key=lambda a: -a.id)[:50]


def requests(desk: Desk) -> Response:
    rows = [row for row in desk.town.requests if row.firm in (desk.firm.slug, None)]
    template = "request_rows.html" if desk.request.args.get("fragment") else "requests.html"
    return desk.page(template, "requests", rows=rows[: -REQUESTS_SHOWN - 1 : -1])


def faults(desk: Desk) -> Response:
    rules = [{"rule": rule, "words": in_words(rule), "when": when_in_words(rule)} for rule in desk.town.faults.rules]
    return desk.page("faults.html", "faults", rules=rules, late=desk.late(), kinds=KIND_WORDS, presets=PRESETS)


def forms(desk: Desk) -> Response:
    rows = [
        {
            "form": form,
            "entries": desk.firm.form_entries.group("form_id", form.id)[::-1],
            "blocks": [part for part in components(form) if part["component_type"] not in SENDABLE],
            "parts": [part for part in components(form) if part.get("label")],
        }
        for form in desk.firm.forms.values()
    ]
    return desk.page("forms.html", "forms", forms=rows)


def files(desk: Desk) -> Response:
    rows = sorted(desk.firm.files.values(), key=lambda row: -row.id)
    lines = [{"file": row, "path": path_of(desk.firm, row), "owner": _owner(desk, row.documentable)} for row in rows]
    return desk.page("files.html", "files", lines=lines[:FILES_SHOWN], total=len(lines))


def _owner(desk: Desk, ref: Ref) -> tuple[str, str | None]:
    """What a file hangs on: its name, and the address of its page."""
    if ref.type == "prospect":
        return desk.firm.matters[ref.id].case_title or "Untitled matter", f"matters/{ref.id}"
    if ref.type == "contact":
        return desk.firm.contacts[ref.id].name, f"contacts/{ref.id}"
    return desk.firm.name, None


def emails(desk: Desk) -> Response:
    rows = sorted(desk.firm.emails.values(), key=lambda row: -row.id)
    lines = [{"email": row, "matter": desk.firm.matters.get(row.matter_id)} for row in rows[:EMAILS_SHOWN]]
    automations = [(row, because(desk.firm, row)) for row in desk.firm.automations.values()]
    return desk.page("emails.html", "emails", lines=lines, total=len(rows), automations=automations)


def apps(desk: Desk) -> Response:
    live = [token for token in desk.town.tokens.values() if token.firm == desk.firm.slug]
    return desk.page("apps.html", "apps", app=desk.firm.app, live=len(live), root=desk.request.host_url.rstrip("/"))


def options(desk: Desk) -> Response:
    clock = desk.town.clock
    return desk.page(
        "options.html",
        "options",
        options=desk.firm.options,
        scale=clock.pace().scale if isinstance(clock, VirtualClock) else None,
    )


def setup(desk: Desk) -> Response:
    """What a firm sets up: to be renamed and deleted, so that an integration notices."""
    firm = desk.firm
    kinds = [
        ("Practice areas", "practice_areas", list(firm.practice_areas.values())),
        ("Sub statuses", "sub_statuses", list(firm.sub_statuses.values())),
        ("Custom fields", "custom_fields", list(firm.custom_fields.values())),
    ]
    stages = [(f"Stages of {group['name']}", "stages", group["stages"]) for group in _stage_groups(desk)]
    return desk.page(
        "setup.html",
        "setup",
        kinds=[*stages, *kinds],
        field_types=FIELD_TYPES,
        field_kinds=FIELD_KINDS,
        lookups=LOOKUPS,
    )
