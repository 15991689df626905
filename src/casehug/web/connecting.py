"""Connecting the firm to Lawmatics: credentials, the trip to the consent page and back, the test, the end."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from casehug.connections.client import oauth_of
from casehug.connections.errors import ConnectionProblem
from casehug.connections.flow import disconnect, finish_connecting
from casehug.connections.models import ConnectionState
from casehug.connections.queries import connection_of
from casehug.connections.services import request_consent, save_credentials, switch_account
from casehug.sync import probe
from casehug.sync.limits import BudgetSpent
from casehug.tenancy.scope import firm_scope
from casehug.web import reading
from casehug.web.forms import CredentialsForm
from casehug.web.integrations import SET_UP, callback_url, lawmatics_page
from casehug.web.shell import ADMINS, FirmRequest, firm_page, network_page

LONGEST_STATE, LONGEST_CODE, LONGEST_ERROR = 200, 2000, 200

UNREADABLE = "The answer of Lawmatics was incomplete, so nothing was connected. Press Connect again."
DECLINED = "Access was not allowed in Lawmatics, so nothing was connected. Press Connect when you want to try again."
NO_BUDGET = "This minute's requests to Lawmatics are used up. Wait a minute, then press Connect again."
CONNECTED = "Lawmatics is connected. From now on new matters and approved documents go there by themselves."
SWITCHED = (
    "Lawmatics is connected, with the other account. The links to the earlier account are kept and come back with it;"
    " mappings start from the defaults again."
)
REVOKED = "Lawmatics is disconnected and has revoked the access. Matters, links and history stay on both sides."
NOT_REVOKED = (
    "Lawmatics is disconnected here, and its access was deleted from CaseHug. Lawmatics did not revoke it by itself:"
    " remove the app there too, in its developer settings. Matters, links and history stay on both sides."
)


@require_POST
@firm_page(roles=ADMINS)
def lawmatics_credentials(request: FirmRequest) -> HttpResponse:
    connection = connection_of(request.actor)
    form = CredentialsForm(request.POST, saved_id=connection.client_id if connection else "")
    if not form.is_valid():
        return lawmatics_page(request, form=form)
    try:
        save_credentials(request.actor, **form.cleaned_data)
    except ConnectionProblem as problem:
        form.add_error(problem.field or None, problem.sentence)
        return lawmatics_page(request, form=form)
    messages.success(request, "The credentials are saved. Now press Connect.")
    return redirect("lawmatics")


@require_POST
@firm_page(roles=ADMINS)
def lawmatics_connect(request: FirmRequest) -> HttpResponse:
    try:
        connection, state = request_consent(request.actor)
    except ConnectionProblem as problem:
        messages.error(request, problem.sentence)
        return redirect("lawmatics")
    return redirect(oauth_of(connection).authorization_url(redirect_uri=callback_url(), state=state))


@require_safe
@network_page(roles=ADMINS)
def lawmatics_callback(request: FirmRequest) -> HttpResponse:
    problem = _finish(request)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, CONNECTED)
    response = redirect("lawmatics")
    # The address of this page carries the code: it must not go anywhere as a referrer.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _finish(request: FirmRequest) -> str:
    """Trade what came back for a connection; a sentence says why not, if not."""
    state = reading.single(request, "state", limit=LONGEST_STATE)
    code = reading.single(request, "code", limit=LONGEST_CODE)
    error = reading.single(request, "error", limit=LONGEST_ERROR)
    if not state or code is None or error is None or not (code or error):
        return UNREADABLE
    actor = request.actor
    try:
        finish_connecting(
            actor,
            state=state,
            code="" if error else code,
            redirect_uri=callback_url(),
            gate=probe.gate(actor.firm_id),
        )
    except ConnectionProblem as problem:
        return DECLINED if error == "access_denied" else problem.sentence
    except BudgetSpent:
        return NO_BUDGET
    return ""


@require_POST
@firm_page(roles=ADMINS)
def switch_lawmatics_account(request: FirmRequest) -> HttpResponse:
    try:
        switch_account(request.actor)
    except ConnectionProblem as problem:
        messages.warning(request, problem.sentence)
    else:
        messages.success(request, SWITCHED)
    return redirect("lawmatics")


@require_POST
@network_page(roles=ADMINS)
def test_lawmatics(request: FirmRequest) -> HttpResponse:
    worked, sentence = probe.test_access(request.actor.firm_id)
    if request.htmx:
        return render(request, "web/lawmatics.html#tested", {"worked": worked, "sentence": sentence})
    (messages.success if worked else messages.error)(request, sentence)
    return redirect("lawmatics")


@require_POST
@network_page(roles=ADMINS)
def disconnect_lawmatics(request: FirmRequest) -> HttpResponse:
    with firm_scope(request.actor.firm_id):
        connection = connection_of(request.actor)
    if connection is None or not (connection.state in SET_UP or connection.state == ConnectionState.OTHER_ACCOUNT):
        messages.info(request, "Lawmatics is not connected, so there is nothing to disconnect.")
    elif disconnect(request.actor):
        messages.success(request, REVOKED)
    else:
        messages.warning(request, NOT_REVOKED)
    return redirect("lawmatics")
