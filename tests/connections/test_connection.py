"""Credentials, switches, and the end of a connection."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.test import override_settings

from casehug.audit.models import Entry
from casehug.connections.errors import ConnectionProblem
from casehug.connections.flow import disconnect
from casehug.connections.models import Connection
from casehug.connections.queries import connection_of
from casehug.connections.services import request_consent, save_credentials, save_switches
from casehug.kit.clock import ManualClock
from casehug.kit.encryption import generate_key, keyset
from casehug.sync.models import Link
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.store import Town
from tests.cast import Cast
from tests.connections.conftest import CREDENTIALS, row

TOKENS = ("access_token_sealed", "refresh_token_sealed", "token_expires_at")


def tokens_of(actor: Actor) -> list[object]:
    found = row(actor)
    return [found[name] for name in TOKENS]


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"client_id": " ", "client_secret": "x"}, "client_id", "Paste the Client ID from Lawmatics."),
        ({"client_id": "x", "client_secret": " "}, "client_secret", "Paste the Client Secret from Lawmatics."),
    ],
)
def test_it_says_which_credential_is_missing(people: Cast, given: dict[str, str], field: str, sentence: str) -> None:
    with firm_scope(people.firm_id), pytest.raises(ConnectionProblem) as refused:
        save_credentials(people.alice, **given)
    assert (refused.value.field, refused.value.sentence) == (field, sentence)


def test_it_keeps_the_secret_when_none_is_typed(draft: Cast) -> None:
    with firm_scope(draft.firm_id):
        save_credentials(draft.alice, client_id="another", client_secret="")
        connection = Connection.objects.get()
        assert (connection.client_id, connection.reveal("client_secret_sealed")) == (
            "another",
            "sandbox-hartwell-secret",
        )


def test_it_does_not_change_the_credentials_of_a_working_connection(connected: Cast) -> None:
    before = row(connected.alice)
    with firm_scope(connected.firm_id), pytest.raises(ConnectionProblem, match="Disconnect first"):
        save_credentials(connected.alice, client_id="another", client_secret="another")
    assert row(connected.alice) == before


def test_it_keeps_one_connection_for_a_firm(people: Cast) -> None:
    for _ in range(2):
        with firm_scope(people.firm_id):
            save_credentials(people.alice, **CREDENTIALS)
    with firm_scope(people.firm_id):
        assert Connection.objects.count() == 1


def test_it_asks_nobody_for_consent_without_credentials(people: Cast) -> None:
    with firm_scope(people.firm_id), pytest.raises(ConnectionProblem, match="Client ID"):
        request_consent(people.alice)


def test_it_lets_no_machine_give_consent(draft: Cast) -> None:
    with firm_scope(draft.firm_id), pytest.raises(ConnectionProblem, match="Only a person"):
        request_consent(Actor.system(draft.firm_id))


def test_it_gives_every_trip_a_state_of_its_own(draft: Cast) -> None:
    with firm_scope(draft.firm_id):
        assert len({request_consent(draft.alice)[1] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("on_creation", "on_approval", "filing"), [(False, True, True), (True, False, False), (False, False, True)]
)
def test_it_keeps_the_switches(connected: Cast, on_creation: bool, on_approval: bool, filing: bool) -> None:
    with firm_scope(connected.firm_id):
        save_switches(connected.alice, on_creation=on_creation, on_approval=on_approval, file_documents=filing)
    found = row(connected.alice)
    kept_switches = (found["sync_on_creation"], found["sync_on_approval"], found["file_documents"])
    assert kept_switches == (on_creation, on_approval, filing)
    with firm_scope(connected.firm_id):
        kept = Entry.objects.get(action="connection.switches_saved")
    assert kept.details == {"on_creation": on_creation, "on_approval": on_approval, "file_documents": filing}


def test_it_has_both_switches_on_at_first(connected: Cast) -> None:
    found = row(connected.alice)
    assert (found["sync_on_creation"], found["sync_on_approval"]) == (True, True)


def test_it_revokes_where_lawmatics_can(connected: Cast, town: Town) -> None:
    town.firm("hartwell").options.revocation = True
    assert disconnect(connected.alice) is True
    assert town.tokens == {}
    assert tokens_of(connected.alice) == [None, None, None]


@pytest.mark.parametrize(
    "fault", [None, Fault("down"), Fault("status", status=500), Fault("status", status=401), Fault("drop")]
)
def test_it_forgets_the_tokens_even_if_they_cannot_be_revoked(
    expiring: Cast, town: Town, fault: Fault | None, time: ManualClock
) -> None:
    if fault:
        town.faults.add(fault)
    assert disconnect(expiring.alice) is False
    assert tokens_of(expiring.alice) == [None, None, None]
    found = row(expiring.alice)
    assert (found["state"], found["ended_at"]) == ("ended", time.now())


def test_it_forgets_the_tokens_even_if_the_key_to_them_is_lost(connected: Cast) -> None:
    keyset.cache_clear()
    try:
        with override_settings(ENCRYPTION_KEYS=f"k1:{generate_key()}"):
            assert disconnect(connected.alice) is False
    finally:
        keyset.cache_clear()
    assert tokens_of(connected.alice) == [None, None, None]


def test_it_tells_the_record_how_it_ended(connected: Cast) -> None:
    disconnect(connected.alice)
    with firm_scope(connected.firm_id):
        actions = list(Entry.objects.order_by("-id").values_list("action", flat=True)[:2])
    assert actions == ["connection.token_forgotten", "connection.ended"]


def test_it_keeps_links_and_the_account_after_the_end(connected: Cast, sync_process: ThreadPoolExecutor) -> None:
    account = row(connected.alice)["account_id"]

    def link() -> None:
        with firm_scope(connected.firm_id):
            Link.objects.create(
                connection=Connection.objects.get(), kind="matter", record_id=uuid4(), lawmatics_id="5001"
            )

    sync_process.submit(link).result()
    disconnect(connected.alice)
    with firm_scope(connected.firm_id):
        assert Link.objects.count() == 1
    assert row(connected.alice)["account_id"] == account


def test_it_leaves_the_other_firm_s_connection_alone(connected: Cast) -> None:
    with firm_scope(connected.other_firm_id):
        save_credentials(connected.charlie, **CREDENTIALS)
    before = row(connected.charlie)
    disconnect(connected.alice)
    assert row(connected.charlie) == before


def test_it_shows_the_firm_s_own_connection_only(connected: Cast) -> None:
    with firm_scope(connected.other_firm_id):
        assert connection_of(connected.charlie) is None
    with firm_scope(connected.firm_id):
        assert connection_of(connected.charlie) is None
        assert connection_of(connected.alice) is not None
