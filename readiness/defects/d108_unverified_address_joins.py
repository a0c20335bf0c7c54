"""Somebody else's log-in opens the account of whatever address it names, proven or not."""

from typing import Any

from system.accounts.oauth import joining

ROW = 108
SOURCE = "authorizer#503; josuebrunel/ezauth#87"
CHECK = "security/test_login_by_provider.py::test_an_address_that_the_provider_has_not_proven_joins_no_account"


def apply() -> None:
    assert callable(joining._proven_email)

    def any_email(claims: Any, _: str) -> str:
        return str(claims.email).lower()

    joining._proven_email = any_email
