"""Opening a matter: one form, with its client found or created on the way."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from casehug.intake import access
from casehug.intake.errors import BadInput, NotFound
from casehug.intake.models import Client, Matter
from casehug.intake.queries.clients import clients_reached_by, find_clients
from casehug.intake.queries.matters import matter_opened_by
from casehug.intake.services.matters import NewClient, open_matter
from casehug.intake.services.templates import available_templates
from casehug.tenancy.actor import Actor
from casehug.web import reading
from casehug.web.forms import APART, EXISTING, NONE, NewMatterForm
from casehug.web.shell import FirmRequest, firm_page

WHOLE, RESULTS = "web/new_matter.html", "web/new_matter.html#results"


class SamePerson(Exception):
    """The new client may be one of these, and the person has not said so or otherwise."""

    def __init__(self, twins: list[Client]) -> None:
        super().__init__("perhaps the same person")
        self.twins = twins


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page()
def new_matter(request: FirmRequest) -> HttpResponse:
    offered = available_templates(request.actor)
    if request.method != "POST":
        return render(request, WHOLE, {"form": NewMatterForm(offered=offered)})
    if _only_searches(request):
        form = NewMatterForm(typed=request.POST, offered=offered)
        return render(request, WHOLE, {"form": form, **_search(request.actor, form.searched)})
    form, twins = NewMatterForm(request.POST, offered=offered), list[Client]()
    if form.is_valid():
        try:
            return redirect("matter", _open(request.actor, form).id)
        except SamePerson as question:
            twins = question.twins
        except BadInput as problem:
            form.refuse(problem)
    context = {"form": form, "twins": twins, **_search(request.actor, form.searched)}
    return render(request, WHOLE, context, status=422)


@require_safe
@firm_page()
def find_clients_page(request: FirmRequest) -> HttpResponse:
    return render(request, RESULTS, _search(request.actor, reading.words(request, "client_search")))


def _only_searches(request: FirmRequest) -> bool:
    """The Search button of a browser without scripts, or Enter in the search field: nothing is judged yet."""
    typed = request.POST
    unchosen = typed.get("client_is") == EXISTING and not typed.get("client")
    return "search" in typed or (unchosen and bool(typed.get("client_search", "").strip()))


def _search(actor: Actor, text: str) -> dict[str, object]:
    return {"searched": text, "found": find_clients(actor, text) if text else []}


def _open(actor: Actor, form: NewMatterForm) -> Matter:
    # The same form sent twice must not find the client that it created itself and ask who that is.
    if opened := matter_opened_by(actor, form.key):
        return opened
    fields = {name: form.cleaned_data[name] for name in ("title", "case_type", "state", "county")}
    return open_matter(actor, **fields, request_key=form.key, client=_client(actor, form))


def _client(actor: Actor, form: NewMatterForm) -> Client | NewClient | None:
    """Raises BadInput for a client that is not the firm's, SamePerson if a new one may be there already."""
    match form.cleaned_data["client_is"]:
        case choice if choice == NONE:
            return None
        case choice if choice == EXISTING:
            return _existing(actor, form.cleaned_data["client"], field="client_search")
    client = form.new_client()
    twins = clients_reached_by(actor, email=client.email, phone=client.phone)
    decided = form.decided_on(twins) if twins else APART
    if decided == APART:
        return client
    if decided:
        return _existing(actor, decided, field="email")
    raise SamePerson(twins)


def _existing(actor: Actor, client_id: str, *, field: str) -> Client:
    if not client_id:
        raise BadInput("Search for the client and choose one, or enter a new client.", field=field)
    known: UUID | None = reading.as_id(client_id)
    try:
        if known is None:
            raise NotFound
        return access.client(actor, known)
    except NotFound as error:
        raise BadInput("This client is no longer here. Search again and choose one.", field=field) from error
