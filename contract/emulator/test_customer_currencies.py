"""A customer's credit is of a currency each time, and pays what is asked for in that one."""

from typing import Any

import pytest
import stripe

from contract.emulator import invoicing
from contract.emulator.running import Emulator
from contract.emulator.subscribing import latest, price, subscribe


def credited(client: stripe.StripeClient, **amounts: int) -> str:
    """A new customer, without a card, who has credit in these currencies; the first becomes the customer's own."""
    customer = client.v1.customers.create({}).id
    for currency, amount in amounts.items():
        client.v1.customers.balance_transactions.create(customer, {"amount": -amount, "currency": currency})
    return customer


def balances(client: stripe.StripeClient, customer: str) -> tuple[str | None, int | None, dict[str, int]]:
    """The customer's own currency, the balance in it, and the credit in each."""
    found = client.v1.customers.retrieve(customer, {"expand": ["invoice_credit_balance"]})
    return found.currency, found.balance, found.to_dict()["invoice_credit_balance"]


def refusal_of(client: stripe.StripeClient, customer: str, price_id: str) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        subscribe(client, customer, price_id)
    return refused.value


def test_enough_credit_subscribes_without_a_card(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"balance": -1500}).id

    subscription = subscribe(client, customer, price(client))

    invoice = latest(client, subscription)
    assert (subscription.status, invoice.amount_due, invoice.status) == ("active", 0, "paid")
    assert (invoice.starting_balance, invoice.ending_balance) == (-1500, -500)
    assert balances(client, customer) == ("usd", -500, {"usd": 500})


def test_credit_that_is_too_small_needs_a_card(client: stripe.StripeClient) -> None:
    customer = credited(client, usd=999)

    refusal = refusal_of(client, customer, price(client))

    assert (refusal.http_status, refusal.code) == (400, "resource_missing")
    assert balances(client, customer) == ("usd", -999, {"usd": 999})


def test_a_balance_without_a_currency_is_in_the_accounts(client: stripe.StripeClient) -> None:
    given = client.v1.customers.create({"balance": -20000000})
    later = client.v1.customers.create({})
    set_later = client.v1.customers.update(later.id, {"balance": -700})

    assert (given.currency, later.currency, set_later.currency) == ("usd", None, "usd")
    assert refusal_of(client, given.id, price(client, currency="eur")).code == "resource_missing"
    assert balances(client, given.id) == ("usd", -20000000, {"usd": 20000000})


def test_the_balance_of_a_european_merchants_customer_is_in_euros(
    client: stripe.StripeClient, stand_in: Emulator
) -> None:
    merchant = client.v1.accounts.create({"type": "standard", "country": "FR"}).id
    acting = {"Stripe_Account": merchant}
    customer = stand_in.post("/v1/customers", {"balance": -20000000}, **acting).json()
    plan = {"amount": 2500, "currency": "eur", "interval": "month", "product[name]": "Abonnement"}
    made = stand_in.post("/v1/plans", plan, **acting).json()

    begun = {"customer": customer["id"], "items[0][plan]": made["id"], "expand[]": "latest_invoice"}
    subscription = stand_in.post("/v1/subscriptions", begun, **acting).json()

    assert customer["currency"] == "eur"
    assert (subscription["status"], subscription["latest_invoice"]["amount_due"]) == ("active", 0)


def test_each_invoice_takes_the_credit_of_its_own_currency(client: stripe.StripeClient) -> None:
    customer = credited(client, usd=500, eur=300)
    client.v1.payment_methods.attach("pm_card_visa", {"customer": customer})

    euros = invoicing.opened(client, customer, 700, currency="eur")
    dollars = invoicing.opened(client, customer, 700, currency="usd")

    assert (euros.starting_balance, euros.amount_due) == (-300, 400)
    assert (dollars.starting_balance, dollars.amount_due) == (-500, 200)
    assert balances(client, customer) == ("usd", 0, {})
    moved = client.v1.customers.balance_transactions.list(customer).data
    assert [(each.currency, each.amount, each.ending_balance) for each in moved] == [
        ("usd", 500, 0),
        ("eur", 300, 0),
        ("eur", -300, -300),
        ("usd", -500, -500),
    ]
    client.v1.invoices.void_invoice(euros.id)
    assert balances(client, customer) == ("usd", 0, {"eur": 300})


def test_a_new_subscription_makes_its_currency_the_customers(client: stripe.StripeClient) -> None:
    customer = credited(client, usd=200, eur=5000)

    subscription = subscribe(client, customer, price(client, currency="eur"))

    assert (subscription.status, latest(client, subscription).starting_balance) == ("active", -5000)
    assert balances(client, customer) == ("eur", -4000, {"eur": 4000, "usd": 200})


def cancelled(client: stripe.StripeClient, customer: str) -> None:
    client.v1.subscriptions.cancel(subscribe(client, customer, price(client)).id)


@pytest.mark.parametrize("kind", ["subscription", "schedule", "item"])
def test_what_is_billed_in_one_currency_keeps_the_others_out(client: stripe.StripeClient, kind: str) -> None:
    customer = credited(client, usd=9000, eur=9000)
    if kind == "subscription":
        subscribe(client, customer, price(client))
    elif kind == "schedule":
        later: Any = {"customer": customer, "start_date": 4102444800, "phases": [{"items": [{"price": price(client)}]}]}
        later["start_date"] = client.v1.customers.retrieve(customer).created + 86400
        client.v1.subscription_schedules.create(later)
    else:
        client.v1.invoice_items.create({"customer": customer, "amount": 100, "currency": "usd"})

    refusal = refusal_of(client, customer, price(client, currency="eur"))

    assert refusal.http_status == 400
    assert str(refusal.user_message).startswith("You cannot combine currencies on a single customer.")
    assert subscribe(client, customer, price(client)).status == "active"


def test_once_it_has_ended_another_currency_is_free(client: stripe.StripeClient) -> None:
    customer = credited(client, usd=9000, eur=9000)
    cancelled(client, customer)

    subscription = subscribe(client, customer, price(client, currency="eur"))

    assert subscription.status == "active"
    assert balances(client, customer)[0] == "eur"
