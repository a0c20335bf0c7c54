"""Our pages of a subscription, and the way over the processor's page and back."""

import re

from playwright.sync_api import Locator, Page, expect

from e2e.pages import hosted_checkout

_LINKS = {"month": "Monthly", "year": "Yearly"}
_SUM = re.compile(r"\$([0-9,]+)\.([0-9]{2})")


def show(page: Page) -> None:
    page.goto("/subscription")


def choose(page: Page, tier: str, interval: str) -> None:
    """Follow a tier's link on the page of prices to our page of what it costs."""
    page.goto("/pricing")
    page.get_by_role("article", name=tier, exact=True).get_by_role("link", name=_LINKS[interval]).click()
    page.wait_for_url("**/subscribe/**")


def begin_without_trial(page: Page) -> None:
    page.get_by_role("link", name="Begin without the trial").click()
    subscribe_button(page).wait_for()


def subscribe_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Subscribe", exact=True)


def trial_button(page: Page) -> Locator:
    return page.get_by_role("button", name="days free")


def subscribe(page: Page, tier: str, interval: str) -> None:
    """Subscribe and pay at once, from the prices to the page that says welcome."""
    choose(page, tier, interval)
    without = page.get_by_role("link", name="Begin without the trial")
    if without.count():
        without.click()
    subscribe_button(page).click()
    hosted_checkout.save(page, hosted_checkout.VISA)
    expect_welcome(page, tier)


def expect_welcome(page: Page, tier: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Welcome to {tier}", timeout=15_000)


def expect_state(page: Page, plan: str, state: str) -> None:
    """See the plan and the mark beside its name on the page of the subscription."""
    show(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{plan} {state}")


def ask_what_it_costs(page: Page, plan: str) -> None:
    show(page)
    page.get_by_role("listitem").filter(has_text=plan).get_by_role("link", name="See what it costs").click()
    page.wait_for_url("**/subscription/change/**")


def quoted(page: Page) -> int:
    """What the page says is paid now, in minor units."""
    return _minor_units(page.locator("dd.total"))


def coming_back(page: Page) -> int:
    """What the page says that an end now gives back, in minor units."""
    return _minor_units(page.locator("dd.total"))


def confirm_change(page: Page) -> None:
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("status")).to_be_visible()


def use_another_card(page: Page, number: str) -> None:
    show(page)
    page.get_by_role("button", name="Use another card").click()
    hosted_checkout.save(page, number)


def press(page: Page, button: str) -> None:
    """Press a button of the subscription's page, and wait for what it says was done."""
    show(page)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status")).to_be_visible()


def open_course(page: Page, name: str) -> None:
    """Follow a course's link on the shelf, whether it opens or tells how to."""
    page.goto("/learn")
    page.get_by_role("article").filter(has_text=name).get_by_role("link").click()
    page.wait_for_url("**/learn/**")


def expect_course(page: Page, name: str, *, is_open: bool) -> None:
    open_course(page, name)
    expect(page.get_by_role("heading", level=1)).to_have_text(name if is_open else "This course is not open to you yet")


def _minor_units(shown: Locator) -> int:
    text = shown.inner_text()
    matched = _SUM.search(text)
    assert matched, f"This is no sum in dollars: {text}"
    return int(matched[1].replace(",", "") + matched[2])
