import re

from playwright.sync_api import Locator, Page

VISA = "4242 4242 4242 4242"
MASTERCARD = "5555 5555 5555 4444"
DECLINED = "4000 0000 0000 0002"
ASKS_3D_SECURE = "4000 0027 6000 3184"
DECLINED_LATER = "4000 0000 0000 0341"
"""It can be stored, and every charge of it is declined."""


def type_card(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12 / 34")
    page.get_by_label("CVC").fill("123")
    page.get_by_label("Name on card").fill("Ada Lovelace")


def pay_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Pay")


def pay(page: Page, number: str) -> None:
    """Type a card on the processor's page and press Pay; where that leads is the journey's business."""
    type_card(page, number)
    pay_button(page).click()


def save(page: Page, number: str) -> None:
    """Type the card of a subscription on the processor's page, to begin one or to be charged from now on."""
    page.wait_for_url("**/c/pay/**")
    type_card(page, number)
    subscribe_button(page).click()


def subscribe_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^(Subscribe|Start trial|Save)"))
