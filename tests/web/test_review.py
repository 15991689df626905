"""Reviewing in place: pictures of documents, rejecting with a message, approving all, and the client's answers."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from casehug.audit.models import Entry
from casehug.intake.models import Document, Matter
from casehug.intake.queries.review import answers_of
from casehug.intake.services.answers import save_answer
from casehug.intake.services.review import REASONS
from casehug.intake.templates import Kind
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import documents
from tests.cast import Cast
from tests.web.walks import HTMX, documents_of, first_item, hand_in, text_of

SSN = "123-45-6789"


@pytest.fixture
def document(alice: Client, people: Cast, matter: Matter) -> Document:
    hand_in(alice, first_item(people.alice, matter), documents.pdf("passport.pdf"))
    (handed_in,) = documents_of(people.alice, matter)
    return handed_in


@pytest.fixture
def secret(people: Cast, matter: Matter) -> str:
    """The key of the matter's secret question, answered by the client."""
    with firm_scope(people.firm_id):
        rows = [row for section in answers_of(people.alice, matter) for row in section.rows]
        key = next(row.question.key for row in rows if row.question.kind == Kind.SECRET)
        save_answer(Actor.client(people.firm_id), matter=matter, question=key, value=SSN, revision=None)
    return key


def entries(people: Cast, action: str) -> list[Entry]:
    with firm_scope(people.firm_id):
        return list(Entry.objects.filter(action=action).order_by("id"))


def state_of(people: Cast, document: Document) -> tuple[str, str]:
    with firm_scope(people.firm_id):
        found = Document.objects.get(id=document.id)
    return found.state, found.reject_message


def reject(browser: Client, document: Document, **typed: object) -> object:
    options = {"headers": typed.pop("headers")} if "headers" in typed else {}
    return browser.post(reverse("reject_document", args=[document.id]), typed, **options)


# Pictures


def test_a_page_is_shown_as_a_picture_and_it_is_recorded_who_looked(
    bob: Client, people: Cast, document: Document
) -> None:
    answer = bob.get(reverse("document_page", args=[document.id, 1]))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    (entry,) = entries(people, "document.viewed")
    assert (entry.actor_id, entry.subject_id) == (people.bob.user_id, document.id)
    assert entry.details == {"how": "preview", "page": 1}


@pytest.mark.parametrize("page", [0, 2, 99999])
def test_a_page_that_is_not_there_is_not_found(bob: Client, document: Document, page: int) -> None:
    assert bob.get(reverse("document_page", args=[document.id, page])).status_code == 404


def test_a_thumbnail_is_a_small_picture(bob: Client, document: Document) -> None:
    answer = bob.get(reverse("document_thumbnail", args=[document.id]))
    assert answer.content.startswith(b"\x89PNG")
    assert int.from_bytes(answer.content[16:20]) <= 240


def test_what_cannot_be_drawn_is_offered_as_a_download(bob: Client, people: Cast, matter: Matter) -> None:
    hand_in(bob, first_item(people.bob, matter), SimpleUploadedFile("list.txt", b"Some words.\n"))
    (handed_in,) = documents_of(people.bob, matter)
    page = text_of(bob.get(reverse("matter", args=[matter.id]), {"review": str(handed_in.id)}))
    assert "There is no preview of this kind of file." in page
    assert bob.get(reverse("document_thumbnail", args=[handed_in.id])).status_code == 404


def test_a_download_is_recorded(bob: Client, people: Cast, document: Document) -> None:
    bob.get(reverse("document", args=[document.id]))
    assert [entry.details for entry in entries(people, "document.viewed")] == [{"how": "download"}]


def test_the_document_opens_beside_what_was_asked_for(alice: Client, matter: Matter, document: Document) -> None:
    page = text_of(alice.get(reverse("matter", args=[matter.id]), {"review": str(document.id)}))
    assert reverse("document_page", args=[document.id, 1]) in page
    for words in ("Reject and tell the client", "The client sees this message.", REASONS[0].text.en):
        assert words in page


@pytest.mark.parametrize("query", [{"review": "x"}, {"review": str(uuid4())}, {"page": "-1"}, {"page": "9" * 30}])
def test_what_makes_no_sense_opens_nothing(alice: Client, matter: Matter, query: dict[str, str]) -> None:
    answer = alice.get(reverse("matter", args=[matter.id]), query)
    assert answer.status_code == 200
    assert "Reject and tell the client" not in text_of(answer)


# Rejecting


def test_it_rejects_with_a_reason_and_own_words(ann: Client, people: Cast, matter: Matter, document: Document) -> None:
    answer = reject(ann, document, reason="incomplete", message="  Page 2 please. ")
    assert answer.headers["Location"] == f"/matters/{matter.id}/#item-{document.item_id}"
    message = f"{REASONS[1].text.en} Page 2 please."
    assert state_of(people, document) == ("rejected", message)
    assert message in text_of(ann.get(reverse("matter", args=[matter.id])))
    assert len(entries(people, "document.rejected")) == 1


