"""The billing portal: its configurations, and what a customer does on its pages (docs.stripe.com/customer-management).

In an emulator of its own, because its clock is moved.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING, Any, Final, cast

import httpx
import pytest
import stripe

from contract.emulator.ordering import GOOD
from contract.emulator.running import Emulator, client_of, emulator
from contract.emulator.shapes import violations

if TYPE_CHECKING:
    from stripe.params import PriceCreateParams
    from stripe.params.billing_portal import ConfigurationCreateParams, SessionCreateParams

RETURN: Final = "https://merchant.example/account"
CARD: Final = GOOD | {"action": "add_method", "method": "card"}


@pytest.fixture(scope="module", name="stand_in")
def emulator_with_a_clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("portal") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="module")
def client(stand_in: Emulator) -> Iterator[stripe.StripeClient]:
    with client_of(stand_in) as made:
        yield made


def price(client: stripe.StripeClient, amount: int, name: str) -> stripe.Price:
    params = {"currency": "usd", "unit_amount": amount, "recurring": {"interval": "month"}}
    return client.v1.prices.create(cast("PriceCreateParams", {"product_data": {"name": name}} | params))


@pytest.fixture(scope="module")
def studio(client: stripe.StripeClient) -> stripe.Price:
    return price(client, 2000, "Studio")


@pytest.fixture(scope="module")
def team(client: stripe.StripeClient) -> stripe.Price:
    return price(client, 4900, "Studio Team")


def features(studio: stripe.Price, team: stripe.Price) -> dict[str, Any]:
    products = [{"product": each.product, "prices": [each.id]} for each in (studio, team)]
    return {
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "customer_update": {"enabled": True, "allowed_updates": ["name", "email"]},
        "subscription_cancel": {
            "enabled": True,
            "cancellation_reason": {"enabled": True, "options": ["unused", "other"]},
        },
        "subscription_update": {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": products,
        },
    }


def configure(client: stripe.StripeClient, given: dict[str, Any], **more: object) -> str:
    params = cast("ConfigurationCreateParams", {"features": given} | more)
    return client.v1.billing_portal.configurations.create(params).id


@pytest.fixture(scope="module")
def whole(client: stripe.StripeClient, studio: stripe.Price, team: stripe.Price) -> str:
    """A configuration that allows everything."""
    return configure(client, features(studio, team), default_return_url=RETURN)


@pytest.fixture
def customer(client: stripe.StripeClient) -> str:
    made = client.v1.customers.create({"email": "ada@example.com", "name": "Ada Lovelace"})
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": made.id})
    client.v1.customers.update(made.id, {"invoice_settings": {"default_payment_method": method.id}})
    return made.id


@pytest.fixture
def subscription(client: stripe.StripeClient, customer: str, studio: stripe.Price) -> stripe.Subscription:
    return client.v1.subscriptions.create({"customer": customer, "items": [{"price": studio.id}]})


def enter(client: stripe.StripeClient, customer: str, **more: object) -> str:
    """The address of a session's page."""
    params = cast("SessionCreateParams", {"customer": customer} | more)
    return client.v1.billing_portal.sessions.create(params).url


