"""The client's first and last pages: welcome with progress, who they are, and "I'm done"."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from casehug.intake.errors import IntakeError
from casehug.intake.queries import portal as queries
from casehug.intake.services import links
from casehug.intake.services.answers import submit_intake
from casehug.intake.services.clients import update_client
from casehug.portal import door
from casehug.portal.shell import PortalRequest, intake_cookie, portal_page, show


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The client's welcome, or the page before the door for a device that was not let in yet."""
    return welcome(request) if links.find_by_cookie(intake_cookie(request)) else door.knock(request)


@portal_page
def welcome(request: PortalRequest) -> HttpResponse:
    sections = queries.sections_of(request.client_actor, request.matter)
    items = queries.items_of(request.client_actor, request.matter, request.language)
    required = [item for item in items if item.required]
    contact = queries.contact_missing(request.matter)
    steps = [section for section in sections if not section.optional]
    template = queries.template_of(request.matter)
    done = sum(s.complete for s in steps) + sum(i.received for i in required) + (not contact)
    context = {
        "client": request.matter.client,
        "sections": sections,
        "items": items,
        "required": required,
        "received": sum(item.received for item in required),
        "rejected": [item for item in items if item.state == "rejected"],
        "contact_missing": contact,
        "minutes": template.minutes if template else 0,
        "done": done,
        "steps": len(steps) + len(required) + 1,
        "submitted": request.matter.submitted_at,
        "next": _next(sections, contact, required),
    }
    return show(request, "welcome.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def about(request: PortalRequest) -> HttpResponse:
    """Who the client is, as the firm knows them; what is missing is asked, what is there is changed by the firm."""
    client = request.matter.client
    missing = queries.contact_missing(request.matter)
    errors: dict[str, str] = {}
    if request.method == "POST" and client:
        known = {part: getattr(client, part) for part in ("first_name", "last_name", "email", "phone", "language")}
        typed = {part: request.POST.get(part, "") for part in missing}
        try:
            update_client(request.client_actor, client=client, **{**known, **typed})
            return redirect("portal_questions")
        except IntakeError as problem:
            errors = {problem.field: f"error_{problem.field}"}
    context = {"client": client, "missing": missing, "errors": errors, "typed": request.POST}
    return show(request, "about.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def finish(request: PortalRequest) -> HttpResponse:
    """What is still missing, and the button that says "I'm done"."""
    refused = ""
    if request.method == "POST":
        try:
            submit_intake(request.client_actor, matter=request.matter)
            return redirect("portal_done")
        except IntakeError:
            refused = "closed"
    missing = queries.missing_of(request.client_actor, request.matter, request.language)
    context = {"missing": missing, "submitted": request.matter.submitted_at, "refused": refused}
    return show(request, "finish.html", context, status=422 if refused else 200)


@require_safe
@portal_page
def done(request: PortalRequest) -> HttpResponse:
    if not request.matter.submitted_at:
        return redirect("portal_finish")
    return show(
        request,
        "done.html",
        {"missing": queries.missing_of(request.client_actor, request.matter, request.language)},
    )


def _next(sections: list[queries.AskedSection], contact: list[str], required: list[queries.AskedItem]) -> str:
    """Where the big button leads: the first step that is not complete."""
    if contact:
        return "about"
    if any(not section.complete for section in sections):
        return "questions"
    return "documents" if any(not item.received for item in required) else "finish"
