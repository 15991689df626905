"""What every staff page stands in: a signed-in member, the firm's scope, a role that may see it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from casehug.accounts.models import User
from casehug.intake.errors import NotFound
from casehug.tenancy.actor import Actor, member_and_firm
from casehug.tenancy.models import Firm, Role
from casehug.tenancy.scope import firm_scope
from casehug.tenancy.services import firm_of

EVERYONE = frozenset(Role)
ADMINS = frozenset({Role.ADMIN})
FIRM_IN_SESSION = "firm_id"


class FirmRequest(HttpRequest):
    """A request of a member of a firm. Only firm_page and network_page make one."""

    actor: Actor
    firm: Firm
    user: User
    htmx: HtmxDetails


View = Callable[..., HttpResponse]


def firm_page(*, roles: frozenset[Role] = EVERYONE) -> Callable[[View], View]:
    """The view runs inside the firm's scope: one transaction, rolled back by any exception, refusals included."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            firm_id = _firm_of_session(request)
            if firm_id is None:
                return _outside(request)
            try:
                with firm_scope(firm_id):
                    return view(_as_member(request, roles), *args, **kwargs)
            except NotFound as error:
                raise Http404 from error

        guarded.firm_roles = roles  # type: ignore[attr-defined]  # read by the test that walks the URL table
        return guarded

    return decorate


def network_page(*, roles: frozenset[Role] = EVERYONE) -> Callable[[View], View]:
    """For views that talk to Lawmatics, or take in, open or draw files: the same checks, and no scope around the view.

    Such a view opens short scopes of its own around its reads and writes.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            firm_id = _firm_of_session(request)
            if firm_id is None:
                return _outside(request)
            with firm_scope(firm_id):
                member = _as_member(request, roles)
            try:
                return view(member, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error

        guarded.firm_roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def _firm_of_session(request: HttpRequest) -> UUID | None:
    if not request.user.is_authenticated:
        return None
    if known := request.session.get(FIRM_IN_SESSION):
        return UUID(known)
    firm_id = firm_of(request.user.pk)
    if firm_id is not None:
        request.session[FIRM_IN_SESSION] = str(firm_id)
    return firm_id


def _outside(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return render(request, "web/no_firm.html", status=403)
    if request.headers.get("HX-Request"):
        # A fragment cannot show the sign-in page: send the whole window there.
        response = HttpResponse(status=204)
        response["HX-Redirect"] = redirect_to_login(request.headers.get("HX-Current-URL", "/")).url
        return response
    return redirect_to_login(request.get_full_path())


def _as_member(request: HttpRequest, roles: frozenset[Role]) -> FirmRequest:
    found = member_and_firm(request.user.pk)
    if found is None or found[0].role not in roles:
        raise PermissionDenied
    request.actor, request.firm = found  # type: ignore[attr-defined]
    timezone.activate(request.firm.time_zone)  # type: ignore[attr-defined]
    return request  # type: ignore[return-value]
