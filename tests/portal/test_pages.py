"""Every page of the portal: languages, weight, policies, and nothing of the firm's internal side."""

import re
import tomllib
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import get_resolver

from casehug.intake import verdicts
from casehug.intake.models import IntakeLink, InternalNote, Matter
from casehug.portal.texts import all_texts
from casehug.tenancy.models import Firm
from casehug.tenancy.scope import firm_scope
from tests import documents
from tests.cast import Cast
from tests.portal.intake import item_id, page

PAGES = (
    "/portal/",
    "/portal/about/",
    "/portal/questions/about/",
    "/portal/questions/more/",
    "/portal/documents/",
    "/portal/finish/",
)
OUTSIDE = {"intake_link", None, "portal_home", "portal_open", "portal_code", "portal_leave", "portal_language"}
# Words that are the same in both languages.
SAME = {"no"}


def test_every_text_is_there_in_both_languages() -> None:
    for key, text in all_texts().items():
        assert text.en.strip(), key
        assert text.es.strip(), key
        assert (text.en != text.es) == (key not in SAME), key
        assert set(re.findall(r"{\w+}", text.en)) <= set(re.findall(r"{\w+}", text.es)), key


def test_every_text_that_a_template_names_exists() -> None:
    folder = Path(__file__).parents[2] / "src/casehug/portal/templates"
    named = {key for file in folder.rglob("*.html") for key in re.findall(r"""{% t ["'](\w+)""", file.read_text())}
    assert len(named) > 60
    assert named <= set(all_texts())


def test_every_reason_to_refuse_a_file_is_translated() -> None:
    for key, sentence in verdicts.REFUSALS.items():
        assert all_texts()[f"refusal_{key}"].en == sentence


def test_every_category_that_ships_is_translated() -> None:
    folder = Path(__file__).parents[2] / "src/casehug/intake/shipped"
    found = set()
    for file in folder.rglob("*.toml"):
        found |= set(re.findall(r'category = "([^"]+)"', file.read_text()))
        tomllib.loads(file.read_text())
    assert found
    assert all(f"category_{name.lower()}" in all_texts() for name in found)


@pytest.mark.parametrize("address", PAGES)
def test_a_spanish_page_holds_no_english_text(dana: Client, address: str) -> None:
    dana.post("/portal/language/es/")
    text = page(dana, address)
    assert '<html lang="es">' in text
    body = re.sub(r"<[^>]+>", "\n", text)
    english = {t.en for k, t in all_texts().items() if "{" not in t.en and len(t.en) > 6 and k not in SAME}
    assert [phrase for phrase in english if f"\n{phrase}\n" in body] == []


def test_it_speaks_the_client_s_language(dana: Client, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        type(matter.client).objects.update(language="es")  # type: ignore[union-attr]
    assert "Hola, Dana" in page(dana, "/portal/")


@pytest.mark.parametrize("address", PAGES)
def test_nothing_internal_is_on_any_page(dana: Client, people: Cast, matter: Matter, address: str) -> None:
    first = item_id(people.alice, matter)
    with firm_scope(people.firm_id):
        Matter.objects.filter(id=matter.id).update(title="CANARY-TITLE")
        InternalNote.objects.create(matter=matter, text="CANARY-NOTE", author_id=people.alice.user_id)
        item = matter.checklist.get(id=first)  # type: ignore[attr-defined]
        documents.upload_document(people.bob, item=item, upload=documents.pdf("CANARY-FILE.pdf"))
    text = page(dana, address)
    for canary in ("CANARY", "Johnson v.", "Alice", "Bob", "Ann Park", "secret-plan"):
        assert canary not in text


@pytest.mark.parametrize("address", PAGES)
def test_it_carries_the_policies_and_no_inline_code(dana: Client, address: str) -> None:
    answer = dana.get(address)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    text = answer.content.decode()
    assert not re.search(r" style=|<style|<script>|hx-on|javascript:| onclick", text)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_with_all_it_loads_weighs_less_than_100_kb(dana: Client, address: str) -> None:
    text = dana.get(address).content
    files = re.findall(rb'(?:href|src)="/static/([^"]+)"', text)
    weight = len(text) + sum(Path(finders.find(name.decode()) or "").stat().st_size for name in files)
    assert files
    assert weight < 100 * 1024


def test_every_other_address_is_behind_the_door(phone: Client, link: IntakeLink) -> None:
    views = [p for p in _portal_patterns() if p.name not in OUTSIDE]
    assert len(views) >= 15
    assert all(getattr(p.callback, "portal_page", False) for p in views)


def _portal_patterns() -> list[object]:
    found = []
    for resolver in get_resolver().url_patterns:
        for pattern in getattr(resolver, "url_patterns", []):
            if getattr(pattern, "lookup_str", "").startswith("casehug.portal"):
                found.append(pattern)
    return found


def test_the_firm_s_colour_is_served_only_if_it_is_one(dana: Client, people: Cast) -> None:
    with firm_scope(people.firm_id):
        Firm.objects.update(accent="#7a1f2b")
    answer = dana.get("/portal/brand.css")
    assert (answer.content, answer.headers["Content-Type"]) == (b":root { --accent: #7a1f2b; }\n", "text/css")
    with firm_scope(people.firm_id):
        Firm.objects.update(accent="red;}x{")
    assert dana.get("/portal/brand.css").content == b""


def test_a_stranger_gets_neither_colour_nor_logo(phone: Client, link: IntakeLink) -> None:
    assert [phone.get(f"/portal/{name}").status_code for name in ("brand.css", "logo")] == [302, 302]


def test_it_submits_once_and_can_come_back(dana: Client, people: Cast, matter: Matter) -> None:
    assert dana.get("/portal/done/").headers["Location"] == "/portal/finish/"
    for _ in range(2):
        assert dana.post("/portal/finish/").headers["Location"] == "/portal/done/"
    with firm_scope(people.firm_id):
        matter.refresh_from_db()
        assert matter.status == "review"
        assert matter.submitted_at is not None
    assert "Thank you!" in page(dana, "/portal/done/")
    assert "You can still add or change things" in page(dana, "/portal/")
