"""Handing in documents, without scripts and in pieces."""

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from casehug.intake.models import Document, DocumentState, Matter, MatterStatus
from casehug.intake.services.matters import move_matter
from casehug.tenancy.scope import firm_scope
from tests import documents
from tests.cast import Cast
from tests.portal.intake import item_id, page, save, value_of

JSON = {"Accept": "application/json"}


def photo(name: str = "photo.jpg", colour: str = "navy") -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(made, "JPEG")
    return SimpleUploadedFile(name, made.getvalue(), content_type="image/jpeg")


def kept(people: Cast, matter: Matter) -> list[Document]:
    with firm_scope(people.firm_id):
        return list(Document.objects.filter(matter=matter).order_by("id"))


@pytest.fixture
def item(people: Cast, matter: Matter) -> Any:
    return item_id(people.alice, matter)


def test_without_scripts_it_takes_a_file_from_the_client(dana: Client, people: Cast, matter: Matter, item: Any) -> None:
    answer = dana.post(f"/portal/items/{item}/files/", {"file": documents.pdf("passport.pdf")})
    assert answer.headers["Location"] == f"/portal/documents/#item-{item}"
    (document,) = kept(people, matter)
    assert (document.provided_by, document.uploaded_by_id, document.file_name) == ("client", None, "passport.pdf")
    assert "passport.pdf" in page(dana, "/portal/documents/")


def test_several_photos_become_one_document(dana: Client, people: Cast, matter: Matter, item: Any) -> None:
    dana.post(f"/portal/items/{item}/files/", {"file": [photo("one.jpg"), photo("two.jpg", "red")]})
    whole = [document for document in kept(people, matter) if document.part_of_id is None]  # type: ignore[attr-defined]
    assert [document.content_type for document in whole] == ["application/pdf"]
    assert len(kept(people, matter)) == 3


def test_a_refused_file_is_explained_and_keeps_the_others(
    dana: Client, people: Cast, matter: Matter, item: Any
) -> None:
    bad = SimpleUploadedFile("page.html", b"<html><script>1</script></html>")
    dana.post("/portal/language/es/")
    answer = dana.post(f"/portal/items/{item}/files/", {"file": [documents.pdf(), bad]})
    assert answer.status_code == 422
    assert "No se acepta este tipo de archivo" in answer.content.decode()
    assert len(kept(people, matter)) == 1


def test_it_takes_a_file_in_pieces_and_goes_on_where_it_stopped(
    dana: Client, people: Cast, matter: Matter, item: Any
) -> None:
    content = documents.PDF
    begun = dana.post(f"/portal/items/{item}/uploads/", {"file_name": "scan.pdf", "size": len(content)}, headers=JSON)
    upload = f"/portal/uploads/{begun.json()['id']}"
    assert piece(dana, upload, 0, content[:20]).json()["received"] == 20
    again = piece(dana, upload, 0, content[:20])
    assert (again.status_code, again.json()["received"]) == (409, 20)
    assert dana.get(f"{upload}/", headers=JSON).json()["received"] == 20
    piece(dana, upload, 20, content[20:])
    finished = [dana.post(f"{upload}/finish/", headers=JSON).json()["document"] for _ in range(2)]
    assert finished[0] == finished[1]
    assert [document.file_name for document in kept(people, matter)] == ["scan.pdf"]


def piece(browser: Client, upload: str, offset: int, content: bytes) -> Any:
    address = f"{upload}/pieces/?offset={offset}"
    return browser.post(address, content, content_type="application/octet-stream", headers=JSON)


