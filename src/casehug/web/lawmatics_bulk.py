"""Settings, Integrations, Lawmatics: Bulk sync. Firm admins only."""

import csv
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from casehug.connections.queries import connection_of
from casehug.intake.errors import NotAllowed
from casehug.intake.queries.matters import titles_of
from casehug.sync import bulk
from casehug.sync.queries.runs import ResultRow, check_run, contact_reading, earlier_runs, open_run, result_rows
from casehug.tenancy.scope import firm_scope
from casehug.web.integrations import settings_tabs
from casehug.web.shell import ADMINS, FirmRequest, firm_page, network_page

COLUMNS = ("Matter", "Title", "Preview", "Result", "Note", "Settled at (UTC)", "Address")
# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@firm_page(roles=ADMINS)
def bulk_sync(request: FirmRequest) -> HttpResponse:
    run, contacts = open_run(request.actor), contact_reading(request.actor)
    live = contacts.live or bool(run and run.live)
    context: dict[str, Any] = {"run": run, "contacts": contacts, "live": live}
    if request.htmx:
        return poll_answer(request, "web/lawmatics_bulk.html#progress", context, live=live)
    earlier = [one for one in earlier_runs(request.actor) if run is None or one.id != run.id]
    context |= {"tabs": settings_tabs(), "connection": connection_of(request.actor), "earlier": earlier}
    return render(request, "web/lawmatics_bulk.html", context)


def poll_answer(request: FirmRequest, fragment: str, context: dict[str, Any], *, live: bool) -> HttpResponse:
    """How far it is; once it is over, the whole page anew, which asks no more."""
    if live:
        return render(request, fragment, context)
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@require_POST
@firm_page(roles=ADMINS)
def preview_bulk_sync(request: FirmRequest) -> HttpResponse:
    only_unlinked = request.POST.get("which") == "unlinked"
    return _after(request, lambda: bulk.preview(request.actor, only_unlinked=only_unlinked))


@require_POST
@firm_page(roles=ADMINS)
def start_bulk_sync(request: FirmRequest, run_id: UUID) -> HttpResponse:
    return _after(request, lambda: bulk.start(request.actor, run_id, quiet="enter_stage" not in request.POST))


@require_POST
@firm_page(roles=ADMINS)
def pause_bulk_sync(request: FirmRequest, run_id: UUID) -> HttpResponse:
    return _after(request, lambda: bulk.pause(request.actor, run_id))


@require_POST
@firm_page(roles=ADMINS)
def resume_bulk_sync(request: FirmRequest, run_id: UUID) -> HttpResponse:
    return _after(request, lambda: bulk.resume(request.actor, run_id))


@require_POST
@firm_page(roles=ADMINS)
def cancel_bulk_sync(request: FirmRequest, run_id: UUID) -> HttpResponse:
    return _after(request, lambda: bulk.cancel(request.actor, run_id))


@require_POST
@firm_page(roles=ADMINS)
def read_contact_list(request: FirmRequest) -> HttpResponse:
    return _after(request, lambda: bulk.refresh_contacts(request.actor))


def _after(request: FirmRequest, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotAllowed as problem:
        messages.warning(request, problem.sentence)
    return redirect("bulk_sync")


@require_safe
@network_page(roles=ADMINS)
def bulk_sync_results(request: FirmRequest, run_id: UUID) -> HttpResponse:
    """Every matter of a run as CSV, written while it is read: the firm's scope is not held open for it."""
    with firm_scope(request.actor.firm_id):
        check_run(request.actor, run_id)
    rows = result_rows(request.actor, run_id, titles_of)
    response = StreamingHttpResponse(_lines(rows, request.build_absolute_uri("/matters/")), content_type="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="bulk-sync-{run_id}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response  # type: ignore[return-value]  # as good as one, only not a subclass


def _lines(rows: Iterator[ResultRow], address: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Tells spreadsheets that it is UTF-8.
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in rows:
        settled = f"{row.settled_at:%Y-%m-%d %H:%M:%S}" if row.settled_at else ""
        cells = (str(row.matter_id), row.title, row.fate, row.result, row.text, settled, f"{address}{row.matter_id}/")
        yield writer.writerow([_plain(cell) for cell in cells])


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


class _Echo:
    """A file that answers what is written to it."""

    def write(self, line: str) -> str:
        return line
