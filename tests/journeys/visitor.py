"""What a person does in the browser, and a look at what they see."""

import re
from pathlib import Path
from typing import Any

import httpx2
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from casehug.ops.demo.people import PASSWORD, SignIn
from casehug.ops.stack import Stack

SHOTS = Path("screenshots")
SIZES = {"1280": ViewportSize(width=1280, height=900), "390": ViewportSize(width=390, height=844)}
LIVE_MILLISECONDS = 10_000


class Visitor:
    def __init__(self, page: Page, house: Stack) -> None:
        self.page = page
        self.house = house
        self.sandbox = httpx2.Client(base_url=house.sandbox_url, trust_env=False)

    def sign_in(self, person: SignIn) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_label("E-mail").fill(person.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def connect(self, slug: str) -> None:
        """The wizard: credentials, consent in Lawmatics, back."""
        page = self.page
        page.goto("/settings/integrations/lawmatics/")
        page.get_by_label("Client ID").fill(f"sandbox-{slug}")
        page.get_by_label("Client Secret").fill(f"sandbox-{slug}-secret")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Connect", exact=False).first.click()
        page.get_by_role("button", name="Allow").click()
        expect(page.get_by_text("Lawmatics is connected")).to_be_visible()

    def open_matter(self, title: str, *, first: str, last: str, email: str) -> None:
        page = self.page
        page.goto("/matters/new/")
        page.get_by_label("Matter title").fill(title)
        page.get_by_label("Case type").select_option("divorce-standard")
        page.get_by_label("State").select_option("CO")
        page.get_by_label("First name").fill(first)
        page.get_by_label("Last name").fill(last)
        page.get_by_label(re.compile("^E-mail")).fill(email)
        page.get_by_role("button", name="Open the matter").last.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)

    def state_of_lawmatics(self, slug: str = "hartwell") -> dict[str, Any]:
        state: dict[str, Any] = self.sandbox.get(f"/console/state/{slug}.json").json()
        return state

    def make_trouble(self, **fault: Any) -> None:
        self.sandbox.post("/console/faults.json", json=fault).raise_for_status()

    def look(self, name: str) -> None:
        """Take the page's picture at both widths, and let axe find what keeps people out."""
        for width, size in SIZES.items():
            self.page.set_viewport_size(size)
            self.page.wait_for_load_state("networkidle")
            SHOTS.mkdir(exist_ok=True)
            self.page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
            overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{name} scrolls sideways at {width} px"
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{name} at {width} px: {found.generate_report()}"
        self.page.set_viewport_size(SIZES["1280"])