def test_a_piece_that_is_too_large_is_refused(dana: Client, item: Any) -> None:
    size = 3 * 1024 * 1024
    begun = dana.post(f"/portal/items/{item}/uploads/", {"file_name": "a.pdf", "size": size}, headers=JSON)
    answer = piece(dana, f"/portal/uploads/{begun.json()['id']}", 0, b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413


def test_a_file_that_is_said_to_be_too_large_is_refused_at_once(dana: Client, item: Any) -> None:
    answer = dana.post(f"/portal/items/{item}/uploads/", {"file_name": "a.pdf", "size": 10**9}, headers=JSON)
    assert answer.status_code == 422
    assert "25 MB" in answer.json()["error"]


def test_it_takes_back_a_file_before_review_and_not_after(
    dana: Client, people: Cast, matter: Matter, item: Any
) -> None:
    for _ in range(2):
        dana.post(f"/portal/items/{item}/files/", {"file": documents.pdf()})
    first, second = kept(people, matter)
    assert dana.post(f"/portal/documents/{first.id}/remove/").status_code == 302
    with firm_scope(people.firm_id):
        Document.objects.filter(id=second.id).update(state=DocumentState.APPROVED)
    assert dana.post(f"/portal/documents/{second.id}/remove/").status_code == 422
    assert [document.id for document in kept(people, matter)] == [second.id]


def test_a_file_of_staff_is_neither_shown_nor_removable(dana: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        document = documents.hand_in(people.bob, matter, key="photo-id")
    assert "scan.pdf" not in page(dana, "/portal/documents/")
    assert dana.post(f"/portal/documents/{document.id}/remove/").status_code == 404


def test_a_rejected_item_stands_on_top_with_the_message(dana: Client, people: Cast, matter: Matter, item: Any) -> None:
    dana.post(f"/portal/items/{item}/files/", {"file": documents.pdf()})
    with firm_scope(people.firm_id):
        Document.objects.update(state=DocumentState.REJECTED, reject_message="Page two is missing.")
    text = page(dana, "/portal/documents/")
    assert text.index("Page two is missing.") < text.index("p-why", text.index("Page two is missing."))
    assert text.index(f"item-{item}") < text.index("</section>")
    assert "Page two is missing." in page(dana, "/portal/")


@pytest.mark.parametrize("address", ["items/{}/files/", "items/{}/uploads/", "items/{}/combine/", "uploads/{}/finish/"])
def test_a_made_up_id_is_not_found(dana: Client, address: str) -> None:
    assert dana.post(f"/portal/{address.format(uuid4())}").status_code == 404


# --- A matter that is over --------------------------------------------------------------------------------------------


@pytest.fixture
def closed(people: Cast, matter: Matter, dana: Client) -> Client:
    """Dana's phone, let in while the matter was open."""
    with firm_scope(people.firm_id):
        move_matter(people.alice, matter=matter, to=MatterStatus.DECLINED)
    return dana


CLOSED = {
    "en": "The firm is not taking changes to this intake any more. Please call them.",
    "es": "El bufete ya no acepta cambios en este formulario. Por favor, llámelos.",
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_matter_that_is_over_takes_no_file(
    closed: Client, people: Cast, matter: Matter, item: Any, language: str
) -> None:
    closed.post(f"/portal/language/{language}/")
    whole = closed.post(f"/portal/items/{item}/files/", {"file": documents.pdf()})
    begun = closed.post(f"/portal/items/{item}/uploads/", {"file_name": "a.pdf", "size": 100}, headers=JSON)
    assert (whole.status_code, begun.status_code) == (422, 422)
    assert CLOSED[language] in whole.content.decode()
    assert CLOSED[language] in begun.json()["error"]
    assert kept(people, matter) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_matter_that_is_over_says_so_and_offers_no_upload(closed: Client, language: str) -> None:
    closed.post(f"/portal/language/{language}/")
    text = page(closed, "/portal/documents/")
    assert CLOSED[language] in text
    assert "p-send-button" not in text


def test_a_file_on_its_way_when_the_matter_ends_is_not_taken(
    dana: Client, people: Cast, matter: Matter, item: Any
) -> None:
    content = documents.PDF
    begun = dana.post(f"/portal/items/{item}/uploads/", {"file_name": "scan.pdf", "size": len(content)}, headers=JSON)
    upload = f"/portal/uploads/{begun.json()['id']}"
    piece(dana, upload, 0, content)
    with firm_scope(people.firm_id):
        move_matter(people.alice, matter=matter, to=MatterStatus.DECLINED)
    answer = dana.post(f"{upload}/finish/", headers=JSON)
    assert CLOSED["en"] in answer.json()["error"]
    assert kept(people, matter) == []


def test_a_matter_that_is_over_takes_no_answer(closed: Client, people: Cast, matter: Matter) -> None:
    answer = save(closed, "story", value="One more thing")
    assert (answer.status_code, answer.json()["error"]) == (422, CLOSED["en"])
    assert value_of(people.alice, matter, "story") is None


def test_the_firm_itself_can_still_add_a_file(closed: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        documents.hand_in(people.bob, matter, key="photo-id")
    assert len(kept(people, matter)) == 1
