"""Payment links: made, changed, opened by a buyer, and no longer active."""

from collections.abc import Mapping
from itertools import count
from typing import Any

import httpx
import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.shapes import violations

_numbers = count(1)


@pytest.fixture
def price(client: stripe.StripeClient) -> str:
    return client.v1.prices.create({"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Kite"}}).id


def link_of(client: stripe.StripeClient, price: str, **params: Any) -> stripe.PaymentLink:  # noqa: ANN401 - any parameter of the call
    wanted: Any = {"line_items": [{"price": price, "quantity": 2}]} | params
    return client.v1.payment_links.create(wanted)


def opened(stand_in: Emulator, link: stripe.PaymentLink, query: str = "") -> httpx.Response:
    """What a browser gets at the link's address, without following it."""
    return stand_in.http.get(f"{link.url}{query}", follow_redirects=False)


def session_of(client: stripe.StripeClient, page: httpx.Response) -> stripe.checkout.Session:
    assert page.status_code == 303, page.text
    return client.v1.checkout.sessions.retrieve(page.headers["location"].rpartition("/")[2])


def pay(stand_in: Emulator, page: httpx.Response) -> httpx.Response:
    """Fill the Checkout page in, as its form has it."""
    form = {
        "card_number": "4242424242424242",
        "expiry": "12/39",
        "cvc": "123",
        "name": "Ada",
        "email": "ada@example.com",
    }
    return stand_in.http.post(page.headers["location"], data=form, follow_redirects=False)


SHAPES: list[Mapping[str, str]] = [
    {},
    {"after_completion[type]": "redirect", "after_completion[redirect][url]": "https://example.com/thanks"},
    {"restrictions[completed_sessions][limit]": "3", "inactive_message": "Sold out", "submit_type": "book"},
    {"payment_intent_data[description]": "Kites", "payment_method_types[0]": "card", "metadata[a]": "b"},
    {"custom_text[submit][message]": "Soon yours", "customer_creation": "always", "invoice_creation[enabled]": "true"},
]


@pytest.mark.parametrize("params", SHAPES)
def test_a_link_has_its_declared_shape(stand_in: Emulator, price: str, params: Mapping[str, str]) -> None:
    line = {"line_items[0][price]": price, "line_items[0][quantity]": "2"}
    made = stand_in.post("/v1/payment_links", line | dict(params))
    whole = stand_in.get(f"/v1/payment_links/{made.json()['id']}", {"expand[]": "line_items"})

    assert made.status_code == 200, made.text
    assert violations(made.json(), stripe.PaymentLink) == []
    assert violations(whole.json(), stripe.PaymentLink) == []
    assert whole.json()["line_items"]["data"][0]["amount_total"] == 3000


def test_a_link_for_a_recurring_price_has_its_declared_shape(stand_in: Emulator, client: stripe.StripeClient) -> None:
    monthly = client.v1.prices.create(
        {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "K"}, "recurring": {"interval": "month"}}
    )
    line = {
        "line_items[0][price]": monthly.id,
        "line_items[0][quantity]": "1",
        "subscription_data[trial_period_days]": "7",
    }
    made = stand_in.post("/v1/payment_links", line).json()

    assert violations(made, stripe.PaymentLink) == []
    assert made["subscription_data"]["trial_period_days"] == 7


def test_opening_a_link_leads_to_a_checkout_page_of_its_order(
    client: stripe.StripeClient, stand_in: Emulator, price: str
) -> None:
    link = link_of(client, price, metadata={"season": "spring"})
    page = opened(stand_in, link, "?prefilled_email=ada@example.com&client_reference_id=order-7")
    session = session_of(client, page)

    assert (session.payment_link, session.amount_total, session.mode) == (link.id, 3000, "payment")
    assert (session.customer_email, session.client_reference_id) == ("ada@example.com", "order-7")
    assert session.metadata is not None
    assert session.metadata.to_dict() == {"season": "spring"}
    assert stand_in.http.get(page.headers["location"]).status_code == 200


def test_each_opening_is_a_session_of_its_own(client: stripe.StripeClient, stand_in: Emulator, price: str) -> None:
    link, other = link_of(client, price), link_of(client, price)
    opened(stand_in, other)
    first, second = (session_of(client, opened(stand_in, link)).id for _ in range(2))

    assert [each.id for each in client.v1.checkout.sessions.list({"payment_link": link.id}).data] == [second, first]


