"""The editor of case types: each small form saves a new version; a wrong one says what is wrong and keeps the text."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from casehug.intake.models import ChecklistItem, TemplateVersion
from casehug.intake.queries.templates import current_template
from casehug.intake.template_edits import question_at
from casehug.intake.templates import Condition, Kind, Template, Text
from casehug.kit.clock import ManualClock
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.case_types import BOATS, boats
from tests.cast import Cast
from tests.web.conftest import Drain
from tests.web.walks import messages_of, new_matter, text_of

DIVORCE = "divorce-standard"
SAVED = "Saved as version {}; matters that are open keep theirs."
PASSPORT = {
    "name_en": "Passport",
    "name_es": "Pasaporte",
    "why_en": "Shows your citizenship.",
    "why_es": "Demuestra su ciudadanía.",
    "category": "Identification",
    "required": "on",
}
CAPTAIN = {"label_en": "Who is the captain?", "label_es": "¿Quién es el capitán?"}
NO_LINES = {"options-TOTAL_FORMS": "0", "options-INITIAL_FORMS": "0"}


@pytest.fixture(autouse=True)
def own(people: Cast) -> str:
    """The firm's own case type: version 2, since its questions were changed once."""
    return boats(people.alice)


def now(actor: Actor, key: str = BOATS) -> Template:
    with firm_scope(actor.firm_id):
        return current_template(key).template


def latest(actor: Actor, key: str = BOATS) -> int:
    with firm_scope(actor.firm_id):
        found = TemplateVersion.objects.filter(case_type=key).order_by("-number").first()
    return found.number if found else 0


def send(
    browser: Client, page: str, /, *place: str | int, case_type: str = BOATS, number: int = 2, **fields: str
) -> Any:
    kind = fields.pop("kind", "")
    address = reverse(page, args=[case_type, *place]) + (f"?kind={kind}" if kind else "")
    return browser.post(address, {"number": str(number), **fields})


def lines(*options: tuple[str, str, str], before: int = 0) -> dict[str, str]:
    """The option lines of a choice as a browser sends them."""
    sent = {"options-TOTAL_FORMS": str(len(options)), "options-INITIAL_FORMS": str(before)}
    for at, option in enumerate(options):
        sent |= {f"options-{at}-{name}": words for name, words in zip(("key", "en", "es"), option, strict=True)}
    return sent


# The list


def test_the_list_tells_what_is_shipped_edited_and_own(alice: Client, people: Cast) -> None:
    send(alice, "offer_template", case_type="custody-only", number=1, do="hide")
    page = text_of(alice.get(reverse("templates")))
    assert "Divorce — Standard" in page
    assert page.count("Your own") == 1
    assert page.count("Edited") == 1
    assert page.count("Hidden") == 1
    assert "Alice Hartwell" in page


def test_the_list_counts_matters(alice: Client, people: Cast) -> None:
    cast.open_dana(people.bob)
    assert '<td data-label="Matters" class="figures">1</td>' in text_of(alice.get(reverse("templates")))


def test_the_settings_lead_there(alice: Client) -> None:
    assert f'href="{reverse("templates")}"' in text_of(alice.get(reverse("integrations")))


# Documents


def test_it_adds_a_document(alice: Client, people: Cast) -> None:
    answer = send(alice, "new_document", **PASSPORT, states="tx, CO")
    assert answer.headers["Location"] == reverse("template", args=[BOATS]) + "#document-passport"
    added = now(people.alice).documents[-1]
    assert (added.key, added.name, added.why) == (
        "passport",
        Text("Passport", "Pasaporte"),
        Text("Shows your citizenship.", "Demuestra su ciudadanía."),
    )
    assert (added.required, added.states, added.category) == (True, ("CO", "TX"), "Identification")
    assert SAVED.format(3) in messages_of(alice)


def test_two_documents_of_one_name_get_keys_of_their_own(alice: Client, people: Cast) -> None:
    send(alice, "new_document", **PASSPORT)
    send(alice, "new_document", number=3, **PASSPORT)
    assert [document.key for document in now(people.alice).documents[-2:]] == ["passport", "passport-2"]


def test_it_changes_a_document_and_keeps_its_key(alice: Client, people: Cast) -> None:
    send(alice, "template_document", "photo-id", **PASSPORT)
    first = now(people.alice).documents[0]
    assert (first.key, first.name.en) == ("photo-id", "Passport")


