"""Reviewing what the client gave: documents page by page, and the answers with their secrets masked."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from casehug.intake import access, previews
from casehug.intake.errors import BadInput, IntakeError
from casehug.intake.models import Document
from casehug.intake.queries.review import answers_of, secret_answer
from casehug.intake.services import review as services
from casehug.intake.services.answers import reveal_secret
from casehug.tenancy.models import Role
from casehug.tenancy.scope import firm_scope
from casehug.web import reading
from casehug.web.matter_desk import frame
from casehug.web.matters import desk, item_url
from casehug.web.shell import FirmRequest, firm_page, network_page

# Who may read a client's secret in full.
LAWYERS = frozenset({Role.ADMIN, Role.ATTORNEY})


@require_POST
@firm_page()
def reject_document(request: FirmRequest, document_id: UUID) -> HttpResponse:
    document = access.document(request.actor, document_id)
    matter = access.matter(request.actor, document.matter_id)
    reason, words = request.POST.get("reason", ""), request.POST.get("message", "")
    language = matter.client.language if matter.client else "en"
    try:
        message = services.message_of(reason=reason, words=words, language=language)
        services.reject_document(request.actor, document=document, message=message)
    except IntakeError as problem:
        return _refused(request, document, problem, reason=reason, words=words)
    item = access.checklist_item(request.actor, document.item_id)
    messages.success(request, f"{item.name}: rejected. The client sees your message on top of the list.")
    if not request.htmx:
        return redirect(item_url(document.matter_id, document.item_id))
    context = {**desk(request.actor, matter), "changed": document.item_id}
    return render(request, "web/matter.html#changed", context)


def _refused(
    request: FirmRequest, document: Document, problem: IntakeError, *, reason: str, words: str
) -> HttpResponse:
    """The opened document again, with the sentence at its form and what was typed still in it."""
    matter = access.matter(request.actor, document.matter_id)
    opens = document.id if isinstance(problem, BadInput) else None
    context = {
        **desk(request.actor, matter, review=opens),
        "changed": document.item_id,
        "error": "" if opens else problem.sentence,
        "reject_error": problem.sentence if opens else "",
        "typed_reason": reason,
        "typed_words": words,
    }
    page = "web/matter.html#refused" if request.htmx else "web/matter.html"
    return render(request, page, context, status=422)


@require_POST
@firm_page()
def reopen_document(request: FirmRequest, document_id: UUID) -> HttpResponse:
    """Take an approved document back to review."""
    document = access.document(request.actor, document_id)
    try:
        services.reopen_document(request.actor, document=document, reason=request.POST.get("reason", ""))
    except IntakeError as problem:
        matter = access.matter(request.actor, document.matter_id)
        context = {**desk(request.actor, matter), "changed": document.item_id, "error": problem.sentence}
        return render(request, "web/matter.html", context, status=422)
    messages.success(request, "Taken back to review. The reason is in the notes.")
    return redirect(item_url(document.matter_id, document.item_id))


@require_POST
@firm_page()
def approve_all(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    seen = [id_ for text in request.POST.getlist("seen") if (id_ := reading.as_id(text))]
    approved = services.approve_all(request.actor, matter=matter, seen=seen)
    if approved:
        messages.success(request, f"{approved} document{'s' if approved > 1 else ''} approved.")
    else:
        messages.info(request, "Nothing waited for review any more.")
    return redirect("matter", matter.id)


@require_safe
@network_page()
def document_page(request: FirmRequest, document_id: UUID, page: int) -> HttpResponse:
    with firm_scope(request.actor.firm_id):
        document = access.document(request.actor, document_id)
    try:
        image = previews.page_image(document, page)
    except previews.NoPreview as error:
        raise Http404 from error
    with firm_scope(request.actor.firm_id):
        services.note_viewed(request.actor, document=document, page=page)
    return _picture(image)


@require_safe
@network_page()
def document_thumbnail(request: FirmRequest, document_id: UUID) -> HttpResponse:
    with firm_scope(request.actor.firm_id):
        document = access.document(request.actor, document_id)
    try:
        return _picture(previews.thumbnail(document))
    except previews.NoPreview as error:
        raise Http404 from error


def _picture(image: bytes) -> HttpResponse:
    return HttpResponse(image, content_type="image/png", headers={"X-Content-Type-Options": "nosniff"})


@require_safe
@firm_page()
def matter_answers(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    context = {
        **frame(request.actor, matter, tab="matter_answers"),
        "sections": answers_of(request.actor, matter),
        "may_reveal": request.actor.role in LAWYERS,
    }
    return render(request, "web/answers.html", context)


@require_POST
@firm_page(roles=LAWYERS)
def show_secret(request: FirmRequest, matter_id: UUID, question: str) -> HttpResponse:
    """One secret in full, in this answer only. Who read it is in the record."""
    matter = access.matter(request.actor, matter_id)
    secret = reveal_secret(request.actor, answer=secret_answer(request.actor, matter, question))
    context = {
        **frame(request.actor, matter, tab="matter_answers"),
        "sections": answers_of(request.actor, matter),
        "may_reveal": True,
        "revealed": question,
        "secret": secret,
    }
    return render(request, "web/answers.html", context)
