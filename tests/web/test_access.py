"""Who may open what: the same questions for every address."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from django.test import Client

from casehug.accounts.models import User
from casehug.intake.models import Matter
from casehug.sync.models import Change
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import PASSWORD, Cast
from tests.web.addresses import (
    ADDRESSES,
    ALSO_POST,
    ASKS_FOR_MORE,
    FILES,
    FOR_LAWYERS,
    OF_A_RECORD,
    REFUSES_NOTHING,
    for_admins,
    named_pages,
    records_of,
    url,
)
from tests.web.walks import HTMX, sign_in, text_of

OPEN_TO_ALL = sorted(set(ADDRESSES) - set(for_admins()) - FOR_LAWYERS)
PAGES = [name for name, address in ADDRESSES.items() if address.verb == "get"]


def ask(browser: Client, name: str, record_id: UUID | None = None, **options: object) -> object:
    return getattr(browser, ADDRESSES[name].verb)(url(name, record_id), **options)


@pytest.fixture
def records(people: Cast, matter: Matter) -> dict[str, UUID]:
    return {**records_of(people.alice, matter), "change": _change(people.alice, matter)}


@dataclass(frozen=True)
class Site:
    """A firm with a record of every kind and its people signed in, for questions that change nothing."""

    records: dict[str, UUID | str]
    alice: Client
    ann: Client
    bob: Client
    charlie: Client

    def record_of(self, name: str) -> UUID | str | None:
        return self.records[ADDRESSES[name].record] if ADDRESSES[name].record else None


@pytest.fixture(scope="module")
def site(database: object) -> Site:
    people = cast.assemble()
    matter = cast.open_dana(people.alice)
    records = {**records_of(people.alice, matter), "change": _change(people.alice, matter)}
    return Site(records, *map(sign_in, (people.alice, people.ann, people.bob, people.charlie)))


def _change(actor: Actor, matter: Matter) -> UUID:
    with firm_scope(actor.firm_id):
        return Change.objects.create(matter_id=matter.id, reason="click").id


def test_the_table_names_every_address() -> None:
    assert set(named_pages()) == set(ADDRESSES)


def test_everything_under_settings_is_marked_for_admins() -> None:
    assert {"integrations", "firm_profile", "team", "save_logo"} <= set(for_admins())
    assert not {"home", "matter", "outbox"} & set(for_admins())


@pytest.mark.parametrize("name", ADDRESSES)
def test_it_asks_an_anonymous_person_to_sign_in(nobody: Client, name: str) -> None:
    answer = ask(nobody, name, uuid4() if ADDRESSES[name].record else None)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=/")


@pytest.mark.parametrize("name", ADDRESSES)
def test_it_refuses_a_person_without_a_firm(nobody: Client, name: str) -> None:
    nobody.force_login(User.objects.create_user(email=f"{uuid4()}@example.com", password=PASSWORD, name="Nobody"))
    answer = ask(nobody, name, uuid4() if ADDRESSES[name].record else None)
    assert answer.status_code == 403
    assert "You do not belong to a firm yet" in text_of(answer)


@pytest.mark.parametrize("name", for_admins())
def test_it_refuses_attorney_and_staff(site: Site, name: str) -> None:
    assert [ask(who, name, site.record_of(name)).status_code for who in (site.ann, site.bob)] == [403, 403]


@pytest.mark.parametrize("name", OPEN_TO_ALL)
def test_it_works_for_every_member(people: Cast, records: dict[str, UUID], name: str) -> None:
    record_id = records[ADDRESSES[name].record] if ADDRESSES[name].record else None
    for member in (people.alice, people.ann, people.bob):
        # A form without what it needs is answered with a sentence; everything else succeeds.
        assert ask(sign_in(member), name, record_id).status_code in ({422} if name in ASKS_FOR_MORE else {200, 302})


@pytest.mark.parametrize("name", for_admins())
def test_it_works_for_an_admin(alice: Client, records: dict[str, UUID], name: str) -> None:
    record_id = records[ADDRESSES[name].record] if ADDRESSES[name].record else None
    expected = {422} if name in REFUSES_NOTHING else {200, 302}
    assert ask(alice, name, record_id).status_code in expected


@pytest.mark.parametrize("name", OF_A_RECORD)
def test_a_stranger_cannot_tell_a_record_from_a_made_up_one(site: Site, name: str) -> None:
    theirs, made_up = ask(site.charlie, name, site.record_of(name)), ask(site.charlie, name, uuid4())
    assert (theirs.status_code, made_up.status_code) == (404, 404)
    assert theirs.content == made_up.content


@pytest.mark.parametrize("name", OF_A_RECORD)
def test_an_id_that_is_none_is_not_found(site: Site, name: str) -> None:
    address = url(name, uuid4())
    bad = "/".join("12345" if len(part) == 36 else part for part in address.split("/"))
    assert getattr(site.alice, ADDRESSES[name].verb)(bad).status_code == 404


@pytest.mark.parametrize("name", ADDRESSES)
def test_it_refuses_the_wrong_verb(site: Site, name: str) -> None:
    address = url(name, uuid4() if ADDRESSES[name].record else None)
    wrong = ["delete", "put"] + (["get"] if ADDRESSES[name].verb == "post" else [])
    if ADDRESSES[name].verb == "get" and name not in ALSO_POST:
        wrong.append("post")
    assert {getattr(site.alice, verb)(address).status_code for verb in wrong} == {405}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_carries_the_policies(site: Site, name: str) -> None:
    headers = ask(site.alice, name, site.record_of(name)).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", sorted(set(PAGES) - FILES))
def test_no_page_has_inline_scripts_or_styles(site: Site, name: str) -> None:
    page = text_of(ask(site.alice, name, site.record_of(name)))
    for forbidden in (" style=", "<style", "<script>", "hx-on", "javascript:", " onclick"):
        assert forbidden not in page


def test_a_fragment_sends_the_whole_window_to_the_sign_in(nobody: Client) -> None:
    answer = nobody.get(url("lawmatics_card", uuid4()), headers=HTMX)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/accounts/login/")


def test_a_form_without_its_token_is_refused(people: Cast, matter: Matter) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(id=people.alice.user_id))
    assert browser.post(url("sync_matter", matter.id)).status_code == 403


def test_it_signs_in_by_the_real_page(nobody: Client, people: Cast) -> None:
    email = User.objects.get(id=people.bob.user_id).email
    answer = nobody.post("/accounts/login/?next=/matters/", {"login": email, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/matters/")
    assert nobody.get("/matters/").status_code == 200


def test_a_member_who_left_sees_nothing(people: Cast, bob: Client) -> None:
    assert bob.get("/").status_code == 200
    User.objects.filter(id=people.bob.user_id).update(is_active=False)
    assert bob.get("/").status_code == 302
