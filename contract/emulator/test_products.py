"""Products: made with and without a price, changed, archived, listed, found and deleted."""

from itertools import count
from typing import Any

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.shapes import violations

_numbers = count(1)


@pytest.fixture
def product(client: stripe.StripeClient) -> stripe.Product:
    return client.v1.products.create({"name": f"Kite {next(_numbers)}", "metadata": {"wind": "north"}})


def events_of(client: stripe.StripeClient, identifier: str) -> list[str]:
    """Types of the events about an object, oldest first."""
    events = client.v1.events.list({"limit": 50}).data
    return [event.type for event in reversed(events) if event.data.object["id"] == identifier]


def test_a_product_has_its_declared_shape_at_every_step(stand_in: Emulator) -> None:
    made = stand_in.post(
        "/v1/products",
        {
            "name": "Box",
            "images[0]": "https://example.com/box.png",
            "marketing_features[0][name]": "Sturdy",
            "package_dimensions[height]": "1.25",
            "package_dimensions[length]": "2",
            "package_dimensions[weight]": "3",
            "package_dimensions[width]": "4",
            "shippable": "true",
            "tax_details[tax_code]": "txcd_99999999",
        },
    ).json()
    changed = stand_in.post(f"/v1/products/{made['id']}", {"images": "", "url": "https://example.com"}).json()

    assert violations(made, stripe.Product) == []
    assert violations(changed, stripe.Product) == []
    assert (made["package_dimensions"]["height"], changed["images"]) == (1.25, [])


def test_a_product_brings_its_default_price(client: stripe.StripeClient) -> None:
    product = client.v1.products.create(
        {
            "name": "Gold",
            "default_price_data": {"currency": "usd", "unit_amount": 2000, "recurring": {"interval": "month"}},
            "expand": ["default_price"],
        }
    )
    price = product.default_price

    assert isinstance(price, stripe.Price)
    assert (price.product, price.unit_amount, price.type) == (product.id, 2000, "recurring")
    assert events_of(client, price.id) == ["price.created", "plan.created"]


def test_a_change_is_told_with_what_was_before(client: stripe.StripeClient, product: stripe.Product) -> None:
    client.v1.products.update(product.id, {"name": "Dragon", "description": "Red"})
    event = client.v1.events.list({"type": "product.updated", "limit": 1}).data[0]

    assert event.data.object["name"] == "Dragon"
    assert event.data.previous_attributes is not None
    assert (event.data.previous_attributes["name"], event.data.previous_attributes["description"]) == (
        product.name,
        None,
    )


def test_a_product_without_prices_is_deleted(client: stripe.StripeClient, product: stripe.Product) -> None:
    gone = client.v1.products.delete(product.id)

    assert (gone.id, gone.deleted) == (product.id, True)
    assert events_of(client, product.id) == ["product.created", "product.deleted"]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.products.retrieve(product.id)
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_a_product_with_a_price_stays(client: stripe.StripeClient, product: stripe.Product) -> None:
    client.v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 100})
    with pytest.raises(stripe.InvalidRequestError, match="has one or more user-created prices"):
        client.v1.products.delete(product.id)

    assert client.v1.products.retrieve(product.id).active


def test_an_id_is_taken_once_and_free_again_after_deletion(client: stripe.StripeClient) -> None:
    name = f"kite-{next(_numbers)}"
    client.v1.products.create({"id": name, "name": "First"})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.products.create({"id": name, "name": "Second"})
    client.v1.products.delete(name)
    second = client.v1.products.create({"id": name, "name": "Second"})

    assert (refusal.value.code, refusal.value.param) == ("resource_already_exists", "id")
    assert (second.id, client.v1.products.retrieve(name).name) == (name, "Second")


def test_a_list_is_filtered(client: stripe.StripeClient) -> None:
    shop = f"https://example.com/{next(_numbers)}"
    off, boxed, plain = (
        client.v1.products.create({"name": "P", "url": shop, "active": active, "shippable": shippable}).id
        for active, shippable in ((False, False), (True, True), (True, False))
    )

    def found(**filters: Any) -> list[str]:  # noqa: ANN401 - any filter of the call
        wanted: Any = {"url": shop} | filters
        return [each.id for each in client.v1.products.list(wanted).data]

    assert found() == [plain, boxed, off]
    assert found(active=True) == [plain, boxed]
    assert found(shippable=True) == [boxed]
    assert found(ids=[off, plain, "prod_gone"]) == [plain, off]


def test_products_are_found_by_what_they_say(client: stripe.StripeClient) -> None:
    word = f"word{next(_numbers)}"
    product = client.v1.products.create({"name": f"The {word} kite", "metadata": {"key": word}})
    queries = [f"name~'{word}'", f"active:'true' AND metadata['key']:'{word}'"]

    assert [[each.id for each in client.v1.products.search({"query": query}).data] for query in queries] == [
        [product.id],
        [product.id],
    ]


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({}, "name", "parameter_missing"),
        ({"name": "K", "statement_descriptor": "123"}, "statement_descriptor", None),
        ({"name": "K", "statement_descriptor": "A" * 23}, "statement_descriptor", None),
        ({"name": "K", **{f"images[{n}]": "https://example.com" for n in range(9)}}, "images", None),
        ({"name": "K", "default_price_data[currency]": "usd"}, "default_price_data[unit_amount]", None),
        ({"name": "K", "default_price_data[currency]": "xxx"}, "default_price_data[currency]", None),
    ],
)
def test_what_a_product_cannot_be_is_refused(
    stand_in: Emulator, params: dict[str, str], param: str, code: str | None
) -> None:
    reply = stand_in.post("/v1/products", params)
    error = reply.json()["error"]

    assert (reply.status_code, error["param"], error.get("code")) == (400, param, code), error


def test_a_default_price_is_one_of_the_product(client: stripe.StripeClient, product: stripe.Product) -> None:
    other = client.v1.prices.create({"product_data": {"name": "Other"}, "currency": "usd", "unit_amount": 100})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.products.update(product.id, {"default_price": other.id})

    assert refusal.value.param == "default_price"