def words(reply: httpx.Response) -> str:
    body = re.sub(r"<style>.*?</style>", "", reply.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def default_of(client: stripe.StripeClient, customer: str) -> str:
    settings = client.v1.customers.retrieve(customer).invoice_settings
    assert settings is not None
    return str(settings.default_payment_method)


def test_an_account_has_a_default_configuration(client: stripe.StripeClient, customer: str) -> None:
    first = client.v1.billing_portal.sessions.create({"customer": customer})
    second = client.v1.billing_portal.sessions.create({"customer": customer})
    made = client.v1.billing_portal.configurations.list({"is_default": True}).data

    assert first.configuration == second.configuration
    assert [each.id for each in made] == [first.configuration]
    assert made[0].features.subscription_cancel.enabled


def test_a_configuration_says_what_it_was_given(stand_in: Emulator, whole: str, team: stripe.Price) -> None:
    body = stand_in.get(f"/v1/billing_portal/configurations/{whole}").json()

    assert violations(body, stripe.billing_portal.Configuration) == []
    assert body["features"]["subscription_update"]["products"][1]["prices"] == [team.id]
    assert body["default_return_url"] == RETURN


def test_what_is_not_named_is_off(client: stripe.StripeClient) -> None:
    made = client.v1.billing_portal.configurations.create({"features": {"invoice_history": {"enabled": True}}})

    assert made.features.invoice_history.enabled
    assert not made.features.subscription_cancel.enabled


def test_a_configuration_is_changed_in_part(client: stripe.StripeClient, whole: str) -> None:
    changed = client.v1.billing_portal.configurations.update(
        whole, {"features": {"invoice_history": {"enabled": True}}, "metadata": {"a": "1"}, "name": "All"}
    )

    assert (changed.name, changed.features.subscription_cancel.enabled) == ("All", True)


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"subscription_update": {"enabled": True}}, "features[subscription_update][default_allowed_updates]"),
        (
            {"subscription_update": {"enabled": True, "default_allowed_updates": ["price"]}},
            "features[subscription_update][products]",
        ),
        ({"customer_update": {"enabled": True}}, "features[customer_update][allowed_updates]"),
        ({"subscription_pause": {"enabled": True}}, "features[subscription_pause][enabled]"),
        (
            {"subscription_cancel": {"enabled": True, "mode": "at_period_end", "proration_behavior": "always_invoice"}},
            "features[subscription_cancel][proration_behavior]",
        ),
        (
            {
                "subscription_update": {
                    "enabled": True,
                    "default_allowed_updates": ["price"],
                    "products": [{"product": "prod_nobody", "prices": ["price_nobody"]}],
                }
            },
            "features[subscription_update][products][0][product]",
        ),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(
    client: stripe.StripeClient, given: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        configure(client, given)

    assert (refusal.value.http_status, refusal.value.param) == (400, param)


def test_the_default_configuration_stays_active(client: stripe.StripeClient, customer: str) -> None:
    default = client.v1.billing_portal.sessions.create({"customer": customer}).configuration

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.billing_portal.configurations.update(str(default), {"active": False})


def test_a_configuration_that_is_off_opens_nothing(client: stripe.StripeClient, customer: str) -> None:
    made = configure(client, {"invoice_history": {"enabled": True}})
    client.v1.billing_portal.configurations.update(made, {"active": False})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        enter(client, customer, configuration=made)
    assert refusal.value.param == "configuration"


@pytest.mark.parametrize("who", [{}, {"customer": "cus_nobody"}])
def test_a_session_needs_a_customer(client: stripe.StripeClient, who: dict[str, str]) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.billing_portal.sessions.create(cast("SessionCreateParams", who))

    assert (refusal.value.http_status, refusal.value.param) == (400, "customer")


def test_a_session_has_the_declared_shape(stand_in: Emulator, customer: str) -> None:
    flow = {"flow_data[type]": "payment_method_update"}
    body = stand_in.post("/v1/billing_portal/sessions", {"customer": customer, "return_url": RETURN}).json()
    with_flow = stand_in.post("/v1/billing_portal/sessions", {"customer": customer} | flow).json()

    assert violations(body, stripe.billing_portal.Session) == []
    assert violations(with_flow, stripe.billing_portal.Session) == []
    assert body["url"].startswith(f"{stand_in.url}/p/session/")


def test_the_page_shows_what_a_customer_has(
    client: stripe.StripeClient, stand_in: Emulator, customer: str, subscription: stripe.Subscription, whole: str
) -> None:
    text = words(stand_in.http.get(enter(client, customer, configuration=whole)))

    assert "Studio $20.00 per month Renews on " in text
    assert "Visa ending in 4242 Default" in text
    assert "Ada Lovelace ada@example.com" in text
    assert "Paid $20.00" in text
    assert subscription.status == "active"


def test_the_page_leads_back_to_the_merchant(
    client: stripe.StripeClient, stand_in: Emulator, customer: str, whole: str
) -> None:
    assert f'href="{RETURN}"' in stand_in.http.get(enter(client, customer, configuration=whole)).text
    assert 'href="javascript:' not in stand_in.http.get(enter(client, customer, return_url="javascript:alert(1)")).text


def test_what_a_customer_is_called_cannot_become_markup(client: stripe.StripeClient, stand_in: Emulator) -> None:
    customer = client.v1.customers.create({"name": "<script>alert(1)</script>"}).id

    assert "<script" not in stand_in.http.get(enter(client, customer)).text


def test_a_subscription_is_cancelled_at_the_end_of_its_period_and_kept_after_all(
    client: stripe.StripeClient, stand_in: Emulator, customer: str, subscription: stripe.Subscription, whole: str
) -> None:
    url = enter(client, customer, configuration=whole)
    form = {"action": "cancel", "subscription": subscription.id, "feedback": "unused"}
    stand_in.http.post(url, data=form)
    cancelled = client.v1.subscriptions.retrieve(subscription.id)
    text = words(stand_in.http.get(url))
    stand_in.http.post(url, data={"action": "renew", "subscription": subscription.id})
    kept = client.v1.subscriptions.retrieve(subscription.id)
    assert cancelled.cancellation_details is not None

    assert (cancelled.status, cancelled.cancel_at_period_end) == ("active", True)
    assert cancelled.cancellation_details.feedback == "unused"
    assert "Studio Cancelled $20.00 per month Ends on " in text
    assert (kept.cancel_at_period_end, kept.cancel_at) == (False, None)


def test_a_subscription_is_cancelled_at_once_where_that_is_configured(
    client: stripe.StripeClient, stand_in: Emulator, customer: str, subscription: stripe.Subscription
) -> None:
    at_once = configure(client, {"subscription_cancel": {"enabled": True, "mode": "immediately"}})
    url = enter(client, customer, configuration=at_once)
    stand_in.http.post(url, data={"action": "cancel", "subscription": subscription.id})

    assert client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert "You have no subscription." in words(stand_in.http.get(url))


def test_a_plan_is_switched_and_the_difference_charged(
    client: stripe.StripeClient,
    stand_in: Emulator,
    subscription: stripe.Subscription,
    whole: str,
    team: stripe.Price,
) -> None:
    url = enter(client, str(subscription.customer), configuration=whole)
    asked = words(stand_in.http.get(f"{url}?view=confirm&subscription={subscription.id}&price={team.id}"))
    stand_in.http.post(url, data={"action": "switch", "subscription": subscription.id, "price": team.id})
    after = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert isinstance(after.latest_invoice, stripe.Invoice)

    assert "To Studio Team, $49.00 per month" in asked
    assert "$29.00 for the rest of this period is charged now." in asked
    assert [item.price.id for item in after["items"].data] == [team.id]
    assert (after.latest_invoice.total, after.latest_invoice.status) == (2900, "paid")


def test_a_form_sent_twice_switches_once(
    client: stripe.StripeClient,
    stand_in: Emulator,
    subscription: stripe.Subscription,
    whole: str,
    team: stripe.Price,
) -> None:
    url = enter(client, str(subscription.customer), configuration=whole)
    form = {"action": "switch", "subscription": subscription.id, "price": team.id}
    stand_in.http.post(url, data=form)
    stand_in.http.post(url, data=form)

    assert len(client.v1.invoices.list({"customer": str(subscription.customer)}).data) == 2


def test_a_switch_that_cannot_be_paid_changes_nothing(
    client: stripe.StripeClient,
    stand_in: Emulator,
    subscription: stripe.Subscription,
    whole: str,
    team: stripe.Price,
) -> None:
    first = subscription["items"].data[0].price.id
    failing = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": str(subscription.customer)})
    client.v1.customers.update(str(subscription.customer), {"invoice_settings": {"default_payment_method": failing.id}})
    url = enter(client, str(subscription.customer), configuration=whole)
    page = stand_in.http.post(url, data={"action": "switch", "subscription": subscription.id, "price": team.id})

    assert "Your card was declined." in words(page)
    assert client.v1.subscriptions.retrieve(subscription.id)["items"].data[0].price.id == first


def test_a_price_that_is_not_offered_cannot_be_had(
    client: stripe.StripeClient,
    stand_in: Emulator,
    subscription: stripe.Subscription,
    whole: str,
) -> None:
    first = subscription["items"].data[0].price.id
    cheap = price(client, 100, "Bargain")
    url = enter(client, str(subscription.customer), configuration=whole)
    stand_in.http.post(url, data={"action": "switch", "subscription": subscription.id, "price": cheap.id})

    assert client.v1.subscriptions.retrieve(subscription.id)["items"].data[0].price.id == first


def test_a_new_card_pays_from_then_on(
    client: stripe.StripeClient, stand_in: Emulator, customer: str, subscription: stripe.Subscription, whole: str
) -> None:
    before = default_of(client, customer)
    client.v1.subscriptions.update(subscription.id, {"default_payment_method": before})
    url = enter(client, customer, configuration=whole)
    reply = stand_in.http.post(url, data=CARD | {"card_number": "5555555555554444"})
    after = default_of(client, customer)

    assert (reply.status_code, after != before) == (303, True)
    assert client.v1.subscriptions.retrieve(subscription.id).default_payment_method == after
    assert "Mastercard ending in 4444 Default" in words(stand_in.http.get(url))


@pytest.mark.parametrize(("outcome", "changed"), [("complete", True), ("fail", False)])
def test_a_new_card_may_have_to_be_authenticated(
    client: stripe.StripeClient, stand_in: Emulator, customer: str, outcome: str, *, changed: bool
) -> None:
    before = default_of(client, customer)
    url = enter(client, customer)
    asked = stand_in.http.post(url, data=CARD | {"card_number": "4000002760003184"}).headers["Location"]
    back = stand_in.http.post(asked, data={"outcome": outcome}).headers["Location"]
    page = words(stand_in.http.get(back))

    assert (default_of(client, customer) != before) is changed
    assert ("could not confirm that it is you" in page) is not changed


def test_a_card_that_cannot_be_kept_says_why(client: stripe.StripeClient, stand_in: Emulator, customer: str) -> None:
    before = default_of(client, customer)
    url = enter(client, customer)
    page = stand_in.http.post(f"{url}?view=method", data=CARD | {"card_number": "4000000000000002"})

    assert "Your card was declined." in words(page)
    assert 'name="card_number"' in page.text
    assert default_of(client, customer) == before


def test_a_card_is_made_default_and_the_other_removed(
    client: stripe.StripeClient, stand_in: Emulator, customer: str
) -> None:
    first = default_of(client, customer)
    second = client.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer}).id
    url = enter(client, customer)
    stand_in.http.post(url, data={"action": "make_default", "payment_method": second})
    stand_in.http.post(url, data={"action": "remove_method", "payment_method": first})
    kept = client.v1.customers.payment_methods.list(customer).data

    assert (default_of(client, customer), [each.id for each in kept]) == (second, [second])


