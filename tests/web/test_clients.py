"""Clients: the list, the page of one, the client of a matter; and what can be changed on a matter as a whole."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from casehug.intake.models import Client as Person
from casehug.intake.models import Matter
from casehug.intake.services.clients import add_client
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.web.walks import matters_of, text_of

LIST = "/clients/"


def typed(**changes: str) -> dict[str, str]:
    return {
        "first_name": "Dana",
        "last_name": "Johnson",
        "email": "dana@example.com",
        "phone": "(303) 555-0134",
        "language": "en",
        **changes,
    }


def clients_of(people: Cast) -> list[Person]:
    with firm_scope(people.firm_id):
        return list(Person.objects.order_by("id"))


@pytest.fixture
def bare(people: Cast) -> Matter:
    return cast.open_dana(people.alice, client=None)


def test_a_new_firm_is_told_where_clients_come_from(alice: Client) -> None:
    assert "No clients yet" in text_of(alice.get(LIST))


def test_the_list_shows_clients_and_flags_a_shared_address(alice: Client, people: Cast, matter: Matter) -> None:
    assert "Shared" not in text_of(alice.get(LIST))
    with firm_scope(people.firm_id):
        add_client(people.alice, first_name="Sam", last_name="Stone", email="dana@example.com")
    page = text_of(alice.get(LIST))
    assert "Dana Johnson" in page
    assert page.count("Shared") == 2


def test_the_list_is_searched(alice: Client, people: Cast, matter: Matter) -> None:
    assert "Dana Johnson" in text_of(alice.get(LIST, {"q": "dana"}))
    assert "No client fits" in text_of(alice.get(LIST, {"q": "zzz"}))


def test_the_list_does_not_show_another_firm_s_clients(charlie: Client, matter: Matter) -> None:
    assert "Dana" not in text_of(charlie.get(LIST))


def test_a_client_is_shown_with_their_matters_and_saved(alice: Client, people: Cast, matter: Matter) -> None:
    address = reverse("client", args=[matter.client_id])
    assert matter.title in text_of(alice.get(address))
    answer = alice.post(reverse("save_client", args=[matter.client_id]), typed(first_name="Zoe", language="es"))
    assert answer.headers["Location"] == address
    (kept,) = clients_of(people)
    assert (str(kept), kept.language) == ("Zoe Johnson", "es")
    assert [row.matter.id for row in alice.get("/matters/", {"q": "zoe"}).context["page"].rows] == [matter.id]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"first_name": ""}, "Enter the first name."),
        ({"email": "dana"}, "Enter the e-mail address like"),
        ({"phone": "12345"}, "This phone number has too many or too few digits."),
        ({"language": "fr"}, "Choose a language from the list."),
        ({"last_name": "x" * 81}, "too long"),
    ],
)
@pytest.mark.parametrize("name", ["save_client", "save_matter_client"])
def test_what_cannot_be_is_said_at_its_field_and_kept(
    alice: Client, people: Cast, matter: Matter, name: str, changes: dict[str, str], sentence: str
) -> None:
    record = matter.id if name == "save_matter_client" else matter.client_id
    answer = alice.post(reverse(name, args=[record]), typed(last_name="Typed") | changes)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert str(clients_of(people)[0]) == "Dana Johnson"


def test_a_client_is_saved_from_the_matter(alice: Client, people: Cast, matter: Matter) -> None:
    answer = alice.post(reverse("save_matter_client", args=[matter.id]), typed(phone=""))
    assert answer.headers["Location"] == reverse("matter_client", args=[matter.id])
    assert clients_of(people)[0].phone == ""


def test_what_lead_scoring_misses_is_shown(alice: Client, people: Cast, matter: Matter, bare: Matter) -> None:
    assert "Missing:" not in text_of(alice.get(reverse("matter", args=[matter.id])))
    assert "Missing: name, e-mail, phone" in text_of(alice.get(reverse("matter", args=[bare.id])))
    alice.post(reverse("save_matter_client", args=[matter.id]), typed(phone=""))
    assert "Missing: phone" in text_of(alice.get(reverse("matter", args=[matter.id])))


def test_a_known_client_is_found_and_attached(alice: Client, people: Cast, matter: Matter, bare: Matter) -> None:
    tab = reverse("matter_client", args=[bare.id])
    assert f'value="{matter.client_id}"' in text_of(alice.get(tab, {"q": "johnson"}))
    alice.post(reverse("attach_client", args=[bare.id]), {"client": str(matter.client_id)})
    assert {one.client_id for one in matters_of(people.alice)} == {matter.client_id}


def test_a_new_client_is_attached(alice: Client, people: Cast, bare: Matter) -> None:
    alice.post(reverse("attach_client", args=[bare.id]), typed(first_name="Eve", language="es"))
    (found,) = matters_of(people.alice)
    assert (str(found.client), found.client.language if found.client else "") == ("Eve Johnson", "es")


def test_a_new_client_who_may_be_there_already_is_asked_about(
    alice: Client, people: Cast, matter: Matter, bare: Matter
) -> None:
    address = reverse("attach_client", args=[bare.id])
    answer = alice.post(address, typed(first_name="Sam"))
    assert answer.status_code == 422
    assert "Is it the same person?" in text_of(answer)
    assert len(clients_of(people)) == 1
    alice.post(address, typed(first_name="Sam", asked_about=str(matter.client_id)))
    assert [str(one) for one in clients_of(people)] == ["Dana Johnson", "Sam Johnson"]


@pytest.mark.parametrize("chosen", ["", "x", str(UUID(int=7))])
def test_a_client_that_is_none_is_not_attached(alice: Client, people: Cast, bare: Matter, chosen: str) -> None:
    alice.post(reverse("attach_client", args=[bare.id]), {"client": chosen})
    assert "This client is no longer here." in text_of(alice.get("/"))
    assert matters_of(people.alice)[0].client_id is None


def test_another_firm_s_client_is_not_attached(alice: Client, people: Cast, bare: Matter) -> None:
    with firm_scope(people.other_firm_id):
        theirs = add_client(people.charlie, first_name="Eve", last_name="Stone")
    alice.post(reverse("attach_client", args=[bare.id]), {"client": str(theirs.id)})
    assert matters_of(people.alice)[0].client_id is None


def test_a_second_client_is_not_attached(alice: Client, people: Cast, matter: Matter) -> None:
    alice.post(reverse("attach_client", args=[matter.id]), typed(first_name="Eve", email="", phone=""))
    assert "This matter has a client already." in text_of(alice.get("/"))
    assert [str(one) for one in clients_of(people)] == ["Dana Johnson"]


# The matter as a whole


def test_an_attorney_is_assigned_and_the_list_filtered_by_them(
    alice: Client, ann: Client, people: Cast, matter: Matter, bare: Matter
) -> None:
    alice.post(reverse("assign_attorney", args=[matter.id]), {"attorney": str(people.ann.user_id)})
    assert "Ann Park" in text_of(alice.get(reverse("matter", args=[matter.id])))

    def shown(browser: Client, attorney: str) -> list[object]:
        page = browser.get("/matters/", {"attorney": attorney}).context["page"]
        return [row.matter.id for row in page.rows]

    assert shown(ann, "mine") == shown(alice, str(people.ann.user_id)) == [matter.id]
    assert shown(alice, "mine") == []
    assert shown(alice, "none") == [bare.id]
    assert len(shown(alice, "nonsense")) == 2


@pytest.mark.parametrize("chosen", ["x", str(UUID(int=7))])
def test_only_people_of_the_firm_are_assigned(alice: Client, people: Cast, matter: Matter, chosen: str) -> None:
    alice.post(reverse("assign_attorney", args=[matter.id]), {"attorney": chosen})
    assert "Choose somebody of the firm" in text_of(alice.get("/"))
    assert matters_of(people.alice)[0].attorney_id is None


@pytest.mark.parametrize(
    ("status", "after", "sentence"),
    [
        ("active", "active", "Saved."),
        ("new", "new", ""),
        ("closed", "new", "A matter that is new cannot become closed."),
        ("x", "new", "Choose a status from the list."),
    ],
)
def test_the_status_changes_where_it_may(
    alice: Client, people: Cast, matter: Matter, status: str, after: str, sentence: str
) -> None:
    alice.post(reverse("change_status", args=[matter.id]), {"status": status})
    assert matters_of(people.alice)[0].status == after
    assert sentence in text_of(alice.get("/"))


def test_a_matter_is_archived_and_brought_back(alice: Client, people: Cast, matter: Matter) -> None:
    alice.post(reverse("archive_matter", args=[matter.id]))
    page = text_of(alice.get(reverse("matter", args=[matter.id])))
    assert "Bring back as" in page
    assert reverse("archive_matter", args=[matter.id]) not in page
    alice.post(reverse("change_status", args=[matter.id]), {"status": "active"})
    assert matters_of(people.alice)[0].status == "active"


def test_a_matter_gets_another_title(alice: Client, people: Cast, matter: Matter) -> None:
    alice.post(reverse("retitle_matter", args=[matter.id]), {"title": "Reyes estate"})
    alice.post(reverse("retitle_matter", args=[matter.id]), {"title": " "})
    assert "Enter the title." in text_of(alice.get("/"))
    assert matters_of(people.alice)[0].title == "Reyes estate"
