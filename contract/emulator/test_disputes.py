"""Disputes and inquiries: the statuses, the evidence that decides, and the money (docs.stripe.com/disputes).

In an emulator of its own, because its clock is moved.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest
import stripe

from contract.emulator.payments import card, charge_of, pay
from contract.emulator.running import Emulator, client_of, emulator
from contract.emulator.shapes import violations

if TYPE_CHECKING:
    from stripe.params import DisputeUpdateParamsEvidence

FEE: Final = 1500
DAY_S: Final = 24 * 3600


@pytest.fixture(scope="module", name="stand_in")
def emulator_with_a_clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("disputes") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="module")
def client(stand_in: Emulator) -> Iterator[stripe.StripeClient]:
    with client_of(stand_in) as made:
        yield made


def paid(client: stripe.StripeClient, method: str = "pm_card_visa", amount: int = 2000) -> stripe.Charge:
    return charge_of(client, pay(client, method, amount))


def disputes_of(client: stripe.StripeClient, charge: stripe.Charge) -> list[stripe.Dispute]:
    return client.v1.disputes.list({"charge": charge.id}).data


def disputed(client: stripe.StripeClient, method: str = "pm_card_createDispute") -> stripe.Dispute:
    """The dispute of a test card's payment of 20.00."""
    (dispute,) = disputes_of(client, paid(client, method))
    return dispute


def respond(client: stripe.StripeClient, dispute: stripe.Dispute, text: str) -> stripe.Dispute:
    """Submits the text; returns the dispute as it is a moment later."""
    client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text}})
    return client.v1.disputes.retrieve(dispute.id)


def order(stand_in: Emulator, verb: str, **body: object) -> dict[str, Any]:
    reply = stand_in.http.post(f"/_emulator/{verb}", json=body)
    assert reply.is_success, reply.text
    made: dict[str, Any] = reply.json()
    return made


def told(client: stripe.StripeClient, dispute: stripe.Dispute, kind: str) -> list[str]:
    """The statuses with which events of a kind told of the dispute, oldest first."""
    events = client.v1.events.list({"type": kind, "limit": 100}).data
    return [event.data.object["status"] for event in reversed(events) if event.data.object["id"] == dispute.id]


def net_of(dispute: stripe.Dispute) -> list[int]:
    return [transaction.net for transaction in dispute.balance_transactions]


@pytest.mark.parametrize(
    ("method", "reason", "status"),
    [
        ("pm_card_createDispute", "fraudulent", "needs_response"),
        ("pm_card_createDisputeProductNotReceived", "product_not_received", "needs_response"),
        ("pm_card_createDisputeInquiry", "general", "warning_needs_response"),
    ],
)
def test_a_disputing_card_disputes_its_payment(
    client: stripe.StripeClient, method: str, reason: str, status: str
) -> None:
    charge = paid(client, method)
    (dispute,) = disputes_of(client, charge)

    assert (dispute.reason, dispute.status, dispute.amount, dispute.charge) == (reason, status, 2000, charge.id)
    assert client.v1.charges.retrieve(charge.id).disputed
    assert told(client, dispute, "charge.dispute.created") == [status]


def test_a_number_disputes_as_its_token_does(client: stripe.StripeClient) -> None:
    assert disputed(client, card(client, "4000000000002685")).reason == "product_not_received"


def test_a_card_may_dispute_a_payment_more_than_once(client: stripe.StripeClient) -> None:
    charge = paid(client, "pm_card_createMultipleDisputes", 2001)
    second, first = disputes_of(client, charge)

    assert (first.amount, second.amount, first.reason, second.reason) == (
        1000,
        1001,
        "fraudulent",
        "product_not_received",
    )


def test_an_early_fraud_warning_is_no_dispute(client: stripe.StripeClient) -> None:
    assert disputes_of(client, paid(client, "pm_card_createIssuerFraudRecord")) == []


