"""Invoices: drafts that are edited, states and what leads from one to another, money that is counted once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from contract.emulator import invoicing
from contract.emulator.payments import card
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations


def refusal(act: Any, *args: Any) -> stripe.StripeError:  # noqa: ANN401 - any call
    with pytest.raises(stripe.StripeError) as caught:
        act(*args)
    return caught.value


def kinds(client: stripe.StripeClient, about: str) -> list[str]:
    events = client.v1.events.list({"limit": 60}).data
    return [event.type for event in reversed(events) if event.data.object["id"] == about]


@pytest.fixture
def payer(client: stripe.StripeClient) -> str:
    return invoicing.customer(client)


@pytest.mark.parametrize("state", ["draft", "open", "paid", "void", "uncollectible"])
@pytest.mark.parametrize("sent", [False, True])
def test_an_invoice_has_the_shape_of_this_version_in_every_state(
    client: stripe.StripeClient, stand_in: Emulator, payer: str, state: str, *, sent: bool
) -> None:
    settings: Any = {"collection_method": "send_invoice", "days_until_due": 30} if sent else {}
    identifier = in_state(client, payer, state, **settings)

    body = stand_in.get(f"/v1/invoices/{identifier}", {"expand[]": ["payments", "confirmation_secret"]}).json()
    assert violations(body, stripe.Invoice) == []
    assert body["status"] == state
    assert (body["due_date"] is not None) is sent


def test_a_paid_invoice_says_what_was_paid_and_by_what(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.paid(client, payer, 1000, 234)

    payment = client.v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    intent = client.v1.payment_intents.retrieve(str(payment.payment.payment_intent))
    assert (invoice.amount_due, invoice.amount_paid, invoice.amount_remaining) == (1234, 1234, 0)
    assert (payment.status, payment.amount_paid, intent.status, intent.amount_received) == (
        "paid",
        1234,
        "succeeded",
        1234,
    )
    assert invoice.status_transitions.paid_at is not None


def test_the_events_of_a_payment_tell_the_whole_story(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.draft(client, payer)
    client.v1.invoices.pay(invoice.id)

    told = [kind for kind in kinds(client, invoice.id) if kind != "invoice.updated"]
    assert told == ["invoice.created", "invoice.finalized", "invoice.paid", "invoice.payment_succeeded"]


OPERATIONS = {
    "delete": lambda client, identifier: client.v1.invoices.delete(identifier),
    "finalize": lambda client, identifier: client.v1.invoices.finalize_invoice(identifier),
    "pay": lambda client, identifier: client.v1.invoices.pay(identifier),
    "void": lambda client, identifier: client.v1.invoices.void_invoice(identifier),
    "mark_uncollectible": lambda client, identifier: client.v1.invoices.mark_uncollectible(identifier),
    "edit": lambda client, identifier: client.v1.invoices.update(identifier, {"description": "New"}),
}
REFUSED = {
    "draft": {"void", "mark_uncollectible"},
    "open": {"delete", "finalize", "edit"},
    "paid": {"delete", "finalize", "pay", "void", "mark_uncollectible", "edit"},
    "void": {"delete", "finalize", "pay", "void", "mark_uncollectible", "edit"},
    "uncollectible": {"delete", "finalize", "mark_uncollectible", "edit"},
}


def in_state(client: stripe.StripeClient, payer: str, state: str, **settings: Any) -> str:  # noqa: ANN401 - parameters of a call
    if state == "draft":
        return invoicing.draft(client, payer, **settings).id
    identifier = invoicing.opened(client, payer, **settings).id
    if state != "open":
        operation = {"paid": "pay", "void": "void", "uncollectible": "mark_uncollectible"}[state]
        OPERATIONS[operation](client, identifier)
    return identifier


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", REFUSED)
def test_each_state_allows_what_stripes_table_allows(
    client: stripe.StripeClient, payer: str, state: str, operation: str
) -> None:
    identifier = in_state(client, payer, state)
    if operation in REFUSED[state]:
        assert refusal(OPERATIONS[operation], client, identifier).http_status == 400
    else:
        OPERATIONS[operation](client, identifier)


def test_a_finalised_invoice_is_numbered_without_a_gap(client: stripe.StripeClient, payer: str) -> None:
    client.v1.invoices.delete(invoicing.draft(client, payer).id)
    numbers = [invoicing.opened(client, payer).number for _ in range(2)]
    prefix = client.v1.customers.retrieve(payer).invoice_prefix

    assert numbers == [f"{prefix}-0001", f"{prefix}-0002"]


def test_an_invoice_of_nothing_is_paid_as_it_is_finalised(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer, 500, -500)

    assert (invoice.status, invoice.amount_due, invoice.attempted) == ("paid", 0, True)
    assert client.v1.invoice_payments.list({"invoice": invoice.id}).data == []


def test_paying_twice_at_once_pays_once(client: stripe.StripeClient, stand_in: Emulator, payer: str) -> None:
    invoice = invoicing.opened(client, payer)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: stand_in.post(f"/v1/invoices/{invoice.id}/pay").status_code, range(8)))

    charges = client.v1.charges.list({"customer": payer}).data
    assert sorted(answers) == [200] + [400] * 7
    assert [charge.amount for charge in charges] == [1000]


def test_paying_a_paid_invoice_is_refused_in_stripes_words(client: stripe.StripeClient, payer: str) -> None:
    error = refusal(client.v1.invoices.pay, invoicing.paid(client, payer).id)

    assert (error.http_status, error.user_message) == (400, "Invoice is already paid")


def test_a_customer_without_a_card_cannot_pay(client: stripe.StripeClient) -> None:
    invoice = invoicing.opened(client, invoicing.customer(client, None))
    error = refusal(client.v1.invoices.pay, invoice.id)

    assert (error.http_status, error.code) == (400, "resource_missing")
    assert "no attached payment source or default payment method" in str(error.user_message)


def test_a_decline_is_a_402_and_leaves_the_invoice_open(client: stripe.StripeClient) -> None:
    debtor = invoicing.customer(client, invoicing.DECLINED_LATER)
    invoice = invoicing.opened(client, debtor)
    error = refusal(client.v1.invoices.pay, invoice.id)

    after = client.v1.invoices.retrieve(invoice.id)
    assert (error.http_status, error.code) == (402, "card_declined")
    assert (after.status, after.attempt_count, after.attempted) == ("open", 1, True)
    assert client.v1.customers.retrieve(debtor).delinquent is True
    assert "invoice.payment_failed" in kinds(client, invoice.id)


def test_another_card_pays_what_the_first_could_not(client: stripe.StripeClient) -> None:
    debtor = invoicing.customer(client, invoicing.DECLINED_LATER)
    invoice = invoicing.opened(client, debtor)
    refusal(client.v1.invoices.pay, invoice.id)
    invoicing.use_card(client, debtor, invoicing.GOOD)

    after = client.v1.invoices.pay(invoice.id)
    assert (after.status, after.attempt_count) == ("paid", 1)
    assert client.v1.customers.retrieve(debtor).delinquent is False


def test_a_card_that_asks_for_the_buyer_waits_and_then_pays_once(
    client: stripe.StripeClient, stand_in: Emulator
) -> None:
    buyer = invoicing.customer(client, invoicing.THREE_D_SECURE)
    invoice = invoicing.opened(client, buyer)
    error = refusal(client.v1.invoices.pay, invoice.id)
    payment = client.v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    intent = client.v1.payment_intents.retrieve(str(payment.payment.payment_intent))
    assert (error.http_status, error.code) == (402, "invoice_payment_intent_requires_action")
    assert intent.status == "requires_action"

    stand_in.http.post(f"/authenticate/{intent.id}", data={"outcome": "complete"})
    stand_in.http.post(f"/authenticate/{intent.id}", data={"outcome": "complete"})

    after = client.v1.invoices.retrieve(invoice.id)
    assert (after.status, after.amount_paid) == ("paid", 1000)
    assert kinds(client, invoice.id).count("invoice.paid") == 1
    assert "invoice.payment_action_required" in kinds(client, invoice.id)


def test_the_buyers_own_confirmation_pays_the_invoice(client: stripe.StripeClient) -> None:
    invoice = invoicing.opened(client, invoicing.customer(client, None))
    payment = client.v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    client.v1.payment_intents.confirm(
        str(payment.payment.payment_intent), {"payment_method": card(client, invoicing.GOOD)}
    )

    assert client.v1.invoices.retrieve(invoice.id).status == "paid"


def test_paid_out_of_band_charges_nothing(client: stripe.StripeClient, payer: str) -> None:
    invoice = client.v1.invoices.pay(invoicing.opened(client, payer).id, {"paid_out_of_band": True})

    assert (invoice.status, invoice.amount_paid_off_stripe) == ("paid", 1000)
    assert client.v1.charges.list({"customer": payer}).data == []


def test_a_card_of_somebody_else_cannot_pay(client: stripe.StripeClient, payer: str) -> None:
    stranger = invoicing.customer(client, None)
    method = invoicing.use_card(client, stranger, invoicing.GOOD)
    invoice = invoicing.opened(client, payer)
    error = refusal(client.v1.invoices.pay, invoice.id, {"payment_method": method})

    assert (error.http_status, error.code, error.error and error.error.param) == (
        400,
        "resource_missing",
        "payment_method",
    )


def test_voiding_gives_back_the_balance_and_cancels_the_payment(client: stripe.StripeClient, payer: str) -> None:
    client.v1.customers.balance_transactions.create(payer, {"amount": -300, "currency": "usd"})
    invoice = invoicing.opened(client, payer)
    payment = client.v1.invoice_payments.list({"invoice": invoice.id}).data[0]
    assert (invoice.amount_due, invoice.starting_balance, invoice.ending_balance) == (700, -300, 0)

    client.v1.invoices.void_invoice(invoice.id)

    intent = client.v1.payment_intents.retrieve(str(payment.payment.payment_intent))
    moves = client.v1.customers.balance_transactions.list(payer).data
    assert client.v1.customers.retrieve(payer).balance == -300
    assert (intent.status, intent.cancellation_reason) == ("canceled", "void_invoice")
    assert [(move.type, move.amount) for move in moves] == [
        ("unapplied_from_invoice", -300),
        ("applied_to_invoice", 300),
        ("adjustment", -300),
    ]


@pytest.mark.parametrize(
    ("balance", "amount", "left"),
    [
        (-300, 1000, (700, 0)),
        (-1500, 1000, (0, -500)),
        (400, 1000, (1400, 0)),
        (0, -250, (0, -250)),
        (-200, -250, (0, -450)),
        (0, 49, (0, 49)),
        (-30, 60, (0, 30)),
        (500, -250, (250, 0)),
    ],
)
def test_the_customers_balance_is_taken_into_account(
    client: stripe.StripeClient, payer: str, balance: int, amount: int, left: tuple[int, int]
) -> None:
    """What is due is what is not covered, and the balance ends as the sum of its movements."""
    if balance:
        client.v1.customers.balance_transactions.create(payer, {"amount": balance, "currency": "usd"})
    invoice = invoicing.opened(client, payer, amount)

    moves = client.v1.customers.balance_transactions.list(payer).data
    assert (invoice.amount_due, invoice.ending_balance) == left
    assert client.v1.customers.retrieve(payer).balance == left[1] == sum(move.amount for move in moves)


def test_pending_items_wait_for_the_invoice_that_includes_them(client: stripe.StripeClient, payer: str) -> None:
    waiting = [invoicing.item(client, payer, amount).id for amount in (100, 200)]
    without = client.v1.invoices.create({"customer": payer})
    taken = client.v1.invoices.create({"customer": payer, "pending_invoice_items_behavior": "include"})

    assert (without.total, taken.total) == (0, 300)
    assert [line.amount for line in taken.lines.data] == [200, 100]
    assert [client.v1.invoice_items.retrieve(each).invoice for each in waiting] == [taken.id] * 2
    assert client.v1.invoice_items.list({"customer": payer, "pending": True}).data == []


def test_a_draft_is_edited_line_by_line(client: stripe.StripeClient, payer: str) -> None:
    pending = invoicing.item(client, payer, 40)
    invoice = client.v1.invoices.create({"customer": payer, "currency": "usd"})
    client.v1.invoices.add_lines(
        invoice.id, {"lines": [{"amount": 100, "description": "A"}, {"invoice_item": pending.id}]}
    )
    listed = client.v1.invoices.line_items.list(invoice.id).data
    client.v1.invoices.update_lines(invoice.id, {"lines": [{"id": listed[0].id, "amount": 150}]})
    client.v1.invoices.remove_lines(invoice.id, {"lines": [{"id": listed[1].id, "behavior": "unassign"}]})

    after = client.v1.invoices.retrieve(invoice.id)
    assert [(line.description, line.amount) for line in after.lines.data] == [("A", 150)]
    assert after.total == 150
    assert client.v1.invoice_items.retrieve(pending.id).invoice is None


def test_a_line_that_is_not_there_changes_nothing(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.draft(client, payer)
    line = invoice.lines.data[0].id
    lines: Any = {"lines": [{"id": line, "amount": 5}, {"id": "il_none", "amount": 5}]}
    error = refusal(client.v1.invoices.update_lines, invoice.id, lines)

    assert (error.code, error.error and error.error.param) == ("resource_missing", "lines[1][id]")
    assert client.v1.invoices.retrieve(invoice.id).total == 1000


def test_discounts_and_taxes_sum_exactly(client: stripe.StripeClient, stand_in: Emulator, payer: str) -> None:
    coupon = client.v1.coupons.create({"percent_off": 33.33, "duration": "once"}).id
    rate = client.v1.tax_rates.create({"display_name": "VAT", "percentage": 7.25, "inclusive": False}).id
    settings: Any = {"discounts": [{"coupon": coupon}], "default_tax_rates": [rate]}
    invoice = invoicing.draft(client, payer, 999, 1, 3333, **settings)

    body = stand_in.get(f"/v1/invoices/{invoice.id}").json()
    lines = body["lines"]["data"]
    off = sum(part["amount"] for line in lines for part in line["discount_amounts"])
    taxes = sum(tax["amount"] for line in lines for tax in line["taxes"])
    assert violations(body, stripe.Invoice) == []
    assert off == body["total_discount_amounts"][0]["amount"] == 1444
    assert taxes == body["total_taxes"][0]["amount"]
    assert body["total"] == 4333 - off + taxes == body["amount_due"]


def test_a_list_is_filtered_by_what_stripe_filters_by(client: stripe.StripeClient, payer: str) -> None:
    paid, open_ = invoicing.paid(client, payer), invoicing.opened(client, payer)
    sent = invoicing.opened(client, payer, collection_method="send_invoice", days_until_due=3)

    def listed(**filters: Any) -> list[str]:  # noqa: ANN401 - any filter
        wanted: Any = {"customer": payer, **filters}
        return [each.id for each in client.v1.invoices.list(wanted).data]

    assert listed() == [sent.id, open_.id, paid.id]
    assert listed(status="paid") == [paid.id]
    assert listed(collection_method="send_invoice") == [sent.id]
    assert listed(due_date={"gte": sent.due_date}) == [sent.id]
    assert listed(due_date={"gt": sent.due_date}) == []
    assert listed(status="draft") == []


def test_an_invoice_is_found_by_what_it_comes_to(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer, 777_777)

    found = client.v1.invoices.search({"query": f"total>777776 AND customer:'{payer}'"})
    assert [each.id for each in found.data] == [invoice.id]


def test_a_payment_of_its_own_is_credited_when_it_is_attached(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer)
    partial = client.v1.payment_intents.create(
        {"amount": 400, "currency": "usd", "customer": payer, "confirm": True, "off_session": True,
         "payment_method": str(client.v1.customers.retrieve(payer).invoice_settings.default_payment_method),  # type: ignore[union-attr]
         "allowed_payment_method_types": ["card"]}
    )  # fmt: skip
    after = client.v1.invoices.attach_payment(invoice.id, {"payment_intent": partial.id})
    assert (after.status, after.amount_paid, after.amount_remaining) == ("open", 400, 600)

    done = client.v1.invoices.pay(invoice.id)
    charges = client.v1.charges.list({"customer": payer}).data
    assert (done.status, done.amount_paid) == ("paid", 1000)
    assert sorted(charge.amount for charge in charges) == [400, 600]


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"days_until_due": 3}, "days_until_due", None),
        ({"collection_method": "send_invoice"}, "days_until_due", "parameter_missing"),
        ({"default_payment_method": "pm_none"}, "default_payment_method", "resource_missing"),
        ({"default_tax_rates": ["txr_none"]}, "default_tax_rates[0]", "resource_missing"),
        ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]", "resource_missing"),
        ({"shipping_cost": {"shipping_rate": "shr_1"}}, "shipping_cost", None),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax[enabled]", None),
        ({"currency": "xyz"}, "currency", None),
    ],
)
def test_bad_parameters_are_refused_by_name(
    client: stripe.StripeClient, payer: str, params: dict[str, Any], param: str, code: str | None
) -> None:
    wanted: Any = {"customer": payer, **params}
    error = refusal(client.v1.invoices.create, wanted)

    assert (error.http_status, error.error and error.error.param, error.code) == (400, param, code)


def test_the_payment_of_an_invoice_cannot_be_cancelled_or_changed_apart_from_it(
    client: stripe.StripeClient, payer: str
) -> None:
    invoice = invoicing.opened(client, payer)
    intent = str(client.v1.invoice_payments.list({"invoice": invoice.id}).data[0].payment.payment_intent)
    cancelled = refusal(client.v1.payment_intents.cancel, intent)
    changed = refusal(client.v1.payment_intents.update, intent, {"amount": 1})

    assert "created by an Invoice" in str(cancelled.user_message)
    assert changed.http_status == 400
    assert client.v1.invoices.pay(invoice.id).amount_paid == 1000


def test_a_preview_says_what_the_next_invoice_would_be_and_stores_nothing(
    client: stripe.StripeClient, stand_in: Emulator, payer: str
) -> None:
    waiting = invoicing.item(client, payer, 100)
    coupon = client.v1.coupons.create({"percent_off": 10, "duration": "once"}).id
    asked = {
        "customer": payer,
        "currency": "usd",
        "discounts[0][coupon]": coupon,
        "invoice_items[0][invoiceitem]": waiting.id,
        "invoice_items[0][amount]": 300,
        "invoice_items[1][amount]": 50,
    }
    body = stand_in.post("/v1/invoices/create_preview", asked).json()

    assert violations(body, stripe.Invoice) == []
    assert body["id"].startswith("upcoming_in_")
    assert (body["billing_reason"], body["subtotal"], body["total"]) == ("upcoming", 350, 315)
    assert client.v1.invoices.list({"customer": payer}).data == []
    assert client.v1.invoice_items.retrieve(waiting.id).amount == 100
    assert client.v1.coupons.retrieve(coupon).times_redeemed == 0


def test_a_customer_as_a_whole_has_no_preview(client: stripe.StripeClient, payer: str) -> None:
    """Since 2025-03-31.basil: docs.stripe.com/changelog/basil/2025-03-31/invoice-preview-api-deprecations."""
    invoicing.item(client, payer, 100)

    error = refusal(client.v1.invoices.create_preview, {"customer": payer})

    assert error.http_status == 400
    assert "not for a customer as a whole" in str(error.user_message)


def test_a_credit_in_another_currency_stands_for_itself(client: stripe.StripeClient, payer: str) -> None:
    invoicing.paid(client, payer)
    credit = invoicing.opened(client, payer, -500, currency="eur")
    plain = invoicing.paid(client, payer, 700)

    assert (credit.status, credit.ending_balance) == ("paid", -500)
    assert (plain.status, plain.starting_balance, plain.amount_paid) == ("paid", 0, 700)
    after = client.v1.customers.retrieve(payer, {"expand": ["invoice_credit_balance"]})
    assert (after.currency, after.balance, after.to_dict()["invoice_credit_balance"]) == ("usd", 0, {"eur": 500})


def test_more_than_was_due_goes_to_the_balance(client: stripe.StripeClient, payer: str) -> None:
    invoice = invoicing.opened(client, payer)
    intent = client.v1.payment_intents.create({"amount": 1300, "currency": "usd", "customer": payer})
    client.v1.invoices.attach_payment(invoice.id, {"payment_intent": intent.id})
    client.v1.payment_intents.confirm(
        intent.id, {"payment_method": card(client, invoicing.GOOD), "return_url": "https://merchant.example/return"}
    )

    after = client.v1.invoices.retrieve(invoice.id)
    assert (after.status, after.amount_paid, after.amount_overpaid) == ("paid", 1000, 300)
    assert client.v1.customers.retrieve(payer).balance == -300
    assert "invoice.overpaid" in kinds(client, invoice.id)