def test_the_card_that_pays_is_not_removed(client: stripe.StripeClient, stand_in: Emulator, customer: str) -> None:
    default = default_of(client, customer)
    stand_in.http.post(enter(client, customer), data={"action": "remove_method", "payment_method": default})

    assert [each.id for each in client.v1.customers.payment_methods.list(customer).data] == [default]


def test_a_customer_corrects_name_and_address(
    client: stripe.StripeClient, stand_in: Emulator, customer: str, whole: str
) -> None:
    url = enter(client, customer, configuration=whole)
    stand_in.http.post(
        url, data={"action": "set_details", "name": "A. King", "email": "king@example.com", "phone": "1"}
    )
    corrected = client.v1.customers.retrieve(customer)

    assert (corrected.name, corrected.email, corrected.phone) == ("A. King", "king@example.com", None)


@pytest.mark.parametrize("action", ["cancel", "switch", "add_method", "set_details", "make_default"])
def test_what_is_not_configured_cannot_be_done(
    client: stripe.StripeClient,
    stand_in: Emulator,
    subscription: stripe.Subscription,
    team: stripe.Price,
    action: str,
) -> None:
    bare = configure(client, {"invoice_history": {"enabled": True}})
    before = client.v1.subscriptions.retrieve(subscription.id), client.v1.customers.retrieve(str(subscription.customer))
    form = CARD | {"subscription": subscription.id, "price": team.id, "email": "x@example.com", "action": action}
    stand_in.http.post(enter(client, str(subscription.customer), configuration=bare), data=form)
    after = client.v1.subscriptions.retrieve(subscription.id), client.v1.customers.retrieve(str(subscription.customer))

    assert after == before


