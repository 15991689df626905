"""A file in pieces, for the portal's script: a phone on a bad line goes on where it stopped. Answers in JSON."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casehug.intake import arrival
from casehug.intake.errors import BadInput, IntakeError, NotAllowed
from casehug.intake.models import Provider
from casehug.intake.queries import portal as queries
from casehug.intake.services import uploads
from casehug.intake.services.uploads import WrongOffset
from casehug.portal.refusals import reason_of
from casehug.portal.shell import PortalRequest, portal_page, portal_work_page
from casehug.portal.texts import say
from casehug.tenancy.scope import firm_scope

LARGEST_PIECE = 1024 * 1024


@require_POST
@portal_page
def start(request: PortalRequest, item_id: UUID) -> HttpResponse:
    """Announce a file: `file_name` and `size` in bytes. Answers the upload's id."""
    item = queries.item_of(request.client_actor, request.matter, item_id)
    try:
        upload = uploads.start_upload(
            request.client_actor,
            item=item,
            file_name=request.POST.get("file_name", ""),
            size=_number(request.POST.get("size", "")),
            provided_by=Provider.CLIENT,
        )
    except (BadInput, NotAllowed) as problem:
        return _refused(request, problem)
    return JsonResponse({"id": str(upload.id), "received": upload.received})


@require_safe
@portal_page
def received(request: PortalRequest, upload_id: UUID) -> HttpResponse:
    """How much of a file is here, to go on from there."""
    upload = queries.upload_of(request.client_actor, request.matter, upload_id)
    return JsonResponse({"id": str(upload.id), "received": upload.received})


@require_http_methods(["POST", "PUT"])
@portal_work_page
def add(request: PortalRequest, upload_id: UUID) -> HttpResponse:
    """One piece as the raw body, at `?offset=`. A wrong offset answers 409 with what is here."""
    actor = request.client_actor
    with firm_scope(actor.firm_id):
        queries.upload_of(actor, request.matter, upload_id)
    if _number(request.META.get("CONTENT_LENGTH", "")) > LARGEST_PIECE:
        return JsonResponse({"error": say("too_much", request.language)}, status=413)
    offset = _number(request.GET.get("offset", ""))
    # Read, not `body`: what the request itself holds stays in memory until the garbage collector comes by.
    piece = request.read(LARGEST_PIECE)
    try:
        upload = arrival.add_piece(actor, upload_id=upload_id, offset=offset, piece=piece)
    except WrongOffset as problem:
        return JsonResponse({"error": problem.sentence, "received": problem.received}, status=409)
    except IntakeError as problem:
        return _refused(request, problem)
    return JsonResponse({"id": str(upload.id), "received": upload.received})


@require_POST
@portal_work_page
def finish(request: PortalRequest, upload_id: UUID) -> HttpResponse:
    """All pieces are here: check the file by its content and keep it as a document."""
    actor = request.client_actor
    with firm_scope(actor.firm_id):
        queries.require_own_file(actor, request.matter, upload_id)
    try:
        document = arrival.finish_upload(actor, upload_id=upload_id)
    except (BadInput, NotAllowed) as problem:
        return _refused(request, problem)
    return JsonResponse({"document": str(document.id), "photo": document.content_type.startswith("image/")})


def _refused(request: PortalRequest, problem: IntakeError) -> HttpResponse:
    reason = say("file_refused", request.language, reason=reason_of(problem, request.language))
    return JsonResponse({"error": reason}, status=422)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 13 else 0
