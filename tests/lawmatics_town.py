"""Reaching the sandbox in-process, and connecting a firm to it as an admin does."""

import re
from typing import Any

import httpx2

from casehug.connections import services
from casehug.connections.client import oauth_of
from casehug.connections.flow import finish_connecting
from casehug.sync.probe import gate
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox.faults import ReplyDropped

CALLBACK = "http://localhost/settings/integrations/lawmatics/callback/"


class TownTransport(httpx2.BaseTransport):
    """The sandbox as a transport; what it drops looks like a connection that broke."""

    def __init__(self, app: Any) -> None:
        self.inner = httpx2.WSGITransport(app=app)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = self.inner.handle_request(request)
            response.read()
        except ReplyDropped as error:
            raise httpx2.ReadError("connection lost", request=request) from error
        return response


def connect(admin: Actor, http: httpx2.Client, *, slug: str = "hartwell") -> None:
    """Walk the consent for the firm of `admin`, in the sandbox account `slug`."""
    with firm_scope(admin.firm_id):
        services.save_credentials(admin, client_id=f"sandbox-{slug}", client_secret=f"sandbox-{slug}-secret")
        connection, state = services.request_consent(admin)
    url = oauth_of(connection).authorization_url(redirect_uri=CALLBACK, state=state)
    code = give_consent(http, url)
    finish_connecting(admin, state=state, code=code, redirect_uri=CALLBACK, gate=gate(admin.firm_id))


def give_consent(http: httpx2.Client, url: str) -> str:
    """Open the consent page, press Allow, and answer the code that comes back."""
    page = http.get(url)
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.text))
    answer = http.post(str(page.url), data={**fields, "decision": "allow"})
    return httpx2.URL(answer.headers["location"]).params["code"]
