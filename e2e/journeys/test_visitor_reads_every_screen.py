"""Everybody can use every screen: with any eyes, in light and dark, on a telephone, and without scripts."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from e2e.pages import checkout, history, hosted_checkout, mailed, plan, pricing, receipt, second_factor
from e2e.pages.sign_up import sign_up
from fixtures.authenticator import Authenticator
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.links import CONFIRM, RESET, link_in

COURSE = "Python from the ground up"
TELEPHONE_WIDTH = 360
COURSE_SCREENS = ("/learn", "/learn/itm_free_git", "/learn/itm_course_python", "/learn/itm_free_git/offline")
"""The list, an open course, one that is closed, and what a plan would open."""
READ_ON_A_TELEPHONE = ("/", "/pricing", "/history", "/account", "/forgot-password", "/checkout/prc_course_python")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_screen_has_an_accessibility_violation(
    open_browser: Callable[..., BrowserContext], ada: Person, colours: Literal["light", "dark"]
) -> None:
    page = open_browser(color_scheme=colours).new_page()
    faults = [*_faults(page, "/"), *_faults(page, "/sign-up"), *_faults(page, "/login"), *_faults(page, "/pricing")]
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    faults += _faults(page)
    checkout.go_to_hosted_page(page)
    faults += _faults(page)
    hosted_checkout.pay(page, hosted_checkout.VISA)
    receipt.expect_paid(page, "49.00")
    faults += [*_faults(page), *_faults(page, "/history"), *_faults(page, "/nothing-is-here")]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_screen_of_an_account_has_an_accessibility_violation(
    open_browser: Callable[..., BrowserContext], bench: Bench, ada: Person, colours: Literal["light", "dark"]
) -> None:
    page = open_browser(color_scheme=colours).new_page()
    faults = _faults(page, "/forgot-password")
    sign_up(page, ada)
    mailed.ask_for_reset(page, ada.email)
    faults += [*_faults(page), *_faults(page, "/account"), *_faults(page, "/confirm-email?token=guessed")]
    for subject in (CONFIRM, RESET):
        faults += _faults(page, link_in(bench.mailbox.wait_for(to=ada.email, subject=subject)))

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_screen_of_the_second_factor_has_an_accessibility_violation(
    open_browser: Callable[..., BrowserContext], bench: Bench, ada: Person, colours: Literal["light", "dark"]
) -> None:
    page = open_browser(color_scheme=colours).new_page()
    sign_up(page, ada)
    faults = _faults(page, "/account/second-factor")
    mailed.confirm_address(page, link_in(bench.mailbox.wait_for(to=ada.email, subject=CONFIRM)), ada.email)
    faults += _faults(page, "/account/second-factor")
    telephone = Authenticator(second_factor.set_up(page, ada), bench.clock.now)
    faults += _faults(page)
    second_factor.switch_on(page, telephone.code())
    faults += [*_faults(page), *_faults(page, "/account/second-factor"), *_faults(page, "/login/second-factor")]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_screen_of_a_plan_has_an_accessibility_violation(
    open_browser: Callable[..., BrowserContext], ada: Person, colours: Literal["light", "dark"]
) -> None:
    page = open_browser(color_scheme=colours).new_page()
    sign_up(page, ada)
    faults = [*_faults(page, "/subscription"), *_faults(page, "/subscribe/prc_pro_month")]
    plan.trial_button(page).click()
    page.wait_for_url("**/c/pay/**")
    faults += [*_faults(page), *_faults(page, "/subscription"), *_faults(page, "/subscription/return")]
    plan.subscribe(page, "Enterprise", "month")
    faults += [*_faults(page), *_faults(page, "/subscription"), *_faults(page, "/subscription/cancel")]
    plan.ask_what_it_costs(page, "Pro, monthly")
    faults += _faults(page)
    plan.confirm_change(page)
    faults += [*_faults(page), *_faults(page, "/subscription/change/prc_pro_month")]
    for button in ("Keep Enterprise, monthly", "Pause"):
        plan.press(page, button)
        faults += _faults(page)

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_screen_of_a_course_has_an_accessibility_violation(
    open_browser: Callable[..., BrowserContext], ada: Person, colours: Literal["light", "dark"]
) -> None:
    page = open_browser(color_scheme=colours).new_page()
    sign_up(page, ada)
    faults = [fault for path in COURSE_SCREENS for fault in _faults(page, path)]

    assert not faults, "\n".join(faults)


def test_a_telephone_scrolls_no_screen_of_a_course_sideways(
    open_browser: Callable[..., BrowserContext], ada: Person
) -> None:
    page = open_browser(viewport={"width": TELEPHONE_WIDTH, "height": 740}).new_page()
    sign_up(page, ada)
    wide = [path for path in COURSE_SCREENS if _too_wide(page, path)]

    assert not wide, f"wider than {TELEPHONE_WIDTH} px: {wide}"


def test_a_telephone_scrolls_no_screen_of_a_plan_sideways(
    open_browser: Callable[..., BrowserContext], ada: Person
) -> None:
    page = open_browser(viewport={"width": TELEPHONE_WIDTH, "height": 740}).new_page()
    sign_up(page, ada)
    before = [path for path in ("/subscription", "/subscribe/prc_pro_month") if _too_wide(page, path)]
    plan.subscribe(page, "Pro", "month")
    paths = ("/subscription", "/subscription/return", "/subscription/cancel", "/subscription/change/prc_pro_year")
    wide = [*before, *(path for path in paths if _too_wide(page, path))]

    assert not wide, f"wider than {TELEPHONE_WIDTH} px: {wide}"


def test_a_telephone_scrolls_no_screen_sideways(open_browser: Callable[..., BrowserContext], ada: Person) -> None:
    page = open_browser(viewport={"width": TELEPHONE_WIDTH, "height": 740}).new_page()
    sign_up(page, ada)
    wide = [
        path
        for path in ("/", "/pricing", "/history", "/account", "/forgot-password", "/checkout/prc_course_python")
        if _too_wide(page, path)
    ]

    assert not wide, f"wider than {TELEPHONE_WIDTH} px: {wide}"


def test_a_course_is_bought_without_scripts(open_browser: Callable[..., BrowserContext], ada: Person) -> None:
    page = open_browser(java_script_enabled=False).new_page()
    sign_up(page, ada)
    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    hosted_checkout.pay(page, hosted_checkout.VISA)

    receipt.expect_paid(page, "49.00")
    assert history.rows(page).count() == 1


def _faults(page: Page, path: str | None = None) -> list[str]:
    if path:
        page.goto(path)
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {rule['id']}: {rule['help']} at {rule['nodes'][0]['target']}" for rule in found]


def _too_wide(page: Page, path: str) -> bool:
    page.goto(path)
    return int(page.evaluate("document.documentElement.scrollWidth")) > TELEPHONE_WIDTH
