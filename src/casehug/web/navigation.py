"""The frame of a staff page: who is signed in, for which firm, and where one can go."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from casehug.tenancy.actor import Actor


def context(request: HttpRequest) -> dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"nav": []}
    places = [
        ("Home", "home", "home", "/"),
        ("Matters", "folder", "matters", "/matters/"),
        ("Clients", "users", "clients", "/clients/"),
    ]
    if actor.is_admin:
        places.append(("Settings", "settings", "integrations", "/settings/"))
    return {
        "nav": [
            {
                "label": label,
                "icon": icon,
                "url": reverse(name),
                "current": request.path == start if start == "/" else request.path.startswith(start),
            }
            for label, icon, name, start in places
        ],
        "firm_name": request.firm.name,  # type: ignore[attr-defined]  # set together with the actor
        "user_name": actor.name,
    }
