"""Connected accounts: what they must tell, what they may do for it, and who belongs to them."""

from typing import Any, cast

import pytest
import stripe

from contract.emulator.connecting import (
    ANSWERS,
    BANK,
    CAPABILITIES,
    INDIVIDUAL,
    account_in,
    acting_for,
    fund,
    opened,
)
from contract.emulator.receiver import Receiver
from contract.emulator.running import Emulator
from contract.emulator.shapes import violations


def due(account: stripe.Account) -> list[str]:
    assert account.requirements is not None
    return account.requirements.currently_due or []


def types_of(client: stripe.StripeClient, account: str) -> list[str]:
    return [event.type for event in client.v1.events.list({"limit": 100}, acting_for(account)).data]


def test_a_new_account_may_do_nothing_and_says_what_it_must_tell(client: stripe.StripeClient) -> None:
    account = account_in(client)

    assert {"business_type", "external_account", "tos_acceptance.date", "representative.first_name"} <= set(
        due(account)
    )
    assert account.requirements is not None
    assert account.requirements.disabled_reason == "requirements.past_due"
    assert (account.charges_enabled, account.payouts_enabled, account.details_submitted) == (False, False, False)
    assert account.capabilities is not None
    assert account.capabilities.to_dict() == {"card_payments": "inactive", "transfers": "inactive"}


def test_an_account_that_told_everything_by_api_may_charge_and_be_paid_out(client: stripe.StripeClient) -> None:
    account = client.v1.accounts.update(account_in(client).id, ANSWERS)

    assert due(account) == []
    assert (account.charges_enabled, account.payouts_enabled, account.details_submitted) == (True, True, True)
    assert account.individual is not None
    assert account.individual.verification is not None
    assert account.individual.verification.status == "verified"


@pytest.mark.parametrize("missing", ["business_profile", "tos_acceptance", "individual"])
def test_an_account_that_left_something_out_stays_closed(client: stripe.StripeClient, missing: str) -> None:
    answers = {name: value for name, value in ANSWERS.items() if name != missing}
    account = account_in(client, **answers)

    assert [path for path in due(account) if path.startswith(missing)]
    assert account.charges_enabled is False


def test_an_account_without_a_bank_charges_and_is_not_paid_out(client: stripe.StripeClient) -> None:
    account = account_in(client, **{name: value for name, value in ANSWERS.items() if name != "external_account"})

    assert due(account) == ["external_account"]
    assert (account.charges_enabled, account.payouts_enabled) == (True, False)


def test_a_company_tells_who_represents_it(client: stripe.StripeClient) -> None:
    company = {"name": "Rosen", "tax_id": "000000000", "phone": "+15555550100", "address": INDIVIDUAL["address"]}
    told = {**ANSWERS, "business_type": "company", "company": {**company, "owners_provided": True}}
    del told["individual"]
    account = account_in(client, **told)
    assert all(path.startswith("representative.") for path in due(account))

    role = {"representative": True, "executive": True, "title": "CEO"}
    person: Any = {**INDIVIDUAL, "relationship": role}
    client.v1.accounts.persons.create(account.id, person)

    assert client.v1.accounts.retrieve(account.id).charges_enabled is True


@pytest.mark.parametrize(
    "told", [{"ssn_last_4": "1111"}, {"address": {**INDIVIDUAL["address"], "line1": "address_no_match"}}]
)
def test_who_cannot_be_verified_is_asked_for_a_document(client: stripe.StripeClient, told: dict[str, Any]) -> None:
    account = account_in(client, **{**ANSWERS, "individual": {**INDIVIDUAL, **told}})
    assert due(account) == ["individual.verification.document"]
    assert account.requirements is not None
    assert [error.code for error in account.requirements.errors or []] == ["verification_failed_keyed_identity"]

    shown: Any = {"verification": {"document": {"front": "file_identity_document_success"}}}
    account = client.v1.accounts.update(account.id, {"individual": shown})

    assert (due(account), account.charges_enabled) == ([], True)


def test_an_open_account_whose_holder_turns_out_to_be_nobody_is_closed(client: stripe.StripeClient) -> None:
    account = client.v1.accounts.update(opened(client), {"individual": {"id_number": "111111111"}})

    assert due(account) == ["individual.verification.document"]
    assert (account.charges_enabled, account.payouts_enabled) == (False, False)


