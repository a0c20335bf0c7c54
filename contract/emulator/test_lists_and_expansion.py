"""Lists are newest first and walked by cursor; `expand` puts an object where its id was."""

from typing import Any

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.shapes import violations


@pytest.fixture
def paid(client: stripe.StripeClient) -> stripe.PaymentIntent:
    customer = client.v1.customers.create({"email": "list@example.com"})
    return client.v1.payment_intents.create(
        {
            "amount": 2000,
            "currency": "usd",
            "customer": customer.id,
            "confirm": True,
            "payment_method": "pm_card_visa",
            "allowed_payment_method_types": ["card"],
        }
    )


@pytest.fixture(scope="module")
def six(client: stripe.StripeClient) -> list[str]:
    """Six customers' ids, newest first."""
    made = [client.v1.customers.create({"email": "six@example.com", "name": str(n)}).id for n in range(6)]
    return made[::-1]


def test_a_list_is_newest_first(client: stripe.StripeClient, six: list[str]) -> None:
    assert [each.id for each in client.v1.customers.list({"email": "six@example.com"}).data] == six


def test_a_list_says_what_it_is(stand_in: Emulator) -> None:
    page = stand_in.get("/v1/customers", {"email": "nobody@example.com"}).json()

    assert page == {"object": "list", "url": "/v1/customers", "has_more": False, "data": []}


def test_a_page_starts_after_the_cursor(client: stripe.StripeClient, six: list[str]) -> None:
    page = client.v1.customers.list({"email": "six@example.com", "limit": 2, "starting_after": six[1]})

    assert ([each.id for each in page.data], page.has_more) == (six[2:4], True)


def test_a_page_ends_before_the_cursor(client: stripe.StripeClient, six: list[str]) -> None:
    page = client.v1.customers.list({"email": "six@example.com", "limit": 2, "ending_before": six[4]})

    assert [each.id for each in page.data] == six[2:4]


def test_the_last_page_has_no_more(client: stripe.StripeClient, six: list[str]) -> None:
    page = client.v1.customers.list({"email": "six@example.com", "limit": 2, "starting_after": six[3]})

    assert ([each.id for each in page.data], page.has_more) == (six[4:], False)


def test_a_walk_over_all_pages_meets_each_object_once(client: stripe.StripeClient, six: list[str]) -> None:
    pages = client.v1.customers.list({"email": "six@example.com", "limit": 2})

    assert [each.id for each in pages.auto_paging_iter()] == six


def test_a_page_has_ten_objects_when_nothing_is_said(stand_in: Emulator) -> None:
    for _ in range(11):
        stand_in.post("/v1/customers", {"email": "eleven@example.com"})
    page = stand_in.get("/v1/customers", {"email": "eleven@example.com"}).json()

    assert (len(page["data"]), page["has_more"]) == (10, True)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x"])
def test_a_limit_out_of_range_is_refused(stand_in: Emulator, limit: str) -> None:
    reply = stand_in.get("/v1/customers", {"limit": limit})

    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "limit")


def test_a_cursor_that_names_nothing_is_refused(stand_in: Emulator) -> None:
    reply = stand_in.get("/v1/customers", {"starting_after": "cus_nobody"})

    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "starting_after")


def test_an_unknown_filter_is_refused(stand_in: Emulator) -> None:
    assert stand_in.get("/v1/customers", {"emial": "x"}).json()["error"]["code"] == "parameter_unknown"