def test_fraud_is_not_claimed_of_an_authenticated_payment(client: stripe.StripeClient, stand_in: Emulator) -> None:
    options = {"card": {"request_three_d_secure": "any"}}
    asked = pay(client, "pm_card_createDispute", return_url="https://m.example", payment_method_options=options)
    assert asked.next_action is not None
    assert asked.next_action.redirect_to_url is not None
    stand_in.http.post(str(asked.next_action.redirect_to_url.url), data={"outcome": "complete"})

    assert client.v1.disputes.list({"payment_intent": asked.id}).data == []


def test_an_uncaptured_payment_is_disputed_once_it_is_captured(client: stripe.StripeClient) -> None:
    held = pay(client, "pm_card_createDispute", capture_method="manual")
    before = client.v1.disputes.list({"payment_intent": held.id}).data
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700})
    (after,) = client.v1.disputes.list({"payment_intent": held.id}).data

    assert (before, after.amount) == ([], 700)


def test_a_chargeback_takes_the_money_and_a_fee(client: stripe.StripeClient) -> None:
    dispute = disputed(client)
    (withdrawn,) = dispute.balance_transactions

    assert (withdrawn.amount, withdrawn.fee, withdrawn.net) == (-2000, FEE, -3500)
    assert (withdrawn.type, withdrawn.reporting_category, withdrawn.source) == ("adjustment", "dispute", dispute.id)
    assert told(client, dispute, "charge.dispute.funds_withdrawn") == ["needs_response"]


def test_an_inquiry_takes_nothing(client: stripe.StripeClient) -> None:
    inquiry = disputed(client, "pm_card_createDisputeInquiry")

    assert (inquiry.balance_transactions, inquiry.is_charge_refundable) == ([], True)
    assert told(client, inquiry, "charge.dispute.funds_withdrawn") == []


def test_the_shape_of_a_dispute_is_the_declared_one(client: stripe.StripeClient, stand_in: Emulator) -> None:
    made = disputed(client)
    updated = stand_in.post(f"/v1/disputes/{made.id}", {"metadata[case]": "7", "evidence[receipt]": "file_1"}).json()

    assert violations(stand_in.get("/v1/disputes").json()["data"][0], stripe.Dispute) == []
    assert violations(updated, stripe.Dispute) == []


def test_winning_evidence_wins_the_money_back(client: stripe.StripeClient) -> None:
    won = respond(client, disputed(client), "winning_evidence")

    assert (won.status, net_of(won), won.is_charge_refundable) == ("won", [-3500, 3500], True)
    assert told(client, won, "charge.dispute.funds_reinstated") == ["won"]
    assert told(client, won, "charge.dispute.closed") == ["won"]
    assert told(client, won, "charge.dispute.updated") == ["under_review"]


def test_losing_evidence_loses_it(client: stripe.StripeClient) -> None:
    lost = respond(client, disputed(client), "losing_evidence")

    assert (lost.status, net_of(lost), lost.is_charge_refundable) == ("lost", [-3500], False)
    assert told(client, lost, "charge.dispute.closed") == ["lost"]


def test_other_evidence_stays_under_review(client: stripe.StripeClient) -> None:
    dispute = respond(client, disputed(client), "He signed for it.")

    assert (dispute.status, dispute.evidence_details.submission_count) == ("under_review", 1)
    assert (dispute.evidence_details.has_evidence, dispute.evidence_details.submission_method) == (True, "manual")


def test_staged_evidence_waits_to_be_submitted(client: stripe.StripeClient) -> None:
    dispute = disputed(client)
    evidence: DisputeUpdateParamsEvidence = {"uncategorized_text": "winning_evidence", "customer_name": "Ada"}
    staged = client.v1.disputes.update(dispute.id, {"evidence": evidence, "submit": False})
    client.v1.disputes.update(dispute.id, {"submit": True})
    decided = client.v1.disputes.retrieve(dispute.id)

    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    assert (staged.evidence_details.submission_count, decided.status) == (0, "won")
    assert decided.evidence.customer_name == "Ada"


