"""The checklist: what is asked for and why, handing it in (also without scripts), taking it back before review."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from casehug.intake import arrival
from casehug.intake.errors import IntakeError
from casehug.intake.files import ACCEPT_ATTRIBUTE
from casehug.intake.models import Document, DocumentState, Provider
from casehug.intake.queries import portal as queries
from casehug.intake.services import uploads
from casehug.intake.services.links import AT_WORK
from casehug.portal.refusals import reason_of
from casehug.portal.shell import PortalRequest, portal_page, portal_work_page, show, wants_json
from casehug.portal.texts import say
from casehug.tenancy.scope import firm_scope

PHOTOS = frozenset({"image/jpeg", "image/png", "image/heic"})


@require_safe
@portal_page
def checklist(request: PortalRequest) -> HttpResponse:
    return _page(request)


@require_POST
@portal_work_page
def hand_in(request: PortalRequest, item_id: UUID) -> HttpResponse:
    """Files of a plain form. Several photos sent at once are the pages of one document."""
    actor = request.client_actor
    with firm_scope(actor.firm_id):
        item = queries.item_of(actor, request.matter, item_id)
    files = [file for file in request.FILES.getlist("file") if isinstance(file, UploadedFile)]
    refused = "" if files else say("file_missing", request.language)
    taken: list[Document] = []
    for file in files:
        try:
            taken.append(arrival.take_file(actor, item=item, upload=file, provided_by=Provider.CLIENT))
        except IntakeError as problem:
            refused = say("file_refused", request.language, reason=reason_of(problem, request.language))
    if len(taken) > 1 and all(document.content_type in PHOTOS for document in taken):
        try:
            arrival.combine_photos(actor, item=item, documents=taken)
        except IntakeError as problem:
            refused = reason_of(problem, request.language)
    return _page_again(request, item_id, refused) if refused else _back(item_id)


@require_POST
@portal_work_page
def combine(request: PortalRequest, item_id: UUID) -> HttpResponse:
    """The photos of an item, in the order in which they were sent, become one document."""
    actor = request.client_actor
    with firm_scope(actor.firm_id):
        item = queries.item_of(actor, request.matter, item_id)
        photos = [
            queries.document_of(actor, request.matter, document_id)
            for document_id in map(_as_id, request.POST.getlist("document")[:60])
            if document_id
        ]
    try:
        arrival.combine_photos(actor, item=item, documents=photos)
    except IntakeError as problem:
        reason = reason_of(problem, request.language)
        return (
            JsonResponse({"error": reason}, status=422)
            if wants_json(request)
            else _page_again(request, item_id, reason)
        )
    return JsonResponse({"done": True}) if wants_json(request) else _back(item_id)


@require_POST
@portal_page
def remove(request: PortalRequest, document_id: UUID) -> HttpResponse:
    document = queries.document_of(request.client_actor, request.matter, document_id)
    item_id = document.item_id
    try:
        uploads.remove_document(request.client_actor, document=document)
    except IntakeError:
        return _page(request, item_id, say("not_removable", request.language), status=422)
    return _back(item_id)


def _page_again(request: PortalRequest, item_id: UUID, error: str) -> HttpResponse:
    with firm_scope(request.client_actor.firm_id):
        return _page(request, item_id, error, status=422)


def _page(request: PortalRequest, item_id: UUID | None = None, error: str = "", status: int = 200) -> HttpResponse:
    items = queries.items_of(request.client_actor, request.matter, request.language)
    groups: dict[str, list[dict[str, Any]]] = {}
    rejected: list[dict[str, Any]] = []
    for item in items:
        row = _row(item, error if item.id == item_id else "")
        (rejected if item.state == DocumentState.REJECTED else groups.setdefault(item.category, [])).append(row)
    context = {
        "rejected": rejected,
        "groups": groups,
        "received": sum(item.received for item in items),
        "total": len(items),
        "accept": f"{ACCEPT_ATTRIBUTE},.jpeg,.heif",
        "closed": request.matter.status not in AT_WORK,
        "limit": settings.MAX_DOCUMENT_BYTES // 1024 // 1024,
    }
    return show(request, "documents.html", context, status=status)


def _row(item: queries.AskedItem, error: str) -> dict[str, Any]:
    waiting = [document for document in item.documents if document.state == DocumentState.UPLOADED]
    photos = [document for document in waiting if document.content_type in PHOTOS]
    return {
        "item": item,
        "error": error,
        "waiting": {document.id for document in waiting},
        "photos": photos if len(photos) > 1 else [],
        "state_text": f"state_{item.state}",
        "tone": {"missing": "neutral", "uploaded": "info", "approved": "success"}.get(item.state, "danger"),
    }


def _back(item_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('portal_documents')}#item-{item_id}")


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