def test_nobody_touches_what_is_somebody_elses(
    client: stripe.StripeClient, stand_in: Emulator, customer: str, subscription: stripe.Subscription, whole: str
) -> None:
    other = client.v1.customers.create({}).id
    url = enter(client, other, configuration=whole)
    stand_in.http.post(url, data={"action": "cancel", "subscription": subscription.id})
    stand_in.http.post(url, data={"action": "remove_method", "payment_method": default_of(client, customer)})

    assert not client.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end
    assert len(client.v1.customers.payment_methods.list(customer).data) == 1


def test_a_flow_cancels_and_leads_on(
    client: stripe.StripeClient, stand_in: Emulator, customer: str, subscription: stripe.Subscription, whole: str
) -> None:
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": subscription.id},
        "after_completion": {"type": "redirect", "redirect": {"return_url": RETURN}},
    }
    url = enter(client, customer, configuration=whole, flow_data=flow)
    page = words(stand_in.http.get(url))
    reply = stand_in.http.post(url, data={"action": "cancel", "subscription": subscription.id})

    assert "Cancel your subscription Studio" in page
    assert (reply.status_code, reply.headers["Location"]) == (303, RETURN)


def test_a_flow_confirms_one_switch(
    client: stripe.StripeClient,
    stand_in: Emulator,
    subscription: stripe.Subscription,
    whole: str,
    team: stripe.Price,
) -> None:
    item = subscription["items"].data[0].id
    flow = {
        "type": "subscription_update_confirm",
        "subscription_update_confirm": {"subscription": subscription.id, "items": [{"id": item, "price": team.id}]},
        "after_completion": {
            "type": "hosted_confirmation",
            "hosted_confirmation": {"custom_message": "Enjoy it."},
        },
    }
    url = enter(client, str(subscription.customer), configuration=whole, flow_data=flow)
    page = words(stand_in.http.get(url))
    done = stand_in.http.post(url, data={"action": "switch", "subscription": subscription.id, "price": team.id})

    assert "Confirm your update" in page
    assert "Enjoy it." in words(done)
    assert client.v1.subscriptions.retrieve(subscription.id)["items"].data[0].price.id == team.id


