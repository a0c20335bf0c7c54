"""Somebody else's log-in page, and the way to it and back."""

from playwright.sync_api import Page


def log_in(page: Page, subject: str) -> None:
    """Press the button on our log-in page, and choose a person at the provider."""
    page.goto("/login")
    page.get_by_role("link", name="Log in with Campus").click()
    choose(page, subject)


def choose(page: Page, subject: str) -> None:
    page.wait_for_url("**/oauth2/authorize**")
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def deny(page: Page) -> None:
    page.wait_for_url("**/oauth2/authorize**")
    page.get_by_role("button", name="Deny").click()


def link(page: Page, password: str) -> None:
    """Go to the provider from the account page, the password typed again."""
    page.goto("/account")
    page.get_by_role("link", name="Link it, or unlink it").click()
    page.get_by_label("Present password").fill(password)
    page.get_by_role("button", name="Link Campus").click()
    page.get_by_role("link", name="Continue at Campus").click()
