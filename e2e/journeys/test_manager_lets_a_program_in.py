import pytest
from playwright.sync_api import Page, expect

from e2e.pages import keys
from e2e.pages.sign_up import log_in
from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import Credentials, HttpxTransport
from fixtures.client.api_keys import Program
from fixtures.system_commands import create_account


@pytest.mark.proves("A15.11")
def test_a_key_is_made_shown_once_and_revoked(page: Page, bench: Bench, ada: Person) -> None:
    create_account(bench.database_url, Credentials(ada.email, ada.password), "enterprise")
    log_in(page, ada)

    key = keys.make(page, "Nightly report", "payments:read", ada.password)

    with HttpxTransport(bench.url) as transport:
        program = Program(transport, key)
        assert (program.payments().status, program.me().status) == (200, 403)
        page.goto("/account/keys")
        expect(page.get_by_role("main")).not_to_contain_text(key)
        keys.revoke(page, "Nightly report")
        expect(page.get_by_role("status")).to_contain_text("revoked")
        assert program.payments().status == 401
