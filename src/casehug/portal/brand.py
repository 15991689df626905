"""The firm's face in the portal: its colour as a stylesheet, its logo. For devices that were let in."""

import re

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from casehug.intake.errors import NotFound
from casehug.portal.shell import PortalRequest, portal_page

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
BRIEFLY = "private, max-age=300"


@require_safe
@portal_page
def brand_css(request: PortalRequest) -> HttpResponse:
    """One line of CSS. The colour is checked again here: nothing else may ever become part of a stylesheet."""
    accent = request.firm.accent
    css = f":root {{ --accent: {accent}; }}\n" if COLOUR.fullmatch(accent) else ""
    return HttpResponse(css, content_type="text/css", headers={"Cache-Control": BRIEFLY})


@require_safe
@portal_page
def logo(request: PortalRequest) -> HttpResponse:
    if not request.firm.logo:
        raise NotFound
    return HttpResponse(bytes(request.firm.logo), content_type="image/png", headers={"Cache-Control": BRIEFLY})
