"""All addresses. Each room keeps its own."""

from django.urls import include, path

from casehug.web.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("accounts/", include("allauth.urls")),
    path("", include("casehug.web.urls")),
]
