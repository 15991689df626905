"""Opening a matter by the form."""

import pytest
from django.test import Client
from django.urls import reverse

from casehug.intake.models import Client as FirmClient
from casehug.intake.models import Matter
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.web.walks import HTMX, matters_of, new_matter, text_of

FORM = "/matters/new/"


def clients_of(actor: Actor) -> list[FirmClient]:
    with firm_scope(actor.firm_id):
        return list(FirmClient.objects.order_by("id"))


def errors(answer: object) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)


def test_the_form_explains_the_title_and_groups_case_types(alice: Client) -> None:
    page = text_of(alice.get(FORM))
    assert "Shown in Lawmatics. The client does not see it." in page
    assert '<optgroup label="Family Law">' in page


def test_it_opens_a_matter_for_a_new_client(bob: Client, people: Cast) -> None:
    answer = bob.post(FORM, new_matter())
    (opened,) = matters_of(people.bob)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("matter", args=[opened.id]))
    assert str(opened.client) == "Rosa Ortiz"
    assert (opened.state, opened.county) == ("CO", "Boulder")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"title": " "}, "title", "Give the matter a title"),
        ({"title": "x" * 201}, "title", "at most 200 characters"),
        ({"title": "a\x07b"}, "title", "characters that cannot be stored"),
        ({"case_type": "piracy"}, "case_type", "Choose a case type from the list."),
        ({"case_type": ""}, "case_type", "Choose a case type."),
        ({"state": ""}, "state", "Choose the state whose law applies."),
        ({"state": "ZZ"}, "state", "Choose a state from the list."),
        ({"client_is": ""}, "client_is", "Say who the client is"),
        ({"first_name": ""}, "first_name", "Enter the first name."),
        ({"last_name": ""}, "last_name", "Enter the last name."),
        ({"email": "rosa@"}, "email", "like name@example.com"),
        ({"phone": "12"}, "phone", "too many or too few digits"),
        ({"phone": "call me"}, "phone", "with its area code"),
        ({"title": "a\x00b"}, "title", "Null characters"),
    ],
)
def test_a_wrong_field_gets_a_sentence_and_keeps_the_rest(
    alice: Client, people: Cast, changes: dict[str, str], field: str, sentence: str
) -> None:
    answer = alice.post(FORM, new_matter(**changes))
    assert answer.status_code == 422
    assert sentence in " ".join(errors(answer)[field])
    assert "Boulder" in text_of(answer)
    assert f'id="id_{field}_error"' in text_of(answer)
    assert matters_of(people.alice) == []
    assert clients_of(people.alice) == []


def test_several_mistakes_are_told_at_once(alice: Client) -> None:
    answer = alice.post(FORM, new_matter(title="", email="rosa@", phone="12"))
    assert set(errors(answer)) == {"title", "email", "phone"}


def test_sent_twice_it_opens_one_matter(alice: Client, people: Cast) -> None:
    form = new_matter()
    answers = [alice.post(FORM, form) for _ in range(2)]
    assert len(matters_of(people.alice)) == len(clients_of(people.alice)) == 1
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


def test_the_request_key_survives_a_mistake(alice: Client) -> None:
    form = new_matter(title="")
    assert form["request_key"] in text_of(alice.post(FORM, form))


def test_a_spoilt_request_key_is_replaced(alice: Client, people: Cast) -> None:
    assert alice.post(FORM, new_matter(request_key="rubbish")).status_code == 302
    assert len(matters_of(people.alice)) == 1


def test_no_client_has_to_be_said_in_so_many_words(alice: Client, people: Cast) -> None:
    assert alice.post(FORM, new_matter(client_is="none")).status_code == 302
    (opened,) = matters_of(people.alice)
    assert opened.client is None
    assert clients_of(people.alice) == []


def test_it_takes_a_client_who_is_there(alice: Client, people: Cast, matter: Matter) -> None:
    alice.post(FORM, new_matter(client_is="existing", client=str(matter.client_id)))
    assert matters_of(people.alice)[-1].client_id == matter.client_id
    assert len(clients_of(people.alice)) == 1


@pytest.mark.parametrize("client_id", ["rubbish", "00000000-0000-7000-8000-000000000000", "foreign"])
def test_a_client_who_is_not_the_firms_is_refused_with_a_sentence(
    charlie: Client, people: Cast, matter: Matter, client_id: str
) -> None:
    wanted = str(matter.client_id) if client_id == "foreign" else client_id
    answer = charlie.post(FORM, new_matter(client_is="existing", client=wanted))
    assert answer.status_code == 422
    assert errors(answer)["client_search"] == ["This client is no longer here. Search again and choose one."]
    assert matters_of(people.charlie) == []


def test_an_existing_client_has_to_be_chosen(alice: Client) -> None:
    answer = alice.post(FORM, new_matter(client_is="existing"))
    assert errors(answer)["client_search"] == ["Search for the client and choose one, or enter a new client."]


@pytest.mark.parametrize("words", ["Johnson", "dana john", "DANA@example.com", "303 555 0134"])
def test_the_search_finds_clients_as_radio_buttons(alice: Client, matter: Matter, words: str) -> None:
    fragment = text_of(alice.get("/clients/search/", {"client_search": words}, headers=HTMX))
    assert f'value="{matter.client_id}"' in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize("words", ["", "x\x00y", "'; DROP TABLE", "x" * 5000])
def test_the_search_takes_any_text(alice: Client, words: str) -> None:
    assert alice.get("/clients/search/", {"client_search": words}).status_code == 200


def test_the_search_shows_nobody_of_another_firm(charlie: Client, matter: Matter) -> None:
    assert "Nobody found" in text_of(charlie.get("/clients/search/", {"client_search": "Johnson"}))


def test_without_scripts_the_search_button_shows_the_form_again(alice: Client, people: Cast, matter: Matter) -> None:
    typed = new_matter(title="", client_is="existing", client_search="johnson")
    answer = alice.post(FORM, {**typed, "search": "1"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert f'value="{matter.client_id}"' in page
    assert "Boulder" in page
    assert typed["request_key"] in page
    assert "field-error" not in page
    assert len(matters_of(people.alice)) == 1


def test_enter_in_the_search_field_searches(alice: Client, people: Cast, matter: Matter) -> None:
    answer = alice.post(FORM, new_matter(client_is="existing", client_search="johnson"))
    assert answer.status_code == 200
    assert f'value="{matter.client_id}"' in text_of(answer)
    assert len(matters_of(people.alice)) == 1


@pytest.mark.parametrize("reached_by", [{"email": "DANA@example.com"}, {"phone": "303-555-0134", "email": ""}])
def test_a_client_with_the_same_address_is_asked_about(
    alice: Client, people: Cast, matter: Matter, reached_by: dict[str, str]
) -> None:
    answer = alice.post(FORM, new_matter(**reached_by))
    assert answer.status_code == 422
    assert "Is it the same person?" in text_of(answer)
    assert "Yes, use Dana Johnson" in text_of(answer)
    assert len(matters_of(people.alice)) == 1


def test_use_this_client_takes_the_one_who_is_there(alice: Client, people: Cast, matter: Matter) -> None:
    twin = str(matter.client_id)
    alice.post(FORM, new_matter(email="dana@example.com", same_person=twin, asked_about=twin))
    assert matters_of(people.alice)[-1].client_id == matter.client_id
    assert len(clients_of(people.alice)) == 1


def test_somebody_else_is_created_when_it_was_said(alice: Client, people: Cast, matter: Matter) -> None:
    twin = str(matter.client_id)
    alice.post(FORM, new_matter(email="dana@example.com", same_person="apart", asked_about=twin))
    assert str(matters_of(people.alice)[-1].client) == "Rosa Ortiz"
    assert len(clients_of(people.alice)) == 2


def test_the_answer_about_one_client_does_not_count_for_another(alice: Client, people: Cast, matter: Matter) -> None:
    cast.open_dana(people.alice, client=cast.NewClient(first_name="Ana", last_name="Ruiz", email="ana@example.com"))
    twin = str(matter.client_id)
    answer = alice.post(FORM, new_matter(email="ana@example.com", phone="", same_person="apart", asked_about=twin))
    assert answer.status_code == 422
    assert "Yes, use Ana Ruiz" in text_of(answer)
