"""Search by what a merchant wrote (docs.stripe.com/search), which here, unlike there, is up to date at once."""

from itertools import count

import pytest
import stripe

from contract.emulator.payments import pay
from contract.emulator.running import Emulator

_numbers = count(1)


@pytest.fixture
def order() -> str:
    return f"order-{next(_numbers)}"


def test_payments_are_found_by_their_metadata(client: stripe.StripeClient, order: str) -> None:
    intents = [pay(client, metadata={"order": order}) for _ in range(2)]
    found = client.v1.payment_intents.search({"query": f"metadata['order']:'{order}'"})

    assert [each.id for each in found.data] == [each.id for each in reversed(intents)]


def test_a_search_joins_its_clauses(client: stripe.StripeClient, order: str) -> None:
    paid = pay(client, metadata={"order": order})
    pay(client, metadata={"order": order}, capture_method="manual")
    found = client.v1.payment_intents.search({"query": f"status:'succeeded' AND metadata['order']:'{order}'"})

    assert [each.id for each in found.data] == [paid.id]


def test_what_was_changed_is_found_as_it_is_now(client: stripe.StripeClient, order: str) -> None:
    intent = pay(client, metadata={"order": order})
    client.v1.payment_intents.update(intent.id, {"metadata": {"order": f"{order}-b"}})
    found = [
        client.v1.payment_intents.search({"query": f"metadata['order']:'{name}'"}).data
        for name in (order, f"{order}-b")
    ]

    assert [[each.id for each in page] for page in found] == [[], [intent.id]]


def test_customers_are_found_by_their_address(client: stripe.StripeClient, order: str) -> None:
    customer = client.v1.customers.create({"email": f"{order}@example.com"})
    found = client.v1.customers.search({"query": f"email:'{order}@example.com'"})

    assert [each.id for each in found.data] == [customer.id]


@pytest.mark.parametrize("query", ["", "nonsense", "colour:'red'", "status:", "metadata['a']:'b' OR"])
def test_a_query_that_makes_no_sense_is_refused(stand_in: Emulator, query: str) -> None:
    reply = stand_in.get("/v1/payment_intents/search", {"query": query})

    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")
