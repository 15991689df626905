"""Small changes to a matter as a whole: its title, who is responsible, where it stands, putting it away."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from casehug.intake import access
from casehug.intake.errors import IntakeError
from casehug.intake.models import Matter, MatterStatus
from casehug.intake.services import matters as services
from casehug.web import reading
from casehug.web.shell import FirmRequest, firm_page


@require_POST
@firm_page()
def retitle_matter(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    title = request.POST.get("title", "")
    return _tried(request, matter, lambda: services.retitle_matter(request.actor, matter=matter, title=title))


@require_POST
@firm_page()
def assign_attorney(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    chosen = request.POST.get("attorney", "")
    attorney = reading.as_id(chosen)
    if chosen and attorney is None:
        messages.error(request, "Choose somebody of the firm from the list.")
        return redirect("matter", matter.id)
    return _tried(request, matter, lambda: services.assign_attorney(request.actor, matter=matter, attorney_id=attorney))


@require_POST
@firm_page()
def change_status(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    chosen = request.POST.get("status", "")
    if chosen not in MatterStatus.values:
        messages.error(request, "Choose a status from the list.")
        return redirect("matter", matter.id)
    if chosen == matter.status:
        return redirect("matter", matter.id)
    return _tried(request, matter, lambda: services.move_matter(request.actor, matter=matter, to=MatterStatus(chosen)))


@require_POST
@firm_page()
def archive_matter(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    return _tried(
        request,
        matter,
        lambda: services.archive_matter(request.actor, matter=matter),
        done="Archived. It is out of the lists; you find it under the status Archived.",
    )


def _tried(request: FirmRequest, matter: Matter, step: Callable[[], None], *, done: str = "Saved.") -> HttpResponse:
    """Back to the matter, with what came of it in a sentence."""
    try:
        step()
    except IntakeError as problem:
        messages.error(request, problem.sentence)
    else:
        messages.success(request, done)
    return redirect("matter", matter.id)
