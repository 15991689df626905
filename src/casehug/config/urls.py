"""All addresses. Each room keeps its own."""

from django.conf import settings
from django.urls import include, path

from casehug.ui.styleguide import styleguide
from casehug.web.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("accounts/", include("allauth.urls")),
    path("", include("casehug.notify.urls")),
    path("", include("casehug.portal.urls")),
    path("", include("casehug.web.urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide))
