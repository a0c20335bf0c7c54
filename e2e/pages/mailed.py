"""What the links of mails lead to."""

from playwright.sync_api import Page, expect


def confirm_address(page: Page, link: str, email: str) -> None:
    """Follow the link and press the button; opening it alone confirms nothing."""
    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text(email)
    page.get_by_role("button", name="Confirm this address").click()


def ask_for_reset(page: Page, email: str) -> None:
    page.goto("/login")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")


def set_password(page: Page, link: str, password: str) -> None:
    page.goto(link)
    page.get_by_label("New password").fill(password)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("status")).to_contain_text("new password is set")
