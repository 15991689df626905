"""When something goes wrong, the client reads it in their own language, and staff see the staff's pages."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from casehug.config.urls import handler403, handler404, handler500
from casehug.config.urls import urlpatterns as ours
from casehug.portal.shell import PortalRequest, portal_page
from tests.portal.intake import save

MISSING = UUID(int=7)
JSON = {"Accept": "application/json"}

__all__ = ["handler403", "handler404", "handler500"]


@portal_page
def breaks(request: PortalRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def breaks_outside(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


# This module as the table of addresses: ours, and views that fail.
urlpatterns = [path("portal/breaks/", breaks), path("breaks/", breaks_outside), path("", include(ours))]


@pytest.fixture
def spanish(dana: Client) -> Client:
    dana.post("/portal/language/es/")
    return dana


ASKS: dict[str, Callable[[Client], HttpResponse]] = {
    "no such address": lambda browser: browser.get("/portal/nothing-here/"),
    "no such document": lambda browser: browser.post(f"/portal/documents/{MISSING}/remove/"),
    "no such section": lambda browser: browser.get("/portal/questions/nothing/"),
}


@pytest.mark.parametrize("what", ASKS)
def test_it_says_in_the_client_s_language_that_nothing_is_here(spanish: Client, what: str) -> None:
    answer = ASKS[what](spanish)
    text = answer.content.decode()
    assert (answer.status_code, '<html lang="es">' in text, "Esto no está aquí" in text) == (404, True, True)
    assert 'href="/portal/"' in text


def test_it_says_so_in_english_to_others(dana: Client, phone: Client) -> None:
    assert b"This is not here" in dana.get("/portal/nothing-here/").content


def test_a_device_that_was_not_let_in_is_told_in_its_browser_s_language(database: object) -> None:
    answer = Client(headers={"Accept-Language": "es-MX"}).get("/portal/nothing-here/")
    assert "Esto no está aquí" in answer.content.decode()


def test_a_forged_form_is_refused_in_the_client_s_language(spanish: Client) -> None:
    spanish.handler.enforce_csrf_checks = True
    answer = spanish.post("/portal/finish/")
    text = answer.content.decode()
    assert (answer.status_code, "Esta página estuvo abierta demasiado tiempo" in text) == (403, True)


def test_the_script_is_told_of_a_forged_form_in_words(spanish: Client) -> None:
    spanish.handler.enforce_csrf_checks = True
    answer = save(spanish, "story", value="x")
    assert (answer.status_code, "no se guardó" in answer.json()["error"]) == (403, True)


@override_settings(ROOT_URLCONF="tests.portal.test_trouble")
def test_a_failure_is_told_in_the_client_s_language(spanish: Client) -> None:
    spanish.raise_request_exception = False
    answer = spanish.get("/portal/breaks/")
    assert (answer.status_code, "Algo falló de nuestro lado" in answer.content.decode()) == (500, True)
    assert spanish.get("/portal/breaks/", headers=JSON).json()["error"].startswith("Quizá")


@override_settings(ROOT_URLCONF="tests.portal.test_trouble")
def test_the_staff_s_pages_are_not_the_client_s(spanish: Client) -> None:
    spanish.raise_request_exception = False
    assert b"Something went wrong on our side" in spanish.get("/breaks/").content
    assert b"There is nothing at this address" in spanish.get("/nothing-here/").content


@pytest.mark.parametrize("address", ["/portal/nothing-here/", "/portal/questions/nothing/"])
def test_it_tells_nothing_of_the_firm(spanish: Client, address: str) -> None:
    assert "Hartwell" not in spanish.get(address).content.decode()
