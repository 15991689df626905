"""The intake as it is lived: answers on a phone in Spanish, review, one document comes back, all is done."""

import re
from io import BytesIO

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from casehug.ops.demo.people import ALICE
from tests.journeys.conftest import PHONE
from tests.journeys.visitor import LIVE_MILLISECONDS, Visitor

TITLE = "Ortega v. Ortega — Divorce"


def photo(colour: str) -> dict[str, object]:
    picture = BytesIO()
    Image.new("RGB", (900, 1200), colour).save(picture, "JPEG")
    return {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def link_from_the_outbox(staff: Visitor, recipient: str) -> str:
    """The address in the newest message to the client."""
    for _ in range(40):
        staff.page.goto("/outbox/")
        card = staff.page.locator("li.card", has_text=f"To {recipient}").first
        if card.count():
            address = card.get_by_role("link", name="Open its link").get_attribute("href")
            assert address
            return address
        staff.page.wait_for_timeout(250)
    raise AssertionError("no message reached the outbox")


def item(page: Page, name: str) -> Locator:
    return page.locator("article.p-item", has=page.get_by_role("heading", name=re.compile(f"^{name}")))


def hand_in(page: Page, name: str, colour: str) -> None:
    item(page, name).locator("input[type=file]").first.set_input_files(photo(colour))  # type: ignore[arg-type]
    expect(item(page, name).locator("ul.p-files li").first).to_be_visible(timeout=LIVE_MILLISECONDS)


def test_it_takes_a_client_from_the_link_to_a_finished_intake(visitor: Visitor, phone: Visitor) -> None:
    staff = visitor
    staff.sign_in(ALICE)
    staff.page.goto("/settings/integrations/lawmatics/")
    if staff.page.get_by_label("Client Secret").count():
        staff.connect("hartwell")

    # The firm opens the matter and sends the link.
    staff.open_matter(TITLE, first="Lucía", last="Ortega", email="lucia@example.com")
    matter_page = staff.page.url
    staff.page.locator("#link").get_by_role("button", name=re.compile("^Send")).click()
    expect(staff.page.locator("#link")).to_contain_text("Sent")
    address = link_from_the_outbox(staff, "lucia@example.com")
    staff.look("outbox")

    # The client opens it on the phone: the token is gone from the address at once.
    page = phone.page
    page.goto(address)
    assert "/i/" not in page.url
    phone.look("portal-door")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name=re.compile("Open my intake|Abrir mi formulario")).click()
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_text("Hartwell Family Law").first).to_be_visible()
    phone.look("portal-welcome")
    page.set_viewport_size(PHONE)

    # Answers in Spanish; the network goes away once, and nothing typed is lost.
    page.goto("/portal/questions/")
    page.wait_for_load_state()
    expect(page.get_by_role("button", name="Guardar y continuar").last).to_be_visible()
    first = page.locator(".p-question:visible input[type=text], .p-question:visible textarea").first
    page.context.set_offline(True)
    first.fill("Lucha")
    first.blur()
    page.wait_for_timeout(800)
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-state]", has_text="Guardado").first).to_be_visible(timeout=LIVE_MILLISECONDS)
    page.reload()
    expect(page.locator(".p-question:visible input[type=text], .p-question:visible textarea").first).to_have_value(
        "Lucha"
    )
    # Typing that the server has not got yet survives a reload of the tab.
    page.once("dialog", lambda dialog: dialog.accept())
    page.route("**/portal/answers/**", lambda route: route.abort())
    first.fill("Lucha Ortega")
    page.wait_for_timeout(200)
    page.reload()
    expect(first).to_have_value("Lucha Ortega")
    page.unroute("**/portal/answers/**")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-state]", has_text="Guardado").first).to_be_visible(timeout=LIVE_MILLISECONDS)
    assert page.evaluate("sessionStorage.length") == 0
    phone.look("portal-questions")
    page.set_viewport_size(PHONE)

    # Photographs for what is required, then done.
    page.goto("/portal/documents/")
    required = page.locator("article.p-item", has=page.locator(".optional", has_text="obligatorio"))
    names = [heading.split("\n")[0].strip() for heading in required.locator("h3").all_inner_texts()]
    names = [re.sub(r"\s*obligatorio$", "", name) for name in names]
    assert len(names) == 3
    for number, name in enumerate(names):
        hand_in(page, name, ("navy", "teal", "olive")[number])
    phone.look("portal-documents")
    page.set_viewport_size(PHONE)
    page.goto("/portal/finish/")
    phone.look("portal-finish")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Terminé").click()
    phone.look("portal-done")
    page.set_viewport_size(PHONE)

    # Staff look at the photographs: one is sent back, the client makes it good.
    staff.page.goto(matter_page)
    staff.look("matter-to-review")
    opened = staff.page.locator("a[href*='?review=']").first.get_attribute("href")
    assert opened
    staff.page.goto(opened)
    expect(staff.page.locator(".review-pane")).to_be_visible()
    staff.look("matter-review-open")
    # axe leaves style attributes behind, which htmx would copy and the content policy would block.
    staff.page.reload()
    staff.page.locator("select[name=reason]").select_option(index=1)
    staff.page.get_by_role("button", name="Reject and tell the client").click()
    expect(staff.page.get_by_text("Rejected", exact=True).first).to_be_visible()
    page.goto("/portal/documents/")
    rejected = page.locator("article.p-item[data-rejected]").first
    expect(rejected).to_be_visible()
    phone.look("portal-rejected")
    page.set_viewport_size(PHONE)
    rejected.locator("input[type=file]").first.set_input_files(photo("maroon"))  # type: ignore[arg-type]
    expect(page.locator("article.p-item[data-rejected]")).to_have_count(0, timeout=LIVE_MILLISECONDS)

    # Approved all at once: the intake is complete, and Lawmatics has its note.
    staff.page.goto(matter_page)
    staff.page.get_by_text("Approve all 3 waiting documents").click()
    staff.page.get_by_role("button", name="Approve all 3").click()
    expect(staff.page.get_by_text("Intake note added").first).to_be_visible(timeout=LIVE_MILLISECONDS)
    state = staff.state_of_lawmatics()
    [contact] = [row for row in state["contacts"] if row["email"] == "lucia@example.com"]
    [note] = [row for row in state["notes"] if row["notable_id"] == contact["id"]]
    assert "Documents approved: 3 of 7" in note["body"]
    for tab in ("answers", "client", "notes", "activity"):
        staff.page.goto(f"{matter_page}{tab}/")
        staff.look(f"matter-{tab}")


def test_it_shows_the_settings_and_the_clients(visitor: Visitor) -> None:
    visitor.sign_in(ALICE)
    for name, path in {
        "clients": "/clients/",
        "settings-firm": "/settings/firm/",
        "settings-notifications": "/settings/notifications/",
        "settings-team": "/settings/team/",
        "settings-branding": "/settings/branding/",
        "settings-templates": "/settings/templates/",
        "settings-template": "/settings/templates/divorce-standard/",
    }.items():
        answer = visitor.page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        visitor.look(name)
