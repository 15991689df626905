"""The pages that show."""

from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import NotFound

from sandbox.api.attributes import custom_item
from sandbox.api.reference import STATUSES
from sandbox.console.desk import Desk
from sandbox.faults import KINDS
from sandbox.pages import page
from sandbox.records import Activity, Contact, Matter, Ref
from sandbox.store import Town

CONTACTS_PER_PAGE = 50
REQUESTS_SHOWN = 500

STATUS_WORDS = {"pnc": "Potential client", "hired": "Hired", "lost": "Lost"}

# One click each: (what happens, the fault as form values)
PRESETS: list[tuple[str, str, dict[str, str]]] = [
    ("Lose the next new matter's reply", "The matter is made, the answer never arrives.",
     {"kind": "drop", "method": "POST", "path": "^/v1/prospects$", "times": "1"}),
    ("Too many requests, three times", "429 with Retry-After: 5.",
     {"kind": "status", "path": "^/v1/", "times": "3", "status": "429", "retry_after": "5"}),
    ("Server error, twice", "500 before anything is stored.",
     {"kind": "status", "path": "^/v1/", "times": "2", "status": "500"}),
    ("Stored, then an error", "The next write goes through, the answer says 502.",
     {"kind": "status_after_commit", "method": "POST", "path": "^/v1/", "times": "1", "status": "502"}),
    ("Slow", "The next call takes eight seconds and is then carried out.",
     {"kind": "slow", "path": "^/v1/", "times": "1", "seconds": "8"}),
    ("Down", "Nothing answers five times.",
     {"kind": "down", "path": "^/(v1|oauth)/", "times": "5"}),
]  # fmt: skip
KIND_WORDS = {
    "status": "answer with a status, nothing stored",
    "status_after_commit": "store it, then answer with a status",
    "cut": "store it, then send half the answer",
    "drop": "store it, then lose the answer",
    "html": "answer with a web page",
    "slow": "wait, then carry it out",
    "down": "no answer at all, nothing stored",
}


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
    matters = sorted(firm.matters.values(), key=lambda row: row.updated_at, reverse=True)
    columns = [
        {"stage": stage, "cards": [_card(desk, m) for m in matters if m.stage_id == stage.id]} for stage in stages
    ]
    return desk.page(
        "board.html",
        "board",
        pipelines=pipelines,
        chosen=chosen,
        columns=columns,
        stage_groups=_stage_groups(desk),
        unstaged=[_card(desk, m) for m in matters if m.stage_id is None],
    )


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
        stage_groups=_stage_groups(desk),
        statuses=[(status, STATUS_WORDS[status]) for status in STATUSES],
    )


def _custom(desk: Desk, row: Contact | Matter) -> list[dict[str, Any]]:
    fields = desk.firm.custom_fields
    return [custom_item(desk.firm, fields[key], value) for key, value in row.custom.items() if key in fields]


def _timeline(desk: Desk, own: Ref) -> list[Activity]:
    return sorted((a for a in desk.firm.activities.values() if a.recipient == own), key=lambda a: -a.id)[:50]


def requests(desk: Desk) -> Response:
    rows = [row for row in desk.town.requests if row.firm in (desk.firm.slug, None)]
    template = "request_rows.html" if desk.request.args.get("fragment") else "requests.html"
    return desk.page(template, "requests", rows=rows[: -REQUESTS_SHOWN - 1 : -1])


def faults(desk: Desk) -> Response:
    return desk.page(
        "faults.html",
        "faults",
        rules=desk.town.faults.rules,
        kinds=[(kind, KIND_WORDS[kind]) for kind in KINDS],
        words=KIND_WORDS,
        presets=PRESETS,
    )


def apps(desk: Desk) -> Response:
    live = [token for token in desk.town.tokens.values() if token.firm == desk.firm.slug]
    return desk.page("apps.html", "apps", app=desk.firm.app, live=len(live), root=desk.request.host_url.rstrip("/"))


def options(desk: Desk) -> Response:
    return desk.page("options.html", "options", options=desk.firm.options, stage_groups=_stage_groups(desk))
