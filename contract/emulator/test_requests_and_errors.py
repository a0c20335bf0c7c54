"""Who may call, what a parameter must be, and how a refusal reads (docs.stripe.com/api/errors)."""

import httpx
import pytest
import stripe

from contract.emulator.running import API_KEY, Emulator


@pytest.mark.parametrize("credentials", ["", "Bearer nonsense", "Bearer", "Bearer pk_test_123"])
def test_a_call_without_a_secret_key_is_unauthorized(stand_in: Emulator, credentials: str) -> None:
    headers = {"Authorization": credentials} if credentials else {}
    reply = stand_in.http.get("/v1/customers", headers=headers)

    assert (reply.status_code, reply.json()["error"]["type"]) == (401, "invalid_request_error")


def test_a_key_that_was_rolled_is_refused_and_its_successor_taken(stand_in: Emulator) -> None:
    rolled, fresh = ({"Authorization": f"Bearer sk_test_{name}0123456789"} for name in ("rolled", "fresh"))
    stand_in.http.post("/_emulator/keys/expire", json={"key": rolled["Authorization"].removeprefix("Bearer ")})

    refused = stand_in.http.get("/v1/customers", headers=rolled)
    error = refused.json()["error"]

    assert (refused.status_code, error["type"], error["code"]) == (401, "invalid_request_error", "api_key_expired")
    assert "rolled" not in error["message"]
    assert stand_in.http.get("/v1/customers", headers=fresh).status_code == 200
    assert stand_in.http.post("/_emulator/keys/expire", json={}).status_code == 400


def test_the_key_may_come_as_the_user_of_basic_authentication(stand_in: Emulator) -> None:
    assert stand_in.http.get("/v1/customers", auth=httpx.BasicAuth(API_KEY, "")).status_code == 200


def test_every_reply_has_a_request_id_of_its_own(stand_in: Emulator) -> None:
    replies = [stand_in.get("/v1/customers"), stand_in.get("/v1/customers/cus_nobody"), stand_in.get("/v1/nothing")]
    ids = {reply.headers["Request-Id"] for reply in replies}

    assert len(ids) == 3
    assert all(each.startswith("req_") for each in ids)


def test_the_version_of_the_client_is_echoed(stand_in: Emulator) -> None:
    reply = stand_in.post("/v1/customers", Stripe_Version=stripe.api_version)

    assert reply.headers["Stripe-Version"] == stripe.api_version


def test_an_unknown_parameter_is_named(stand_in: Emulator) -> None:
    reply = stand_in.post("/v1/customers", {"emial": "ada@example.com"})
    error = reply.json()["error"]

    assert (reply.status_code, error["code"], error["param"]) == (400, "parameter_unknown", "emial")


def test_an_unknown_nested_parameter_is_named_by_its_path(stand_in: Emulator) -> None:
    reply = stand_in.post("/v1/customers", {"address[cty]": "Paris"})
    error = reply.json()["error"]

    assert (reply.status_code, error["code"], error["param"]) == (400, "parameter_unknown", "address[cty]")


def test_a_missing_parameter_is_named(stand_in: Emulator) -> None:
    error = stand_in.post("/v1/payment_intents", {"currency": "usd"}).json()["error"]

    assert (error["code"], error["param"]) == ("parameter_missing", "amount")


@pytest.mark.parametrize("amount", ["12.5", "abc", "1e3", "١٢", "9" * 30])
def test_an_amount_that_is_no_integer_is_refused(stand_in: Emulator, amount: str) -> None:
    reply = stand_in.post("/v1/payment_intents", {"amount": amount, "currency": "usd"})
    error = reply.json()["error"]

    assert (reply.status_code, error["code"], error["param"]) == (400, "parameter_invalid_integer", "amount")


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(0, "usd"), (-5, "usd"), (49, "usd"), (100_000_000, "usd"), (49, "jpy"), (5251, "kwd"), (1000, "xxx"), (1000, "")],
)
def test_an_amount_or_currency_that_no_charge_can_have_is_refused(
    stand_in: Emulator, amount: int, currency: str
) -> None:
    reply = stand_in.post("/v1/payment_intents", {"amount": amount, "currency": currency})

    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(("amount", "currency"), [(50, "usd"), (500, "jpy"), (5250, "kwd"), (99_999_999, "eur")])
def test_an_amount_at_the_edge_is_accepted(client: stripe.StripeClient, amount: int, currency: str) -> None:
    intent = client.v1.payment_intents.create({"amount": amount, "currency": currency})

    assert (intent.amount, intent.currency) == (amount, currency)


def test_a_currency_in_capitals_is_answered_in_small_letters(stand_in: Emulator) -> None:
    assert stand_in.post("/v1/payment_intents", {"amount": 500, "currency": "USD"}).json()["currency"] == "usd"


def test_an_unknown_enumeration_member_is_refused(stand_in: Emulator) -> None:
    reply = stand_in.post("/v1/payment_intents", {"amount": 500, "currency": "usd", "capture_method": "later"})

    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "capture_method")


def test_an_object_that_does_not_exist_is_a_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.retrieve("pi_nobody")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
    assert "pi_nobody" in str(refusal.value)


def test_fixture_ids_do_not_exist_unless_asked_for(stand_in: Emulator) -> None:
    assert stand_in.get("/v1/customers/cus_xxxxxxxxxxxxx").status_code == 404


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/customers/cus_1/nothing", "/nothing"])
def test_an_unknown_route_is_a_404_in_the_shape_of_the_processor(stand_in: Emulator, path: str) -> None:
    reply = stand_in.get(path)

    assert (reply.status_code, reply.json()["error"]["type"]) == (404, "invalid_request_error")


def test_an_error_links_to_its_log_and_its_documentation(stand_in: Emulator) -> None:
    reply = stand_in.get("/v1/customers/cus_nobody")
    error = reply.json()["error"]

    assert reply.headers["Request-Id"] in error["request_log_url"]
    assert error["doc_url"].endswith("resource-missing")


@pytest.mark.parametrize("body", ["a[b=1", "a[0]=1&a[b]=2", "%ff=%fe", "a=1&a[b]=2", "[[[[=1"])
def test_a_form_that_makes_no_sense_is_a_400(stand_in: Emulator, body: str) -> None:
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/x-www-form-urlencoded"}
    reply = stand_in.http.post("/v1/customers", content=body, headers=headers)

    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")


def test_an_empty_value_unsets_a_field(client: stripe.StripeClient, stand_in: Emulator) -> None:
    customer = client.v1.customers.create({"name": "Ada", "metadata": {"a": "1", "b": "2"}})
    stand_in.post(f"/v1/customers/{customer.id}", {"name": "", "metadata[a]": ""})
    changed = client.v1.customers.retrieve(customer.id)

    assert (changed.name, changed.metadata.to_dict() if changed.metadata else None) == (None, {"b": "2"})
