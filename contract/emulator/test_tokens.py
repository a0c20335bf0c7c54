"""Tokens: what they hold, where they are used, and that each is used once."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.shapes import violations

CARD: dict[str, str] = {
    "card[number]": "4242 4242 4242 4242",
    "card[exp_month]": "5",
    "card[exp_year]": "2039",
    "card[cvc]": "314",
    "card[name]": "Ada",
}
BANK: dict[str, str] = {
    "bank_account[country]": "US",
    "bank_account[currency]": "usd",
    "bank_account[account_holder_name]": "Jenny Rosen",
    "bank_account[account_holder_type]": "individual",
    "bank_account[routing_number]": "110000000",
    "bank_account[account_number]": "000123456789",
}


def card_token(client: stripe.StripeClient, number: str = "4242424242424242") -> str:
    card: Any = {"number": number, "exp_month": "5", "exp_year": "2039", "cvc": "314", "name": "Ada"}
    return client.v1.tokens.create({"card": card}).id


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        (CARD, "card"),
        (BANK, "bank_account"),
        ({"pii[id_number]": "000000000"}, "pii"),
        ({"account[individual][first_name]": "Jane", "account[tos_shown_and_accepted]": "true"}, "account"),
        ({"person[first_name]": "Jane", "person[relationship][owner]": "true"}, "person"),
        ({"cvc_update[cvc]": "123"}, "cvc_update"),
    ],
)
def test_a_token_has_its_declared_shape(stand_in: Emulator, params: dict[str, str], kind: str) -> None:
    made = stand_in.post("/v1/tokens", params)
    read = stand_in.get(f"/v1/tokens/{made.json()['id']}")

    assert made.status_code == 200, made.text
    assert violations(read.json(), stripe.Token) == []
    assert (read.json()["type"], read.json()["used"]) == (kind, False)


def test_a_token_shows_the_card_and_never_its_number(stand_in: Emulator) -> None:
    made = stand_in.post("/v1/tokens", CARD)
    card = made.json()["card"]

    assert (card["brand"], card["last4"], card["exp_month"], card["exp_year"], card["name"]) == (
        "Visa",
        "4242",
        5,
        2039,
        "Ada",
    )
    assert "4242424242424242" not in made.text


def test_a_payment_method_has_the_card_of_its_token(client: stripe.StripeClient) -> None:
    token = card_token(client)
    method = client.v1.payment_methods.create({"type": "card", "card": {"token": token}})

    assert method.card is not None
    assert (method.card.last4, method.card.exp_month, method.card.exp_year) == ("4242", 5, 2039)
    assert client.v1.tokens.retrieve(token).used is True


def account(client: stripe.StripeClient) -> str:
    return client.v1.accounts.create({"type": "custom", "country": "US"}).id


Use = Callable[[stripe.StripeClient, str], object]
USES: list[Use] = [
    lambda client, token: client.v1.payment_methods.create({"type": "card", "card": {"token": token}}),
    lambda client, token: client.v1.customers.create({"source": token}),
    lambda client, token: client.v1.customers.update(client.v1.customers.create({}).id, {"source": token}),
    lambda client, token: client.v1.charges.create({"amount": 500, "currency": "usd", "source": token}),
    lambda client, token: client.v1.accounts.external_accounts.create(account(client), {"external_account": token}),
]


@pytest.mark.parametrize("use", USES)
def test_a_token_is_used_once(client: stripe.StripeClient, use: Use) -> None:
    token = card_token(client)
    client.v1.payment_methods.create({"type": "card", "card": {"token": token}})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        use(client, token)

    assert (refusal.value.http_status, refusal.value.code) == (400, "token_already_used")


def test_a_source_is_the_card_of_its_token(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({}).id
    token = client.v1.tokens.retrieve(card_token(client))
    source: Any = client.v1.customers.payment_sources.create(customer, {"source": token.id})

    assert token.card is not None
    assert (source.id, source.exp_year, source.name, source.cvc_check) == (token.card.id, 2039, "Ada", "pass")


def test_a_bank_account_is_kept_by_its_token(client: stripe.StripeClient, stand_in: Emulator) -> None:
    customer = client.v1.customers.create({}).id
    token = stand_in.post("/v1/tokens", BANK).json()
    source: Any = client.v1.customers.payment_sources.create(customer, {"source": token["id"]})

    assert (source.object, source.id) == ("bank_account", token["bank_account"]["id"])
    assert (source.account_holder_name, source.last4) == ("Jenny Rosen", "6789")


def test_a_charge_is_paid_by_the_card_of_its_token(client: stripe.StripeClient) -> None:
    charge = client.v1.charges.create({"amount": 500, "currency": "usd", "source": card_token(client)})

    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert (charge.status, charge.payment_method_details.card.exp_year) == ("succeeded", 2039)


def test_an_account_is_paid_out_to_the_bank_account_of_its_token(
    client: stripe.StripeClient, stand_in: Emulator
) -> None:
    token = stand_in.post("/v1/tokens", BANK).json()["id"]
    external: Any = client.v1.accounts.external_accounts.create(account(client), {"external_account": token})

    assert (external.object, external.last4, external.account_holder_name) == ("bank_account", "6789", "Jenny Rosen")
    assert client.v1.tokens.retrieve(token).used is True


def test_a_card_that_never_attaches_is_refused_by_its_token(client: stripe.StripeClient) -> None:
    token = card_token(client, "4000000000000002")
    with pytest.raises(stripe.CardError) as refusal:
        client.v1.customers.create({"source": token})

    assert refusal.value.code == "card_declined"


@pytest.mark.parametrize(
    ("params", "status", "code", "param"),
    [
        ({}, 400, None, None),
        (CARD | BANK, 400, None, "bank_account"),
        (CARD | {"card[number]": "4242424242424241"}, 402, "incorrect_number", "number"),
        (CARD | {"card[exp_month]": "13"}, 402, "invalid_expiry_month", "exp_month"),
        (CARD | {"card[exp_year]": "2020"}, 402, "invalid_expiry_year", "exp_year"),
        (CARD | {"card[exp_year]": "soon"}, 400, "parameter_invalid_integer", "card[exp_year]"),
        (CARD | {"card[cvc]": "31"}, 402, "invalid_cvc", "cvc"),
        (BANK | {"bank_account[routing_number]": "1"}, 400, "routing_number_invalid", "bank_account[routing_number]"),
        (BANK | {"bank_account[account_number]": "-"}, 400, "account_number_invalid", "bank_account[account_number]"),
        (BANK | {"bank_account[currency]": "xxx"}, 400, None, "bank_account[currency]"),
        ({"cvc_update[cvc]": "12345"}, 402, "invalid_cvc", "cvc"),
        ({"customer": "cus_1"}, 400, None, "customer"),
    ],
)
def test_what_no_token_can_hold_is_refused(
    stand_in: Emulator, params: dict[str, str], status: int, code: str | None, param: str | None
) -> None:
    reply = stand_in.post("/v1/tokens", params)
    error = reply.json()["error"]

    assert (reply.status_code, error.get("code"), error.get("param")) == (status, code, param), error


def test_a_token_that_is_not_there_is_named(stand_in: Emulator) -> None:
    error = stand_in.get("/v1/tokens/tok_nope").json()["error"]

    assert (error["message"], error["param"]) == ("No such token: 'tok_nope'", "token")
