"""The console: pages that show what is there, buttons that do what they say, and nobody else's hand on them."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from time import perf_counter
from typing import Final

import httpx
import pytest
import stripe

from contract.emulator.payments import charge_of, declined, pay
from contract.emulator.receiver import Receiver
from contract.emulator.running import API_KEY, Emulator, emulator

HOME: Final = "/_emulator/"
UI: Final = "/_emulator/ui/"
ROOMS: Final = ("", "ui/objects", "ui/objects/customers", "ui/events", "ui/deliveries", "ui/calls", "ui/books",
                "ui/faults", "ui/clocks", "ui/endpoints", "ui/search")  # fmt: skip


@pytest.fixture(scope="module", name="stand_in")
def emulator_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("console") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="module")
def client(stand_in: Emulator) -> Iterator[stripe.StripeClient]:
    http = stripe.RequestsClient()
    yield stripe.StripeClient(API_KEY, base_addresses={"api": stand_in.url}, max_network_retries=0, http_client=http)
    http.close()  # type: ignore[no-untyped-call]  # theirs has no annotation


def show(stand_in: Emulator, path: str, **query: str) -> str:
    """The page as text; it must be there."""
    response = stand_in.http.get(f"{UI}{path}", params=query)
    assert response.status_code == 200, response.text
    return unescape(response.text)


def press(stand_in: Emulator, action: str, form: Mapping[str, str] | None = None, **headers: str) -> httpx.Response:
    """Send the form of a button; `Sec_Fetch_Site="…"` becomes the header of that name."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return stand_in.http.post(f"{UI}do/{action}", data=dict(form or {}), headers=named)


def said(response: httpx.Response) -> str:
    """The confirmation to which the answer leads."""
    assert response.status_code == 303, response.text
    followed = response.headers["location"]
    return str(httpx.URL(followed).params["said"])


def test_the_address_leads_there_without_its_last_slash(stand_in: Emulator) -> None:
    response = stand_in.http.get("/_emulator")

    assert (response.status_code, response.headers["location"]) == (308, HOME)


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_there_and_lets_no_script_run(stand_in: Emulator, room: str) -> None:
    response = stand_in.http.get(HOME + room)

    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script" not in response.text


@pytest.mark.parametrize(
    "path",
    [
        "ui/nothing",
        "ui/object/cus_nobody",
        "ui/event/evt_none",
        "ui/call/req_none",
        "ui/objects/nothing",
        "ui/objects/customers?after=cus_none",
        "ui/events?account=acct_x",
    ],
)
def test_what_does_not_exist_is_said_on_a_page(stand_in: Emulator, path: str) -> None:
    response = stand_in.http.get(HOME + path)

    assert (response.status_code, 'role="alert"' in response.text) == (404, True)


def test_the_json_routes_are_where_they_were(stand_in: Emulator) -> None:
    assert stand_in.http.get("/_emulator/health").json()["status"] == "ok"
    assert stand_in.http.get("/_emulator/nothing").json()["error"].startswith("no such control route")


def test_an_object_leads_to_all_that_belongs_to_it(client: stripe.StripeClient, stand_in: Emulator) -> None:
    intent = pay(client)
    charge = charge_of(client, intent)
    shown = show(stand_in, f"object/{intent.id}")

    assert f'href="{UI}object/{charge.id}"' in shown
    assert "payment_intent.succeeded" in shown
    assert "POST /v1/payment_intents" in shown
    assert f'href="{UI}object/{charge.balance_transaction}"' in show(stand_in, f"object/{charge.id}")


def test_what_a_merchant_wrote_is_never_markup(client: stripe.StripeClient, stand_in: Emulator) -> None:
    bad = "<b onclick=x>\"'&</b>"
    customer = client.v1.customers.create({"name": bad, "metadata": {"<i>": bad}})
    pages = [
        stand_in.http.get(f"{UI}object/{customer.id}"),
        stand_in.http.get(f"{UI}objects/customers"),
        stand_in.http.get(f"{UI}search", params={"q": "<b onclick"}),
        stand_in.http.get(HOME, params={"said": bad}),
    ]

    assert [("<b onclick" in page.text, "<i>" in page.text) for page in pages] == [(False, False)] * 4
    assert "&lt;b onclick" in pages[0].text


