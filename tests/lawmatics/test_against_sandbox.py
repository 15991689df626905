"""The client against a whole imitation of the remote, called in process: the parts fit together."""

from datetime import UTC, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from lawmatics import ContactWrite, Lawmatics, MatterWrite, OAuth, Outcome, errors, open_http
from sandbox.app import create_app
from sandbox.clock import ManualClock
from sandbox.faults import Fault
from sandbox.seed import seed_town

BASE = "http://sandbox.test"


@pytest.fixture
def town():
    town = seed_town(ManualClock())
    town.rate_limit = None
    return town


@pytest.fixture
def http(town):
    return open_http(httpx2.WSGITransport(app=create_app(town)))


@pytest.fixture
def client(town, http):
    access_token = town.issue_token("hartwell")
    return Lawmatics(base_url=BASE, token=lambda: access_token, http=http)


@pytest.fixture
def oauth(town, http):
    app = town.firm("hartwell").app
    return OAuth(
        authorize_url=f"{BASE}/oauth/authorize",
        token_url=f"{BASE}/oauth/token",
        revoke_url=f"{BASE}/oauth/revoke",
        client_id=app.client_id,
        client_secret=app.client_secret,
        http=http,
        now=town.clock,
    )


def consent(http, oauth):
    """What a person does in the browser: the code that comes back."""
    back = "http://127.0.0.1:8000/back"
    query = {
        key: value
        for key, (value,) in parse_qs(urlsplit(oauth.authorization_url(redirect_uri=back, state="s")).query).items()
    }
    reply = http.post(f"{BASE}/oauth/authorize", data={**query, "decision": "allow"})
    return parse_qs(urlsplit(reply.headers["location"]).query)["code"][0], back


def test_it_walks_from_consent_to_the_account(town, http, oauth):
    code, back = consent(http, oauth)
    token = oauth.exchange(code=code, redirect_uri=back)
    client = Lawmatics(base_url=BASE, token=lambda: token.access_token, http=http)
    me = client.users.me()
    assert client.users.get(me.id).firm_id == str(town.firm("hartwell").id)


def test_it_refuses_a_code_used_twice(http, oauth):
    code, back = consent(http, oauth)
    oauth.exchange(code=code, redirect_uri=back)
    with pytest.raises(errors.InvalidGrant):
        oauth.exchange(code=code, redirect_uri=back)


def test_it_refreshes_where_tokens_expire(town, http, oauth):
    town.firm("hartwell").options.expiring_tokens = True
    code, back = consent(http, oauth)
    token = oauth.exchange(code=code, redirect_uri=back)
    town.clock.move(seconds=(token.expires_at - town.clock()).total_seconds() - 299)
    assert token.needs_refresh(town.clock())
    assert oauth.refresh(token.refresh_token).access_token != token.access_token


@pytest.mark.parametrize("possible", [True, False])
def test_it_revokes_where_the_remote_can(town, http, oauth, possible):
    town.firm("hartwell").options.revocation = possible
    code, back = consent(http, oauth)
    assert oauth.revoke(oauth.exchange(code=code, redirect_uri=back).access_token) is possible


def test_it_meets_a_wrong_token_as_unauthorized(http):
    with pytest.raises(errors.Unauthorized):
        Lawmatics(base_url=BASE, token=lambda: "wrong", http=http).users.me()


def test_it_creates_a_contact_and_finds_it_again(client):
    made = client.contacts.create(
        ContactWrite(first_name="Dana", last_name="Ö", email="Dana_X+1@example.test", phone="(415) 555-0199")
    )
    (found,) = client.contacts.with_email("dana_x+1@example.test")
    assert found == client.contacts.get(made.id)
    assert (found.first_name, found.last_name) == ("Dana", "Ö")


@pytest.mark.parametrize(
    ("email", "hits"),
    [
        ("john_doe@example.com", 1),
        ("johnxdoe@example.com", 1),
        ("the.johnsons@example.com", 2),
        ("Wei.Chen@Example.NET", 2),
        ("priya+trust@example.com", 1),
        ("priya@example.com", 0),
        ("%", 0),
    ],
)
def test_it_finds_awkward_people_and_only_them(client, email, hits):
    found = client.contacts.with_email(email)
    assert len(found) == hits
    assert [int(contact.id) for contact in found] == sorted(int(contact.id) for contact in found)


