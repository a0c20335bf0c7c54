"""The pages of a connected account: opening it by a link, and looking at what it earned."""

import re
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
import stripe

from contract.emulator.connecting import CAPABILITIES, account_in, acting_for, fund
from contract.emulator.running import Emulator

RETURN: Final = "https://platform.example/return"
REFRESH: Final = "https://platform.example/refresh"
FORM: Final = {
    "act": "submit",
    "product": "Courses on watercolour",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "phone": "+15555550100",
    "dob": "1901-01-01",
    "line1": "address_full_match",
    "city": "Austin",
    "postal_code": "73301",
    "state": "TX",
    "number": "000-00-0000",
    "routing_number": "110000000",
    "account_number": "000123456789",
}


def express(client: stripe.StripeClient, **params: Any) -> str:  # noqa: ANN401 - parameters of a call
    whole: Any = {"type": "express", "capabilities": CAPABILITIES, **params}
    return client.v1.accounts.create(whole).id


def page_of(client: stripe.StripeClient, account: str) -> str:
    link = client.v1.account_links.create(
        {"account": account, "type": "account_onboarding", "return_url": RETURN, "refresh_url": REFRESH}
    )
    return urlsplit(link.url).path


def words(reply: httpx.Response) -> str:
    body = re.sub(r"<style>.*?</style>", "", reply.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("kind", ["express", "standard", "custom"])
@pytest.mark.parametrize("business", [None, "individual", "company"])
def test_one_click_opens_an_account(
    client: stripe.StripeClient, stand_in: Emulator, kind: str, business: str | None
) -> None:
    params: Any = {"type": kind, "capabilities": CAPABILITIES} | ({"business_type": business} if business else {})
    account = client.v1.accounts.create(params).id
    page = page_of(client, account)
    assert "Complete with test data" in words(stand_in.http.get(page))

    reply = stand_in.http.post(page, data={"act": "test"})

    assert (reply.status_code, reply.headers["location"]) == (303, RETURN)
    opened = client.v1.accounts.retrieve(account)
    assert opened.requirements is not None
    assert opened.requirements.currently_due == []
    assert (opened.details_submitted, opened.charges_enabled, opened.payouts_enabled) == (True, True, True)


def test_a_person_opens_an_account_by_answering(client: stripe.StripeClient, stand_in: Emulator) -> None:
    account = express(client, email="ada@example.com")
    page = page_of(client, account)
    assert 'value="ada@example.com"' in stand_in.http.get(page).text

    reply = stand_in.http.post(page, data=FORM)

    assert reply.headers["location"] == RETURN
    opened = client.v1.accounts.retrieve(account)
    assert opened.individual is not None
    assert (opened.individual.first_name, opened.charges_enabled, opened.payouts_enabled) == ("Ada", True, True)
    told = [event.type for event in client.v1.events.list({"limit": 20}, acting_for(account)).data]
    assert {"account.updated", "capability.updated", "account.external_account.created"} <= set(told)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", " "),
        ("state", ""),
        ("dob", "yesterday"),
        ("account_number", "123450000"),
        ("routing_number", "12"),
    ],
)
def test_an_answer_that_cannot_be_is_asked_for_again(
    client: stripe.StripeClient, stand_in: Emulator, field: str, value: str
) -> None:
    account = express(client)
    page = page_of(client, account)

    reply = stand_in.http.post(page, data=FORM | {field: value})

    assert reply.status_code == 200
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', reply.text), reply.text
    assert 'value="Lovelace"' in reply.text
    assert "000-00-0000" not in reply.text
    assert client.v1.accounts.retrieve(account).details_submitted is False
    assert stand_in.http.post(page, data=FORM).headers["location"] == RETURN


def test_a_link_is_good_for_one_visit(client: stripe.StripeClient, stand_in: Emulator) -> None:
    page = page_of(client, express(client))
    assert stand_in.http.get(page).status_code == 200

    again = stand_in.http.get(page)

    assert (again.status_code, again.headers["location"]) == (303, REFRESH)


def test_a_link_that_was_used_changes_nothing_more(client: stripe.StripeClient, stand_in: Emulator) -> None:
    account = express(client)
    page = page_of(client, account)
    stand_in.http.post(page, data={"act": "test"})

    reply = stand_in.http.post(page, data=FORM)

    assert reply.headers["location"] == REFRESH
    opened = client.v1.accounts.retrieve(account)
    assert opened.individual is not None
    assert opened.individual.first_name == "Jenny"


def test_a_link_of_nobody_is_not_found(stand_in: Emulator) -> None:
    assert stand_in.http.get("/setup/accounts/link_none").status_code == 404
    assert stand_in.http.get("/express/login_none").status_code == 404


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"return_url": None}, "return_url"),
        ({"refresh_url": "here"}, "refresh_url"),
        ({"account": "acct_none"}, "account"),
        ({"type": "account_update"}, "type"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(
    client: stripe.StripeClient, stand_in: Emulator, changes: dict[str, str | None], param: str
) -> None:
    asked = {"account": express(client), "type": "account_onboarding", "return_url": RETURN, "refresh_url": REFRESH}
    given = {name: value for name, value in (asked | changes).items() if value is not None}

    reply = stand_in.post("/v1/account_links", given)

    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


def test_what_was_typed_cannot_become_markup(client: stripe.StripeClient, stand_in: Emulator) -> None:
    page = page_of(client, express(client))

    reply = stand_in.http.post(page, data=FORM | {"first_name": '"><script>alert(1)</script>', "dob": ""})

    assert "<script>" not in reply.text


def test_a_login_link_shows_what_was_earned(client: stripe.StripeClient, stand_in: Emulator) -> None:
    account = express(client)
    with pytest.raises(stripe.InvalidRequestError, match="completed onboarding"):
        client.v1.accounts.login_links.create(account)
    stand_in.http.post(page_of(client, account), data={"act": "test"})
    fund(client, 5000)
    client.v1.transfers.create({"amount": 4321, "currency": "usd", "destination": account})
    client.v1.payouts.create({"amount": 1000, "currency": "usd"}, acting_for(account))

    link = client.v1.accounts.login_links.create(account)

    text = words(stand_in.http.get(urlsplit(link.url).path))
    assert "$33.21" in text
    assert "$10.00" in text
    assert "pending" in text


def test_an_account_without_the_express_dashboard_has_no_login_link(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Express Dashboard"):
        client.v1.accounts.login_links.create(account_in(client).id)


def test_the_enter_key_never_sends_test_data(client: stripe.StripeClient, stand_in: Emulator) -> None:
    """A browser presses the first button of the form that a field is in."""
    text = stand_in.http.get(page_of(client, express(client))).text

    forms = re.findall(r"<form.*?</form>", text, flags=re.DOTALL)

    assert [re.findall(r'name="act" value="(\w+)"', form) for form in forms] == [["test"], ["submit"]]
    assert "<input" not in forms[0]