@pytest.mark.parametrize("asked", ["found@example.com", "console-order:7", "text OF a"])
def test_an_object_is_found_by_what_is_known_of_it(client: stripe.StripeClient, stand_in: Emulator, asked: str) -> None:
    customer = client.v1.customers.create(
        {"email": "found@example.com", "metadata": {"console-order": "7"}, "description": "Text of a customer"}
    )

    assert customer.id in show(stand_in, "search", q=asked)


def test_an_id_leads_straight_to_its_page(client: stripe.StripeClient, stand_in: Emulator) -> None:
    customer = client.v1.customers.create()
    event = client.v1.events.list({"type": "customer.created", "limit": 1}).data[0]
    assert event.request is not None

    assert f"<title>{customer.id}" in show(stand_in, "search", q=customer.id)
    assert "<title>customer.created" in show(stand_in, "search", q=event.id)
    assert "<title>POST /v1/customers" in show(stand_in, "search", q=str(event.request.id))


def test_a_collection_is_paged_to_its_end(client: stripe.StripeClient, stand_in: Emulator) -> None:
    made = [client.v1.coupons.create({"percent_off": 10, "duration": "once"}).id for _ in range(60)]
    first = show(stand_in, "objects/coupons")
    older = re.search(r'href="([^"]+)">Older', first)
    assert older is not None
    second = unescape(stand_in.http.get(older[1]).text)

    assert [name for name in reversed(made) if name in first] == made[::-1][:50]
    assert [name for name in reversed(made) if name in second] == made[::-1][50:]
    assert "Older" not in second


def test_calls_are_shown_by_status(client: stripe.StripeClient, stand_in: Emulator) -> None:
    refused = declined(client, "pm_card_chargeDeclined").request_id
    paid = pay(client).last_response

    shown = show(stand_in, "calls", status="4xx", route="payment_intents")
    assert paid is not None
    assert (str(refused) in shown, str(paid.request_id) in shown) == (True, False)


def test_the_books_are_shown_to_balance(client: stripe.StripeClient, stand_in: Emulator) -> None:
    charge = charge_of(client, pay(client, amount=4321))
    shown = show(stand_in, "books")

    assert str(charge.balance_transaction) in shown
    assert "\N{MINUS SIGN}$43.21" in shown
    assert "sum to zero" in shown


def test_an_event_is_sent_again_by_one_press(
    client: stripe.StripeClient, stand_in: Emulator, merchant: Receiver
) -> None:
    endpoint = client.v1.webhook_endpoints.create({"url": merchant.url, "enabled_events": ["product.created"]})
    client.v1.products.create({"name": "Course"})
    event = merchant.wait_for(1)[0]
    answer = press(stand_in, "resend", {"event_id": event.event_id})

    assert said(answer) == "Sent product.created again: 1 of 1 acknowledged."
    assert [each.event_id for each in merchant.wait_for(2)] == [event.event_id] * 2
    assert "resent" in show(stand_in, f"event/{event.event_id}")
    client.v1.webhook_endpoints.delete(endpoint.id)


def test_deliveries_are_paused_and_resumed(stand_in: Emulator) -> None:
    press(stand_in, "pause")
    paused = stand_in.http.get("/_emulator/health").json()["webhooks_paused"]
    answer = press(stand_in, "resume", {"back": f"{UI}deliveries?outcome=failed"})

    assert (paused, stand_in.http.get("/_emulator/health").json()["webhooks_paused"]) == (True, False)
    assert answer.headers["location"].startswith(f"{UI}deliveries?outcome=failed&said=")