def test_evidence_is_submitted_once(client: stripe.StripeClient) -> None:
    dispute = respond(client, disputed(client), "He signed for it.")

    with pytest.raises(stripe.InvalidRequestError, match="already submitted") as refusal:
        respond(client, dispute, "winning_evidence")
    assert refusal.value.param == "evidence"


def test_metadata_submits_nothing(client: stripe.StripeClient) -> None:
    dispute = client.v1.disputes.update(disputed(client).id, {"metadata": {"case": "7"}})

    assert (dispute.status, dispute.evidence_details.submission_count) == ("needs_response", 0)


@pytest.mark.parametrize("length", [20_001])
def test_evidence_that_is_too_long_is_refused(client: stripe.StripeClient, length: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        respond(client, disputed(client), "x" * length)

    assert refusal.value.param == "evidence[uncategorized_text]"


def test_a_dispute_that_is_accepted_is_lost(client: stripe.StripeClient) -> None:
    dispute = client.v1.disputes.close(disputed(client).id)

    assert (dispute.status, net_of(dispute)) == ("lost", [-3500])
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.close(dispute.id)
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        respond(client, dispute, "winning_evidence")


@pytest.mark.parametrize("text", ["winning_evidence", "losing_evidence"])
def test_an_inquiry_that_is_answered_is_closed(client: stripe.StripeClient, text: str) -> None:
    inquiry = respond(client, disputed(client, "pm_card_createDisputeInquiry"), text)

    assert (inquiry.status, inquiry.balance_transactions) == ("warning_closed", [])


def test_an_inquiry_that_is_escalated_takes_the_money(client: stripe.StripeClient) -> None:
    dispute = respond(client, disputed(client, "pm_card_createDisputeInquiry"), "escalate_inquiry_evidence")
    won = respond(client, dispute, "winning_evidence")

    assert (dispute.status, net_of(dispute), dispute.is_charge_refundable) == ("needs_response", [-3500], False)
    assert (won.status, net_of(won), won.evidence_details.submission_count) == ("won", [-3500, 3500], 2)


@pytest.mark.parametrize("text", ["", "He signed for it.", "losing_evidence"])
def test_a_charged_back_payment_is_not_refunded(client: stripe.StripeClient, text: str) -> None:
    dispute = disputed(client)
    respond(client, dispute, text) if text else None

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"charge": str(dispute.charge), "amount": 100})
    assert (refusal.value.http_status, refusal.value.code) == (400, "charge_disputed")


def test_a_won_payment_can_be_refunded(client: stripe.StripeClient) -> None:
    dispute = respond(client, disputed(client), "winning_evidence")

    assert client.v1.refunds.create({"charge": str(dispute.charge)}).status == "succeeded"


def test_a_full_refund_closes_an_inquiry(client: stripe.StripeClient) -> None:
    inquiry = disputed(client, "pm_card_createDisputeInquiry")
    client.v1.refunds.create({"charge": str(inquiry.charge), "amount": 500})
    partly = client.v1.disputes.retrieve(inquiry.id).status
    client.v1.refunds.create({"charge": str(inquiry.charge)})

    assert (partly, client.v1.disputes.retrieve(inquiry.id).status) == ("warning_needs_response", "warning_closed")


def test_a_refund_during_an_inquiry_fails_when_it_is_escalated(client: stripe.StripeClient) -> None:
    inquiry = disputed(client, "pm_card_createDisputeInquiry")
    refund = client.v1.refunds.create({"charge": str(inquiry.charge), "amount": 500})
    respond(client, inquiry, "escalate_inquiry_evidence")
    failed = client.v1.refunds.retrieve(refund.id)

    assert (failed.status, failed.failure_reason) == ("failed", "charge_for_pending_refund_disputed")
    assert client.v1.charges.retrieve(str(inquiry.charge)).amount_refunded == 0


