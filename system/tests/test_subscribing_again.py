"""What the second request with a key is told, and what becomes of a key whose request the processor did not take."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from system.accounts.models import Identity
from system.catalogue.problems import PriceChanged, PriceNotFound
from system.idempotency import service as idempotency
from system.idempotency.models import Answer, Scope
from system.idempotency.problems import IdempotencyInProgress
from system.payments import customers
from system.payments.problems import ProcessorUnavailable
from system.processor.port import Unavailable, Unknown
from system.subscriptions import change_repository, changing, plan_repository, repository, subscribing
from system.subscriptions.models import Plan
from system.subscriptions.schemas import SubscriptionOrder
from system.tests.stand_in import Lay, Processor, answering, run, system
from system.tests.subscription_examples import ACTIVE, NEW_CARD, NOW, OPENING, START

SCOPE = Scope("usr_1", "POST", "/api/subscriptions/create", "key", b"", "req_1")
WHO = Identity("usr_1", "ada@example.com", "Ada", "student", "ses_1", email_verified=True, used_at=NOW)
PRO = Plan("prc_pro_month", "itm_pro", "pro", 1, "Pro", "month", 999, "usd", 500, 7, current=True)
HELD: Any = object()
LATER = START + timedelta(hours=1)
PAUSE = replace(NEW_CARD, kind="pause", payment_method=None)
FINAL = Answer(201, b"{}")


@pytest.fixture
def rows(rows: Lay) -> Lay:
    """With what is found where a test lays nothing else."""
    rows(subscribing, view_of=SimpleNamespace(status="opening", model_dump_json=lambda: "{}"))
    rows(changing, view_of=SimpleNamespace(status="active", model_dump_json=lambda: "{}"))
    rows(idempotency, conclude=FINAL)
    return rows


def test_a_beginning_that_is_at_work_is_waited_for_and_one_that_is_undecided_is_told(rows: Lay) -> None:
    rows(repository, get=OPENING)
    held = idempotency.Open("sbn_1")

    with pytest.raises(IdempotencyInProgress, match="still at work"):
        run(subscribing._still_open(HELD, system(at=START), held, SCOPE))
    undecided = run(subscribing._still_open(HELD, system(at=LATER), held, SCOPE))
    assert (undecided.status, undecided.replayed) == (202, True)


def test_a_change_that_is_at_work_is_waited_for_and_one_that_is_over_answers_its_key(rows: Lay) -> None:
    rows(repository, get=ACTIVE)
    held = idempotency.Open("chg_1")

    rows(change_repository, get=PAUSE)
    with pytest.raises(IdempotencyInProgress, match="still at work"):
        run(changing._still_open(HELD, system(), held, SCOPE))
    rows(change_repository, get=replace(PAUSE, status="done"))
    assert run(changing._still_open(HELD, system(), held, SCOPE)) == FINAL


@pytest.mark.parametrize(("replaced", "refusal"), [(None, PriceNotFound), (PRO, PriceChanged)])
def test_a_price_that_was_replaced_is_told_with_the_new_one(
    rows: Lay, replaced: Plan | None, refusal: type[Exception]
) -> None:
    rows(plan_repository, find=replace(PRO, price_id="prc_pro_old", current=False), current=replaced)
    order = SubscriptionOrder(price_id="prc_pro_old", expected_amount=999, expected_currency="usd")
    with pytest.raises(refusal):
        run(subscribing._plan_seen(HELD, order))


def test_a_beginning_that_the_processor_did_not_take_frees_its_key(rows: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    freed: list[object] = []

    async def release(_conn: object, object_id: str) -> None:
        freed.append(object_id)

    monkeypatch.setattr(idempotency, "release", release)
    rows(subscribing, settle=replace(OPENING, status="canceled", failure_code="processor_unavailable"))
    with pytest.raises(ProcessorUnavailable, match="send it again with the same key") as refused:
        run(subscribing._close(system(), "sbn_1", Unavailable("later", retry_after_s=9), SCOPE))
    assert (freed, refused.value.headers["Retry-After"]) == (["sbn_1"], "9")


def test_a_change_that_the_processor_did_not_take_frees_its_key(rows: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    freed: list[object] = []

    async def release(_conn: object, object_id: str) -> None:
        freed.append(object_id)

    monkeypatch.setattr(idempotency, "release", release)
    rows(change_repository, conclude=True)
    refused = run(changing.settle(system(), PAUSE, Unavailable("later"), actor=HELD))
    assert (refused.status, refused.failure_code) == ("refused", "processor_unavailable")
    with pytest.raises(ProcessorUnavailable, match="send it again with the same key"):
        run(changing._close(system(), refused, SCOPE))
    assert freed == ["chg_1"]


def test_a_change_of_which_nothing_is_heard_stays_asked_and_is_accepted(rows: Lay) -> None:
    rows(repository, get=ACTIVE)
    asked = run(changing.settle(system(), PAUSE, Unknown("no reply"), actor=HELD))
    assert asked == PAUSE
    assert run(changing._close(system(), asked, SCOPE)).status == 202


def test_nothing_is_asked_for_a_customer_whom_the_processor_does_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "ensure", answering(Unavailable("later")))
    processor = Processor()
    assert run(subscribing._ask(system(processor), WHO, OPENING)) == Unavailable("later")
    assert processor.asked == []


def test_an_answer_that_did_not_come_leaves_the_beginning_open(rows: Lay) -> None:
    rows(repository, get=OPENING)
    assert run(subscribing.settle(system(), "sbn_1", Unknown("no reply"), actor=HELD)) == OPENING
