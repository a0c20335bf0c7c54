from playwright.sync_api import Locator, Page


def show(page: Page) -> None:
    page.goto("/account")


def address(page: Page) -> Locator:
    return page.get_by_role("region", name="Address")


def sessions(page: Page) -> Locator:
    return page.get_by_role("region", name="Where you are logged in").get_by_role("row").filter(has=page.locator("td"))


def end_every_session(page: Page) -> None:
    show(page)
    page.get_by_role("button", name="End every session").click()
    page.get_by_role("link", name="Log in").first.wait_for()
