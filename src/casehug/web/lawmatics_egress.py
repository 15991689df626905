"""What left for Lawmatics about a matter, to the byte, and what would leave now."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casehug.connections.queries import connection_of
from casehug.intake import access
from casehug.sync import egress
from casehug.sync.rehearsal import rehearse
from casehug.tenancy.scope import firm_scope
from casehug.web import reading
from casehug.web.integrations import settings_tabs
from casehug.web.shell import ADMINS, FirmRequest, firm_page, network_page


@require_safe
@network_page()
def lawmatics_preview(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    """What "Sync to Lawmatics" would do now. It reads only; the steps open scopes of their own, as real ones do."""
    actor = request.actor
    with firm_scope(actor.firm_id):
        matter = access.matter(actor, matter_id)
        connection = connection_of(actor)
    connected = bool(connection and connection.is_connected)
    steps = rehearse(actor.firm_id, matter.id) if connected else []
    with firm_scope(actor.firm_id):
        return render(request, "web/lawmatics_preview.html", {"matter": matter, "steps": steps, "connected": connected})


@require_safe
@firm_page(roles=ADMINS)
def sent_bodies(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    before = reading.record_id(request, "before")
    page = egress.sent_page(request.actor, matter_id=matter_id, before=before)
    context = {
        "tabs": settings_tabs(),
        "matter": access.matter(request.actor, matter_id),
        "sent": page.items,
        "older": reading.query(before=page.older) if page.older else "",
        "newest": reading.query() if before else "",
    }
    return render(request, "web/lawmatics_sent.html", context)


@require_safe
@firm_page(roles=ADMINS)
def export_sent(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    packed = egress.export(request.actor, matter_id=matter_id)
    name = f"sent-to-lawmatics-{matter_id}.zip"
    return HttpResponse(
        packed,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )
