"""Answering questions: saved as typed, section by section, with and without scripts."""

import pytest
from django.test import Client

from casehug.intake.models import Matter, MatterStatus
from casehug.intake.services.answers import reveal_secret
from casehug.intake.services.matters import move_matter
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.portal.intake import answer_of, page, save, value_of

ABOUT, MORE = "/portal/questions/about/", "/portal/questions/more/"


def test_it_keeps_what_was_typed_at_once(dana: Client, people: Cast, matter: Matter) -> None:
    answer = save(dana, "full-name", value="  Dana   Johnson ")
    assert (answer.status_code, answer.json()["revision"]) == (200, 1)
    assert value_of(people.alice, matter, "full-name") == "Dana Johnson"
    assert 'value="Dana Johnson"' in page(dana, ABOUT)


def test_a_retry_after_a_lost_reply_changes_nothing(dana: Client) -> None:
    assert [save(dana, "story", value="Once").json()["revision"] for _ in range(2)] == [1, 1]


def test_the_later_of_two_tabs_is_told_what_stands_there(dana: Client, people: Cast, matter: Matter) -> None:
    save(dana, "income", value="100")
    save(dana, "income", revision=1, value="250")
    late = save(dana, "income", revision=1, value="900")
    assert late.status_code == 409
    assert (late.json()["theirs"], late.json()["revision"]) == ("250.00", 2)
    assert value_of(people.alice, matter, "income") == 25000
    assert save(dana, "income", revision=2, value="900").status_code == 200


def test_a_wrong_value_is_answered_in_the_language_of_the_page(dana: Client) -> None:
    dana.post("/portal/language/es/")
    answer = save(dana, "born", value="yesterday")
    assert answer.status_code == 422
    assert "Escriba una fecha" in answer.json()["error"]


@pytest.mark.parametrize("question", ["nothing", "secret-plan", "photo-id"])
def test_it_takes_no_answer_to_what_is_not_asked(dana: Client, question: str) -> None:
    assert save(dana, question, value="x").status_code == 404


def test_it_shows_a_question_only_if_its_condition_holds(dana: Client) -> None:
    hidden = 'data-show-if="q-married" data-show-values="yes" hidden'
    assert hidden in page(dana, ABOUT)
    save(dana, "married", value="yes")
    assert hidden not in page(dana, ABOUT)


def test_what_hangs_on_a_hidden_question_is_hidden_too(dana: Client) -> None:
    save(dana, "married", value="yes")
    save(dana, "spouse", value="Sam")
    hidden = 'data-show-if="q-spouse" data-show-values="Sam" hidden'
    assert hidden not in page(dana, ABOUT)
    save(dana, "married", revision=1, value="no")
    assert hidden in page(dana, ABOUT)


def test_a_required_question_counts_only_while_it_is_shown(dana: Client) -> None:
    save(dana, "full-name", value="Dana")
    save(dana, "married", value="yes")
    assert "1 required question open" in page(dana, "/portal/finish/")
    save(dana, "married", revision=1, value="no")
    assert "required question" not in page(dana, "/portal/finish/")


def section(**answers: str) -> dict[str, str]:
    return {"go": "next", **{f"q-{key}-revision": "0" for key in ("full-name", "income", "married")}, **answers}


def test_without_scripts_it_saves_the_section_and_goes_on(dana: Client, people: Cast, matter: Matter) -> None:
    answer = dana.post(ABOUT, section(**{"q-full-name": "Dana", "q-married": "no"}))
    assert (answer.status_code, answer.headers["Location"]) == (302, MORE)
    assert value_of(people.alice, matter, "married") is False


def test_without_scripts_it_shows_a_question_that_came_up(dana: Client) -> None:
    answer = dana.post(ABOUT, section(**{"q-full-name": "Dana", "q-married": "yes"}))
    assert answer.headers["Location"] == f"{ABOUT}#ask-spouse"


def test_a_wrong_answer_keeps_the_typing_and_saves_the_others(dana: Client, people: Cast, matter: Matter) -> None:
    answer = dana.post(ABOUT, section(**{"q-full-name": "Dana", "q-income": "a lot"}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="a lot"' in text
    assert "Enter an amount in dollars" in text
    assert value_of(people.alice, matter, "full-name") == "Dana"


def test_without_scripts_a_conflict_shows_both_values(dana: Client) -> None:
    save(dana, "income", value="250")
    answer = dana.post(ABOUT, section(**{"q-income": "900"}))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "250.00" in text
    assert 'value="900"' in text
    assert 'name="q-income-revision" value="1"' in text


CHILDREN = {
    "q-children-revision": "0",
    "q-children-count": "2",
    "q-children-0-name": "Ava",
    "q-children-0-dob": "2015-03-04",
    "q-children-1-name": "Ben",
    "q-children-1-lives-here": "no",
}


def test_it_keeps_a_group_with_its_entries(dana: Client, people: Cast, matter: Matter) -> None:
    dana.post(MORE, CHILDREN)
    kept = [{"name": "Ava", "dob": "2015-03-04"}, {"name": "Ben", "lives-here": False}]
    assert value_of(people.alice, matter, "children") == kept
    assert 'name="q-children-1-where"' in page(dana, MORE)


def test_without_scripts_it_adds_and_removes_an_entry(dana: Client, people: Cast, matter: Matter) -> None:
    added = dana.post(MORE, {**CHILDREN, "add": "children"})
    assert added.headers["Location"] == f"{MORE}?more=children#ask-children"
    assert 'name="q-children-2-name"' in page(dana, f"{MORE}?more=children")
    dana.post(MORE, {**CHILDREN, "q-children-revision": "1", "remove": "children:0"})
    assert value_of(people.alice, matter, "children") == [{"name": "Ben", "lives-here": False}]


def test_an_entry_with_a_mistake_is_marked_there(dana: Client) -> None:
    answer = dana.post(MORE, {**CHILDREN, "q-children-1-dob": "soon"})
    assert answer.status_code == 422
    assert 'id="q-children-1-dob-error"' in answer.content.decode()


def test_a_secret_is_sealed_and_never_shown_again(dana: Client, people: Cast, matter: Matter) -> None:
    assert save(dana, "ssn", value="123-45-6789").json() == {"revision": 1, "secret": True}
    for address in ("/portal/", ABOUT, MORE, "/portal/finish/"):
        assert not any(shown in page(dana, address) for shown in ("123-45-6789", "123456789", "6789"))
    kept = answer_of(people.alice, matter, "ssn")
    assert kept is not None
    assert (kept.value, b"123456789" in bytes(kept.sealed)) == (None, False)
    with firm_scope(people.firm_id):
        assert reveal_secret(people.alice, answer=kept) == "123456789"


def test_an_empty_secret_leaves_the_one_on_file(dana: Client, people: Cast, matter: Matter) -> None:
    save(dana, "ssn", value="123-45-6789")
    assert save(dana, "ssn", revision=1, value="").json() == {"revision": 1, "secret": True}
    assert "On file" in page(dana, MORE)


def test_a_wrong_secret_does_not_come_back_with_the_page(dana: Client) -> None:
    answer = dana.post(MORE, {"q-ssn-revision": "0", "q-ssn": "987-65-43"})
    assert answer.status_code == 422
    assert b"987-65" not in answer.content


def test_a_closed_matter_takes_no_more_answers(dana: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        matter.refresh_from_db()
        move_matter(people.alice, matter=matter, to=MatterStatus.DECLINED)
    answer = save(dana, "story", value="late")
    assert answer.status_code == 422
    assert "not taking changes" in answer.json()["error"]


def test_it_asks_for_the_contact_data_that_is_missing(dana: Client, people: Cast, matter: Matter) -> None:
    assert 'name="phone"' not in page(dana, "/portal/about/")
    with firm_scope(people.firm_id):
        client = matter.client
        assert client is not None
        type(client).objects.filter(id=client.id).update(phone="", phone_key="")
    assert 'name="phone"' in page(dana, "/portal/about/")
    assert dana.post("/portal/about/", {"phone": "12"}).status_code == 422
    dana.post("/portal/about/", {"phone": "(720) 555-0199", "email": "other@example.com"})
    with firm_scope(people.firm_id):
        client.refresh_from_db()
        assert (client.phone, client.email) == ("+17205550199", "dana@example.com")