def test_the_form_holds_what_is_there(alice: Client, people: Cast) -> None:
    page = text_of(alice.get(reverse("template_document", args=[BOATS, "photo-id"])))
    assert now(people.alice).documents[0].name.es in page
    assert '<input type="hidden" name="number" value="2">' in page


BAD_DOCUMENTS = [
    ({"name_en": ""}, "Enter the name."),
    ({"name_es": " "}, "Enter the name in Spanish."),
    ({"name_en": "x" * 121}, "This is too long: at most 120 characters."),
    ({"why_en": ""}, "Say why it is needed."),
    ({"category": ""}, "Enter the category."),
    ({"states": "CO, Texas"}, "TEXAS is no state. Use postal codes like CO, TX."),
    ({"name_en": "a\u202eb"}, "has characters that cannot be stored."),
    ({"name_en": "a\x00b"}, "Null characters are not allowed."),
]


@pytest.mark.parametrize(("changes", "words"), BAD_DOCUMENTS)
def test_it_says_what_is_wrong_with_a_document(
    alice: Client, people: Cast, changes: dict[str, str], words: str
) -> None:
    answer = send(alice, "new_document", **{**PASSPORT, **changes})
    page = text_of(answer)
    assert answer.status_code == 422
    assert words in page
    # What was typed is still there.
    assert "Demuestra su ciudadanía." in page
    assert latest(people.alice) == 2


def test_markup_in_a_text_stays_text(alice: Client) -> None:
    send(alice, "new_document", **{**PASSPORT, "name_en": "<b>Pass</b>", "category": "<i>x</i>"})
    for name in ("template", "template_preview", "new_document"):
        page = text_of(alice.get(reverse(name, args=[BOATS])))
        assert "<b>Pass" not in page
        assert "<i>x" not in page


@pytest.mark.parametrize(("do", "place"), [("down", 1), ("up", 0), ("nonsense", 0)])
def test_it_moves_a_document(alice: Client, people: Cast, do: str, place: int) -> None:
    send(alice, "arrange_document", "photo-id", do=do)
    assert [document.key for document in now(people.alice).documents].index("photo-id") == place


def test_it_hides_a_document_and_shows_it_again(alice: Client, people: Cast) -> None:
    send(alice, "arrange_document", "photo-id", do="hide")
    matter = cast.open_dana(people.bob, case_type=BOATS)
    send(alice, "arrange_document", "photo-id", do="show", number=3)
    assert not now(people.alice).documents[0].hidden
    with firm_scope(people.firm_id):
        assert not ChecklistItem.objects.filter(matter=matter, key="photo-id").exists()


def test_nothing_changed_is_no_new_version(alice: Client, people: Cast) -> None:
    send(alice, "arrange_document", "photo-id", do="up")
    assert latest(people.alice) == 2
    assert "Nothing changed, so there is no new version." in messages_of(alice)


# Two editors


def test_the_second_of_two_editors_is_told_and_keeps_the_text(alice: Client, people: Cast) -> None:
    send(alice, "arrange_document", "photo-id", do="hide")
    answer = send(alice, "new_document", **PASSPORT)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Somebody else saved this case type while you were editing." in page
    assert "Pasaporte" in page
    # Sent again, the form starts from what is there now, and nothing of the other's is lost.
    assert '<input type="hidden" name="number" value="3">' in page
    send(alice, "new_document", number=3, **PASSPORT)
    documents = now(people.alice).documents
    assert (documents[0].hidden, documents[-1].key) == (True, "passport")


@pytest.mark.parametrize("number", ["1", "", "x", "99999999999", "٣"])
def test_a_button_that_starts_from_another_version_does_nothing(alice: Client, people: Cast, number: str) -> None:
    alice.post(reverse("arrange_document", args=[BOATS, "photo-id"]), {"number": number, "do": "hide"})
    assert latest(people.alice) == 2
    assert "Somebody else saved this case type" in messages_of(alice)


# Sections and questions


def test_it_adds_and_renames_a_section(alice: Client, people: Cast) -> None:
    send(alice, "new_section", title_en="Crew", title_es="Tripulación")
    send(alice, "template_section", "boats", number=3, title_en="Vessels", title_es="Naves")
    sections = now(people.alice).sections
    assert [(section.key, section.title.en) for section in sections] == [("boats", "Vessels"), ("crew", "Crew")]
    assert len(sections[0].questions) == 3