def test_a_buyer_is_thanked_where_the_link_says(client: stripe.StripeClient, stand_in: Emulator, price: str) -> None:
    here: Any = {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "Fly well <3"}}
    there: Any = {"type": "redirect", "redirect": {"url": "https://example.com/t?id={CHECKOUT_SESSION_ID}"}}
    hosted, redirected = (opened(stand_in, link_of(client, price, after_completion=after)) for after in (here, there))
    thanks = stand_in.http.get(pay(stand_in, hosted).headers["location"])
    elsewhere = pay(stand_in, redirected).headers["location"]

    assert "Fly well &lt;3" in thanks.text
    assert elsewhere == f"https://example.com/t?id={session_of(client, redirected).id}"
    assert session_of(client, hosted).payment_status == "paid"


def test_a_link_that_is_switched_off_sells_nothing(client: stripe.StripeClient, stand_in: Emulator, price: str) -> None:
    link = link_of(client, price, inactive_message="Back in spring")
    client.v1.payment_links.update(link.id, {"active": False})
    page = opened(stand_in, link)
    event = client.v1.events.list({"type": "payment_link.updated", "limit": 1}).data[0]

    assert (page.status_code, "Back in spring" in page.text) == (200, True)
    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes.to_dict() == {"active": True}


def test_a_limited_link_counts_what_was_completed(client: stripe.StripeClient, stand_in: Emulator, price: str) -> None:
    link = link_of(client, price, restrictions={"completed_sessions": {"limit": 1}})
    first, second = opened(stand_in, link), opened(stand_in, link)
    pay(stand_in, first)
    counted = client.v1.payment_links.retrieve(link.id).restrictions

    assert second.status_code == 303
    assert counted is not None
    assert (counted.completed_sessions.count, opened(stand_in, link).status_code) == (1, 200)


def test_a_changed_quantity_is_for_sessions_to_come(
    client: stripe.StripeClient, stand_in: Emulator, price: str
) -> None:
    link = link_of(client, price)
    before = opened(stand_in, link)
    item = client.v1.payment_links.line_items.list(link.id).data[0]
    client.v1.payment_links.update(link.id, {"line_items": [{"id": item.id, "quantity": 5}]})
    items = client.v1.payment_links.line_items.list(link.id).data

    assert [(each.id, each.quantity, each.amount_total) for each in items] == [(item.id, 5, 7500)]
    assert session_of(client, opened(stand_in, link)).amount_total == 7500
    assert session_of(client, before).amount_total == 3000


def test_a_price_can_be_described_in_the_link(client: stripe.StripeClient, stand_in: Emulator) -> None:
    data = {"currency": "eur", "unit_amount": 700, "product_data": {"name": "Tail"}}
    line: Any = {"price_data": data, "quantity": 1}
    link = client.v1.payment_links.create({"line_items": [line]})

    assert link.currency == "eur"
    assert [session_of(client, opened(stand_in, link)).amount_total for _ in range(2)] == [700, 700]


def test_a_link_whose_price_was_archived_says_so(client: stripe.StripeClient, stand_in: Emulator, price: str) -> None:
    link = link_of(client, price)
    client.v1.prices.update(price, {"active": False})

    assert "price specified is inactive" in opened(stand_in, link).text


def test_links_are_listed(client: stripe.StripeClient, price: str) -> None:
    off, on = (link_of(client, price).id for _ in range(2))
    client.v1.payment_links.update(off, {"active": False})

    assert [each.id for each in client.v1.payment_links.list({"limit": 2}).data] == [on, off]
    assert client.v1.payment_links.list({"active": False, "limit": 1}).data[0].id == off


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"line_items[0][price]": "price_gone"}, "line_items[0][price]"),
        ({"line_items[0][quantity]": "0"}, "line_items[0][quantity]"),
        ({"after_completion[type]": "redirect"}, "after_completion[redirect]"),
        ({"restrictions[completed_sessions][limit]": "0"}, "restrictions[completed_sessions][limit]"),
        ({"subscription_data[trial_period_days]": "7"}, "subscription_data"),
        ({"transfer_data[destination]": "acct_1"}, "transfer_data"),
        ({"shipping_options[0][shipping_rate]": "shr_1"}, "shipping_options"),
        ({"automatic_tax[enabled]": "true"}, "automatic_tax[enabled]"),
        ({"currency": "eur"}, "currency"),
    ],
)
def test_what_a_link_cannot_be_is_refused(stand_in: Emulator, price: str, params: dict[str, str], param: str) -> None:
    line = {"line_items[0][price]": price, "line_items[0][quantity]": "1"}
    reply = stand_in.post("/v1/payment_links", line | params)

    assert (reply.status_code, reply.json()["error"].get("param")) == (400, param), reply.text


def test_a_link_that_is_not_there_leads_nowhere(stand_in: Emulator) -> None:
    assert stand_in.http.get("/buy/plink_nope").status_code == 404
    assert stand_in.get("/v1/payment_links/plink_nope").json()["error"]["param"] == "payment_link"
