"""A real browser before the real servers: web, worker, database and sandbox, all on this machine."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, sync_playwright

from casehug.ops import local_postgres, stack
from casehug.ops.demo.people import seed
from casehug.ops.stack import Stack
from tests.databases import own_folder
from tests.journeys.visitor import Visitor

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # One process walks all journeys, so that the servers are started once.
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("journeys"))


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI") and os.geteuid() == 0:
            pytest.fail("Chromium is missing although root may install it: the journeys must run here.")
        pytest.skip("Chromium is not installed, so this journey was not walked.")
    return found


@pytest.fixture(scope="session")
def house(chromium: str) -> Iterator[Stack]:
    with (
        own_folder("journeys") as folder,
        stack.running(
            folder.resolve(),
            name="casehug_journeys",
            web_port=0,
            sandbox_port=0,
            postgres=local_postgres.FAST_AND_LOSSY,
            prepare=seed,
        ) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    # Not for the session: while it runs, Django takes every other test of this process for asynchronous code.
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    yield started
    started.close()


@pytest.fixture
def visitor(house: Stack, browser: Browser) -> Iterator[Visitor]:
    """Somebody at a fresh browser. The test fails on any script error or anything the content policy blocked."""
    context = browser.new_context(base_url=house.web_url, viewport=WIDE)
    context.set_default_timeout(10_000)
    page: Page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    yield Visitor(page, house)
    context.close()
    assert complaints == []


@pytest.fixture
def phone(house: Stack, browser: Browser) -> Iterator[Visitor]:
    """The client's phone: a browser of its own, with nothing of the firm in it."""
    context = browser.new_context(base_url=house.web_url, viewport=PHONE, locale="es-US")
    context.set_default_timeout(10_000)
    yield Visitor(context.new_page(), house)
    context.close()
