import re

from playwright.sync_api import Page, expect

from fixtures.builders import Person


def set_up(page: Page, person: Person) -> str:
    """Go there from the account, give the password, and return the secret that the page shows under the QR code."""
    page.goto("/account")
    page.get_by_role("region", name="Second factor").get_by_role("link").click()
    page.get_by_label("Present password").fill(person.password)
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code of the secret")).to_be_visible()
    return page.get_by_text(re.compile(r"^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$")).inner_text()


def switch_on(page: Page, code: str) -> list[str]:
    """Type the first code, and return the recovery codes."""
    page.get_by_label("The code that the app shows").fill(code)
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("status")).to_have_text("Your second factor is on.")
    return page.get_by_role("list", name="Recovery codes").get_by_role("listitem").all_inner_texts()


def switch_off(page: Page, person: Person, code: str) -> None:
    page.goto("/account/second-factor")
    page.get_by_text("Switch it off").first.click()
    form = page.locator("form", has=page.get_by_role("button", name="Switch it off"))
    form.get_by_label("Present password").fill(person.password)
    form.get_by_label("Code").fill(code)
    form.get_by_role("button", name="Switch it off").click()


def type_code(page: Page, code: str) -> None:
    """Send the second step of a log-in; where that leads is the journey's business."""
    page.wait_for_url("**/login/second-factor**")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Log in").click()
