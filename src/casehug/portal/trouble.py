"""What Django answers by itself when something goes wrong: on the client's pages in the client's language.

Everywhere else the pages of the staff are shown. Named in config/urls.py and, for forged forms, in the settings.
"""

from django.http import HttpRequest, HttpResponse
from django.views import csrf, defaults

from casehug.portal.shell import language_of, trouble


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return trouble(request, "missing", status=404) if _ours(request) else defaults.page_not_found(request, exception)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return trouble(request, "refused", status=403) if _ours(request) else defaults.permission_denied(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """Asks the database nothing, since that may be what failed."""
    if not _ours(request):
        return defaults.server_error(request)
    return trouble(request, "failed", status=500, language=getattr(request, "language", "") or language_of(request))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: most often a page that was open while the cookies were deleted."""
    return trouble(request, "forged", status=403) if _ours(request) else csrf.csrf_failure(request, reason)


def _ours(request: HttpRequest) -> bool:
    return request.path.startswith(("/portal/", "/i/"))
