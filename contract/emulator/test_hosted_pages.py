"""The hosted pages without a browser: what a form sends, what comes back, and that a payment is made once."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest
import stripe

from contract.emulator.ordering import CANCEL, SUCCESS, buy, order, page_of
from contract.emulator.payments import RETURN_URL, charge_of, pay
from contract.emulator.running import Emulator


@pytest.fixture
def session(client: stripe.StripeClient) -> stripe.checkout.Session:
    return order(client)


def words(reply: httpx.Response) -> str:
    """The text of a page, as a reader has it."""
    body = re.sub(r"<style>.*?</style>", "", reply.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def again(client: stripe.StripeClient, session: stripe.checkout.Session) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.retrieve(session.id)


def charges_of(client: stripe.StripeClient, session: stripe.checkout.Session) -> list[str]:
    """The statuses of the charges that a session made."""
    intent = again(client, session).payment_intent
    assert isinstance(intent, str), session
    return [charge.status for charge in client.v1.charges.list({"payment_intent": intent}).data]


def test_the_page_is_where_the_session_says(stand_in: Emulator, session: stripe.checkout.Session) -> None:
    assert page_of(session).startswith(f"{stand_in.url}/c/pay/{session.id}")
    assert stand_in.http.get(page_of(session)).headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("currency", "amount", "read"), [("usd", 123456, "$1,234.56"), ("jpy", 500, "¥500"), ("kwd", 5250, "KWD 5.250")]
)
def test_the_page_says_what_is_to_be_paid(
    client: stripe.StripeClient, stand_in: Emulator, currency: str, amount: int, read: str
) -> None:
    text = words(stand_in.http.get(page_of(order(client, currency=currency, amount=amount, name="Kyoto"))))

    assert f"Pay {read}" in text
    assert f"Kyoto {read}" in text


def test_the_page_says_that_it_is_a_test(stand_in: Emulator, session: stripe.checkout.Session) -> None:
    assert "Test mode \N{EN DASH} emulator" in words(stand_in.http.get(page_of(session)))


def test_the_page_leads_back_to_the_merchant(stand_in: Emulator, session: stripe.checkout.Session) -> None:
    assert f'href="{CANCEL}"' in stand_in.http.get(page_of(session)).text


def test_what_a_merchant_wrote_cannot_become_markup(client: stripe.StripeClient, stand_in: Emulator) -> None:
    page = stand_in.http.get(page_of(order(client, name="<script>alert(1)</script>"))).text

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_what_a_payer_typed_cannot_become_markup(stand_in: Emulator, session: stripe.checkout.Session) -> None:
    page = buy(stand_in, session, name='"><script>alert(1)</script>', card_number="4000000000000002").text

    assert "<script" not in page


def test_a_good_card_pays_and_leads_to_the_merchant(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    reply = buy(stand_in, session)
    paid = again(client, session)

    assert (reply.status_code, reply.headers["Location"]) == (303, SUCCESS.format(CHECKOUT_SESSION_ID=session.id))
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    assert charges_of(client, session) == ["succeeded"]


def test_a_completed_session_is_told_as_an_event(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    buy(stand_in, session)
    told = client.v1.events.list({"type": "checkout.session.completed", "limit": 1}).data[0].data.object

    assert (told["id"], told["payment_status"]) == (session.id, "paid")


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "Your card has insufficient funds."),
        ("4000000000000069", "Your card has expired."),
        ("4242424242424241", "Your card number is"),
    ],
)
def test_a_card_that_fails_says_why(
    stand_in: Emulator, session: stripe.checkout.Session, number: str, message: str
) -> None:
    assert message in words(buy(stand_in, session, card_number=number))


@pytest.mark.parametrize(
    "wrong", [{"card_number": ""}, {"expiry": ""}, {"expiry": "13/40"}, {"expiry": "12/20"}, {"cvc": "1"}, {"name": ""}]
)
def test_an_input_at_fault_is_marked(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session, wrong: dict[str, str]
) -> None:
    (name,) = wrong
    page = buy(stand_in, session, **wrong).text

    assert f'aria-describedby="{name}-fault"' in page
    assert again(client, session).status == "open"


def test_a_declined_payer_keeps_what_was_typed_except_the_cvc(
    stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    page = buy(stand_in, session, card_number="4000 0000 0000 0002", cvc="987").text

    assert 'value="4000 0000 0000 0002"' in page
    assert 'value="Ada Lovelace"' in page
    assert "987" not in page


def test_a_declined_session_is_paid_by_another_card(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    buy(stand_in, session, card_number="4000000000000002")
    buy(stand_in, session)

    assert sorted(charges_of(client, session)) == ["failed", "succeeded"]


def test_a_form_sent_twice_pays_once(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda _: buy(stand_in, session), range(4)))

    assert {reply.headers["Location"] for reply in replies} == {SUCCESS.format(CHECKOUT_SESSION_ID=session.id)}
    assert charges_of(client, session) == ["succeeded"]


@pytest.mark.parametrize(("outcome", "status"), [("complete", "complete"), ("fail", "open")])
def test_a_card_that_asks_is_authenticated_on_its_own_page(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session, outcome: str, status: str
) -> None:
    asked = buy(stand_in, session, card_number="4000002760003184").headers["Location"]
    question = words(stand_in.http.get(asked))
    answered = stand_in.http.post(asked, data={"outcome": outcome})

    assert urlsplit(asked).path.startswith("/authenticate/pi_")
    assert "Complete authentication" in question
    assert "$49.00" in question
    assert answered.status_code == 303
    assert again(client, session).status == status


def test_a_failed_authentication_leads_back_to_the_form(stand_in: Emulator, session: stripe.checkout.Session) -> None:
    asked = buy(stand_in, session, card_number="4000002760003184").headers["Location"]
    back = stand_in.http.post(asked, data={"outcome": "fail"}).headers["Location"]
    page = stand_in.http.get(back)

    assert "unable to authenticate" in words(page)
    assert 'name="card_number"' in page.text


def test_a_complete_session_takes_no_other_card(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    buy(stand_in, session)
    page = stand_in.http.get(page_of(session))
    buy(stand_in, session, card_number="5555555555554444")

    assert "This payment is complete" in words(page)
    assert "<form" not in page.text
    assert charges_of(client, session) == ["succeeded"]


def test_an_expired_session_takes_no_payment(
    client: stripe.StripeClient, stand_in: Emulator, session: stripe.checkout.Session
) -> None:
    client.v1.checkout.sessions.expire(session.id)
    page = buy(stand_in, session)

    assert "This checkout has expired" in words(page)
    assert again(client, session).payment_status == "unpaid"


@pytest.mark.parametrize("path", ["/c/pay/cs_test_nobody", "/authenticate/pi_nobody", "/receipts/ch_nobody"])
def test_a_page_of_nothing_says_so(stand_in: Emulator, path: str) -> None:
    reply = stand_in.http.get(path)

    assert (reply.status_code, "does not exist" in words(reply)) == (404, True)


def test_a_wrong_client_secret_opens_no_authentication(client: stripe.StripeClient, stand_in: Emulator) -> None:
    intent = pay(client, "pm_card_authenticationRequired", return_url=RETURN_URL)

    assert stand_in.http.get(f"/authenticate/{intent.id}?client_secret=guess").status_code == 404


def test_a_link_to_a_script_is_not_offered(client: stripe.StripeClient, stand_in: Emulator) -> None:
    try:
        page = page_of(order(client, cancel_url="javascript:alert(1)"))
    except stripe.InvalidRequestError:
        return

    assert "javascript:" not in stand_in.http.get(page).text


def test_a_receipt_says_what_was_paid(client: stripe.StripeClient, stand_in: Emulator) -> None:
    charge = charge_of(client, pay(client, amount=123456))
    assert charge.receipt_url is not None
    text = words(stand_in.http.get(charge.receipt_url))

    assert "Amount paid $1,234.56" in text
    assert "Visa ending in 4242" in text
