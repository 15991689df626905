"""Photos become one document, and documents are drawn for the reviewer."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from casehug.intake import previews
from casehug.intake.errors import BadInput, NotAllowed, NotFound
from casehug.intake.models import ChecklistItem, Document, Matter
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.documents import PDF, bytes_of
from tests.intake import strange_files as made
from tests.intake.arrivals import combine, whole


@pytest.fixture
def matter(people: Cast) -> Matter:
    return cast.open_dana(people.bob)


@pytest.fixture
def item(people: Cast, matter: Matter) -> ChecklistItem:
    with firm_scope(people.firm_id):
        return ChecklistItem.objects.get(matter=matter, key="photo-id")


@pytest.fixture
def dana(people: Cast) -> Actor:
    return Actor.client(people.firm_id)


def photo(kind: str, colour: str, *, turned: bool = False) -> bytes:
    """A wide photo of one colour, with the place it was taken at."""
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1
    exif[0x010F] = "CanaryCam"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (39.0, 44.0, 21.0)
    out = io.BytesIO()
    made.picture(kind)  # HEIC opener registered
    Image.new("RGB", (400, 200), colour).save(out, kind, exif=exif.tobytes())
    return out.getvalue()


def test_photos_become_one_pdf_in_order_and_upright(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    photos = [
        whole(dana, item, photo("JPEG", "red", turned=True), name="1.jpg"),
        whole(dana, item, photo("PNG", "lime"), name="2.png"),
        whole(dana, item, photo("HEIF", "blue"), name="3.heic"),
    ]
    document = combine(dana, item, [photos[2], photos[0], photos[1]])
    content = bytes_of(document)
    pages = PdfReader(io.BytesIO(content)).pages
    assert (document.content_type, document.provided_by, document.file_name) == ("application/pdf", "client", "3.pdf")
    assert [page.mediabox.width > page.mediabox.height for page in pages] == [True, False, True]
    colours = [
        Image.open(io.BytesIO(previews.page_image(document, n, 100))).convert("RGB").getpixel((20, 20))
        for n in (1, 2, 3)
    ]
    assert previews.page_count(document) == 3
    with firm_scope(people.firm_id):
        parts = list(document.parts.order_by("position").values_list("id", flat=True))
    strongest = [max(range(3), key=lambda band: colour[band]) for colour in colours]  # type: ignore[index,misc,arg-type]
    assert strongest == [2, 0, 1]
    assert parts == [photos[2].id, photos[0].id, photos[1].id]
    for told in (b"CanaryCam", b"Exif", b"GPS"):
        assert told not in content


def test_the_photos_themselves_stay_as_they_were(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    original = photo("JPEG", "red")
    kept = whole(dana, item, original, name="1.jpg")
    combine(dana, item, [kept])
    assert bytes_of(kept) == original


def test_only_waiting_photos_of_one_item_are_combined(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    scan, shot = whole(dana, item, PDF, name="a.pdf"), whole(dana, item, made.jpeg(), name="b.jpg")
    with firm_scope(people.firm_id):
        other = ChecklistItem.objects.filter(matter_id=item.matter_id).exclude(id=item.id)[0]
    for wrong, at in (([], item), ([scan], item), ([shot, scan], item), ([shot], other), ([shot] * 51, item)):
        with pytest.raises(BadInput):
            combine(dana, at, wrong)
    combine(dana, item, [shot])
    fresh = whole(dana, item, made.jpeg(), name="c.jpg")
    with firm_scope(people.firm_id):
        before = set(Document.objects.values_list("id", flat=True))
    with pytest.raises(NotAllowed):
        combine(dana, item, [fresh, shot])
    with firm_scope(people.firm_id):
        assert set(Document.objects.values_list("id", flat=True)) == before
        fresh.refresh_from_db()
        assert fresh.part_of_id is None


@pytest.mark.parametrize(("name", "content"), [("a.jpg", made.jpeg), ("a.png", made.png), ("a.heic", made.heic)])
def test_a_photo_has_a_thumbnail_that_tells_nothing_else(
    people: Cast, dana: Actor, item: ChecklistItem, name: str, content: object
) -> None:
    document = whole(dana, item, content(), name=name)  # type: ignore[operator]
    picture = Image.open(io.BytesIO(previews.thumbnail(document)))
    assert (picture.format, picture.width, picture.info) == ("PNG", 240, {})
    assert previews.page_count(document) == 1
    with pytest.raises(NotFound):
        previews.page_image(document, 2, 300)


def test_a_pdf_is_drawn_as_wide_as_asked_for(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    document = whole(dana, item, made.scan(), name="a.pdf")
    widths = [Image.open(io.BytesIO(previews.page_image(document, 1, width))).width for width in (600, 10**9, 1)]
    for page in (0, 2, -1):
        with pytest.raises(NotFound):
            previews.page_image(document, page, 300)
    assert widths == [600, 2000, 32]


def test_what_has_no_preview_says_so(people: Cast, dana: Actor, item: ChecklistItem) -> None:
    document = whole(dana, item, made.docx(), name="a.docx")
    assert previews.page_count(document) == 0
    with pytest.raises(previews.NoPreview, match="Download it instead"):
        previews.thumbnail(document)
