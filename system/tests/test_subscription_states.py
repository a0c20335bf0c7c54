"""The processor's word, and what it makes of a row; and the table of what each state opens."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from system.payments.transitions import ContradictionError
from system.processor.port import ActionRequired, Canceled
from system.subscriptions import states
from system.subscriptions.models import Status, Subscription
from system.tests.subscription_examples import ACTIVE, BILLED, END, NOW, OPENING, OWED, PAST_DUE, START


def test_what_the_processor_says_is_what_the_row_becomes() -> None:
    assert (ACTIVE.status, ACTIVE.processor_subscription_id) == ("active", "sub_1")
    assert (ACTIVE.period_start, ACTIVE.period_end, ACTIVE.ended_at) == (START, END, None)


def test_the_same_word_twice_changes_nothing() -> None:
    assert states.applied(ACTIVE, BILLED, NOW + timedelta(days=3)) == ACTIVE


def test_an_open_page_waits_and_keeps_its_address() -> None:
    waiting = states.applied(OPENING, ActionRequired("https://pay.example.com", None, "cs_1"), NOW)

    assert (waiting.status, waiting.processor_session_id) == ("incomplete", "cs_1")
    assert waiting.next_action_url == "https://pay.example.com"
    assert states.applied(ACTIVE, ActionRequired("https://pay.example.com", None, "cs_1"), NOW) is ACTIVE


def test_a_page_that_closed_ends_what_never_began() -> None:
    closed = states.applied(OPENING, Canceled("expired"), NOW)

    assert (closed.status, closed.ended_at, closed.failure_code) == ("incomplete_expired", NOW, "expired")
    assert states.applied(closed, Canceled("expired"), NOW + timedelta(days=1)) is closed


def test_what_the_processor_has_certainly_none_of_never_began() -> None:
    never = states.applied(OPENING, None, NOW)

    assert (never.status, never.failure_code, never.ended_at) == ("canceled", "not_begun", NOW)


def test_a_renewal_that_is_owed_counts_from_its_first_attempt_however_late_we_hear() -> None:
    later = states.applied(
        PAST_DUE, replace(BILLED, status="past_due", latest_invoice=replace(OWED, attempts=3)), NOW + timedelta(days=5)
    )

    assert PAST_DUE.past_due_at == later.past_due_at == END + timedelta(hours=1)
    assert (PAST_DUE.open_invoice_id, PAST_DUE.next_action_url) == ("in_2", OWED.pay_url)
    assert PAST_DUE.failure_code == "card_declined"


def test_an_end_keeps_the_reason_and_owes_nothing() -> None:
    over = states.applied(PAST_DUE, replace(BILLED, status="canceled", ended_at=END, cancel_at_period_end=True), NOW)

    assert (over.status, over.ended_at, over.failure_code) == ("canceled", END, "card_declined")
    assert (over.cancel_at_period_end, over.open_invoice_id, over.next_action_url) == (False, None, None)
    assert states.applied(over, replace(BILLED, status="canceled", ended_at=END), NOW) is over


IMPOSSIBLE: dict[str, tuple[Subscription, Any]] = {
    "names another of ours": (OPENING, replace(BILLED, subscription_id="sbn_2")),
    "another customer's": (OPENING, replace(BILLED, customer_id="cus_2")),
    "begun a second time": (ACTIVE, replace(BILLED, processor_subscription_id="sub_2")),
    "alive after its end": (replace(ACTIVE, status="canceled", ended_at=END), BILLED),
    "forgotten by the processor": (ACTIVE, None),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be_about_the_row_is_a_contradiction(case: str) -> None:
    before, said = IMPOSSIBLE[case]

    with pytest.raises(ContradictionError):
        states.applied(before, said, NOW)


GRACE = timedelta(days=7)
OPEN_UNTIL: dict[Status, datetime | None] = {
    "opening": None,
    "incomplete": None,
    "trialing": END + GRACE,
    "active": END + GRACE,
    "past_due": END + timedelta(hours=1) + GRACE,
    "unpaid": None,
    "paused": None,
    "incomplete_expired": None,
    "canceled": None,
}


@pytest.mark.parametrize("status", OPEN_UNTIL)
def test_each_state_opens_the_tier_for_as_long_as_the_table_says(status: Status) -> None:
    opened = states.access(replace(PAST_DUE, status=status))

    assert (opened.ends_at if opened else None) == OPEN_UNTIL[status]


@pytest.mark.parametrize("status", ["active", "trialing"])
def test_what_is_cancelled_stays_open_to_its_end_and_no_longer(status: Status) -> None:
    opened = states.access(replace(ACTIVE, status=status, cancel_at_period_end=True))

    assert opened is not None
    assert (opened.starts_at, opened.ends_at) == (START, END)


def test_what_has_no_period_opens_nothing() -> None:
    assert states.access(replace(OPENING, status="active")) is None
