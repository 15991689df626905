"""Clients: the list, one of them with their matters, and the client of a matter."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from casehug.intake import access
from casehug.intake.errors import BadInput, NotAllowed, NotFound
from casehug.intake.models import Client, Matter
from casehug.intake.queries.clients import clients_reached_by, find_clients, list_clients, matters_of, twins_of
from casehug.intake.services.clients import update_client
from casehug.intake.services.matters import attach_client
from casehug.tenancy.actor import Actor
from casehug.web import reading
from casehug.web.client_forms import ClientForm
from casehug.web.matter_desk import frame
from casehug.web.shell import FirmRequest, firm_page

GONE = "This client is no longer here. Search again and choose one."


@require_safe
@firm_page()
def clients(request: FirmRequest) -> HttpResponse:
    search = reading.words(request, "q")
    before, after = reading.record_id(request, "before"), reading.record_id(request, "after")
    page = list_clients(request.actor, search=search, before=before, after=after)
    context = {
        "page": page,
        "search": search,
        "narrowed": bool(search or before or after),
        "newer": reading.query(q=search, after=page.newer) if page.newer else "",
        "older": reading.query(q=search, before=page.older) if page.older else "",
    }
    return render(request, "web/clients.html", context)


@require_safe
@firm_page()
def client(request: FirmRequest, client_id: UUID) -> HttpResponse:
    return _client_page(request, access.client(request.actor, client_id))


@require_POST
@firm_page()
def save_client(request: FirmRequest, client_id: UUID) -> HttpResponse:
    found = access.client(request.actor, client_id)
    form = ClientForm(request.POST)
    if _saved(request, found, form):
        return redirect("client", found.id)
    return _client_page(request, found, form=form)


def _client_page(request: FirmRequest, found: Client, *, form: ClientForm | None = None) -> HttpResponse:
    context = {
        "client": found,
        "form": form or ClientForm(client=found),
        "twins": twins_of(request.actor, found),
        "matters": matters_of(request.actor, found),
    }
    return render(request, "web/client.html", context, status=422 if form else 200)


def _saved(request: FirmRequest, found: Client, form: ClientForm) -> bool:
    if not form.is_valid():
        return False
    try:
        update_client(request.actor, client=found, **form.values())
    except BadInput as problem:
        form.refuse(problem)
        return False
    messages.success(request, "Saved.")
    return True


# The client of a matter


@require_safe
@firm_page()
def matter_client(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    return _tab(request, access.matter(request.actor, matter_id))


@require_POST
@firm_page()
def save_matter_client(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    matter = access.matter(request.actor, matter_id)
    if matter.client is None:
        messages.error(request, "This matter has no client yet.")
        return redirect("matter_client", matter.id)
    form = ClientForm(request.POST)
    if _saved(request, matter.client, form):
        return redirect("matter_client", matter.id)
    return _tab(request, matter, form=form)


@require_POST
@firm_page()
def attach_client_page(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    """Give the matter one of the firm's clients, or a new one."""
    matter = access.matter(request.actor, matter_id)
    if "client" in request.POST:
        try:
            return _attached(request, matter, _known(request.actor, request.POST["client"]))
        except BadInput as problem:
            messages.error(request, problem.sentence)
            return redirect("matter_client", matter.id)
    form = ClientForm(request.POST)
    if not form.is_valid():
        return _tab(request, matter, form=form)
    new = form.new_client()
    twins = clients_reached_by(request.actor, email=new.email, phone=new.phone)
    if twins and not form.asked_about_all(twins):
        return _tab(request, matter, form=form, twins=twins)
    try:
        return _attached(request, matter, new)
    except BadInput as problem:
        form.refuse(problem)
        return _tab(request, matter, form=form)


def _attached(request: FirmRequest, matter: Matter, chosen: Any) -> HttpResponse:
    try:
        attach_client(request.actor, matter=matter, client=chosen)
    except NotAllowed as problem:
        messages.error(request, problem.sentence)
    else:
        messages.success(request, f"{matter.client} is now the client of this matter.")
    return redirect("matter_client", matter.id)


def _known(actor: Actor, client_id: str) -> Client:
    known = reading.as_id(client_id)
    try:
        if known is None:
            raise NotFound
        return access.client(actor, known)
    except NotFound as error:
        raise BadInput(GONE, field="client") from error


def _tab(
    request: FirmRequest, matter: Matter, *, form: ClientForm | None = None, twins: list[Client] | None = None
) -> HttpResponse:
    actor, search = request.actor, reading.words(request, "q")
    context = {
        **frame(actor, matter, tab="matter_client"),
        "form": form or ClientForm(client=matter.client),
        "search": search,
        "found": find_clients(actor, search) if search and not matter.client else [],
        "twins": twins or (twins_of(actor, matter.client) if matter.client else []),
    }
    return render(request, "web/matter_client.html", context, status=422 if form else 200)
