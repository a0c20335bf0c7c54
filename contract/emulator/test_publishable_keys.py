"""What a page in a browser may do by its publishable key, and what it may not."""

import pytest
import stripe

from contract.emulator.payments import RETURN_URL
from contract.emulator.running import Emulator

PAGE = {"Authorization": "Bearer pk_test_page"}


def test_a_page_makes_a_payment_method_by_its_publishable_key(stand_in: Emulator) -> None:
    form = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2040"}
    by_header = stand_in.http.post("/v1/payment_methods", data=form, headers=PAGE)
    by_parameter = stand_in.http.post("/v1/payment_methods", data={**form, "key": "pk_test_page"})

    assert [by_header.status_code, by_parameter.status_code] == [200, 200]


def test_a_page_confirms_the_intent_whose_secret_it_knows(stand_in: Emulator, client: stripe.StripeClient) -> None:
    setup = client.v1.setup_intents.create({})
    form = {"key": "pk_test_page", "payment_method": "pm_card_visa", "client_secret": str(setup.client_secret)}
    confirmed = stand_in.http.post(f"/v1/setup_intents/{setup.id}/confirm", data=form)

    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "succeeded")


@pytest.mark.parametrize("secret", [None, "seti_1_secret_2"])
def test_a_page_without_the_secret_is_refused(
    stand_in: Emulator, client: stripe.StripeClient, secret: str | None
) -> None:
    setup = client.v1.setup_intents.create({})
    form = {"payment_method": "pm_card_visa"} | ({} if secret is None else {"client_secret": secret})
    refused = stand_in.http.post(f"/v1/setup_intents/{setup.id}/confirm", data=form, headers=PAGE)

    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "client_secret")
    assert client.v1.setup_intents.retrieve(setup.id).status == "requires_payment_method"


@pytest.mark.parametrize("call", ["GET /v1/customers", "POST /v1/refunds", "GET /v1/balance"])
def test_a_publishable_key_does_not_do_what_a_server_does(stand_in: Emulator, call: str) -> None:
    refused = stand_in.http.request(*call.split(" "), headers=PAGE)

    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "secret_key_required")


def test_a_card_can_be_described_where_it_is_confirmed(stand_in: Emulator, client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 2000, "currency": "usd"})
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2040", "cvc": "123"}
    described = {f"payment_method_data[card][{name}]": value for name, value in card.items()}
    form = {"client_secret": str(intent.client_secret), "payment_method_data[type]": "card", **described}
    paid = stand_in.http.post(
        f"/v1/payment_intents/{intent.id}/confirm", data={**form, "return_url": RETURN_URL}, headers=PAGE
    )

    assert (paid.status_code, paid.json()["status"]) == (200, "succeeded")
