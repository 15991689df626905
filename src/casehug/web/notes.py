"""A matter's internal notes, and what has happened to it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from casehug.intake import access
from casehug.intake.errors import IntakeError
from casehug.intake.queries.review import activity_of, notes_of
from casehug.intake.services import notes as services
from casehug.tenancy.queries import member_names
from casehug.web import reading
from casehug.web.activity import told
from casehug.web.matter_desk import frame
from casehug.web.shell import FirmRequest, firm_page


@require_safe
@firm_page()
def matter_notes(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    return _notes_page(request, matter_id)


@require_POST
@firm_page()
def add_note(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    text = request.POST.get("text", "")
    try:
        services.add_note(request.actor, matter=matter, text=text)
    except IntakeError as problem:
        return _notes_page(request, matter_id, error=problem.sentence, typed=text)
    messages.success(request, "Noted.")
    return redirect("matter_notes", matter.id)


@require_POST
@firm_page()
def delete_note(request: FirmRequest, note_id: UUID) -> HttpResponse:
    note = access.internal_note(request.actor, note_id)
    try:
        services.delete_note(request.actor, note=note)
    except IntakeError as problem:
        messages.error(request, problem.sentence)
    else:
        messages.success(request, "The note is deleted.")
    return redirect("matter_notes", note.matter_id)


def _notes_page(request: FirmRequest, matter_id: UUID, *, error: str = "", typed: str = "") -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    context = {
        **frame(request.actor, matter, tab="matter_notes"),
        "notes": notes_of(request.actor, matter),
        "longest": services.LONGEST_NOTE,
        "error": error,
        "typed": typed,
    }
    return render(request, "web/notes.html", context, status=422 if error else 200)


@require_safe
@firm_page()
def matter_activity(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    page = activity_of(request.actor, matter, before=reading.record_id(request, "before"))
    context = {
        **frame(request.actor, matter, tab="matter_activity"),
        "lines": told(page.happenings, member_names(request.actor)),
        "older": reading.query(before=page.older) if page.older else "",
        "newest": reading.query() if request.GET.get("before") else "",
    }
    return render(request, "web/activity.html", context)
