"""The main job, walked over real HTTP as a new user's browser would: no shortcut into the database or the engine."""

import re
import time
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urljoin

import httpx2

from casehug.ops.demo.people import ALICE, PASSWORD

PDF = (
    b"%PDF-1.4\n"
    b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n"
    b"trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n186\n%%EOF\n"
)
LAND_SECONDS = 20.0


class WalkFailed(Exception):
    """A step did not do what it should. The text says which."""


@dataclass(frozen=True)
class Landed:
    """One record that stands in Lawmatics: how long after the form was sent, and how many calls it took."""

    kind: str
    lawmatics_id: str
    stage: str
    milliseconds: int
    calls: int


class Browser:
    """Just enough of one: keeps cookies, follows redirects to pages, sends the forms that it finds on a page."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.http = httpx2.Client(base_url=base_url, timeout=20.0, trust_env=False)
        self.page = ""
        self.url = base_url

    def open(self, path: str) -> None:
        self._follow(self.http.get(urljoin(self.url, path)))

    def submit(self, path: str, values: dict[str, str], *, file: tuple[str, bytes, str] | None = None) -> None:
        """Send the form of the current page whose action is `path`, with its hidden fields and these values."""
        fields = {**self._hidden_fields(path), **values}
        files = {"file": file} if file else None
        self._follow(self.http.post(urljoin(self.url, path), data=fields, files=files, headers={"Referer": self.url}))

    def _hidden_fields(self, path: str) -> dict[str, str]:
        form = re.search(rf'<form[^>]*action="(?:[^"]*{re.escape(path)})"[^>]*>(.*?)</form>', self.page, re.S)
        if form is None:
            raise WalkFailed(f"the page {self.url} has no form for {path}")
        inputs = [tag for tag in re.findall(r"<input[^>]*>", form[1]) if 'type="hidden"' in tag]
        return {_attribute(tag, "name"): _attribute(tag, "value") for tag in inputs}

    def _follow(self, answer: httpx2.Response) -> None:
        hops = 0
        while answer.is_redirect and hops < 10:
            answer = self.http.get(urljoin(str(answer.url), answer.headers["location"]))
            hops += 1
        if answer.status_code != 200:
            raise WalkFailed(f"{answer.request.method} {answer.url.path} answered {answer.status_code}")
        self.url, self.page = str(answer.url), answer.text


def walk(web_url: str, sandbox_url: str) -> list[Landed]:
    """Sign in, connect with consent, open a divorce matter for a new client, approve its documents.

    Answers what stands in Lawmatics then. Raises WalkFailed.
    """
    browser = Browser(web_url)
    sign_in(browser)
    connect(browser)
    remote = Remote(sandbox_url)
    remote.wait_until_quiet()
    calls = remote.state()["requests"]
    browser.open("/matters/new/")
    started = time.monotonic()
    open_matter(browser)
    contact = remote.wait_for("contacts", lambda row: row["email"] == "dana.johnson@example.com")
    matter = remote.wait_for("matters", lambda row: row["contact_id"] == contact["id"])
    landed_ms = _milliseconds(started)
    used = remote.state()["requests"] - calls
    started = approve_required(browser)
    note = remote.wait_for("notes", lambda row: row["notable_id"] == contact["id"])
    note_ms = _milliseconds(started)
    note_calls = remote.state()["requests"] - calls - used
    return [
        Landed("contact", str(contact["id"]), "", landed_ms, used - 1),
        Landed("matter", str(matter["id"]), matter["stage"] or "none", landed_ms, 1),
        Landed("note", str(note["id"]), "", note_ms, note_calls),
    ]


def sign_in(browser: Browser) -> None:
    browser.open("/accounts/login/")
    browser.submit("/accounts/login/", {"login": ALICE.email, "password": PASSWORD})


def connect(browser: Browser) -> None:
    browser.open("/settings/integrations/lawmatics/")
    credentials = {"client_id": "sandbox-hartwell", "client_secret": "sandbox-hartwell-secret"}
    browser.submit("/settings/integrations/lawmatics/credentials/", credentials)
    browser.submit("/settings/integrations/lawmatics/connect/", {})
    browser.submit("/oauth/authorize", {"decision": "allow", "user_id": _selected(browser.page)})
    if "Lawmatics is connected" not in unescape(browser.page):
        raise WalkFailed("the firm was not connected after the consent")


def open_matter(browser: Browser) -> None:
    browser.submit(
        "/matters/new/",
        {
            "title": "Johnson v. Johnson — Divorce",
            "case_type": "divorce-standard",
            "state": "CO",
            "county": "Denver",
            "client_is": "new",
            "first_name": "Dana",
            "last_name": "Johnson",
            "email": "dana.johnson@example.com",
            "phone": "(303) 555-0134",
        },
    )


def approve_required(browser: Browser) -> float:
    """Hand in and approve a document for each required item, as the page offers them; when the last one was sent."""
    matter_page = browser.url
    started = time.monotonic()
    required = [item for item in _items(browser.page) if 'class="optional"' not in item]
    for address in [_action(item, "/upload/") for item in required]:
        browser.submit(address, {}, file=("scan.pdf", PDF, "application/pdf"))
        browser.open(matter_page)
        started = time.monotonic()
        browser.submit(_action(browser.page, "/approve/"), {})
        browser.open(matter_page)
    return started


def _items(page: str) -> list[str]:
    return page.split('<li class="ask"')[1:]


def _action(page: str, ending: str) -> str:
    found = re.search(rf'action="([^"]+{ending})"', page)
    if found is None:
        raise WalkFailed(f"the matter's page offers no form that ends in {ending}")
    return found[1]


class Remote:
    """What stands in the sandbox."""

    def __init__(self, sandbox_url: str) -> None:
        self.http = httpx2.Client(base_url=sandbox_url, timeout=10.0, trust_env=False)

    def state(self) -> dict[str, Any]:
        answer = self.http.get("/console/state/hartwell.json")
        state: dict[str, Any] = answer.json()
        return state

    def wait_until_quiet(self) -> None:
        """Until the firm's settings have been read after connecting: no new request for a while."""
        before = -1
        for _ in range(40):
            now = self.state()["requests"]
            if now == before and now > 2:
                return
            before = now
            time.sleep(0.25)

    def wait_for(self, kind: str, fits: Any) -> dict[str, Any]:
        deadline = time.monotonic() + LAND_SECONDS
        while time.monotonic() < deadline:
            found = [row for row in self.state()[kind] if fits(row)]
            if found:
                row: dict[str, Any] = found[-1]
                return row
            time.sleep(0.01)
        raise WalkFailed(f"no {kind.removesuffix('s')} of the new matter appeared in Lawmatics")


def _selected(page: str) -> str:
    chosen = re.search(r'<option value="(\d+)" selected', page)
    return chosen[1] if chosen else ""


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def _milliseconds(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
