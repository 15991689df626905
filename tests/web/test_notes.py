"""Internal notes, and the record of a matter in words."""

from django.test import Client
from django.urls import reverse

from casehug.intake.models import InternalNote, Matter
from casehug.tenancy.scope import firm_scope
from tests import cast, documents
from tests.cast import Cast
from tests.web.walks import text_of


def notes_kept(people: Cast) -> list[InternalNote]:
    with firm_scope(people.firm_id):
        return list(InternalNote.objects.order_by("id"))


def write(browser: Client, matter: Matter, text: str) -> object:
    return browser.post(reverse("add_note", args=[matter.id]), {"text": text})


def test_a_note_is_shown_to_the_firm_and_marked_privileged(alice: Client, bob: Client, matter: Matter) -> None:
    write(bob, matter, "Ask about <b>the house</b>.")
    page = text_of(alice.get(reverse("matter_notes", args=[matter.id])))
    for words in ("Privileged: never leaves", "Ask about &lt;b&gt;the house&lt;/b&gt;.", "Bob Reyes"):
        assert words in page


def test_an_empty_note_is_answered_with_a_sentence(bob: Client, people: Cast, matter: Matter) -> None:
    answer = write(bob, matter, " ")
    assert answer.status_code == 422
    assert "Write the note first." in text_of(answer)
    assert notes_kept(people) == []


def test_a_note_that_is_too_long_is_kept_in_its_field(bob: Client, matter: Matter) -> None:
    answer = write(bob, matter, "long " * 2001)
    assert answer.status_code == 422
    assert "at most 10,000 characters" in text_of(answer)
    assert "long long long" in text_of(answer)


def test_only_the_author_deletes_a_note(alice: Client, bob: Client, people: Cast, matter: Matter) -> None:
    write(bob, matter, "Mine.")
    (note,) = notes_kept(people)
    address = reverse("delete_note", args=[note.id])
    assert address not in text_of(alice.get(reverse("matter_notes", args=[matter.id])))
    alice.post(address)
    assert notes_kept(people) == [note]
    assert "Only the person who wrote a note" in text_of(alice.get("/"))
    bob.post(address)
    assert notes_kept(people) == []


def test_the_activity_tells_what_happened_in_words(alice: Client, people: Cast, matter: Matter) -> None:
    write(alice, matter, "The password of the safe")
    with firm_scope(people.firm_id):
        document = documents.hand_in(people.bob, matter, key="photo-id")
    alice.post(reverse("approve_document", args=[document.id]))
    alice.post(reverse("assign_attorney", args=[matter.id]), {"attorney": str(people.ann.user_id)})
    alice.post(reverse("change_status", args=[matter.id]), {"status": "active"})
    page = text_of(alice.get(reverse("matter_activity", args=[matter.id])))
    for words in (
        "Matter opened",
        "Client entered",
        "Photo identification: file handed in",
        "Photo identification: approved",
        "Attorney changed to Ann Park",
        "Status changed from New to Active",
        "Internal note written",
    ):
        assert words in page
    assert "The password" not in page


def test_the_activity_is_paged(alice: Client, matter: Matter) -> None:
    for number in range(30):
        write(alice, matter, f"Note {number}")
        alice.post(reverse("retitle_matter", args=[matter.id]), {"title": f"Title {number}"})
    first = alice.get(reverse("matter_activity", args=[matter.id]))
    assert "Matter opened" not in text_of(first)
    second = alice.get(reverse("matter_activity", args=[matter.id]) + first.context["older"])
    assert "Matter opened" in text_of(second)


def test_another_matter_s_activity_is_not_told(alice: Client, people: Cast, matter: Matter) -> None:
    other = cast.open_dana(people.alice, title="Other", client=None)
    alice.post(reverse("retitle_matter", args=[other.id]), {"title": "Renamed"})
    assert "Title changed" not in text_of(alice.get(reverse("matter_activity", args=[matter.id])))