def test_charges_are_listed_by_payment_intent(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    charges = client.v1.charges.list({"payment_intent": paid.id})

    assert [charge.id for charge in charges.data] == [paid.latest_charge]


def test_a_list_is_bounded_by_time_of_creation(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    assert isinstance(paid.customer, str)
    before = client.v1.payment_intents.list({"customer": paid.customer, "created": {"lt": paid.created}})
    since = client.v1.payment_intents.list({"customer": paid.customer, "created": {"gte": paid.created}})

    assert ([each.id for each in before.data], [each.id for each in since.data]) == ([], [paid.id])


def test_what_is_not_expanded_is_an_id(paid: stripe.PaymentIntent) -> None:
    assert isinstance(paid.latest_charge, str)


def test_expand_replaces_the_id_by_the_object(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    intent = client.v1.payment_intents.retrieve(paid.id, {"expand": ["customer", "latest_charge"]})

    assert isinstance(intent.customer, stripe.Customer)
    assert isinstance(intent.latest_charge, stripe.Charge)


def test_expand_reaches_through_an_expanded_object(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    intent = client.v1.payment_intents.retrieve(paid.id, {"expand": ["latest_charge.balance_transaction"]})

    assert isinstance(intent.latest_charge, stripe.Charge)
    assert isinstance(intent.latest_charge.balance_transaction, stripe.BalanceTransaction)


def test_expand_reaches_into_a_list(client: stripe.StripeClient, paid: stripe.PaymentIntent) -> None:
    charges = client.v1.charges.list({"payment_intent": paid.id, "expand": ["data.payment_intent"]})

    assert isinstance(charges.data[0].payment_intent, stripe.PaymentIntent)


def test_expand_applies_to_what_a_request_creates(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({})
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "usd", "customer": customer.id, "expand": ["customer"]}
    )

    assert isinstance(intent.customer, stripe.Customer)


@pytest.mark.parametrize("path", ["amount", "nothing", "customer.nothing", "data.customer"])
def test_what_cannot_be_expanded_is_refused(stand_in: Emulator, paid: stripe.PaymentIntent, path: str) -> None:
    reply = stand_in.get(f"/v1/payment_intents/{paid.id}", {"expand[]": path})

    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")


def test_a_list_that_is_left_out_is_included_when_asked_for(
    client: stripe.StripeClient, paid: stripe.PaymentIntent
) -> None:
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 500})

    plain = client.v1.charges.retrieve(str(paid.latest_charge))
    whole = client.v1.charges.retrieve(str(paid.latest_charge), {"expand": ["refunds.data.balance_transaction"]})

    assert "refunds" not in plain
    assert whole.refunds is not None
    assert [refund.amount for refund in whole.refunds.data] == [500]
    assert isinstance(whole.refunds.data[0].balance_transaction, stripe.BalanceTransaction)


@pytest.mark.parametrize("member", ["sources", "subscriptions", "tax_ids", "cash_balance", "tax"])
def test_what_a_customer_includes_has_its_declared_shape(stand_in: Emulator, member: str) -> None:
    tax_id = {"tax_id_data[0][type]": "eu_vat", "tax_id_data[0][value]": "DE123456789"}
    plain = stand_in.post("/v1/customers", tax_id).json()
    whole = stand_in.get(f"/v1/customers/{plain['id']}", {"expand[]": member}).json()

    assert member not in plain
    assert isinstance(whole[member], dict)
    assert violations(whole, stripe.Customer) == []


def test_lines_of_a_session_are_included_in_a_list_of_sessions(client: stripe.StripeClient, stand_in: Emulator) -> None:
    line: Any = {"price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Kite"}}, "quantity": 2}
    session = client.v1.checkout.sessions.create(
        {"mode": "payment", "success_url": "https://shop.example/done", "line_items": [line]}
    )

    listed = stand_in.get("/v1/checkout/sessions", {"expand[]": "data.line_items", "limit": 1}).json()["data"][0]

    assert listed["id"] == session.id
    assert [(line["quantity"], line["description"]) for line in listed["line_items"]["data"]] == [(2, "Kite")]
    assert violations(listed, stripe.checkout.Session) == []


def test_an_unexpandable_path_is_named_as_far_as_it_went(stand_in: Emulator, paid: stripe.PaymentIntent) -> None:
    error = stand_in.get(f"/v1/payment_intents/{paid.id}", {"expand[]": "customer.nothing.more"}).json()["error"]

    assert error["message"] == "This property cannot be expanded (customer.nothing)."
    assert not {"code", "param"} & error.keys()


def test_more_than_four_levels_are_refused(stand_in: Emulator, paid: stripe.PaymentIntent) -> None:
    path = "latest_charge.payment_intent.latest_charge.payment_intent.customer"
    reply = stand_in.get(f"/v1/payment_intents/{paid.id}", {"expand[]": path})

    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "property_expansion_max_depth")


def test_nothing_is_created_when_a_path_is_refused(stand_in: Emulator) -> None:
    reply = stand_in.post("/v1/customers", {"email": "unmade@example.com", "expand[]": "nothing"})

    assert reply.status_code == 400
    assert stand_in.get("/v1/customers", {"email": "unmade@example.com"}).json()["data"] == []
