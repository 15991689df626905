"""The main job as a firm's people do it: connect, open a matter, see it in Lawmatics, get over a failure."""

import re

import pytest
from playwright.sync_api import expect

from casehug.ops.demo.people import ALICE, BOB, CHARLIE
from tests.documents import PDF
from tests.journeys.visitor import LIVE_MILLISECONDS, Visitor


@pytest.fixture
def connected(visitor: Visitor) -> Visitor:
    """Alice, signed in, with her firm connected (by whichever journey came first)."""
    visitor.sign_in(ALICE)
    visitor.page.goto("/settings/integrations/lawmatics/")
    if visitor.page.get_by_label("Client Secret").count():
        visitor.connect("hartwell")
    return visitor


def test_it_connects_with_consent(visitor: Visitor) -> None:
    """The first journey of all: the house is as the demo founds it, and nobody has connected yet."""
    visitor.page.goto("/")
    visitor.look("sign-in")
    visitor.sign_in(ALICE)
    visitor.look("home-before-connecting")
    visitor.page.goto("/settings/integrations/")
    visitor.look("integrations")
    visitor.page.goto("/settings/integrations/lawmatics/")
    visitor.look("lawmatics-wizard")
    visitor.connect("hartwell")
    visitor.page.get_by_role("button", name="Test API access").click()
    expect(visitor.page.get_by_text("Lawmatics answered")).to_be_visible()
    visitor.look("lawmatics-connected")


def test_it_shows_a_new_matter_linked_in_its_stage(connected: Visitor) -> None:
    page = connected.page
    page.goto("/matters/new/")
    connected.look("new-matter")
    connected.open_matter("Rivera v. Rivera — Divorce", first="Elena", last="Rivera", email="elena@example.com")
    expect(page.get_by_text("Family Law Intake").first).to_be_visible(timeout=LIVE_MILLISECONDS)
    connected.look("matter-linked")
    state = connected.state_of_lawmatics()
    [contact] = [row for row in state["contacts"] if row["email"] == "elena@example.com"]
    [matter] = [row for row in state["matters"] if row["contact_id"] == contact["id"]]
    assert matter["stage"] == "Family Law Intake"


def test_it_gets_over_a_failure_by_retry(connected: Visitor) -> None:
    page = connected.page
    connected.make_trouble(kind="status", method="POST", path="^/v1/prospects$", status=422, times=1)
    connected.open_matter("Okafor v. Okafor — Divorce", first="Ngozi", last="Okafor", email="ngozi@example.com")
    expect(page.get_by_text("Lawmatics did not accept the values").first).to_be_visible(timeout=LIVE_MILLISECONDS)
    connected.look("matter-held")
    matter_page = page.url
    page.goto("/settings/integrations/lawmatics/")
    connected.look("lawmatics-needs-attention")
    page.get_by_role("button", name=re.compile("^Retry")).first.click()
    page.goto(matter_page)
    expect(page.get_by_text("Family Law Intake").first).to_be_visible(timeout=LIVE_MILLISECONDS)
    titles = [row["case_title"] for row in connected.state_of_lawmatics()["matters"]]
    assert titles.count("Okafor v. Okafor — Divorce") == 1
    page.goto("/settings/integrations/lawmatics/log/")
    connected.look("sync-log")


def test_it_sends_the_note_when_staff_approve_the_documents(connected: Visitor) -> None:
    page = connected.page
    connected.open_matter("Haddad v. Haddad — Divorce", first="Samir", last="Haddad", email="samir@example.com")
    scan = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    required = page.locator("li.ask").filter(has_not=page.locator(".optional"))
    for number in range(required.count()):
        item = required.nth(number)
        item.locator("input[type=file]").set_input_files(scan)
        item.get_by_role("button", name=re.compile("^Approve")).click()
        expect(item.get_by_text("Approved", exact=True).first).to_be_visible()
    expect(page.get_by_text("Intake note added").first).to_be_visible(timeout=LIVE_MILLISECONDS)
    connected.look("matter-intake-complete")
    notes = [row for row in connected.state_of_lawmatics()["notes"] if "Intake completed" in (row["name"] or "")]
    assert any("Documents approved: 3 of 7" in row["body"] for row in notes)


def test_it_makes_one_matter_of_a_double_click(connected: Visitor) -> None:
    page = connected.page
    page.goto("/matters/new/")
    page.get_by_label("Matter title").fill("Double v. Click — Divorce")
    page.get_by_label("Case type").select_option("divorce-standard")
    page.get_by_label("State").select_option("CO")
    page.get_by_label("First name").fill("Dora")
    page.get_by_label("Last name").fill("Double")
    page.get_by_role("button", name="Open the matter").last.dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Double v. Click")
    page.goto("/matters/?q=Double")
    expect(page.get_by_role("link", name="Double v. Click — Divorce")).to_have_count(1)


def test_it_shows_the_lists(connected: Visitor) -> None:
    connected.page.goto("/matters/")
    connected.look("matters")
    connected.page.goto("/")
    connected.look("home")


def test_it_keeps_staff_out_of_the_integrations(visitor: Visitor) -> None:
    visitor.sign_in(BOB)
    answer = visitor.page.goto("/settings/integrations/lawmatics/")
    assert answer is not None
    assert answer.status == 403
    visitor.look("refused")


def test_it_tells_the_other_firm_that_its_matters_go_without_a_stage(visitor: Visitor) -> None:
    visitor.sign_in(CHARLIE)
    visitor.connect("nakamura")
    visitor.open_matter("Osei estate", first="Efua", last="Mensah", email="efua@example.com")
    expect(visitor.page.get_by_text("Sent without a stage").first).to_be_visible(timeout=LIVE_MILLISECONDS)
    visitor.look("matter-without-stage")


def test_it_works_without_scripts(visitor: Visitor) -> None:
    """The same main job with scripts off: forms and pages are enough."""
    context = visitor.page.context.browser
    assert context is not None
    plain = context.new_context(base_url=visitor.house.web_url, java_script_enabled=False)
    somebody = Visitor(plain.new_page(), visitor.house)
    somebody.sign_in(BOB)
    somebody.open_matter("Plain v. Plain — Divorce", first="Pat", last="Plain", email="pat@example.com")
    somebody.page.get_by_role("button", name="Sync to Lawmatics").or_(
        somebody.page.get_by_role("button", name="Retry")
    ).first.click()
    expect(somebody.page.get_by_role("heading", level=1)).to_contain_text("Plain v. Plain")
    plain.close()
