import re

from playwright.sync_api import Page, expect


def expect_paid(page: Page, amount: str) -> str:
    """Wait for the receipt of a payment that went through and return its payment id."""
    page.wait_for_url(re.compile(r"/payments/(return|pay_)"), timeout=15_000)
    if "/payments/return" in page.url:
        page.get_by_role("link", name="receipt").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")
    expect(page.get_by_role("main")).to_contain_text(amount)
    found = re.search(r"/payments/(pay_[0-9a-z]+)/receipt", page.url)
    assert found, f"The receipt's address names no payment: {page.url}"
    return found.group(1)