def test_a_section_needs_both_languages(alice: Client, people: Cast) -> None:
    answer = send(alice, "new_section", title_en="Crew", title_es="")
    assert (answer.status_code, latest(people.alice)) == (422, 2)
    assert "Enter the title in Spanish." in text_of(answer)


def test_it_moves_a_section_and_removes_an_empty_one(alice: Client, people: Cast) -> None:
    send(alice, "new_section", title_en="Crew", title_es="Tripulación")
    send(alice, "arrange_section", "crew", number=3, do="up")
    assert [section.key for section in now(people.alice).sections] == ["crew", "boats"]
    send(alice, "arrange_section", "crew", number=4, do="remove")
    send(alice, "arrange_section", "boats", number=5, do="remove")
    assert [section.key for section in now(people.alice).sections] == ["boats"]
    assert "Only an empty section can be removed." in messages_of(alice)


PLAIN = sorted(set(Kind) - {Kind.CHOICE, Kind.CHOICES, Kind.GROUP})


@pytest.mark.parametrize("kind", PLAIN)
def test_it_adds_a_question_of_every_plain_kind(alice: Client, people: Cast, kind: Kind) -> None:
    send(alice, "new_question", "boats", kind=kind, **CAPTAIN, hint_en="Or you?", hint_es="¿O usted?", required="on")
    added = now(people.alice).sections[0].questions[-1]
    assert (added.key, added.kind, added.required) == ("who-is-the-captain", kind, True)
    assert (added.label.es, added.hint.es) == ("¿Quién es el capitán?", "¿O usted?")


@pytest.mark.parametrize("kind", [Kind.CHOICE, Kind.CHOICES])
def test_it_adds_a_choice(alice: Client, people: Cast, kind: Kind) -> None:
    options = lines(("", "Me", "Yo"), ("", "", ""), ("", "Somebody else", "Otra persona"))
    send(alice, "new_question", "boats", kind=kind, **CAPTAIN, **options)
    added = now(people.alice).sections[0].questions[-1]
    assert [(option.key, option.label.es) for option in added.options] == [
        ("me", "Yo"),
        ("somebody-else", "Otra persona"),
    ]


def test_it_adds_a_group_with_its_first_question(alice: Client, people: Cast) -> None:
    fields = {"first_en": "Name", "first_es": "Nombre", "first_kind": "short"}
    answer = send(alice, "new_question", "boats", kind="group", **CAPTAIN, **fields)
    assert answer.headers["Location"] == reverse("template_question", args=[BOATS, "who-is-the-captain"])
    added = now(people.alice).sections[0].questions[-1]
    assert [(field.key, field.label.es) for field in added.fields] == [("name", "Nombre")]


def test_it_adds_to_a_group(alice: Client, people: Cast) -> None:
    answer = send(alice, "new_group_question", "fleet", kind="date", label_en="Built", label_es="Construido")
    assert answer.headers["Location"] == reverse("template_question", args=[BOATS, "fleet"]) + "#question-built"
    assert [field.key for field in question_at(now(people.alice), "fleet").fields] == ["name", "built"]


def test_a_group_holds_no_group_and_no_secret(alice: Client, people: Cast) -> None:
    for kind in ("group", "secret"):
        assert send(alice, "new_group_question", "fleet", kind=kind, **CAPTAIN).status_code == 422
    assert latest(people.alice) == 2


def test_only_a_group_has_questions_of_its_own(alice: Client) -> None:
    assert alice.get(reverse("new_group_question", args=[BOATS, "owns"])).status_code == 404


def test_it_offers_the_kinds_first(alice: Client) -> None:
    page = text_of(alice.get(reverse("new_question", args=[BOATS, "boats"])))
    assert all(f'href="?kind={kind}"' in page for kind in Kind)


def test_it_changes_a_question_inside_a_group(alice: Client, people: Cast) -> None:
    send(alice, "template_question", "fleet.name", label_en="Ship's name", label_es="Nombre del barco", required="on")
    field = question_at(now(people.alice), "fleet.name")
    assert (field.label.en, field.required, field.kind) == ("Ship's name", True, Kind.SHORT)


def test_changing_a_group_keeps_its_questions(alice: Client, people: Cast) -> None:
    send(alice, "template_question", "fleet", **CAPTAIN, show_if="owns=no")
    fleet = question_at(now(people.alice), "fleet")
    assert [field.key for field in fleet.fields] == ["name"]
    assert fleet.show_if == Condition("owns", ("no",))


