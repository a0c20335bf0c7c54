from playwright.sync_api import Locator, Page


def pay_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Pay")


def go_to_hosted_page(page: Page) -> None:
    pay_button(page).click()
    page.wait_for_url("**/c/pay/**")
