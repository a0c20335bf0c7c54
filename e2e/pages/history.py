from playwright.sync_api import Locator, Page


def rows(page: Page) -> Locator:
    page.goto("/history")
    return page.get_by_role("main").locator("tbody tr")
