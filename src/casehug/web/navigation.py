"""The frame of a staff page: who is signed in, for which firm, and where one can go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from casehug.sync.queries.attention import COUNTED, count_troubled
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import in_firm_scope


def context(request: HttpRequest) -> dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"nav": []}
    places = [
        ("Home", "home", "home", "/"),
        ("Matters", "folder", "matters", "/matters/"),
        ("Clients", "users", "clients", "/clients/"),
    ]
    if settings.OUTBOX_PAGE:
        places.append(("Outbox", "mail", "outbox", "/outbox/"))
    troubled = count_troubled(actor) if actor.is_admin and in_firm_scope() else 0
    if troubled:
        places.append(("Needs attention", "alert", "lawmatics_attention", reverse("lawmatics_attention")))
    if actor.is_admin:
        places.append(("Settings", "settings", "integrations", "/settings/"))
    # The most particular place that the address lies in; home only itself.
    around = [start for *_, start in places if request.path.startswith(start) and (start != "/" or request.path == "/")]
    here = max(around, key=len, default="")
    return {
        "nav": [
            {
                "label": label,
                "icon": icon,
                "url": reverse(name),
                "current": start == here,
                "count": (f"{troubled}+" if troubled >= COUNTED else troubled) if name == "lawmatics_attention" else "",
            }
            for label, icon, name, start in places
        ],
        "firm_name": request.firm.name,  # type: ignore[attr-defined]  # set together with the actor
        "user_name": actor.name,
        "account_url": reverse("account_change_password"),
    }
