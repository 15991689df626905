"""All addresses. Each room keeps its own."""

from allauth.account.views import password_change
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from casehug.ui.styleguide import styleguide
from casehug.web.health import healthz
from casehug.web.shell import firm_page


def closed(request: HttpRequest) -> HttpResponse:
    """Of allauth, what nobody needs here: the firm invites an address, and a first password comes by its link."""
    raise Http404


urlpatterns = [
    path("healthz", healthz),
    path("accounts/password/change/", firm_page()(password_change)),
    path("accounts/password/set/", closed),
    path("accounts/email/", closed),
    path("accounts/", include("allauth.urls")),
    path("", include("casehug.notify.urls")),
    path("", include("casehug.portal.urls")),
    path("", include("casehug.web.urls")),
]

# On the client's pages in the client's language, everywhere else the staff's pages.
handler403 = "casehug.portal.trouble.not_allowed"
handler404 = "casehug.portal.trouble.not_found"
handler500 = "casehug.portal.trouble.failed"

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide))
