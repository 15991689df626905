"""A day at the firm's desk: reviewing with htmx, the settings with a slip of the pen in each, a client found again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from casehug.ops.demo.people import ALICE
from casehug.ops.stack import Stack
from tests.journeys.conftest import PHONE, WIDE
from tests.journeys.test_portal import link_from_the_outbox, photo
from tests.journeys.visitor import LIVE_MILLISECONDS, Visitor

DESK = "Desk v. Desk — Divorce"


@pytest.fixture(scope="module")
def signed_in(house: Stack, browser: Browser) -> Iterator[BrowserContext]:
    """Alice signs in once for all journeys of this file."""
    context = browser.new_context(base_url=house.web_url, viewport=WIDE)
    context.set_default_timeout(10_000)
    Visitor(context.new_page(), house).sign_in(ALICE)
    yield context
    context.close()


@pytest.fixture
def alice(signed_in: BrowserContext, house: Stack) -> Iterator[Visitor]:
    page, complaints = signed_in.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    yield Visitor(page, house)
    page.close()
    assert complaints == []


@pytest.fixture
def somebody(house: Stack, browser: Browser) -> Iterator[Visitor]:
    """Somebody else at a browser of their own."""
    context = browser.new_context(base_url=house.web_url, viewport=PHONE)
    context.set_default_timeout(10_000)
    yield Visitor(context.new_page(), house)
    context.close()


def save(page: Page, name: str = "Save") -> None:
    page.get_by_role("button", name=name, exact=True).click()


def refused(page: Page, label: str | re.Pattern[str]) -> Locator:
    """The sentence beside the field, found the way a screen reader finds it: from the field."""
    field = page.get_by_label(label, exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = (field.get_attribute("aria-describedby") or "").split()
    return page.locator(",".join(f"#{name}" for name in described if name.endswith("error")))


def told(page: Page, sentence: str) -> None:
    expect(page.locator("#messages")).to_contain_text(sentence)


# The review, on one page that is never loaded anew


def test_it_reviews_side_by_side_without_leaving_the_page(alice: Visitor) -> None:
    page = alice.page
    alice.open_matter(DESK, first="Dora", last="Desk", email="dora@example.com")
    items = [page.locator("li.ask").nth(number) for number in range(4)]
    page.evaluate("window.stayed = true")
    for number, colour in enumerate(("navy", "teal", "olive", "maroon")):
        items[number].locator("input[type=file]").set_input_files(photo(colour))  # type: ignore[arg-type]
        expect(items[number].locator(".paper")).to_be_visible()
    first = items[0]
    first.get_by_role("link", name=re.compile("^Review")).click()
    picture, side = first.locator(".review-picture"), first.locator(".review-side")
    expect(picture.locator("img")).to_be_visible()
    wide = picture.bounding_box(), side.bounding_box()
    page.set_viewport_size(PHONE)
    narrow = picture.bounding_box(), side.bounding_box()
    page.set_viewport_size(WIDE)
    assert wide[0] and wide[1] and narrow[0] and narrow[1]
    assert wide[1]["x"] >= wide[0]["x"] + wide[0]["width"]
    assert narrow[1]["y"] >= narrow[0]["y"] + narrow[0]["height"]

    # Nothing chosen: told beside the form. Then a common message, an approval, and the rest at once.
    first.get_by_role("button", name="Reject and tell the client").click()
    expect(first.locator(".field-error")).to_be_visible()
    first.locator("select[name=reason]").select_option(index=1)
    common = first.locator("select[name=reason] option:checked").inner_text()
    first.get_by_role("button", name="Reject and tell the client").click()
    expect(first.locator(".paper-message")).to_contain_text(common)
    items[1].get_by_role("button", name=re.compile("^Approve")).click()
    expect(items[1].get_by_text("Approved", exact=True).first).to_be_visible()
    assert page.evaluate("window.stayed")
    page.reload()
    page.get_by_text(re.compile("^Approve all")).first.click()
    page.get_by_role("button", name=re.compile("^Approve all")).click()
    expect(items[2].get_by_text("Approved", exact=True).first).to_be_visible()
    alice.look("matter-reviewed")


# A wrong code, five times


def test_it_locks_a_strange_device_and_tells_the_firm(alice: Visitor, phone: Visitor, somebody: Visitor) -> None:
    page = alice.page
    alice.open_matter("Lock v. Lock — Divorce", first="Lola", last="Lock", email="lola@example.com")
    matter_page = page.url
    page.locator("#link").get_by_role("button", name=re.compile("^Send")).click()
    expect(page.locator("#link")).to_contain_text("Sent")
    address = link_from_the_outbox(alice, "lola@example.com")
    for device in (phone, somebody):
        device.page.goto(address)
        device.page.locator("form[action$='/open/'] button").click()
    strange = somebody.page
    somebody.look("portal-code")
    expect(strange.locator("#code")).to_be_visible()
    for _ in range(5):
        strange.locator("#code").fill("000000")
        strange.locator("form[action$='/code/'] button").click()
        expect(strange.locator("#code-error")).to_be_visible()
    somebody.look("portal-code-locked")
    expect(strange.locator("#code-error")).to_contain_text("30")
    # The phone that was let in before stays in; the firm is told, on the page and by e-mail.
    phone.page.reload()
    expect(phone.page.locator("#code")).to_have_count(0)
    page.goto(f"{matter_page}activity/")
    expect(page.get_by_text("Wrong codes entered too often")).to_be_visible()
    for _ in range(40):
        page.goto("/outbox/")
        if page.get_by_text("link is locked for a while").count():
            break
        page.wait_for_timeout(250)
    expect(page.get_by_text("link is locked for a while").first).to_be_visible()


# The settings


def test_it_keeps_the_firm_s_profile_and_says_what_is_wrong_at_the_field(alice: Visitor) -> None:
    page = alice.page
    page.goto("/settings/firm/")
    email = re.compile("^E-mail")
    page.get_by_label(email).fill("office")
    save(page)
    expect(refused(page, email)).to_contain_text("Enter an e-mail address like office@firm.com.")
    alice.look("settings-firm-refused")
    page.get_by_label(email).fill("office@hartwell.example")
    save(page)
    told(page, "Saved.")


def test_it_keeps_the_notifications(alice: Visitor) -> None:
    page = alice.page
    page.goto("/settings/notifications/")
    switch = page.locator("input[name=tell_submitted]")
    before = switch.is_checked()
    switch.set_checked(not before)
    save(page)
    told(page, "Saved.")
    assert page.locator("input[name=tell_submitted]").is_checked() != before


def test_it_invites_changes_and_shuts_out_somebody(alice: Visitor, somebody: Visitor) -> None:
    page, address = alice.page, "nina@hartwell.example"
    page.goto("/settings/team/")
    page.get_by_label("Name", exact=True).fill("Nina Park")
    page.get_by_label("Role", exact=True).select_option("attorney")
    page.get_by_label("E-mail", exact=True).fill("nina")
    save(page, "Send the invitation")
    expect(refused(page, "E-mail")).to_be_visible()
    page.get_by_label("E-mail", exact=True).fill(address)
    save(page, "Send the invitation")
    told(page, "An invitation is on its way")

    nina = somebody.page
    nina.goto(link_from_the_outbox(alice, address))
    somebody.look("invitation")
    for field in nina.locator("input[type=password]").all():
        field.fill("a wholly new phrase")
    nina.get_by_role("button", name=re.compile("^Save the")).click()
    nina.goto("/accounts/login/")
    nina.get_by_label("E-mail").fill(address)
    nina.get_by_label("Password").fill("a wholly new phrase")
    nina.get_by_role("button", name="Sign in").click()
    expect(nina.get_by_role("heading", level=1)).to_be_visible()
    assert nina.goto("/settings/team/").status == 403  # type: ignore[union-attr]

    page.goto("/settings/team/")
    member = page.locator("li.line", has_text=address)
    member.get_by_text("Change").first.click()
    member.get_by_label("Role of Nina Park").select_option("admin")
    member.get_by_role("button", name="Save role").click()
    told(page, "Nina Park is now")
    assert nina.goto("/settings/team/").status == 200  # type: ignore[union-attr]
    member.get_by_text("Change").first.click()
    member.get_by_role("button", name="Disable").click()
    told(page, "Nina Park is shut out")
    nina.goto("/matters/")
    expect(nina).to_have_url(re.compile("/accounts/login/"))


def test_it_keeps_a_logo_and_refuses_a_pale_colour(alice: Visitor) -> None:
    page = alice.page
    page.goto("/settings/branding/")
    colour = page.locator("input[name=accent]")
    colour.fill("#ffff99")
    save(page, "Save colour")
    expect(page.locator(".field-invalid .field-error").first).to_contain_text("4.5")
    alice.look("settings-branding-refused")
    logo = {**photo("navy"), "name": "logo.jpg"}
    page.locator("input[type=file]").set_input_files(logo)  # type: ignore[arg-type]
    save(page, "Save logo")
    told(page, "The logo is saved.")
    expect(page.locator(".brand-bar img")).to_be_visible()


def test_it_makes_a_case_type_of_the_firm_s_own(alice: Visitor) -> None:
    page = alice.page
    page.goto("/settings/templates/custody-only/about/")
    page.get_by_label("Name of the copy").fill("Custody at the desk")
    save(page, "Copy")
    page.get_by_role("link", name="Add a document").click()
    page.get_by_label("Name", exact=True).fill("Passport")
    save(page)
    expect(refused(page, "Name in Spanish")).to_contain_text("Enter the name in Spanish.")
    alice.look("template-document-refused")
    for label, words in {
        "Name in Spanish": "Pasaporte",
        "Why it is needed": "Shows your citizenship.",
        "Why, in Spanish": "Demuestra su ciudadanía.",
        "Category": "Identification",
    }.items():
        page.get_by_label(label, exact=True).fill(words)
    save(page)
    added = page.locator("#document-passport")
    names = page.locator("[id^=document-] h3 a")
    last = names.count() - 1
    page.get_by_role("button", name="Move Passport up").click()
    expect(names.nth(last - 1)).to_have_text("Passport")
    page.get_by_role("button", name="Hide Passport").click()
    expect(added.get_by_text("Hidden")).to_be_visible()

    # A question moves to another section and becomes another kind; then it is all taken back.
    page.goto("/settings/templates/own-custody-at-the-desk/questions/")
    page.locator("[id^=question-] a").first.click()
    page.get_by_role("link", name="Change the kind").click()
    alice.look("template-kinds")
    page.get_by_role("link", name="Long text").click()
    page.get_by_label("Section", exact=True).select_option(index=1)
    save(page)
    told(page, "Saved as version 5")
    page.get_by_role("link", name="Versions").first.click()
    alice.look("template-versions")
    page.get_by_role("link", name="Version 4").click()
    alice.look("template-version")
    save(page, "Start from this version again")
    told(page, "Saved as version 6")


# A client who is there already


def test_it_finds_a_client_inline_and_notices_one_that_is_there(alice: Visitor) -> None:
    page = alice.page
    alice.open_matter("Desk v. Lake", first="Nora", last="Desk", email="nora-desk@example.com")
    page.goto("/matters/new/")
    page.get_by_label("Matter title").fill("Desk v. Bank")
    page.get_by_label("Case type").select_option("divorce-standard")
    page.get_by_label("State").select_option("CO")
    # Found while typing.
    page.get_by_label("Somebody who is a client already").check()
    page.get_by_label("Find the client").press_sequentially("nora-desk@example.com")
    expect(page.locator("#client-results .pick", has_text="Nora Desk")).to_be_visible()
    # Entered again as if new: asked whether it is the same person.
    page.get_by_label("A new client").check()
    page.get_by_label("First name").fill("Nora")
    page.get_by_label("Last name").fill("Desk")
    page.get_by_label("E-mail", exact=False).last.fill("nora-desk@example.com")
    page.get_by_role("button", name="Open the matter").last.click()
    expect(page.locator("#same-person")).to_be_visible()
    alice.look("new-matter-same-person")
    page.get_by_label("Yes, use Nora Desk").check()
    page.get_by_role("button", name="Open the matter").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Desk v. Bank")
    page.goto("/clients/?q=nora-desk@example.com")
    expect(page.get_by_role("link", name="Nora Desk")).to_have_count(1)


# The client's pages when no script arrives


def test_it_is_whole_for_a_client_whose_scripts_do_not_arrive(alice: Visitor, somebody: Visitor) -> None:
    """Scripts are all files of ours, so a browser that gets none shows the plain page, and axe can look at it."""
    alice.open_matter("Plain v. Phone — Divorce", first="Pia", last="Plain", email="pia@example.com")
    alice.page.locator("#link").get_by_role("button", name=re.compile("^Send")).click()
    expect(alice.page.locator("#link")).to_contain_text("Sent")
    page, blocked = somebody.page, list[str]()

    def without_scripts(route: object) -> None:
        request = route.request  # type: ignore[attr-defined]
        if request.resource_type == "script":
            blocked.append(request.url)
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/*", without_scripts)
    page.goto(link_from_the_outbox(alice, "pia@example.com"))
    page.locator("form[action$='/open/'] button").click()
    for name in ("about", "questions", "documents", "finish"):
        page.goto(f"/portal/{name}/")
        somebody.look(f"portal-plain-{name}")
    assert blocked
    page.goto("/portal/documents/")
    item = page.locator("article.p-item").first
    item.locator("input[type=file]").first.set_input_files(photo("navy"))  # type: ignore[arg-type]
    item.locator("form:has(input[type=file]) button").first.click()
    expect(page.locator("article.p-item").first.locator("ul.p-files li")).to_be_visible(timeout=LIVE_MILLISECONDS)
