"""The page of an organisation's API keys."""

from playwright.sync_api import Page


def make(page: Page, name: str, scope: str, password: str) -> str:
    """Make a key and return it, as the page shows it this once."""
    page.goto("/account")
    page.get_by_role("link", name="Make and revoke keys").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label(scope).check()
    page.get_by_label("Present password").fill(password)
    page.get_by_role("button", name="Make the key").click()
    return page.get_by_role("status").locator("code").inner_text()


def revoke(page: Page, name: str) -> None:
    page.goto("/account/keys")
    page.get_by_role("button", name=f"Revoke {name}").click()