def test_a_platform_cannot_agree_to_the_terms_for_an_express_account(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.accounts.create({"type": "express", "tos_acceptance": {"date": 1, "ip": "8.8.8.8"}})

    assert refused.value.param == "tos_acceptance"


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"country": "XX"}, "country", "country_unsupported"),
        ({"type": "express", "controller": {"fees": {"payer": "account"}}}, "type", None),
        ({"business_type": "company", "individual": {"first_name": "A"}}, "individual", None),
        (
            {"external_account": {**BANK, "account_number": "123450000"}},
            "external_account[account_number]",
            "account_number_invalid",
        ),
        (
            {"external_account": {**BANK, "routing_number": "12"}},
            "external_account[routing_number]",
            "routing_number_invalid",
        ),
        ({"external_account": "btok_unknown"}, "external_account", "resource_missing"),
        (
            {"settings": {"payouts": {"schedule": {"interval": "weekly"}}}},
            "settings[payouts][schedule][weekly_anchor]",
            "parameter_missing",
        ),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    client: stripe.StripeClient, params: dict[str, Any], param: str, code: str | None
) -> None:
    before = len(client.v1.accounts.list({"limit": 100}).data)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.accounts.create(cast("Any", params))

    assert (refused.value.param, refused.value.code) == (param, code)
    assert len(client.v1.accounts.list({"limit": 100}).data) == before


def test_the_key_tells_whose_account_it_is(client: stripe.StripeClient, stand_in: Emulator) -> None:
    own = stand_in.get("/v1/account").json()
    account = opened(client)

    assert violations(own, stripe.Account) == []
    assert client.v1.accounts.retrieve_current({}, acting_for(account)).id == account
    assert own["id"] not in [each.id for each in client.v1.accounts.list({"limit": 100})]


def test_an_account_of_nobody_is_forbidden_as_stripe_forbids_it(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.PermissionError) as refused:
        client.v1.accounts.retrieve("acct_none")

    assert (refused.value.http_status, cast("Any", refused.value.json_body)["error"]["code"]) == (
        403,
        "account_invalid",
    )


def test_an_account_cannot_see_its_neighbour(client: stripe.StripeClient) -> None:
    account, neighbour = opened(client), opened(client)

    with pytest.raises(stripe.PermissionError):
        client.v1.accounts.retrieve(neighbour, {}, acting_for(account))


def test_a_rejected_account_stops(client: stripe.StripeClient) -> None:
    account = client.v1.accounts.reject(opened(client), {"reason": "fraud_other"})

    assert account.requirements is not None
    assert account.requirements.disabled_reason == "rejected.platform_fraud"
    assert (account.charges_enabled, account.payouts_enabled) == (False, False)


def test_a_deleted_account_is_gone_and_its_platform_hears_of_it(
    client: stripe.StripeClient, merchant: Receiver
) -> None:
    client.v1.webhook_endpoints.create(
        {"url": merchant.url, "enabled_events": ["account.application.deauthorized"], "connect": True}
    )
    account = opened(client)

    assert client.v1.accounts.delete(account).deleted is True

    assert f'"account":"{account}"'.encode() in merchant.wait_for(1)[0].body
    with pytest.raises(stripe.PermissionError):
        client.v1.accounts.retrieve(account)


def test_what_changes_is_told_in_the_account(client: stripe.StripeClient) -> None:
    account = account_in(client).id
    client.v1.accounts.update(account, ANSWERS)

    told = types_of(client, account)

    assert told.count("capability.updated") == 2
    assert {"account.updated", "account.external_account.created"} <= set(told)


def test_a_capability_is_asked_for_and_given_back(client: stripe.StripeClient, stand_in: Emulator) -> None:
    account = opened(client, capabilities={"transfers": {"requested": True}})
    asked = client.v1.accounts.capabilities.update(account, "card_payments", {"requested": True})
    assert (asked.status, asked.requested) == ("active", True)

    given_back = client.v1.accounts.capabilities.update(account, "card_payments", {"requested": False})

    assert (given_back.status, given_back.requested) == ("unrequested", False)
    assert [each.id for each in client.v1.accounts.capabilities.list(account)] == ["transfers"]
    body = stand_in.get(f"/v1/accounts/{account}/capabilities/transfers").json()
    assert violations(body, stripe.Capability) == []
    assert stand_in.get(f"/v1/accounts/{account}/capabilities/flying").status_code == 404


