"""The documents of a case type: add one, change one, put them in order, hide."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from casehug.intake.queries.templates import current_template
from casehug.intake.template_edits import arranged, find, fresh_key, put
from casehug.intake.templates import DocumentAsk
from casehug.web.shell import ADMINS, FirmRequest, firm_page
from casehug.web.template_editor import frame, save, save_at_once
from casehug.web.template_forms import DocumentForm


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def new_document(request: FirmRequest, case_type: str) -> HttpResponse:
    return _page(request, case_type, None)


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def template_document(request: FirmRequest, case_type: str, document: str) -> HttpResponse:
    return _page(request, case_type, find(current_template(case_type).template.documents, document))


@require_POST
@firm_page(roles=ADMINS)
def arrange_document(request: FirmRequest, case_type: str, document: str) -> HttpResponse:
    there = current_template(case_type).template
    find(there.documents, document)
    documents = arranged(there.documents, document, request.POST.get("do", ""))
    save_at_once(request, replace(there, documents=documents))
    return redirect(f"{reverse('template', args=[case_type])}#document-{document}")


def _page(request: FirmRequest, case_type: str, document: DocumentAsk | None) -> HttpResponse:
    form = DocumentForm(request.POST if request.method == "POST" else None, document=document)
    if form.is_valid():
        there = current_template(case_type).template
        taken = {other.key for other in there.documents}
        key = document.key if document else fresh_key(form.cleaned_data["name_en"], taken, fallback="document")
        typed = form.document(key=key, hidden=document.hidden if document else False)
        changed = replace(there, documents=put(there.documents, typed))
        if save(request, changed, form=form, place=f"documents.{key}"):
            return redirect(f"{reverse('template', args=[case_type])}#document-{key}")
    # Read now: after a refusal the next save starts from what is there by then.
    current = current_template(case_type)
    context = {
        **frame(request, current, part="documents"),
        "form": form,
        "document": document,
        "categories": sorted({other.category for other in current.template.documents}),
    }
    return render(request, "web/template_document.html", context, status=422 if form.errors else 200)
