from playwright.sync_api import Page


def choose(page: Page, item_name: str) -> None:
    """Follow the item's Buy link to our checkout page."""
    page.goto("/pricing")
    page.get_by_role("article").filter(has_text=item_name).get_by_role("link", name="Buy").click()
    page.wait_for_url("**/checkout/**")