def test_the_reason_is_sent_in_the_client_s_language(ann: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        assert matter.client
        matter.client.language = "es"
        matter.client.save(update_fields=["language"])
        document = documents.hand_in(people.bob, matter, key="photo-id")
    reject(ann, document, reason="blurry")
    assert state_of(people, document) == ("rejected", REASONS[0].text.es)


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [({}, "Choose a reason or write what is wrong"), ({"message": "z" * 501}, "The message is too long")],
)
def test_without_a_fitting_message_nothing_is_rejected(
    ann: Client, people: Cast, document: Document, headers: dict[str, str], typed: dict[str, str], sentence: str
) -> None:
    answer = reject(ann, document, headers=headers, **typed)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert typed.get("message", "") in text_of(answer)
    assert state_of(people, document) == ("uploaded", "")


def test_by_htmx_a_rejection_answers_with_the_changed_parts(ann: Client, document: Document) -> None:
    answer = text_of(reject(ann, document, reason="old", headers=HTMX))
    for part in (f"item-{document.item_id}", "progress", "status", "messages"):
        assert f'id="{part}"' in answer
    assert "<html" not in answer


def test_what_was_approved_meanwhile_is_not_rejected(ann: Client, people: Cast, document: Document) -> None:
    ann.post(reverse("approve_document", args=[document.id]))
    answer = reject(ann, document, reason="old")
    assert answer.status_code == 422
    assert "does not wait for review any more" in text_of(answer)
    assert state_of(people, document) == ("approved", "")


# Approving all


def test_it_approves_all_that_was_on_the_page(ann: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        seen = [documents.hand_in(people.bob, matter, key=key) for key in ("photo-id", "tax-returns")]
    page = text_of(ann.get(reverse("matter", args=[matter.id])))
    assert "Approve all 2 waiting documents" in page
    with firm_scope(people.firm_id):
        unseen = documents.hand_in(people.bob, matter, key="pay-stubs")
    ann.post(reverse("approve_all", args=[matter.id]), {"seen": [str(one.id) for one in seen] + ["x"]})
    assert [state_of(people, one)[0] for one in (*seen, unseen)] == ["approved", "approved", "uploaded"]
    assert "2 documents approved." in text_of(ann.get("/"))


def test_approving_all_when_nothing_waits_says_so(ann: Client, matter: Matter) -> None:
    ann.post(reverse("approve_all", args=[matter.id]))
    assert "Nothing waited for review any more." in text_of(ann.get("/"))


# Answers


def test_answers_are_shown_in_words(bob: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        rows = [row for section in answers_of(people.alice, matter) for row in section.rows]
        dated = next(row.question.key for row in rows if row.question.kind == Kind.DATE)
        client = Actor.client(people.firm_id)
        save_answer(client, matter=matter, question=dated, value="05/31/1985", revision=None)
    page = text_of(bob.get(reverse("matter_answers", args=[matter.id])))
    assert "May 31, 1985" in page
    assert "Not answered yet" in page


def test_a_secret_is_masked_for_everybody(alice: Client, bob: Client, matter: Matter, secret: str) -> None:
    for browser in (alice, bob):
        page = text_of(browser.get(reverse("matter_answers", args=[matter.id])))
        assert "•••••6789" in page
        assert "12345" not in page
    assert reverse("show_secret", args=[matter.id, secret]) not in page  # no button for staff


def test_lawyers_see_a_secret_and_that_is_recorded(ann: Client, people: Cast, matter: Matter, secret: str) -> None:
    answer = ann.post(reverse("show_secret", args=[matter.id, secret]))
    assert "123456789" in text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    (entry,) = entries(people, "answer.revealed")
    assert (entry.actor_id, entry.details) == (people.ann.user_id, {"question": secret})
    assert "123456789" not in text_of(ann.get(reverse("matter_answers", args=[matter.id])))


def test_staff_do_not_see_a_secret(bob: Client, people: Cast, matter: Matter, secret: str) -> None:
    assert bob.post(reverse("show_secret", args=[matter.id, secret])).status_code == 403
    assert entries(people, "answer.revealed") == []


def test_a_secret_that_is_not_there_is_not_found(alice: Client, matter: Matter) -> None:
    for question in ("ssn", "no-such-question"):
        assert alice.post(reverse("show_secret", args=[matter.id, question])).status_code == 404


def test_a_stranger_cannot_tell_a_secret_from_none(charlie: Client, matter: Matter, secret: str) -> None:
    theirs = charlie.post(reverse("show_secret", args=[matter.id, secret]))
    made_up = charlie.post(reverse("show_secret", args=[uuid4(), secret]))
    assert (theirs.status_code, theirs.content) == (404, made_up.content)
