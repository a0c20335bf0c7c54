"""A wrong environment stops the start, and says everything that is wrong with it at once."""

import re
from collections.abc import Mapping

import pytest

from contract.command import COMPLETE, run_system

REFUSED = 78
"""EX_CONFIG of sysexits.h: a supervisor does not restart what its configuration stops."""

LIVE_KEY = "sk_live_" + "z9" * 12
PRODUCTION = {
    **COMPLETE,
    "ASSAY_ENVIRONMENT": "production",
    "ASSAY_PUBLIC_URL": "https://learn.assay.test",
    "ASSAY_STRIPE_API_KEY": LIVE_KEY,
}

WRONG = {
    "ASSAY_PUBLIC_URL": "learn.assay.test",
    "ASSAY_SECRET_KEY": "short-and-guessable",
    "ASSAY_DATABASE_URL": "mysql://root@127.0.0.1/assay",
    "ASSAY_STRIPE_API_KEY": "pk_test_" + "a1" * 12,
    "ASSAY_STRIPE_WEBHOOK_SECRET": "whsec_",
    "ASSAY_DATABASE_POOL_SIZE": "0",
    "ASSAY_STRIPE_API_BASE": "not an address",
    "ASSAY_SMTP_URL": "127.0.0.1:25",
    "ASSAY_MAIL_FROM": "nobody",
    "ASSAY_SWEEP_INTERVAL_S": "-1",
    "ASSAY_CATCH_UP_INTERVAL_S": "0",
    "ASSAY_LOG_LEVEL": "LOUD",
}

REFUSALS: dict[str, tuple[Mapping[str, str], dict[str, str]]] = {
    "test-key-and-plain-http-in-production": (
        PRODUCTION,
        {
            "ASSAY_STRIPE_API_KEY": COMPLETE["ASSAY_STRIPE_API_KEY"],
            "ASSAY_PUBLIC_URL": "http://learn.assay.example.com",
        },
    ),
    "live-key-sent-to-another-address": (PRODUCTION, {"ASSAY_STRIPE_API_BASE": "http://127.0.0.1:12111"}),
    "live-key-empty-webhook-secret-and-placeholder-outside-production": (
        COMPLETE,
        {"ASSAY_STRIPE_API_KEY": LIVE_KEY, "ASSAY_STRIPE_WEBHOOK_SECRET": "", "ASSAY_SECRET_KEY": "changeme" * 6},
    ),
    "key-of-another-kind-and-bare-webhook-prefix": (
        COMPLETE,
        {"ASSAY_STRIPE_API_KEY": "pk_test_" + "a1" * 12, "ASSAY_STRIPE_WEBHOOK_SECRET": "whsec_"},
    ),
}
"""A complete environment, and what is put into it that must be refused: exactly that, each by its name."""


@pytest.mark.parametrize("settings", [COMPLETE, PRODUCTION], ids=["development", "production"])
@pytest.mark.proves("B25.1")
def test_a_complete_environment_is_accepted(settings: Mapping[str, str]) -> None:
    ran = run_system("check-env", settings=settings)

    assert ran.code == 0, ran.output


@pytest.mark.proves("B25.1")
def test_an_empty_environment_names_every_missing_setting_at_once() -> None:
    ran = run_system("check-env", settings={})

    needed = COMPLETE.keys() - {"ASSAY_ENVIRONMENT"}
    missing = [name for name in needed if f"{name}:" not in ran.output]
    assert (ran.code, missing) == (REFUSED, []), ran.output


@pytest.mark.proves("B25.1")
def test_wrong_settings_are_all_listed_at_once() -> None:
    ran = run_system("check-env", settings={**COMPLETE, **WRONG})

    unnamed = [name for name in WRONG if f"{name}:" not in ran.output]
    assert (ran.code, unnamed) == (REFUSED, []), ran.output


@pytest.mark.proves("B25.1")
def test_a_refusal_prints_no_secret() -> None:
    secrets = {"ASSAY_SECRET_KEY": "hunter2-hunter2", "ASSAY_STRIPE_API_KEY": "sk_wrong_" + "c3" * 12}

    ran = run_system("check-env", settings={**COMPLETE, **secrets, "ASSAY_MAIL_FROM": "nobody"})

    printed = [name for name, secret in secrets.items() if secret in ran.output]
    assert (ran.code, printed) == (REFUSED, []), ran.output


@pytest.mark.parametrize("case", REFUSALS)
@pytest.mark.proves("B25.2")
def test_dangerous_settings_are_refused_by_name_and_no_others(case: str) -> None:
    settings, dangerous = REFUSALS[case]

    ran = run_system("check-env", settings={**settings, **dangerous})

    named = set(re.findall(r"^ *(ASSAY_[A-Z_]+):", ran.output, re.MULTILINE))
    assert (ran.code, named) == (REFUSED, set(dangerous)), ran.output


@pytest.mark.proves("B25.1", "B25.2")
def test_serving_is_refused_as_checking_is() -> None:
    ran = run_system("serve", "--port", "1", settings={**COMPLETE, "ASSAY_STRIPE_WEBHOOK_SECRET": ""})

    assert (ran.code, "ASSAY_STRIPE_WEBHOOK_SECRET:" in ran.output) == (REFUSED, True), ran.output


@pytest.mark.proves("B25.1")
def test_the_events_that_the_processor_has_to_send_can_be_listed() -> None:
    ran = run_system("events", settings=COMPLETE)

    listed = ran.output.split()
    assert ran.code == 0, ran.output
    assert {"payment_intent.succeeded", "charge.dispute.created", "invoice.paid"} < set(listed)
    assert "*" not in listed
    assert all(re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", each) for each in listed), ran.output
