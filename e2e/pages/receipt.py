import re

from playwright.sync_api import Page, expect

from fixtures.polling import eventually


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


def download(page: Page, kind: str) -> tuple[str, bytes]:
    """Take a document of the payment along once it is issued, and return its file's name and content."""
    link = page.get_by_label("Details").get_by_role("link", name=re.compile(rf"^{kind}-\d{{4}}-\d{{6}} \(PDF\)$"))
    eventually(page.reload, lambda _: link.is_visible())
    with page.expect_download() as begun:
        link.click()
    return begun.value.suggested_filename, begun.value.path().read_bytes()
