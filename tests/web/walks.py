"""What people do in the pages, in a few words."""

import re
from typing import Any
from uuid import uuid4

import httpx2
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from casehug.accounts.models import User
from casehug.intake.models import ChecklistItem, Document, Matter
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import documents
from tests.lawmatics_town import give_consent

HTMX = {"HX-Request": "true"}
CALLBACK = "/settings/integrations/lawmatics/callback/"


def sign_in(actor: Actor) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(id=actor.user_id))
    return browser


def question_on(page: str) -> str:
    """What a page says its buttons are an answer to."""
    found = re.search(r'name="question" value="(\w*)"', page)
    return found[1] if found else ""


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def messages_of(browser: Client) -> str:
    """What the next page tells."""
    return text_of(browser.get(reverse("matters")))


def new_matter(**changes: str) -> dict[str, str]:
    """The form of a new matter, filled in for a new client."""
    return {
        "request_key": str(uuid4()),
        "title": "Ortiz v. Ortiz — Divorce",
        "case_type": "divorce-standard",
        "state": "CO",
        "county": "Boulder",
        "client_is": "new",
        "first_name": "Rosa",
        "last_name": "Ortiz",
        "email": "rosa@example.com",
        "phone": "(303) 555-0177",
        **changes,
    }


def first_item(actor: Actor, matter: Matter) -> ChecklistItem:
    with firm_scope(actor.firm_id):
        return ChecklistItem.objects.filter(matter=matter).order_by("position")[0]


def documents_of(actor: Actor, matter: Matter) -> list[Document]:
    with firm_scope(actor.firm_id):
        return list(Document.objects.filter(matter=matter).order_by("id"))


def matters_of(actor: Actor) -> list[Matter]:
    with firm_scope(actor.firm_id):
        return list(Matter.objects.select_related("client").order_by("id"))


def hand_in(browser: Client, item: ChecklistItem, file: Any = None, **options: Any) -> HttpResponse:
    """Upload a file (a small PDF, if none is given) for one item of the checklist."""
    answer: HttpResponse = browser.post(
        reverse("upload_document", args=[item.id]), {"file": file or documents.pdf()}, **options
    )
    return answer


def start_consent(admin: Client, *, slug: str = "hartwell") -> str:
    """Save the credentials, press Connect, and answer the address of the consent page."""
    admin.post(
        reverse("lawmatics_credentials"),
        {"client_id": f"sandbox-{slug}", "client_secret": f"sandbox-{slug}-secret"},
    )
    return str(admin.post(reverse("lawmatics_connect")).headers["Location"])


def connect(admin: Client, http: httpx2.Client, *, slug: str = "hartwell") -> HttpResponse:
    """The whole way: credentials, Connect, Allow on the consent page, and back to us."""
    consent = start_consent(admin, slug=slug)
    state = httpx2.URL(consent).params["state"]
    answer: HttpResponse = admin.get(CALLBACK, {"code": give_consent(http, consent), "state": state})
    return answer
