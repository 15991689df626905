"""Documents of a matter: hand in, download, approve."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from casehug.intake import access, arrival, files
from casehug.intake.errors import IntakeError
from casehug.intake.models import ChecklistItem, Provider
from casehug.intake.services import documents as services
from casehug.intake.services.review import note_viewed
from casehug.tenancy.scope import firm_scope
from casehug.web.matters import desk, item_url
from casehug.web.shell import FirmRequest, firm_page, network_page

# A document is a stranger's file: whatever it holds, a browser must never run it as part of our site.
DOWNLOAD_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


@require_POST
@network_page()
def upload_document(request: FirmRequest, item_id: UUID) -> HttpResponse:
    with firm_scope(request.actor.firm_id):
        item = access.checklist_item(request.actor, item_id)
    error = _take(request, item)
    with firm_scope(request.actor.firm_id):
        return _answer(request, item, error=error)


def _take(request: FirmRequest, item: ChecklistItem) -> str:
    """Take the file that came with the form; a sentence says why not, if not."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        return "Choose a file first."
    try:
        arrival.take_file(request.actor, item=item, upload=upload, provided_by=Provider.STAFF)
    except IntakeError as problem:
        return problem.sentence
    messages.success(request, f"{item.name}: file received. It is ready for review.")
    return ""


@require_POST
@firm_page()
def approve_document(request: FirmRequest, document_id: UUID) -> HttpResponse:
    document = access.document(request.actor, document_id)
    item = access.checklist_item(request.actor, document.item_id)
    try:
        services.approve_document(request.actor, document=document)
    except IntakeError as problem:
        return _answer(request, item, error=problem.sentence)
    messages.success(request, f"{item.name}: approved.")
    return _answer(request, item)


@require_safe
@network_page()
def document(request: FirmRequest, document_id: UUID) -> HttpResponse:
    with firm_scope(request.actor.firm_id):
        found = access.document(request.actor, document_id)
        file = files.unlock(found)
        note_viewed(request.actor, document=found)
    response = StreamingHttpResponse(file.open(), content_type=found.content_type, headers=DOWNLOAD_HEADERS)
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = _attachment(found.file_name)
    return response  # type: ignore[return-value]  # as good as one, only not a subclass


def _attachment(file_name: str) -> str:
    header: Any = content_disposition_header(as_attachment=True, filename=file_name)
    return str(header)


def _answer(request: FirmRequest, item: ChecklistItem, *, error: str = "") -> HttpResponse:
    """The changed item with what depends on it for htmx; else back to the page, or the page with its error."""
    if not error and not request.htmx:
        return redirect(item_url(item.matter_id, item.id))
    context = desk(request.actor, access.matter(request.actor, item.matter_id))
    context |= {"changed": item.id, "error": error}
    page = "web/matter.html#changed" if request.htmx else "web/matter.html"
    return render(request, page, context, status=422 if error else 200)