def test_a_fault_is_switched_on_bites_and_is_switched_off(client: stripe.StripeClient, stand_in: Emulator) -> None:
    unused = {"probability": "", "delay_s": "", "after": ""}
    form = {"kind": "rate_limit_429", "route": "POST /v1/coupons", "times": "3"} | unused
    ordered = said(press(stand_in, "fault", form))
    with pytest.raises(stripe.RateLimitError):
        client.v1.coupons.create({"percent_off": 10, "duration": "once"})
    name = ordered.split()[-1].removesuffix(".")
    assert name in show(stand_in, "faults")

    assert said(press(stand_in, "fault/off", {"fault_id": name})) == f"{name} is switched off. It bit 1 times."
    assert client.v1.coupons.create({"percent_off": 10, "duration": "once"}).id


@pytest.mark.parametrize(
    ("action", "form", "sentence"),
    [
        ("fault", {"kind": "slow", "route": "POST /v1/nothing"}, "route matches no route"),
        ("fault", {"kind": "slow", "times": "many"}, "times is a whole number"),
        ("fault", {"kind": "slow", "probability": "often"}, "probability is a number"),
        ("fault", {"kind": "nonsense"}, "kind"),
        ("fault/off", {"fault_id": "flt_0"}, "not ordered any more"),
        ("advance", {"amount": "-1"}, "amount is a whole number"),
        ("advance", {"amount": "99999", "unit": "days"}, "ten years at most"),
        ("advance", {"clock": "clock_none", "amount": "1"}, "No such test clock"),
        ("resend", {"event_id": "evt_none"}, "no such event"),
        ("snapshot", {}, "start it with --snapshot FILE"),
    ],
)
def test_an_order_that_makes_no_sense_is_explained(
    stand_in: Emulator, action: str, form: dict[str, str], sentence: str
) -> None:
    response = press(stand_in, action, form)

    assert (response.status_code, sentence in unescape(response.text)) == (400, True), response.text


def test_the_clock_moves_by_one_press(stand_in: Emulator) -> None:
    before = stand_in.http.get("/_emulator/clock").json()["now"]
    press(stand_in, "advance", {"amount": "1", "unit": "hours"})

    assert 3600 <= stand_in.http.get("/_emulator/clock").json()["now"] - before <= 3610


def test_a_test_clock_moves_by_one_press(client: stripe.StripeClient, stand_in: Emulator) -> None:
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000, "name": "A year ahead"})
    assert "A year ahead" in show(stand_in, "clocks")
    press(stand_in, "advance", {"clock": clock.id, "account": "", "amount": "2", "unit": "days"})

    moved = client.v1.test_helpers.test_clocks.retrieve(clock.id)
    assert (moved.frozen_time, moved.status) == (1_800_000_000 + 2 * 86_400, "ready")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://evil.example:9", "Host": "evil.example:9"},
    ],
)
@pytest.mark.parametrize("path", ["ui/do/pause", "webhooks/pause"])
def test_a_page_of_another_site_cannot_press_a_button(stand_in: Emulator, headers: dict[str, str], path: str) -> None:
    response = stand_in.http.post(HOME + path, headers=headers)

    assert response.status_code == 403
    assert stand_in.http.get("/_emulator/health").json()["webhooks_paused"] is False


def test_its_own_page_can(stand_in: Emulator) -> None:
    assert press(stand_in, "resume", Sec_Fetch_Site="same-origin", Origin=stand_in.url).status_code == 303


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/_emulator/\\evil.example", "/v1/x"])
def test_a_button_leads_nowhere_else(stand_in: Emulator, back: str) -> None:
    assert press(stand_in, "resume", {"back": back}).headers["location"].startswith("/_emulator/?said=")


def test_a_page_reads_a_page_and_not_everything(client: stripe.StripeClient, stand_in: Emulator) -> None:
    """Generous in time, and yet no answer that reads ten thousand objects would make it."""
    customer = client.v1.customers.create()
    for number in range(300):
        client.v1.customers.update(customer.id, {"description": f"{number}"})
    began = perf_counter()
    shown = show(stand_in, "events", type="customer.*")

    assert perf_counter() - began < 1
    assert shown.count("customer.updated</td>") == 50
