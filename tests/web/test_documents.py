"""Documents on the page of a matter."""

from uuid import uuid4

import pytest
from django.conf import LazySettings, settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from casehug.intake.models import ChecklistItem, Document, Matter
from casehug.tenancy.scope import firm_scope
from tests import documents
from tests.cast import Cast
from tests.web.walks import HTMX, documents_of, first_item, hand_in, text_of

TOO_LARGE = 1024 * 1024


@pytest.fixture
def item(people: Cast, matter: Matter) -> ChecklistItem:
    return first_item(people.alice, matter)


@pytest.fixture
def document(alice: Client, people: Cast, matter: Matter, item: ChecklistItem) -> Document:
    hand_in(alice, item, documents.pdf("Dana's passport.pdf"))
    (handed_in,) = documents_of(people.alice, matter)
    return handed_in


def test_the_page_lists_the_checklist_by_category_with_the_why(alice: Client, matter: Matter) -> None:
    page = text_of(alice.get(reverse("matter", args=[matter.id])))
    for words in ("Identification", "Shows the court and us", "Required documents approved", "0 of 3", "Missing"):
        assert words in page


def test_an_upload_leads_back_to_its_item(bob: Client, people: Cast, matter: Matter, item: ChecklistItem) -> None:
    answer = hand_in(bob, item)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/matters/{matter.id}/#item-{item.id}"
    assert [found.file_name for found in documents_of(people.bob, matter)] == ["scan.pdf"]
    assert "It is ready for review." in text_of(bob.get("/"))


def test_by_htmx_an_upload_answers_with_the_changed_parts(alice: Client, item: ChecklistItem) -> None:
    fragment = text_of(hand_in(alice, item, headers=HTMX))
    assert f'id="item-{item.id}"' in fragment
    for part in ("progress", "status", "lawmatics", "messages"):
        assert f'id="{part}"' in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("empty.pdf", b""), "This file is empty."),
        (SimpleUploadedFile("page.pdf", b"<html><script>alert(1)</script>"), "This kind of file is not taken."),
        (SimpleUploadedFile("run.exe", b"MZ\x90\x00\x03\x00\x00\x00"), "This kind of file is not taken."),
        (SimpleUploadedFile("all.zip", b"PK\x03\x04\x00\x00"), "Archives are not taken."),
        (SimpleUploadedFile("big.pdf", b"%PDF-1.4" + b"x" * TOO_LARGE), "This file is larger than 1 MB."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_file_that_is_not_taken_gets_a_sentence(
    alice: Client,
    people: Cast,
    matter: Matter,
    item: ChecklistItem,
    file: SimpleUploadedFile,
    sentence: str,
    headers: dict[str, str],
) -> None:
    file.seek(0)
    with override_settings(MAX_DOCUMENT_BYTES=TOO_LARGE):
        answer = hand_in(alice, item, file, headers=headers)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert f'id="error-{item.id}"' in text_of(answer)
    assert documents_of(people.alice, matter) == []


def test_an_upload_without_a_file_asks_for_one(alice: Client, item: ChecklistItem) -> None:
    answer = alice.post(reverse("upload_document", args=[item.id]))
    assert answer.status_code == 422
    assert "Choose a file first." in text_of(answer)


def test_a_failed_upload_keeps_the_others(
    alice: Client, people: Cast, matter: Matter, item: ChecklistItem, document: Document
) -> None:
    hand_in(alice, item, SimpleUploadedFile("empty.pdf", b""))
    assert documents_of(people.alice, matter) == [document]


def test_a_download_is_an_attachment_that_no_browser_runs(alice: Client, document: Document) -> None:
    answer = alice.get(reverse("document", args=[document.id]))
    assert answer.getvalue() == documents.PDF
    assert answer.headers["Content-Length"] == str(len(documents.PDF))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "passport" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_name_cannot_break_out_of_its_header(alice: Client, people: Cast, matter: Matter, item: object) -> None:
    hand_in(alice, item, SimpleUploadedFile('a"; filename="evil.html\r\nX: y.pdf', documents.PDF))
    (found,) = documents_of(people.alice, matter)
    headers = alice.get(reverse("document", args=[found.id])).headers
    assert "X" not in headers
    assert headers["Content-Disposition"].startswith("attachment;")


def test_the_bytes_lie_encrypted(document: Document, settings_used: LazySettings) -> None:
    kept = settings_used.DATA_FOLDER / "files" / document.stored_as
    assert documents.PDF not in kept.read_bytes()


@pytest.fixture
def settings_used() -> LazySettings:
    return settings


def test_an_approval_leads_back_to_its_item(alice: Client, matter: Matter, document: Document) -> None:
    answer = alice.post(reverse("approve_document", args=[document.id]))
    assert answer.headers["Location"] == f"/matters/{matter.id}/#item-{document.item_id}"
    page = text_of(alice.get(reverse("matter", args=[matter.id])))
    assert "approved by Alice Hartwell" in page
    assert "1 of 3" in page


def test_approved_twice_it_stays_approved_once(alice: Client, bob: Client, people: Cast, document: Document) -> None:
    first, second = (browser.post(reverse("approve_document", args=[document.id])) for browser in (alice, bob))
    assert (first.status_code, second.status_code) == (302, 302)
    with firm_scope(people.firm_id):
        assert Document.objects.get(id=document.id).reviewed_by_id == people.alice.user_id


def test_by_htmx_an_approval_answers_with_the_changed_parts(alice: Client, document: Document) -> None:
    answer = alice.post(reverse("approve_document", args=[document.id]), headers=HTMX)
    assert "Photo identification: approved." in text_of(answer)
    assert 'hx-swap-oob="true"' in text_of(answer)
    assert "Approve<" not in text_of(answer)


def test_a_rejected_document_is_not_approved_meanwhile(alice: Client, people: Cast, document: Document) -> None:
    with firm_scope(people.firm_id):
        Document.objects.filter(id=document.id).update(state="rejected")
    answer = alice.post(reverse("approve_document", args=[document.id]))
    assert answer.status_code == 422
    assert "This document was rejected meanwhile." in text_of(answer)


def test_the_last_required_approval_completes_the_intake(alice: Client, people: Cast, matter: Matter) -> None:
    documents.approve_all(people.alice, matter, required_only=True)
    page = text_of(alice.get(reverse("matter", args=[matter.id])))
    assert "Intake complete" in page
    assert "3 of 3" in page


def test_an_unknown_document_is_not_found(alice: Client) -> None:
    assert alice.get(reverse("document", args=[uuid4()])).status_code == 404
