"""What an answer says of its request: which payment it was, or nothing yet."""

from datetime import UTC, datetime

import pytest

from fixtures.client.subscriptions import Plan, Subscription
from load.history import ending
from load.users import subscriber
from load.visit import Ended

PRO = Plan("prc_pro_month", "pro", "Pro, monthly", "month", 999, "usd")
ENTERPRISE = Plan("prc_enterprise_month", "enterprise", "Enterprise, monthly", "month", 9900, "usd")


def changed(plan: Plan) -> dict[str, object]:
    now = datetime(2026, 1, 31, tzinfo=UTC)
    known = dict.fromkeys(Subscription.__dataclass_fields__)
    told = Subscription(**known | {"status": "active", "plan": plan, "payment_id": "pay_1", "period_start": now})  # type: ignore[arg-type]  # what the note does not read
    return subscriber._paid_for(told, plan=ENTERPRISE, total=8901, currency="usd")


def test_a_change_of_plan_is_paid_with_the_payment_that_its_answer_names() -> None:
    assert changed(ENTERPRISE) == {"object": "pay_1", "state": "active", "amount": 8901, "currency": "usd"}


def test_an_answer_that_shows_another_plan_names_no_payment_of_its_request() -> None:
    assert changed(PRO) == {"object": None, "state": "active"}


@pytest.mark.parametrize(
    ("ended", "is_open"),
    [
        (Ended("ok", 201), False),
        (Ended("fail", 402), False),
        (Ended("info", 0), True),
        (Ended("info", 202, value="an answer"), True),
        (Ended("info", 202, value="an answer", named=True), False),
    ],
)
def test_a_request_is_asked_again_until_it_has_ended_or_its_answer_names_what_came_of_it(
    ended: Ended, *, is_open: bool
) -> None:
    assert ended.is_open is is_open


@pytest.mark.parametrize(
    ("problem", "end"),
    [("subscription-exists", "fail"), ("idempotency-in-progress", "info"), (None, "info")],
)
def test_a_conflict_is_final_unless_the_first_request_with_its_key_is_still_at_work(
    problem: str | None, end: str
) -> None:
    assert ending(409, problem) == end
