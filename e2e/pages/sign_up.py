from playwright.sync_api import Page

from fixtures.builders import Person


def sign_up(page: Page, person: Person) -> None:
    """Make an account through the form; the browser is logged in afterwards."""
    page.goto("/sign-up")
    page.get_by_label("Name").fill(person.name)
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="Log out").wait_for()


def fill_in(page: Page, person: Person) -> None:
    """Send the form of a log-in; where that leads is the journey's business."""
    page.goto("/login")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Log in").click()


def log_in(page: Page, person: Person) -> None:
    fill_in(page, person)
    page.get_by_role("button", name="Log out").wait_for()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log in").first.wait_for()
