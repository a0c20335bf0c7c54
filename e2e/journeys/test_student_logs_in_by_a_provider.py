"""Somebody who has a log-in elsewhere uses it here: for the first time, beside his password, and in vain."""

import pytest
from playwright.sync_api import Page, expect

from e2e.pages import provider
from e2e.pages.sign_up import log_out, sign_up
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import HttpxTransport, Visitor
from fixtures.links import CONFIRM, mailed_token


@pytest.mark.proves("A15.5")
def test_a_newcomer_comes_by_the_providers_page_and_comes_again(page: Page, bench: Bench, ada: Person) -> None:
    bench.oidc.add(ada.email, email=ada.email, email_verified=True, name=ada.name)

    provider.log_in(page, ada.email)
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_role("main")).to_contain_text(ada.email)
    expect(page.get_by_role("main")).to_contain_text(ada.name)
    expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()

    log_out(page)
    provider.log_in(page, ada.email)
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.proves("A15.5")
def test_a_student_links_it_beside_the_password_and_unlinks_it(page: Page, bench: Bench, ada: Person) -> None:
    bench.oidc.add(f"work-{ada.email}", email=f"work-{ada.email}", email_verified=True)
    sign_up(page, ada)
    with HttpxTransport(bench.url) as transport:
        Visitor(transport).confirm_email(mailed_token(bench.mailbox, ada.email, CONFIRM))

    provider.link(page, ada.password)
    provider.choose(page, f"work-{ada.email}")
    expect(page.get_by_role("status")).to_contain_text("It is linked")
    log_out(page)
    provider.log_in(page, f"work-{ada.email}")
    page.goto("/account")
    expect(page.get_by_role("main")).to_contain_text(ada.name)

    page.goto("/account/provider")
    page.get_by_role("button", name="Unlink").click()
    expect(page.get_by_role("status")).to_contain_text("It is unlinked")


def test_who_says_no_at_the_provider_reads_what_to_do(page: Page) -> None:
    page.goto("/login")
    page.get_by_role("link", name="Log in with Campus").click()
    provider.deny(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("The log-in was not allowed")
    page.get_by_role("link", name="Log in with your password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")


@pytest.mark.proves("A15.5")
def test_an_address_that_nobody_confirmed_here_is_not_joined(page: Page, bench: Bench, ada: Person) -> None:
    bench.oidc.add(ada.email, email=ada.email, email_verified=True, name=ada.name)
    sign_up(page, ada)
    log_out(page)

    provider.log_in(page, ada.email)

    expect(page.get_by_role("heading", level=1)).to_have_text("Log in with your password first")