def test_a_refunded_payment_is_not_disputed_for_more_than_is_left(
    client: stripe.StripeClient, stand_in: Emulator
) -> None:
    charge = paid(client)
    client.v1.refunds.create({"charge": charge.id, "amount": 1500})
    reply = stand_in.http.post("/_emulator/disputes", json={"charge": charge.id, "amount": 501})
    made = order(stand_in, "disputes", charge=charge.id)

    assert (reply.status_code, made["amount"]) == (400, 500)


def test_any_part_of_any_payment_is_disputed_at_will(client: stripe.StripeClient, stand_in: Emulator) -> None:
    charge = paid(client)
    order(stand_in, "disputes", charge=charge.id, amount=300, reason="duplicate")
    order(stand_in, "disputes", charge=charge.id, amount=200, reason="general", inquiry=True)

    assert [(each.amount, each.reason, each.status) for each in disputes_of(client, charge)] == [
        (200, "general", "warning_needs_response"),
        (300, "duplicate", "needs_response"),
    ]


def test_a_lost_dispute_may_be_won_after_all(client: stripe.StripeClient, stand_in: Emulator) -> None:
    dispute = client.v1.disputes.close(disputed(client).id)
    order(stand_in, "disputes/decide", dispute=dispute.id, outcome="won")
    won = client.v1.disputes.retrieve(dispute.id)

    assert (won.status, net_of(won)) == ("won", [-3500, 3500])
    assert told(client, won, "charge.dispute.closed") == ["lost", "won"]


@pytest.mark.parametrize("body", [{"dispute": "du_nobody", "outcome": "won"}, {"charge": "ch_nobody"}])
def test_an_order_about_nothing_is_refused(stand_in: Emulator, body: dict[str, str]) -> None:
    path = "/_emulator/disputes/decide" if "dispute" in body else "/_emulator/disputes"
    reply = stand_in.http.post(path, json=body)

    assert (reply.status_code, "no such object" in reply.text) == (400, True)


def test_a_won_dispute_cannot_be_lost(client: stripe.StripeClient, stand_in: Emulator) -> None:
    dispute = respond(client, disputed(client), "winning_evidence")

    assert (
        stand_in.http.post("/_emulator/disputes/decide", json={"dispute": dispute.id, "outcome": "lost"}).status_code
        == 400
    )


def test_who_does_not_respond_in_time_has_lost(client: stripe.StripeClient, stand_in: Emulator) -> None:
    dispute = disputed(client)
    due_by = dispute.evidence_details.due_by
    assert due_by is not None
    stand_in.control.advance_clock(due_by - dispute.created - 60)
    in_time = client.v1.disputes.retrieve(dispute.id).status
    stand_in.control.advance_clock(120)

    assert (in_time, client.v1.disputes.retrieve(dispute.id).status) == ("needs_response", "lost")


def test_an_inquiry_without_a_chargeback_is_over_in_time(client: stripe.StripeClient, stand_in: Emulator) -> None:
    inquiry = disputed(client, "pm_card_createDisputeInquiry")
    stand_in.control.advance_clock(119 * DAY_S)
    waiting = client.v1.disputes.retrieve(inquiry.id).status
    stand_in.control.advance_clock(2 * DAY_S)

    assert (waiting, client.v1.disputes.retrieve(inquiry.id).status) == ("warning_needs_response", "warning_closed")


def test_an_unknown_dispute_is_not_found(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.disputes.retrieve("du_nobody")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_disputes_are_listed_by_what_they_are_about(client: stripe.StripeClient) -> None:
    dispute = disputed(client)

    assert [each.id for each in client.v1.disputes.list({"payment_intent": str(dispute.payment_intent)})] == [
        dispute.id
    ]
    assert client.v1.disputes.list({"limit": 1}).data[0].id == dispute.id


def test_the_books_balance_whatever_was_disputed(client: stripe.StripeClient, stand_in: Emulator) -> None:
    respond(client, disputed(client), "winning_evidence")
    disputed(client)

    assert stand_in.control.books().sum_zero