def test_a_question_can_depend_on_an_earlier_one(alice: Client, people: Cast) -> None:
    send(alice, "template_question", "harbour", **CAPTAIN, show_if="owns=yes")
    assert question_at(now(people.alice), "harbour").show_if == Condition("owns", ("yes",))
    page = text_of(alice.get(reverse("template_questions", args=[BOATS])))
    assert "if “Do you own a boat?” is Yes" in page


@pytest.mark.parametrize("show_if", ["harbour=x", "owns=perhaps", "owns", "=", "gone=yes"])
def test_it_depends_on_nothing_else(alice: Client, people: Cast, show_if: str) -> None:
    answer = send(alice, "template_question", "harbour", **CAPTAIN, show_if=show_if)
    assert (answer.status_code, latest(people.alice)) == (422, 2)
    assert "Choose answers from the list." in text_of(answer)


def test_it_depends_on_one_question_only(alice: Client, people: Cast) -> None:
    send(alice, "new_question", "boats", kind="yes_no", label_en="Sails?", label_es="¿Velas?")
    send(alice, "arrange_question", "sails", number=3, do="up")
    address = reverse("template_question", args=[BOATS, "harbour"])
    answer = alice.post(address, {"number": "4", **CAPTAIN, "show_if": ["owns=yes", "sails=yes"]})
    assert (answer.status_code, latest(people.alice)) == (422, 4)
    assert "Tick answers of one question only." in text_of(answer)


def crew(browser: Client) -> None:
    """A second section, before the one with the boats. The case type is at version 4 then."""
    send(browser, "new_section", title_en="Crew", title_es="Tripulación")
    send(browser, "arrange_section", "crew", number=3, do="up")


def test_it_moves_a_question_to_another_section(alice: Client, people: Cast) -> None:
    crew(alice)
    send(alice, "template_question", "harbour", number=4, section="crew", label_en="Harbour", label_es="Puerto")
    found = [(section.key, [question.key for question in section.questions]) for section in now(people.alice).sections]
    assert found == [("crew", ["harbour"]), ("boats", ["owns", "fleet"])]


def test_a_question_stays_behind_what_it_depends_on(alice: Client, people: Cast) -> None:
    crew(alice)
    answer = send(alice, "template_question", "fleet", number=4, section="crew", **CAPTAIN, show_if="owns=yes")
    assert (answer.status_code, latest(people.alice)) == (422, 4)
    assert "depends on “Do you own a boat?”, which must be a visible choice or yes/no question before it." in text_of(
        answer
    )


def test_a_section_that_is_not_there_is_refused(alice: Client, people: Cast) -> None:
    crew(alice)
    answer = send(alice, "template_question", "harbour", number=4, section="deck", **CAPTAIN)
    assert (answer.status_code, latest(people.alice)) == (422, 4)
    assert "Choose a section from the list." in text_of(answer)


def test_it_changes_the_kind_of_a_question(alice: Client, people: Cast) -> None:
    options = lines(("", "North", "Norte"), ("", "South", "Sur"))
    send(alice, "template_question", "harbour", kind="choice", **CAPTAIN, **options)
    changed = question_at(now(people.alice), "harbour")
    assert (changed.kind, [option.key for option in changed.options]) == (Kind.CHOICE, ["north", "south"])
    send(alice, "template_question", "harbour", kind="long", number=3, **CAPTAIN)
    changed = question_at(now(people.alice), "harbour")
    assert (changed.kind, changed.options) == (Kind.LONG, ())


def test_it_becomes_a_group_with_its_first_question(alice: Client, people: Cast) -> None:
    fields = {"first_en": "Name", "first_es": "Nombre", "first_kind": "short"}
    send(alice, "template_question", "harbour", kind="group", **CAPTAIN, **fields)
    changed = question_at(now(people.alice), "harbour")
    assert (changed.kind, changed.required, [field.key for field in changed.fields]) == (Kind.GROUP, False, ["name"])


@pytest.mark.parametrize(
    ("kind", "words"),
    [("short", "which must be a visible choice or yes/no question"), ("choice", "depends on an answer that")],
)
def test_a_question_that_others_depend_on_keeps_its_answers(alice: Client, people: Cast, kind: str, words: str) -> None:
    options = lines(("", "One", "Uno"), ("", "Two", "Dos"))
    answer = send(alice, "template_question", "owns", kind=kind, **CAPTAIN, **options)
    assert (answer.status_code, latest(people.alice)) == (422, 2)
    assert words in text_of(answer)


