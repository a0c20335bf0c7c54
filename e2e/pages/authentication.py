from playwright.sync_api import Page


def complete(page: Page) -> None:
    page.wait_for_url("**/authenticate/**")
    page.get_by_role("button", name="Complete authentication").click()


def fail(page: Page) -> None:
    page.wait_for_url("**/authenticate/**")
    page.get_by_role("button", name="Fail authentication").click()
