"""The emulator answers what Stripe's own SDK asks, counted by family and held to a committed baseline."""

import fcntl
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contract.emulator import sdk_suite
from contract.emulator.running import emulator, unsound
from contract.emulator.sdk_suite import Count

_HERE = Path(__file__).parent
_CACHE = _HERE.parents[1] / ".cache" / "stripe-sdk"

COMPLETE = (
    "payment_intents",
    "customers",
    "refunds",
    "payment_methods",
    "setup_intents",
    "charges",
    "billing_portal.configurations",
    "billing_portal.sessions",
    "checkout.sessions",
    "disputes",
    "events",
    "balance_transactions",
    "webhook_endpoints",
    "invoices",
    "invoiceitems",
    "credit_notes",
    "products",
    "prices",
    "plans",
    "payment_links",
    "coupons",
    "promotion_codes",
    "tax_rates",
    "tokens",
    "account_links",
    "accounts",
    "application_fees",
    "payouts",
    "transfers",
    "subscriptions",
    "subscription_items",
    "subscription_schedules",
    "test_helpers.test_clocks",
)


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Count]:
    """A suite that cannot be had is an error of this fixture, so the verdict is unknown and never a pass."""
    root = sdk_suite.source(_CACHE)
    shared = _shared_by_workers(tmp_path_factory)
    junit = shared / "sdk-junit.xml"
    with (shared / "sdk.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not junit.exists():
            with emulator(shared / "sdk-emulator.log", "--vivify", judged=False) as running:
                sdk_suite.run(root, running.url, junit)
                (shared / "sdk-unsound.txt").write_text("\n".join(unsound(running.control)))
    return sdk_suite.count_by_family(junit.read_text(), sdk_suite.family_of_tests(root))


def _shared_by_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Parallel workers have a folder each inside that of the run: the SDK's tests are run once for all of them."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _baseline() -> dict[str, Any]:
    return tomllib.loads((_HERE / "baseline.toml").read_text())


# The first run fetches the tests from the package index.
@pytest.mark.proves("C1.1")
@pytest.mark.timeout(600)
def test_every_family_stands_at_its_baseline(counts: Mapping[str, Count], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\nStripe's SDK tests against the emulator, passed/total\n{sdk_suite.table(counts)}")  # noqa: T201  the table is the result

    assert sdk_suite.differences(counts, _baseline()["passed"]) == []


@pytest.mark.proves("C1.4")
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("counts")
def test_every_answer_to_the_sdk_has_its_declared_shape(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert (_shared_by_workers(tmp_path_factory) / "sdk-unsound.txt").read_text() == ""


@pytest.mark.proves("C1.1")
@pytest.mark.timeout(600)
def test_no_test_of_the_sdk_was_left_out(counts: Mapping[str, Count]) -> None:
    assert sum(count.total for count in counts.values()) == _baseline()["tests"]


@pytest.mark.proves("C1.1", "C1.7")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("family", COMPLETE)
def test_family_is_complete(counts: Mapping[str, Count], family: str) -> None:
    count = counts.get(family, Count(0, 0))

    assert 0 < count.total == count.passed


def test_a_test_that_failed_errored_or_was_skipped_has_not_passed() -> None:
    junit = """<testsuites><testsuite><testcase name="a"/><testcase name="b"><failure/></testcase>
        <testcase name="c"><error/></testcase><testcase name="d"><skipped/></testcase></testsuite></testsuites>"""

    assert sdk_suite.count_by_family(junit, dict.fromkeys("abcd", "refunds")) == {"refunds": Count(1, 4)}


@pytest.mark.parametrize(
    ("baseline", "complaint"),
    [
        ({"refunds": 5}, "refunds passes 4/5, below its baseline of 5"),
        ({"refunds": 3}, 'refunds passes 4/5: raise the baseline to "refunds" = 4'),
        ({}, 'refunds passes 4/5: raise the baseline to "refunds" = 4'),
    ],
)
def test_a_run_off_its_baseline_is_reported(baseline: dict[str, int], complaint: str) -> None:
    assert sdk_suite.differences({"refunds": Count(4, 5)}, baseline) == [complaint]


def test_a_family_that_was_not_run_is_below_its_baseline() -> None:
    assert sdk_suite.differences({}, {"events": 2}) == ["events passes 0/0, below its baseline of 2"]


def test_a_source_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / sdk_suite.SDIST_NAME).write_bytes(b"something else")

    with pytest.raises(sdk_suite.SuiteUnavailableError, match="not the pinned"):
        sdk_suite.source(tmp_path)