def test_a_group_stays_a_group(alice: Client, people: Cast) -> None:
    answer = send(alice, "template_question", "fleet", kind="short", **CAPTAIN)
    assert (answer.status_code, latest(people.alice)) == (422, 2)
    assert "A repeated group stays one" in text_of(answer)


def test_a_question_inside_a_group_becomes_no_secret(alice: Client, people: Cast) -> None:
    answer = send(alice, "template_question", "fleet.name", kind="secret", **CAPTAIN)
    assert (answer.status_code, latest(people.alice)) == (422, 2)
    assert "?kind=secret" not in text_of(answer)


def test_a_question_that_others_depend_on_is_not_hidden(alice: Client, people: Cast) -> None:
    send(alice, "arrange_question", "owns", do="hide")
    assert latest(people.alice) == 2
    assert "Question “Your boats” depends on “Do you own a boat?”" in messages_of(alice)


def test_nor_moved_behind_them(alice: Client, people: Cast) -> None:
    send(alice, "arrange_question", "owns", do="down")
    assert latest(people.alice) == 2


def test_it_moves_and_hides_questions(alice: Client, people: Cast) -> None:
    send(alice, "arrange_question", "harbour", do="up")
    send(alice, "arrange_question", "harbour", do="hide", number=3)
    there = now(people.alice)
    assert [question.key for question in there.sections[0].questions] == ["owns", "harbour", "fleet"]
    assert [question.key for question in there.questions()] == ["owns", "fleet"]


def test_the_last_question_of_a_group_stays(alice: Client, people: Cast) -> None:
    send(alice, "arrange_question", "fleet.name", do="hide")
    assert latest(people.alice) == 2
    assert "a repeated group asks at least one question for each entry" in messages_of(alice)


BAD_QUESTIONS = [
    ("short", {"label_es": ""}, "Enter the question in Spanish."),
    ("short", {"label_en": "x" * 301}, "This is too long: at most 300 characters."),
    ("short", {"hint_en": "Only in English"}, "Write the hint in both languages, or in none."),
    ("choice", NO_LINES, "give at least two options to choose from."),
    ("choice", lines(("", "Me", "Yo")), "give at least two options to choose from."),
    ("choices", lines(("", "Me", "")), "Write the option in both languages."),
    ("group", {"first_kind": "short", "first_en": "Name", "first_es": ""}, "Enter the first question in Spanish."),
    ("group", {"first_kind": "group", "first_en": "Name", "first_es": "Nombre"}, "Select a valid choice."),
]


@pytest.mark.parametrize(("kind", "changes", "words"), BAD_QUESTIONS)
def test_it_says_what_is_wrong_with_a_question(
    alice: Client, people: Cast, kind: str, changes: dict[str, str], words: str
) -> None:
    answer = send(alice, "new_question", "boats", kind=kind, **{**CAPTAIN, **changes})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert latest(people.alice) == 2


def test_a_choice_without_its_lines_is_refused(alice: Client, people: Cast) -> None:
    assert send(alice, "new_question", "boats", kind="choice", **CAPTAIN).status_code == 422
    assert latest(people.alice) == 2


def test_an_option_keeps_its_key_when_its_words_change(alice: Client, people: Cast) -> None:
    options = lines(("", "Me", "Yo"), ("", "You", "Usted"))
    send(alice, "new_question", "boats", kind="choice", **CAPTAIN, **options)
    changed = lines(("me", "Myself", "Yo mismo"), ("you", "", ""), ("", "Me", "Yo"), ("made-up", "X", "Y"), before=2)
    send(alice, "template_question", "who-is-the-captain", number=3, **CAPTAIN, **changed)
    options_now = question_at(now(people.alice), "who-is-the-captain").options
    assert [(option.key, option.label.en) for option in options_now] == [("me", "Myself"), ("me-2", "Me"), ("x", "X")]


# Name and use


def test_it_renames(alice: Client, people: Cast) -> None:
    send(alice, "template_about", name="Ships", practice_area="Business", minutes="25")
    there = now(people.alice)
    assert (there.key, there.name, there.practice_area, there.minutes) == (BOATS, "Ships", "Business", 25)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Enter the name."),
        ({"name": "divorce — standard"}, "There is a case type of this name already."),
        ({"practice_area": "Maritime"}, "Choose a practice area from the list."),
        ({"minutes": "0"}, "Say how long it takes, from 1 to 240 minutes."),
        ({"minutes": "soon"}, "Enter a whole number of minutes."),
    ],
)
def test_it_says_what_is_wrong_with_the_name(alice: Client, people: Cast, changes: dict[str, str], words: str) -> None:
    fields = {"name": "Ships", "practice_area": "Business", "minutes": "25", **changes}
    answer = send(alice, "template_about", **fields)
    assert (answer.status_code, latest(people.alice)) == (422, 2)
    assert words in text_of(answer)


