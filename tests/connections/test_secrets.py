"""No secret of a connection stands readable anywhere: database, jobs, audit, logs, errors, pages."""

import base64
import logging
from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID

import httpx2
import pytest

from casehug.connections.client import fresh_token
from casehug.connections.errors import ConnectionProblem
from casehug.connections.flow import disconnect, finish_connecting
from casehug.connections.models import Connection
from casehug.connections.services import save_credentials
from casehug.kit.clock import ManualClock
from casehug.kit.encryption import CannotOpen
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.oauth import TOKEN_LIFETIME
from sandbox.store import Town
from tests.cast import Cast
from tests.connections.conftest import CREDENTIALS, browser_of, row, set_out
from tests.databases import TestDatabase
from tests.lawmatics_town import CALLBACK, connect, give_consent


def spellings(secret: str) -> Iterator[str]:
    """Plain, in hex, URL-encoded, and in base64 at each of its three alignments."""
    raw = secret.encode()
    yield secret
    yield raw.hex()
    yield quote(secret, safe="")
    for shift in range(3):
        piece = raw[(3 - shift) % 3 :]
        yield base64.b64encode(piece[: len(piece) // 3 * 3]).decode()
        yield base64.urlsafe_b64encode(piece[: len(piece) // 3 * 3]).decode()


def hits(text: str, secrets: list[str]) -> list[str]:
    return [spelling for secret in secrets for spelling in spellings(secret) if spelling in text]


def dump(database: TestDatabase) -> str:
    """Every row of every table as text, as an administrator sees it."""
    with database.connect("admin") as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        rows = [connection.execute(f'SELECT t::text FROM "{table}" t').fetchall() for (table,) in tables]  # type: ignore[call-overload]
    return "\n".join(line for found in rows for (line,) in found)


def secrets_of(town: Town) -> list[str]:
    tokens = [token.access_token for token in town.tokens.values()]
    refresh = [token.refresh_token for token in town.tokens.values() if token.refresh_token]
    return [*tokens, *refresh, "sandbox-hartwell-secret"]


def test_it_stores_no_secret_readably(expiring: Cast, town: Town, database: TestDatabase, time: ManualClock) -> None:
    time.advance(TOKEN_LIFETIME)
    assert fresh_token(expiring.firm_id) in town.tokens
    secrets = secrets_of(town)
    assert len(secrets) >= 3
    assert hits(dump(database), secrets) == []


def test_it_stores_no_state_and_no_code_readably(draft: Cast, http: httpx2.Client, database: TestDatabase) -> None:
    trip = set_out(draft.alice)
    code = give_consent(http, trip.url)
    browser_of(draft.alice).get(
        "/settings/integrations/lawmatics/callback/", {"state": trip.state, "code": code}, HTTP_HOST="localhost"
    )
    assert row(draft.alice)["state"] == "connected"
    assert hits(dump(database), [trip.state, code]) == []


@pytest.mark.parametrize("column", ["account_user", "account_id"])
def test_it_would_have_found_a_secret_in_the_dump(
    expiring: Cast, town: Town, database: TestDatabase, column: str
) -> None:
    """The twin: a token written into any column, plain or as base64, is found."""
    [token, *_] = secrets_of(town)
    written = token if column == "account_user" else base64.b64encode(token.encode()).decode()[:40]
    with firm_scope(expiring.firm_id):
        Connection.objects.update(**{column: written})
    found = dump(database)
    assert written in found
    with firm_scope(expiring.firm_id):
        Connection.objects.update(**{column: ""})


def test_it_would_have_recognised_every_spelling() -> None:
    secret = "a-secret/with+signs=and~more"
    for before in ("", "x", "xy"):
        assert hits(base64.b64encode((before + secret + "tail").encode()).decode(), [secret]) != []
    assert hits(quote(secret, safe=""), [secret]) != []
    assert hits(secret.encode().hex(), [secret]) != []


def test_it_logs_no_secret(
    people: Cast,
    http: httpx2.Client,
    town: Town,
    time: ManualClock,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Through everything that can happen to a connection, with every logger as loud as it gets."""
    caplog.set_level(logging.DEBUG)
    town.firm("hartwell").options.expiring_tokens = True
    connect(people.alice, http)
    secrets = secrets_of(town)
    told: list[str] = []
    time.advance(TOKEN_LIFETIME)
    for fault in (Fault("status", status=500), Fault("html"), Fault("cut")):
        town.faults.add(fault)
        try:
            fresh_token(people.firm_id)
        except Exception as error:
            told += [repr(error), repr(error.__cause__), repr(error.__context__)]
        secrets += secrets_of(town)
    town.faults.clear()
    disconnect(people.alice)
    output = capfd.readouterr()
    assert hits(caplog.text + output.out + output.err + "".join(told), secrets) == []


def test_it_tells_no_secret_in_the_errors_of_connecting(draft: Cast, http: httpx2.Client, town: Town) -> None:
    with firm_scope(draft.firm_id):
        save_credentials(draft.alice, client_id="sandbox-hartwell", client_secret="a-wrong-secret-here")
    trip = set_out(draft.alice)
    code = give_consent(http, trip.url)
    with pytest.raises(ConnectionProblem) as refused:
        finish_connecting(draft.alice, state=trip.state, code=code, redirect_uri=CALLBACK)
    told = repr(refused.value) + repr(refused.value.__cause__) + repr(refused.value.__context__)
    assert hits(told, ["a-wrong-secret-here", code, trip.state]) == []


def test_it_shows_no_secret_on_its_page(connected: Cast, town: Town) -> None:
    page = browser_of(connected.alice).get("/settings/integrations/lawmatics/", HTTP_HOST="localhost")
    assert page.status_code == 200
    assert hits(page.content.decode(), secrets_of(town)) == []


def test_it_puts_no_secret_into_the_address_of_the_consent_page(draft: Cast) -> None:
    assert hits(set_out(draft.alice).url, ["sandbox-hartwell-secret"]) == []


def test_it_opens_no_token_that_was_moved_to_another_column(expiring: Cast, database: TestDatabase) -> None:
    _move(database, expiring.firm_id, "refresh_token_sealed = access_token_sealed")
    with firm_scope(expiring.firm_id), pytest.raises(CannotOpen):
        Connection.objects.get().reveal("refresh_token_sealed")


def test_it_opens_no_token_that_was_moved_to_another_firm(expiring: Cast, database: TestDatabase) -> None:
    with firm_scope(expiring.other_firm_id):
        save_credentials(expiring.charlie, **CREDENTIALS)
    source = f"(SELECT access_token_sealed FROM connections_connection WHERE firm_id = '{expiring.firm_id}')"
    _move(database, expiring.other_firm_id, f"access_token_sealed = {source}, state = 'connected'")
    with pytest.raises(CannotOpen):
        fresh_token(expiring.other_firm_id)


def test_it_opens_no_token_whose_row_was_given_another_id(expiring: Cast, database: TestDatabase) -> None:
    _move(database, expiring.firm_id, "id = gen_random_uuid()")
    with firm_scope(expiring.firm_id), pytest.raises(CannotOpen):
        Connection.objects.get().reveal("access_token_sealed")


def test_it_opens_a_token_that_stayed_where_it_is(expiring: Cast, town: Town) -> None:
    with firm_scope(expiring.firm_id):
        assert Connection.objects.get().reveal("access_token_sealed") in town.tokens


def _move(database: TestDatabase, firm_id: UUID, assignment: str) -> None:
    with database.connect("admin") as connection:
        # Rows of the test are moved as only a thief of the whole database could move them.
        connection.execute("DELETE FROM connections_consentrequest WHERE firm_id = %s", [firm_id])
        moved = connection.execute(  # type: ignore[call-overload]
            f"UPDATE connections_connection SET {assignment} WHERE firm_id = %s", [firm_id]
        )
    assert moved.rowcount == 1
