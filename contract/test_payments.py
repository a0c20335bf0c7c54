"""One payment from the buyer's request to the receipt, with the processor's own record as the witness."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from fixtures.bench import Bench
from fixtures.builders import idempotency_key
from fixtures.client import Item, Member, Payment, Reply
from fixtures.hosted import DECLINED, authenticate, pay_on_page
from fixtures.polling import eventually
from fixtures.witness import Witness

COURSE, TOKENS = "itm_course_python", "itm_tokens_100"
PRICES = {
    "itm_course_python": (4900, "usd"),
    "itm_course_kyoto": (500, "jpy"),
    "itm_course_gulf": (5250, "kwd"),
    "itm_tokens_100": (499, "usd"),
}
SMUGGLED: dict[str, Any] = {
    "amount": 1,
    "price": 1,
    "unit_amount": 1,
    "total": 1,
    "currency": "jpy",
    "quantity": 0,
    "discount": 4899,
    "metadata": {"account_id": "usr_other"},
}


@pytest.mark.proves("A2.1")
def test_a_payment_reads_as_it_was_answered(member: Member, catalogue: Mapping[str, Item]) -> None:
    paid = member.pay(catalogue[COURSE], key=idempotency_key(member.email))

    assert (paid.status, paid.value.status) == (201, "succeeded"), paid.text
    assert paid.headers["location"].endswith(f"/api/payments/{paid.value.payment_id}")
    assert member.payment(paid.value.payment_id).value == paid.value


@pytest.mark.parametrize("item_id", PRICES)
@pytest.mark.proves("A2.1", "A2.2")
def test_the_processor_is_asked_for_the_catalogues_price(
    member: Member, catalogue: Mapping[str, Item], witness: Witness, item_id: str
) -> None:
    paid = member.pay(catalogue[item_id], key=idempotency_key(member.email))

    assert paid.status == 201, paid.text
    assert (paid.value.amount, paid.value.currency) == PRICES[item_id]
    assert witness.charged() == [PRICES[item_id]]


@pytest.mark.parametrize("field", SMUGGLED)
@pytest.mark.proves("A2.2", "A18.2")
def test_an_amount_of_the_clients_own_is_refused_and_charges_nothing(
    member: Member, catalogue: Mapping[str, Item], witness: Witness, field: str
) -> None:
    refused = member.pay(catalogue[COURSE], key=idempotency_key(member.email), **{field: SMUGGLED[field]})

    assert refused.status == 422, refused.text
    assert refused.problem.message_for(f"body.{field}")
    assert witness.writes() == []


@pytest.mark.parametrize(
    "seen",
    [{"expected_amount": 1}, {"expected_amount": 4901}, {"expected_currency": "jpy"}],
    ids=["cheaper", "dearer", "other-currency"],
)
@pytest.mark.proves("A2.2")
def test_a_price_that_changed_is_a_conflict_with_the_new_one(
    member: Member, catalogue: Mapping[str, Item], witness: Witness, seen: dict[str, Any]
) -> None:
    refused = member.pay(catalogue[COURSE], key=idempotency_key(member.email), **seen)

    assert (refused.status, refused.problem.slug) == (409, "price-changed"), refused.text
    assert (refused.problem.extras["amount"], refused.problem.extras["currency"]) == (4900, "usd")
    assert witness.writes() == []


@pytest.mark.proves("A2.1")
def test_an_unknown_price_is_not_found(member: Member, catalogue: Mapping[str, Item], witness: Witness) -> None:
    refused = member.pay(catalogue[COURSE], key=idempotency_key(member.email), price_id="prc_nothing")

    assert (refused.status, refused.problem.slug) == (404, "price-not-found"), refused.text
    assert witness.writes() == []


@pytest.mark.proves("A1.3")
def test_a_declined_card_charges_nothing_and_another_card_pays(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    declined = member.pay(catalogue[COURSE], key="declined", payment_method="pm_card_chargeDeclined")
    paid = member.pay(catalogue[COURSE], key="paid")

    assert (declined.status, declined.problem.slug) == (402, "payment-declined"), declined.text
    assert declined.problem.extras["decline_code"] == "generic_decline"
    assert member.payment(declined.problem.extras["payment_id"]).value.status == "declined"
    assert (paid.status, paid.value.status) == (201, "succeeded"), paid.text
    assert witness.charged() == [(4900, "usd")]


@pytest.mark.proves("A1.3")
def test_a_card_without_funds_says_so(member: Member, catalogue: Mapping[str, Item], witness: Witness) -> None:
    method = "pm_card_visa_chargeDeclinedInsufficientFunds"

    declined = member.pay(catalogue[COURSE], key="poor", payment_method=method)

    assert (declined.status, declined.problem.extras["decline_code"]) == (402, "insufficient_funds"), declined.text
    assert witness.charged() == []


@pytest.mark.proves("A1.4")
def test_a_payment_waits_for_three_d_secure_and_then_succeeds(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    waiting = member.pay(catalogue[COURSE], key="3ds", payment_method="pm_card_threeDSecure2Required")
    assert (waiting.status, waiting.value.status) == (201, "requires_action"), waiting.text
    assert witness.charged() == []

    authenticate(_page(waiting))

    assert _settled(member, waiting.value.payment_id).status == "succeeded"
    assert witness.charged() == [(4900, "usd")]


@pytest.mark.proves("A1.4")
def test_a_failed_three_d_secure_charges_nothing(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    waiting = member.pay(catalogue[COURSE], key="3ds", payment_method="pm_card_threeDSecure2Required")
    assert waiting.value.status == "requires_action", waiting.text

    authenticate(_page(waiting), succeeds=False)

    assert _settled(member, waiting.value.payment_id).status == "declined"
    assert witness.charged() == []


@pytest.mark.proves("A1.5")
def test_a_payment_without_a_card_is_paid_on_the_hosted_page(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    waiting = member.pay(catalogue[COURSE], key="hosted", payment_method=None)
    assert (waiting.status, waiting.value.status) == (201, "requires_action"), waiting.text

    back = pay_on_page(_page(waiting))

    assert back.status_code in {302, 303}, back.text
    assert waiting.value.payment_id in back.headers["location"]
    assert _settled(member, waiting.value.payment_id).status == "succeeded"
    assert witness.charged() == [(4900, "usd")]


@pytest.mark.proves("A1.5")
def test_a_card_that_fails_on_the_hosted_page_leaves_the_payment_open(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    waiting = member.pay(catalogue[COURSE], key="hosted", payment_method=None)

    refused = pay_on_page(_page(waiting), card=DECLINED)
    back = pay_on_page(_page(waiting))

    assert "declined" in refused.text
    assert (refused.is_redirect, back.is_redirect) == (False, True), (refused.text, back.text)
    assert _settled(member, waiting.value.payment_id).status == "succeeded"
    assert witness.charged() == [(4900, "usd")]


@pytest.mark.proves("A1.5")
def test_a_forged_return_address_proves_no_payment(
    bench: Bench, member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    waiting = member.pay(catalogue[COURSE], key="hosted", payment_method=None).value

    httpx.get(f"{bench.url}/payments/return", params={"payment_id": waiting.payment_id, "status": "succeeded"})

    assert member.payment(waiting.payment_id).value.status == "requires_action"
    assert witness.charged() == []


@pytest.mark.proves("A2.6")
def test_what_is_owned_is_not_sold_again(member: Member, catalogue: Mapping[str, Item], witness: Witness) -> None:
    first = member.pay(catalogue[COURSE], key="first")
    second = member.pay(catalogue[COURSE], key="second")

    assert (second.status, second.problem.slug) == (409, "already-owned"), second.text
    assert second.problem.extras["payment_id"] == first.value.payment_id
    assert witness.charged() == [(4900, "usd")]


@pytest.mark.proves("A2.6")
def test_an_open_payment_is_offered_instead_of_a_second_one(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    waiting = member.pay(catalogue[COURSE], key="first-tab", payment_method=None)
    second = member.pay(catalogue[COURSE], key="second-tab", payment_method=None)

    assert (second.status, second.problem.slug) == (409, "payment-open"), second.text
    assert second.problem.extras["payment_id"] == waiting.value.payment_id
    assert second.problem.extras["url"] == _page(waiting)
    assert witness.charged() == []


@pytest.mark.proves("A2.1")
def test_token_packs_are_sold_as_often_as_wanted(
    member: Member, catalogue: Mapping[str, Item], witness: Witness
) -> None:
    replies = [member.pay(catalogue[TOKENS], key=key) for key in ("first", "second", "third")]

    assert [reply.status for reply in replies] == [201, 201, 201], [reply.text for reply in replies]
    assert len({reply.value.payment_id for reply in replies}) == 3
    assert witness.charged() == [(499, "usd")] * 3


@pytest.mark.proves("A1.6")
def test_a_payment_is_confirmed_by_one_mail_with_its_receipt(
    bench: Bench, member: Member, catalogue: Mapping[str, Item]
) -> None:
    paid = member.pay(catalogue[COURSE], key="mailed").value
    again = member.pay(catalogue[TOKENS], key="mailed-too").value

    bench.mailbox.wait_for(to=member.email, subject="receipt", count=2)
    receipts = bench.mailbox.messages(to=member.email, subject="receipt")
    text = {_named(message.text, paid, again): message.text for message in receipts}
    assert text.keys() == {paid.payment_id, again.payment_id}
    assert paid.item_name in text[paid.payment_id]
    assert "49.00" in text[paid.payment_id]
    assert f"/payments/{paid.payment_id}/receipt" in text[paid.payment_id]


@pytest.mark.proves("A1.6")
def test_a_yen_receipt_shows_yen(bench: Bench, member: Member, catalogue: Mapping[str, Item]) -> None:
    member.pay(catalogue["itm_course_kyoto"], key="yen")

    text = bench.mailbox.wait_for(to=member.email, subject="receipt").text

    assert "500" in text
    assert "5.00" not in text, text


@pytest.mark.proves("A15.3")
def test_another_members_payment_is_not_found(
    member: Member, new_member: Callable[[], Member], catalogue: Mapping[str, Item]
) -> None:
    paid = member.pay(catalogue[COURSE], key="mine").value

    refused = new_member().payment(paid.payment_id)

    assert (refused.status, refused.problem.slug) == (404, "not-found"), refused.text


def _page(waiting: Reply[Payment]) -> str:
    action = waiting.value.next_action
    assert action is not None, waiting.text
    return action.url


def _settled(member: Member, payment_id: str) -> Payment:
    """The payment once the processor's event has been applied, as it must be within a few seconds."""
    return eventually(
        lambda: member.payment(payment_id).value,
        lambda payment: payment.status not in {"requires_action", "processing"},
    )


def _named(text: str, *payments: Payment) -> str:
    return next((payment.payment_id for payment in payments if payment.payment_id in text), "none")
