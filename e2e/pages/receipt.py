import re

from playwright.sync_api import Page, expect


def expect_paid(page: Page, amount: str) -> str:
    """Follow the thank-you page to the receipt, see that it names the amount, and return the payment's id."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, it is paid", timeout=15_000)
    page.get_by_role("link", name="See the receipt").click()
    expect(page.get_by_label("Amounts")).to_contain_text(amount)
    found = re.search(r"/payments/(pay_[0-9a-z]+)/receipt", page.url)
    assert found, f"The receipt's address names no payment: {page.url}"
    return found.group(1)


def ask_for_refund(page: Page) -> None:
    """Ask for all that can be returned: the amount that the form proposes."""
    page.get_by_role("button", name="Refund").click()
    expect(page.get_by_label("Amounts")).to_contain_text("Given back")