def test_a_flow_adds_a_card(client: stripe.StripeClient, stand_in: Emulator, customer: str) -> None:
    before = default_of(client, customer)
    url = enter(client, customer, flow_data={"type": "payment_method_update"})
    page = stand_in.http.get(url).text
    stand_in.http.post(url, data=CARD)

    assert 'name="card_number"' in page
    assert default_of(client, customer) != before


@pytest.mark.parametrize(
    ("flow", "param"),
    [
        ({"type": "subscription_cancel"}, "flow_data[subscription_cancel]"),
        (
            {"type": "subscription_cancel", "subscription_cancel": {"subscription": "sub_nobody"}},
            "flow_data[subscription_cancel][subscription]",
        ),
        ({"type": "subscription_pause"}, "flow_data[type]"),
        (
            {"type": "payment_method_update", "after_completion": {"type": "redirect"}},
            "flow_data[after_completion][redirect]",
        ),
    ],
)
def test_a_flow_that_cannot_be_is_refused(
    client: stripe.StripeClient, customer: str, whole: str, flow: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        enter(client, customer, configuration=whole, flow_data=flow)

    assert (refusal.value.http_status, refusal.value.param) == (400, param)


def test_a_link_of_nobody_opens_nothing(stand_in: Emulator) -> None:
    reply = stand_in.http.get("/p/session/bps_nobody")

    assert (reply.status_code, "does not exist" in words(reply)) == (404, True)


def test_a_link_expires(client: stripe.StripeClient, stand_in: Emulator, customer: str) -> None:
    url = enter(client, customer)
    stand_in.control.advance_clock(3601)
    reply = stand_in.http.post(url, data=CARD)

    assert (reply.status_code, "has expired" in words(reply)) == (410, True)