def test_it_copies_under_a_new_name(alice: Client, people: Cast) -> None:
    answer = alice.post(reverse("copy_template", args=[DIVORCE]), {"copy-name": "Divorce with ships"})
    assert answer.headers["Location"] == reverse("template", args=["own-divorce-with-ships"])
    copy, original = now(people.alice, "own-divorce-with-ships"), now(people.alice, DIVORCE)
    assert (copy.documents, copy.sections) == (original.documents, original.sections)


def test_a_copy_of_a_taken_name_is_refused(alice: Client) -> None:
    answer = alice.post(reverse("copy_template", args=[DIVORCE]), {"copy-name": "boats"})
    assert answer.status_code == 422
    assert "There is a case type of this name already." in text_of(answer)
    assert 'value="boats"' in text_of(answer)


def test_new_matters_are_offered_the_own_and_not_the_hidden(alice: Client, bob: Client) -> None:
    send(alice, "offer_template", case_type=DIVORCE, number=1, do="hide")
    page = text_of(bob.get(reverse("new_matter")))
    assert f'value="{BOATS}"' in page
    assert f'value="{DIVORCE}"' not in page
    answer = bob.post(reverse("new_matter"), new_matter(case_type=DIVORCE))
    assert answer.status_code == 422
    assert "Choose a case type from the list." in text_of(answer)
    send(alice, "offer_template", case_type=DIVORCE, number=2, do="show")
    assert f'value="{DIVORCE}"' in text_of(bob.get(reverse("new_matter")))


def test_a_matter_of_the_own_case_type_opens(bob: Client, people: Cast) -> None:
    bob.post(reverse("new_matter"), new_matter(case_type=BOATS))
    page = text_of(bob.get(reverse("matters")))
    assert "Boats" in page


def test_it_restores_what_is_shipped(alice: Client, people: Cast) -> None:
    shipped = now(people.alice, DIVORCE)
    send(alice, "arrange_document", "photo-id", case_type=DIVORCE, number=1, do="hide")
    assert "Restore the shipped version" in text_of(alice.get(reverse("template_about", args=[DIVORCE])))
    send(alice, "restore_template", case_type=DIVORCE, number=2)
    assert (now(people.alice, DIVORCE), latest(people.alice, DIVORCE)) == (shipped, 3)
    assert "Restore the shipped version" not in text_of(alice.get(reverse("template_about", args=[DIVORCE])))


def test_an_own_one_has_nothing_to_restore(alice: Client) -> None:
    send(alice, "restore_template")
    assert "there is no shipped version to go back to" in messages_of(alice)


# Who, and what is not there


NO_PLACES = ["nothing", "fleet.nothing", "nothing.name", "fleet.", ".", "a\x00b", str(UUID(int=7))]


@pytest.mark.parametrize("place", NO_PLACES)
def test_a_question_that_is_not_there(alice: Client, place: str) -> None:
    assert alice.get(reverse("template_question", args=[BOATS, place])).status_code == 404
    assert send(alice, "arrange_question", place, do="up").status_code == 404


@pytest.mark.parametrize("name", ["template_document", "arrange_document", "template_section", "arrange_section"])
def test_a_piece_that_is_not_there(alice: Client, name: str) -> None:
    assert send(alice, name, "nothing", do="up").status_code == 404


def test_another_firm_cannot_change_it(charlie: Client, people: Cast) -> None:
    assert send(charlie, "arrange_document", "photo-id", do="hide").status_code == 404
    assert latest(people.alice) == 2


def test_an_edit_stays_in_its_firm(alice: Client, people: Cast) -> None:
    send(alice, "arrange_document", "photo-id", case_type=DIVORCE, number=1, do="hide")
    assert [now(actor, DIVORCE).documents[0].hidden for actor in (people.alice, people.charlie)] == [True, False]


# Where matters go in Lawmatics


def test_the_own_case_type_is_placed_too(alice: Client, connected: Cast, run: Drain, time: ManualClock) -> None:
    page = text_of(alice.get(reverse("lawmatics")))
    assert '<th scope="row">Boats</th> <td data-label="Stage">New Lead</td>' in page
