"""No byte leaves while a database transaction is open."""

from collections.abc import Iterator

import httpx2
import pytest
from django.db import transaction

from casehug.connections.client import client_with_token, fresh_token
from casehug.kit.outgoing import NetworkInsideTransaction, build_client, shared_client
from casehug.tenancy.scope import firm_scope
from lawmatics import Lawmatics
from sandbox.store import Town
from tests.cast import Cast
from tests.lawmatics_town import connect


@pytest.fixture
def lawmatics(people: Cast, town: Town, http: httpx2.Client) -> Iterator[Lawmatics]:
    client = client_with_token(town.issue_token("hartwell"))
    town.requests.clear()
    yield client


def test_it_refuses_a_call_of_our_client_inside_a_transaction(lawmatics: Lawmatics, town: Town) -> None:
    with transaction.atomic(), pytest.raises(NetworkInsideTransaction):
        lawmatics.users.me()
    assert town.requests == []


def test_it_refuses_it_inside_a_firm_s_scope(people: Cast, lawmatics: Lawmatics, town: Town) -> None:
    with firm_scope(people.firm_id), pytest.raises(NetworkInsideTransaction):
        lawmatics.users.me()
    assert town.requests == []


def test_it_refuses_it_inside_a_savepoint(lawmatics: Lawmatics, town: Town) -> None:
    with transaction.atomic(), transaction.atomic(), pytest.raises(NetworkInsideTransaction):
        lawmatics.users.me()
    assert town.requests == []


def test_it_lets_the_same_call_pass_outside_of_one(lawmatics: Lawmatics, town: Town) -> None:
    lawmatics.users.me()
    assert [request.path for request in town.requests] == ["/v1/users/me"]


def test_it_lets_it_pass_again_after_the_transaction_ended(lawmatics: Lawmatics, town: Town) -> None:
    with transaction.atomic():
        pass
    lawmatics.users.me()
    assert len(town.requests) == 1


def test_it_builds_the_firm_s_client_outside_of_any_scope_only(people: Cast, http: httpx2.Client, town: Town) -> None:
    connect(people.alice, http)
    with firm_scope(people.firm_id), pytest.raises(RuntimeError, match="scope"):
        client_with_token(fresh_token(people.firm_id))


def test_it_follows_no_redirect() -> None:
    moved = httpx2.MockTransport(lambda _request: httpx2.Response(302, headers={"location": "http://evil.test/"}))
    assert build_client(moved).get("http://lawmatics.test/").status_code == 302


def test_it_takes_no_proxy_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert build_client(None).trust_env is False


def test_it_keeps_one_client_for_the_process() -> None:
    assert shared_client() is shared_client()
