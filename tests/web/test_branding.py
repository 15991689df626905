"""Settings, Branding: a colour that can be read on, and a logo that is nothing but a picture."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from casehug.tenancy.branding import contrast_with_white
from casehug.tenancy.models import Firm
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.web.walks import text_of

PAGE, LOGO = "/settings/branding/", "/settings/branding/logo/"


def firm(people: Cast) -> Firm:
    with firm_scope(people.firm_id):
        return Firm.objects.get()


def picture(size: tuple[int, int] = (900, 300), kind: str = "PNG", mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 200 if mode in {"L", "P"} else None).save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises more than anybody could unpack."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def send(browser: Client, content: bytes, name: str = "logo.png") -> object:
    return browser.post(LOGO, {"logo": SimpleUploadedFile(name, content, content_type="image/png")})


def test_it_keeps_the_colour(alice: Client, people: Cast) -> None:
    assert alice.post(PAGE, {"accent": " #7A1F2B "}).status_code == 302
    assert firm(people).accent == "#7a1f2b"
    assert "--brand: #7a1f2b" in text_of(alice.get("/settings/branding/accent.css"))


def test_no_colour_means_ours(alice: Client, people: Cast) -> None:
    alice.post(PAGE, {"accent": "#7a1f2b"})
    alice.post(PAGE, {"accent": ""})
    assert firm(people).accent == ""
    assert "--brand: #1f5d63" in text_of(alice.get("/settings/branding/accent.css"))


@pytest.mark.parametrize(
    ("accent", "sentence"),
    [
        ("#ffcc00", "hard to read: its contrast is 1.5"),
        ("#777777", "hard to read: its contrast is 4.4"),
        ("red", "Write the colour as # and six digits"),
        ("#12345", "Write the colour as # and six digits"),
        ("#12345g", "Write the colour as # and six digits"),
        ("#123456;}*{x:y", "Write the colour as # and six digits"),
        ("#" + "1" * 40, "Write the colour as # and six digits"),
    ],
)
def test_it_refuses_a_colour_at_the_field(alice: Client, people: Cast, accent: str, sentence: str) -> None:
    answer = alice.post(PAGE, {"accent": accent})
    assert answer.status_code == 422
    assert sentence in text_of(answer) and 'href="#id_accent"' in text_of(answer)
    assert firm(people).accent == ""


@pytest.mark.parametrize(("accent", "contrast"), [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54)])
def test_it_reckons_contrast_as_wcag_does(accent: str, contrast: float) -> None:
    assert contrast_with_white(accent) == pytest.approx(contrast, abs=0.01)


@pytest.mark.parametrize(
    "content",
    [
        picture(),
        picture(kind="JPEG"),
        picture(kind="WEBP"),
        picture(mode="RGBA"),
        picture(mode="L"),
        picture(mode="P"),
        picture(size=(10, 10)),
        picture(size=(4000, 3000)),
    ],
)
def test_it_draws_the_logo_anew_as_a_small_png(alice: Client, people: Cast, content: bytes) -> None:
    assert send(alice, content).status_code == 302  # type: ignore[attr-defined]
    kept = Image.open(BytesIO(bytes(firm(people).logo or b"")))
    assert kept.format == "PNG" and kept.width <= 600 and kept.height <= 200
    assert "data:image/png;base64," in text_of(alice.get(PAGE))


def test_it_keeps_the_shape(alice: Client, people: Cast) -> None:
    send(alice, picture(size=(1200, 300)))
    assert Image.open(BytesIO(bytes(firm(people).logo or b""))).size == (600, 150)


def test_nothing_else_of_the_file_is_kept(alice: Client, people: Cast) -> None:
    send(alice, picture(kind="JPEG", comment=b"c4nary") + b"<script>c4nary</script>")
    kept = bytes(firm(people).logo or b"")
    assert kept and b"c4nary" not in kept


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "An SVG file has to be saved as PNG."),
        (b"%PDF-1.4", "This is not a PNG, JPEG or WebP picture"),
        (picture()[:200], "This is not a PNG, JPEG or WebP picture"),
        (picture(kind="GIF", mode="P"), "This is not a PNG, JPEG or WebP picture"),
        (picture(kind="TIFF"), "This is not a PNG, JPEG or WebP picture"),
        (bomb(50_000, 50_000), "The picture has too many points."),
        (bomb(4001, 3001), "The picture has too many points."),
        (bomb(100, 100), "This is not a PNG, JPEG or WebP picture"),
        (picture() + b"x" * 2 * 1024 * 1024, "larger than 2 MB"),
        (b"", "The file is empty."),
    ],
)
def test_it_refuses_what_is_no_logo(alice: Client, people: Cast, content: bytes, sentence: str) -> None:
    answer = send(alice, content)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert sentence in text_of(answer) and 'href="#id_logo"' in text_of(answer)
    assert firm(people).logo is None


def test_no_file_is_told_too(alice: Client) -> None:
    assert "Choose a picture first." in text_of(alice.post(LOGO))


def test_the_logo_can_be_removed(alice: Client, people: Cast) -> None:
    send(alice, picture())
    alice.post("/settings/branding/logo/remove/")
    assert firm(people).logo is None
    assert "data:image/png" not in text_of(alice.get(PAGE))
