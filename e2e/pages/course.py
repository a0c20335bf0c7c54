from playwright.sync_api import Page, expect


def open_from_receipt(page: Page) -> None:
    """Follow the receipt's link to what was bought."""
    page.get_by_role("link", name="Open the course").click()
    page.wait_for_url("**/learn/**")


def expect_lessons(page: Page, course: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(course)
    expect(page.get_by_role("heading", level=2).first).to_contain_text("1. ")


def expect_locked(page: Page, *ways_out: str) -> None:
    """See the page that says what would open it, with a link for each way."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("not open")
    for way in ways_out:
        expect(page.get_by_role("link", name=way)).to_be_visible()


def take_along(page: Page) -> str:
    """Take the course along, and return the file."""
    with page.expect_download() as begun:
        page.get_by_role("link", name="Take it along").click()
    return begun.value.path().read_text(encoding="utf-8")
