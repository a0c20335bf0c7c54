import pytest
from playwright.sync_api import Page, expect

from e2e.pages import checkout, course, hosted_checkout, plan, pricing, receipt
from e2e.pages.sign_up import sign_up
from fixtures.builders import Person

COURSE, COURSE_PAGE = "Python from the ground up", "/learn/itm_course_python"
FREE_COURSE, FREE_COURSE_PAGE = "A first week with Git", "/learn/itm_free_git"


@pytest.mark.proves("A3.4", "B1.2")
def test_a_course_opens_when_it_is_paid_and_closes_when_it_is_given_back(page: Page, ada: Person) -> None:
    sign_up(page, ada)
    page.goto(COURSE_PAGE)
    course.expect_locked(page, "Buy it for $49.00", "See Pro")

    pricing.choose(page, COURSE)
    checkout.go_to_hosted_page(page)
    hosted_checkout.pay(page, hosted_checkout.VISA)
    receipt.expect_paid(page, "49.00")
    course.open_from_receipt(page)
    course.expect_lessons(page, COURSE)

    page.go_back()
    receipt.ask_for_refund(page)
    page.goto(COURSE_PAGE)
    course.expect_locked(page, "Buy it for $49.00", "See Pro")


@pytest.mark.proves("A3.2")
def test_a_plan_opens_every_course_and_the_file_to_take_along(page: Page, ada: Person) -> None:
    sign_up(page, ada)
    page.goto(FREE_COURSE_PAGE)
    course.expect_lessons(page, FREE_COURSE)
    page.get_by_role("link", name="Take it along").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your plan does not open this")
    expect(page.get_by_role("link", name="See Pro")).to_be_visible()

    plan.subscribe(page, "Pro", "month")

    page.goto(COURSE_PAGE)
    course.expect_lessons(page, COURSE)
    assert COURSE in course.take_along(page)