def test_persons_come_and_go(client: stripe.StripeClient, stand_in: Emulator) -> None:
    account = account_in(client, business_type="company").id
    told: Any = {"first_name": "Ada", "relationship": {"owner": True, "percent_ownership": "12.5"}}
    person = client.v1.accounts.persons.create(account, told)
    changed = client.v1.accounts.persons.update(account, person.id, {"last_name": "Byron", "id_number": "000000000"})

    assert (changed.last_name, changed.id_number_provided, changed.ssn_last_4_provided) == ("Byron", True, True)
    assert violations(stand_in.get(f"/v1/accounts/{account}/persons/{person.id}").json(), stripe.Person) == []
    assert [each.id for each in client.v1.accounts.persons.list(account, {"relationship": {"owner": True}})] == [
        person.id
    ]
    assert client.v1.accounts.persons.list(account, {"relationship": {"director": True}}).data == []
    assert client.v1.accounts.persons.delete(account, person.id).deleted is True
    assert types_of(client, account)[:3] == ["person.deleted", "person.updated", "person.created"]


def test_the_first_bank_account_of_a_currency_is_the_default_until_another_is(client: stripe.StripeClient) -> None:
    account = opened(client)
    first = client.v1.accounts.external_accounts.list(account).data[0]
    second = client.v1.accounts.external_accounts.create(
        account, {"external_account": "tok_visa_debit_us_transferSuccess", "default_for_currency": True}
    )

    listed = client.v1.accounts.external_accounts.list(account, {"object": "bank_account"}).data

    assert first.default_for_currency is True
    assert second.object == "card"
    assert [each.default_for_currency for each in listed] == [False]
    with pytest.raises(stripe.InvalidRequestError, match="default external account"):
        client.v1.accounts.external_accounts.delete(account, second.id)
    assert client.v1.accounts.external_accounts.delete(account, first.id).deleted is True


def test_a_credit_card_is_no_place_to_be_paid_out_to(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.accounts.external_accounts.create(opened(client), {"external_account": "tok_visa"})

    assert refused.value.code == "invalid_card_type"


def test_two_accounts_share_nothing(client: stripe.StripeClient, stand_in: Emulator) -> None:
    one, other = opened(client), opened(client)
    fund(client, 1000, one)
    customer = client.v1.customers.create({"email": "ada@example.com"}, {"stripe_account": one, "idempotency_key": one})
    same_key = client.v1.customers.create(
        {"email": "ada@example.com"}, {"stripe_account": other, "idempotency_key": one}
    )

    assert customer.id != same_key.id
    assert [each.id for each in client.v1.customers.list({}, acting_for(one))] == [customer.id]
    assert client.v1.payment_intents.list({}, acting_for(other)).data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.customers.retrieve(customer.id, {}, acting_for(other))
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.customers.retrieve(customer.id)
    sheet = stand_in.http.get(
        "/v1/balance", headers={"Authorization": "Bearer sk_test_x", "Stripe-Account": other}
    ).json()
    assert [line["amount"] for line in sheet["available"]] == [0]
    assert "customer.created" in types_of(client, other)
    assert "charge.succeeded" not in types_of(client, other)


def test_events_of_an_account_go_to_those_who_listen_for_connected_ones(
    client: stripe.StripeClient, merchant: Receiver
) -> None:
    connect = client.v1.webhook_endpoints.create(
        {"url": merchant.url, "enabled_events": ["customer.created"], "connect": True}
    )
    account = opened(client)
    client.v1.customers.create({"email": "platform@example.com"})
    client.v1.customers.create({"email": "seller@example.com"}, acting_for(account))

    delivery = merchant.wait_for(1)[0]

    event = stripe.Webhook.construct_event(delivery.body, delivery.signature, str(connect.secret))
    assert (event.account, event.data.object["email"]) == (account, "seller@example.com")
    assert len(merchant.received()) == 1


def test_the_accounts_of_a_controller_are_of_no_type(client: stripe.StripeClient) -> None:
    controller = {
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "application",
        "stripe_dashboard": {"type": "none"},
    }
    told: Any = {"controller": controller, "capabilities": CAPABILITIES, **ANSWERS}
    account = client.v1.accounts.create(told)

    assert (account.type, account.charges_enabled) == ("none", True)
