import re
from dataclasses import replace
from datetime import UTC, datetime

import jwt

from system.accounts.oauth.tickets import Ticket, nonce_of, read, verifier_of, written
from system.settings import Settings
from system.tests.examples import SETTINGS

TICKET = Ticket("state-1", "link", "/account/provider", "usr_1", datetime(2026, 11, 23, 12, tzinfo=UTC))
OTHERS = Settings.model_validate({**SETTINGS.model_dump(), "secret_key": "o" * 40})


def test_a_ticket_is_read_as_it_was_written() -> None:
    anonymous = replace(TICKET, purpose="log_in", account_id=None)

    assert [read(SETTINGS, written(SETTINGS, each)) for each in (TICKET, anonymous)] == [TICKET, anonymous]


def test_a_ticket_of_another_secret_is_none() -> None:
    forged = jwt.encode({"aud": "assay-oauth-ticket", "exp": 1, "state": "s", "purpose": "link", "next": "/"}, "k" * 32)

    assert [read(SETTINGS, each) for each in (written(OTHERS, TICKET), forged, "", "a.b.c")] == [None] * 4


def test_the_proof_key_is_as_rfc_7636_wants_it_and_no_two_secrets_are_alike() -> None:
    made = [
        verifier_of(SETTINGS, "s-1"),
        verifier_of(SETTINGS, "s-2"),
        nonce_of(SETTINGS, "s-1"),
        verifier_of(OTHERS, "s-1"),
    ]

    assert len(set(made)) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", each) for each in made)
    assert verifier_of(SETTINGS, "s-1") == made[0]
