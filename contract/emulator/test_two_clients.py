"""A client in another language sees the same: fourteen months of one subscription, from the last day of January."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import stripe

from contract.emulator.running import API_KEY, emulator
from contract.emulator.two_clients import Seen, by_node, by_python, labelled
from fixtures.node import NodeUnavailableError

pytestmark = pytest.mark.proves("C1.8")


@pytest.fixture(scope="module")
def python_saw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    with emulator(tmp_path_factory.mktemp("python") / "emulator.log") as running:
        http = stripe.RequestsClient()
        yield by_python(
            stripe.StripeClient(API_KEY, base_addresses={"api": running.url}, max_network_retries=0, http_client=http)
        )
        http.close()  # type: ignore[no-untyped-call]  # theirs has no annotation


# The first run fetches Node and its client.
@pytest.mark.timeout(400)
def test_two_clients_see_the_same_life(python_saw: Seen, tmp_path: Path) -> None:
    with emulator(tmp_path / "emulator.log") as running:
        try:
            node_saw = by_node(running.url)
        except NodeUnavailableError as missing:
            pytest.skip(f"nothing is known of the client for Node: {missing}")

    assert node_saw == python_saw


def test_periods_follow_the_anchor_without_gap(python_saw: Seen) -> None:
    periods = [tuple(look["period"]) for look in python_saw["seen"] if "period" in look]
    distinct = sorted(set(periods))

    assert len(distinct) == 14
    assert [end for _, end in distinct[:-1]] == [start for start, _ in distinct[1:]]
    assert all(later > earlier for (earlier, _), (later, _) in pairwise(distinct))


@pytest.mark.parametrize(
    ("label", "status", "total", "invoice_status"),
    [
        ("subscribed", "active", 999, "paid"),
        ("clamped to February", "active", 999, "paid"),
        ("renewal declined", "past_due", 2999, "open"),
        ("paid after all", "active", 2999, "paid"),
        ("renewed by 2026-08-31T12:00:00Z", "active", 2249, "paid"),
        ("renewed by 2026-09-30T12:00:00Z", "active", 2249, "paid"),
        ("renewed by 2026-10-31T12:00:00Z", "active", 2999, "paid"),
        ("collection paused", "active", 2999, "void"),
        ("ended", "canceled", 2999, "paid"),
    ],
)
def test_the_subscription_is_as_it_should_be(
    python_saw: Seen, label: str, status: str, total: int, invoice_status: str
) -> None:
    look = labelled(python_saw, label)

    assert (look["status"], look["invoice"]["total"], look["invoice"]["status"]) == (status, total, invoice_status)


def test_the_upgrade_costs_what_was_previewed(python_saw: Seen) -> None:
    previewed, upgraded = labelled(python_saw, "previewed"), labelled(python_saw, "upgraded")

    # Half of the thirty days from 31 March to 30 April are left: -499.5 and 1499.5, each rounded away from zero.
    assert previewed["lines"] == [-500, 1500]
    assert upgraded["invoice"]["total"] == previewed["total"] == 1000


def test_what_has_ended_is_refused(python_saw: Seen) -> None:
    assert labelled(python_saw, "refused")["type"] == "invalid_request_error"