def test_it_creates_a_matter_in_a_stage_without_touching_its_person(client):
    person = client.contacts.create(ContactWrite(first_name="Dana", email="dana@example.test"))
    stage = client.reference.stages()[0]
    area = client.reference.practice_areas()[0]
    made = client.matters.create(
        MatterWrite(
            contact_id=person.id,
            case_title="Divorce",
            case_number="C-1",
            practice_area_id=area.id,
            stage_id=stage.id,
        )
    )
    read = client.matters.get(made.id)
    assert (read.contact_id, read.stage_id, read.practice_area_id) == (person.id, stage.id, area.id)
    assert (read.case_title, read.case_number, read.status) == ("Divorce", "C-1", "pnc")
    assert client.contacts.get(person.id) == client.contacts.with_email("dana@example.test")[0]


def test_it_sees_that_a_stage_did_not_move(town, client):
    town.firm("hartwell").options.stages_move = False
    person = client.contacts.create(ContactWrite(first_name="Dana"))
    stage = client.reference.stages()[-1]
    made = client.matters.create(MatterWrite(contact_id=person.id, stage_id=stage.id))
    assert made.stage_id != stage.id


def test_it_writes_and_clears_a_custom_field(client):
    field = next(f for f in client.reference.custom_fields() if (f.type, f.field_type) == ("Contact", "string"))
    person = client.contacts.create(ContactWrite(first_name="Dana", custom_fields={field.id: "blue"}))
    assert client.contacts.get(person.id).custom_fields[field.id].value == "blue"
    client.contacts.update(person.id, ContactWrite(custom_fields={field.id: None}))
    cleared = client.contacts.get(person.id).custom_fields.get(field.id)
    assert cleared is None or cleared.value is None


def test_it_finds_the_note_it_added_to_a_contact(town, client):
    person = client.contacts.create(ContactWrite(first_name="Dana"))
    before = town.clock()
    town.clock.move(seconds=1)
    client.contacts.add_note(person.id, name="Intake 7f3a", body="Done")
    (note,) = client.notes.newest_first(before)
    assert (note.name, note.body, note.notable_id) == ("Intake 7f3a", "Done", person.id)
    activities = list(client.activities.of_contact(person.id))
    assert note.id in {activity.tracked.id for activity in activities if activity.tracked}


def test_it_finds_the_record_whose_reply_was_lost(town, client):
    sent_at = town.clock()
    town.faults.add(Fault("drop", "POST", "/v1/contacts"))
    with pytest.raises(errors.ConnectionLost) as caught:
        client.contacts.create(ContactWrite(first_name="Dana", email="dana@example.test"))
    assert caught.value.outcome is Outcome.UNKNOWN
    found = list(client.contacts.newest_first(sent_at - timedelta(minutes=5)))
    assert [contact.email for contact in found] == ["dana@example.test"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("cut", "POST"), errors.Garbled),
        (Fault("html", "POST"), errors.Garbled),
        (Fault("status_after_commit", "POST", status=502), errors.ServerError),
        (Fault("status", "POST", status=429, retry_after="60"), errors.RateLimited),
        (Fault("down", "POST"), errors.ConnectionLost),
    ],
)
def test_it_sorts_the_faults_of_the_remote(town, client, fault, kind):
    town.faults.add(fault)
    with pytest.raises(kind):
        client.contacts.create(ContactWrite(first_name="Dana"))


def test_it_learns_of_the_rate_limit(town, client):
    town.rate_limit = 2
    client.users.me()
    client.users.me()
    with pytest.raises(errors.RateLimited) as caught:
        client.users.me()
    assert caught.value.retry_after == 60


def test_it_lists_what_changed(town, client):
    matters = [matter for page in client.matters.pages() for matter in page]
    assert len(matters) == client.matters.count()
    town.clock.move(minutes=10)
    client.matters.update(matters[-1].id, MatterWrite(case_title="New title"))
    changed = list(client.matters.changed_since(town.clock().astimezone(UTC)))
    assert [matter.id for matter in changed] == [matters[-1].id]


def test_it_tells_a_missing_record_from_a_wrong_value(client):
    with pytest.raises(errors.NotFound):
        client.contacts.get("999999")
    with pytest.raises(errors.Invalid) as caught:
        client.notes.create("n", "b", "Nonsense", "1")
    assert caught.value.problems
