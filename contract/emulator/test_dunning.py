"""Collection by itself, in a clock's time: finalised after an hour, tried again by a schedule, given up or stopped."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from contract.emulator import invoicing
from contract.emulator.clocks import DAY_S, advance, at, clock_at
from contract.emulator.running import API_KEY, Emulator, emulator

START = at("2026-01-31")
HOUR_S = 3600
FIRST = START + HOUR_S
"""When a draft that was made at the start is finalised and tried."""


@pytest.fixture
def clock(client: stripe.StripeClient) -> str:
    return clock_at(client, "2026-01-31")


def advancing(client: stripe.StripeClient, clock: str, number: str | None, **more: Any) -> stripe.Invoice:  # noqa: ANN401 - parameters of a call
    """A draft that advances by itself, of a customer on the clock."""
    debtor = invoicing.customer(client, number, test_clock=clock)
    return invoicing.draft(client, debtor, 1000, auto_advance=True, **more)


def now(client: stripe.StripeClient, invoice: stripe.Invoice) -> tuple[str | None, int, int | None]:
    found = client.v1.invoices.retrieve(invoice.id)
    return found.status, found.attempt_count, found.next_payment_attempt


def charges(client: stripe.StripeClient, invoice: stripe.Invoice) -> list[int]:
    listed = client.v1.charges.list({"customer": str(invoice.customer), "limit": 20}).data
    return [charge.created for charge in reversed(listed)]


def told(client: stripe.StripeClient, kind: str, about: str) -> list[int]:
    events: Any = {"type": kind, "limit": 20}
    listed = client.v1.events.list(events).data
    return [event.created for event in reversed(listed) if event.data.object["id"] == about]


def test_a_draft_is_finalised_and_paid_an_hour_after_it_was_made(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, invoicing.GOOD)
    assert invoice.automatically_finalizes_at == FIRST
    advance(client, clock, FIRST - 1)
    assert now(client, invoice) == ("draft", 0, None)

    advance(client, clock, FIRST)

    assert now(client, invoice) == ("paid", 1, None)
    assert charges(client, invoice) == [FIRST]


def test_a_draft_that_does_not_advance_stays_one(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, invoicing.GOOD)
    client.v1.invoices.update(invoice.id, {"auto_advance": False})
    advance(client, clock, START + 10 * DAY_S)

    assert now(client, invoice) == ("draft", 0, None)


def test_the_retries_come_1_3_7_and_14_days_after_the_first_failure(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, invoicing.DECLINED_LATER)
    advance(client, clock, FIRST)
    assert now(client, invoice) == ("open", 1, FIRST + DAY_S)

    advance(client, clock, START + 30 * DAY_S)

    expected = [FIRST + days * DAY_S for days in (0, 1, 3, 7, 14)]
    assert charges(client, invoice) == expected
    assert told(client, "invoice.payment_failed", invoice.id) == expected
    assert now(client, invoice) == ("open", 5, None)


def test_a_new_card_is_tried_at_the_next_retry_and_not_before(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, invoicing.DECLINED_LATER)
    advance(client, clock, FIRST)
    invoicing.use_card(client, str(invoice.customer), invoicing.GOOD)
    assert now(client, invoice)[0] == "open"

    advance(client, clock, FIRST + DAY_S)

    assert now(client, invoice) == ("paid", 2, None)


def test_a_manual_attempt_leaves_the_schedule_as_it_is(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, invoicing.DECLINED_LATER)
    advance(client, clock, FIRST)
    with pytest.raises(stripe.CardError):
        client.v1.invoices.pay(invoice.id)

    assert now(client, invoice) == ("open", 1, FIRST + DAY_S)
    assert len(charges(client, invoice)) == 2


@pytest.mark.parametrize("stop", ["void_invoice", "mark_uncollectible"])
def test_what_is_given_up_is_not_tried_again(client: stripe.StripeClient, clock: str, stop: str) -> None:
    invoice = advancing(client, clock, invoicing.DECLINED_LATER)
    advance(client, clock, FIRST)
    getattr(client.v1.invoices, stop)(invoice.id)
    advance(client, clock, START + 30 * DAY_S)

    assert charges(client, invoice) == [FIRST]
    assert now(client, invoice)[1:] == (1, None)
    assert client.v1.invoices.retrieve(invoice.id).auto_advance is False


def test_turning_advancement_off_stops_the_retries(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, invoicing.DECLINED_LATER)
    advance(client, clock, FIRST)
    client.v1.invoices.update(invoice.id, {"auto_advance": False})
    advance(client, clock, START + 30 * DAY_S)

    assert charges(client, invoice) == [FIRST]


def test_a_schedule_that_was_stopped_does_not_come_back(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, invoicing.DECLINED_LATER)
    advance(client, clock, FIRST)
    client.v1.invoices.update(invoice.id, {"auto_advance": False})
    client.v1.invoices.update(invoice.id, {"auto_advance": True})
    advance(client, clock, START + 30 * DAY_S)

    assert charges(client, invoice) == [FIRST]


def test_a_customer_without_a_card_fails_each_attempt(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, None)
    advance(client, clock, FIRST)

    assert now(client, invoice) == ("open", 1, FIRST + DAY_S)
    assert charges(client, invoice) == []
    assert told(client, "invoice.payment_failed", invoice.id) == [FIRST]


def test_a_card_that_asks_for_the_buyer_off_session_is_no_decline(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, invoicing.THREE_D_SECURE)
    advance(client, clock, FIRST)

    assert charges(client, invoice) == []
    assert told(client, "invoice.payment_action_required", invoice.id) == [FIRST]
    assert told(client, "invoice.payment_failed", invoice.id) == [FIRST]
    assert now(client, invoice) == ("open", 1, FIRST + DAY_S)


def test_a_sent_invoice_is_sent_reminded_of_and_overdue(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, None, collection_method="send_invoice", days_until_due=10)
    due = START + 10 * DAY_S
    advance(client, clock, START + 20 * DAY_S)

    assert invoice.due_date == due
    assert told(client, "invoice.sent", invoice.id) == [FIRST]
    assert told(client, "invoice.will_be_due", invoice.id) == [due - 3 * DAY_S]
    assert told(client, "invoice.overdue", invoice.id) == [due]
    assert now(client, invoice) == ("open", 0, None)
    assert client.v1.customers.retrieve(str(invoice.customer)).delinquent is True


def test_a_sent_invoice_that_was_paid_is_never_overdue(client: stripe.StripeClient, clock: str) -> None:
    invoice = advancing(client, clock, invoicing.GOOD, collection_method="send_invoice", days_until_due=10)
    client.v1.invoices.pay(invoice.id)
    advance(client, clock, START + 20 * DAY_S)

    assert told(client, "invoice.overdue", invoice.id) == told(client, "invoice.will_be_due", invoice.id) == []


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator that tries once more, after two days, and then leaves the subscription past due."""
    with emulator(tmp_path_factory.mktemp("dunning") / "emulator.log", "--dunning", "2:past_due") as running:
        yield running


def test_the_schedule_is_the_one_given_at_the_start_or_since(strict: Emulator) -> None:
    own = stripe.StripeClient(API_KEY, base_addresses={"api": strict.url}, max_network_retries=0)
    clock = clock_at(own, "2026-01-31")
    first = advancing(own, clock, invoicing.DECLINED_LATER)
    advance(own, clock, FIRST)
    assert now(own, first) == ("open", 1, FIRST + 2 * DAY_S)

    answer = strict.http.post("/_emulator/dunning", json={"retry_days": [5], "then": "unpaid"})
    second = advancing(own, clock, invoicing.DECLINED_LATER)
    advance(own, clock, FIRST + HOUR_S)

    assert answer.json() == {"retry_days": [5], "then": "unpaid", "remind_days": 3}
    assert strict.http.get("/_emulator/dunning").json() == answer.json()
    assert now(own, second) == ("open", 1, FIRST + HOUR_S + 5 * DAY_S)


def test_a_schedule_that_makes_no_sense_is_refused(strict: Emulator) -> None:
    answer = strict.http.post("/_emulator/dunning", json={"retry_days": [3, 1]})

    assert (answer.status_code, "ascend" in answer.json()["error"]) == (400, True)
