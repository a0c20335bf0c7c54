"""Whatever is asked about a subscription while the processor is silent, or refuses, changes nothing and says so."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from system.audit.service import Actor
from system.kit.problems import Problem, ServiceUnavailable
from system.payments import customers
from system.payments import repository as payment_repository
from system.payments.inquiry import REPEATABLE_FOR
from system.payments.problems import ProcessorUnavailable
from system.payments.transitions import ContradictionError
from system.processor.billing import Card
from system.processor.port import ActionRequired, Declined, Unavailable, Unknown
from system.subscriptions import (
    asking,
    cards,
    ending,
    invoice_repository,
    plan_repository,
    quoting,
    repository,
    states,
    syncing,
    tasks,
    trials,
)
from system.subscriptions.models import ChangeKind, Plan, Reading, StaleReadError, Subscription
from system.subscriptions.problems import ChangeRefused, SamePlan
from system.tests.stand_in import Lay, Processor, answering, run, system
from system.tests.subscription_examples import ACTIVE, BILLED, END, NEW_CARD, NOW, OPENING, OWED, PAST_DUE, START

SILENT, REPLAYED = Unknown("no reply"), Unknown("no reply", replayed=True)
CARD = Card("pm_1", "visa", "4242", "12/2030", "fp_1")
ACTOR = Actor("usr_1")
ENTERPRISE = Plan(
    "prc_ent_month", "itm_ent", "enterprise", 2, "Enterprise", "month", 9900, "usd", 5000, 0, current=True
)


@pytest.mark.parametrize(
    ("ours", "answers"),
    [
        (ACTIVE, {"retrieve_subscription": SILENT}),
        (ACTIVE, {"retrieve_subscription": BILLED, "invoices_of": SILENT}),
        (replace(OPENING, processor_session_id="cs_1"), {"subscription_of_page": SILENT}),
        (OPENING, {"find_subscription": SILENT}),
    ],
)
def test_a_reading_is_made_of_answers_alone(rows: Lay, ours: Subscription, answers: dict[str, object]) -> None:
    rows(repository, get=ours)
    rows(invoice_repository, read_from=None)
    with pytest.raises(ServiceUnavailable, match="no reply"):
        run(syncing.read(system(Processor(**answers), at=NOW), "sbn_1"))


def test_a_beginning_that_is_just_being_asked_for_is_left_to_whoever_asks(rows: Lay) -> None:
    rows(repository, get=OPENING)
    rows(invoice_repository, read_from=None)
    processor = Processor(find_subscription=None)

    with pytest.raises(ServiceUnavailable, match="just being asked for"):
        run(syncing.read(system(processor, at=START + timedelta(seconds=1)), "sbn_1"))
    assert run(syncing.read(system(processor, at=START + timedelta(hours=1)), "sbn_1")) == Reading(0, None)


@pytest.mark.parametrize(
    ("ours", "at", "answers", "answer"),
    [
        # Found; on a page; nobody says; nowhere, and asked for again; a failure that is remembered; too late; begun.
        (OPENING, START, {"find_subscription": BILLED}, BILLED),
        (OPENING, START, {"find_subscription": ActionRequired("https://pay.example.com")}, None),
        (OPENING, START, {"find_subscription": SILENT}, None),
        (OPENING, START, {"find_subscription": None, "create_subscription": BILLED}, BILLED),
        (OPENING, START, {"find_subscription": None, "create_subscription": SILENT}, SILENT),
        (OPENING, START, {"find_subscription": None, "create_subscription": REPLAYED}, None),
        (OPENING, START + REPEATABLE_FOR, {}, None),
        (replace(OPENING, processor_customer_id=None), START, {}, None),
        (ACTIVE, START, {}, None),
    ],
)
def test_a_beginning_is_looked_for_and_asked_for_again_where_it_is_nowhere(
    ours: Subscription, at: datetime, answers: dict[str, object], answer: object
) -> None:
    processor = Processor(**answers)
    assert run(tasks._answer_to(system(processor, at=at), ours, ENTERPRISE)) == answer
    assert processor.asked == list(answers)


def test_what_never_left_the_house_is_nowhere(rows: Lay) -> None:
    rows(repository, get=replace(OPENING, processor_customer_id=None))
    rows(invoice_repository, read_from=None)
    processor = Processor()

    assert run(syncing.read(system(processor, at=NOW), "sbn_1")) == Reading(0, None)
    assert processor.asked == []


@pytest.mark.parametrize("answer", [SILENT, Unavailable("later"), Declined("no", "No.")])
def test_a_second_trial_that_does_not_end_is_no_reading(rows: Lay, answer: object) -> None:
    rows(repository, get=ACTIVE)
    rows(invoice_repository, read_from=None)
    rows(trials, allowed=False)
    processor = Processor(retrieve_subscription=replace(BILLED, status="trialing"), end_trial=answer)

    with pytest.raises(ServiceUnavailable, match="does not end a trial"):
        run(syncing.read(system(processor, at=NOW), "sbn_1"))


def test_a_second_trial_ends_and_the_paid_time_is_what_is_read(rows: Lay) -> None:
    rows(repository, get=ACTIVE)
    rows(invoice_repository, read_from=None)
    rows(trials, allowed=False)
    trial = replace(BILLED, status="trialing")
    processor = Processor(retrieve_subscription=trial, end_trial=BILLED, invoices_of=[()])

    assert run(syncing.read(system(processor, at=NOW), "sbn_1")) == Reading(0, BILLED, ())


def test_a_row_that_many_write_is_given_up_after_some_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stale(*_: object, **__: object) -> None:
        raise StaleReadError

    monkeypatch.setattr(syncing, "read", answering(Reading(0, None)))
    monkeypatch.setattr(syncing, "apply", stale)
    with pytest.raises(ServiceUnavailable, match="from many sides"):
        run(syncing.sync(system(), "sbn_1", actor=ACTOR))


def test_a_price_that_is_none_of_ours_is_a_contradiction_and_not_a_guess(rows: Lay) -> None:
    rows(repository, lock=OPENING)
    rows(plan_repository, find=None)
    connection: Any = object()
    with pytest.raises(ContradictionError, match="none of ours"):
        run(syncing.apply(connection, system(at=NOW), "sbn_1", Reading(0, BILLED), actor=ACTOR))


def test_a_page_for_a_card_is_of_what_has_begun(rows: Lay) -> None:
    rows(quoting, live=OPENING)
    with pytest.raises(ChangeRefused, match="has not begun"):
        run(cards.open_page(system(), "usr_1"))


def test_a_page_for_a_card_that_does_not_open_may_be_asked_for_again(rows: Lay) -> None:
    rows(quoting, live=ACTIVE)
    with pytest.raises(ProcessorUnavailable, match="opens no page now"):
        run(cards.open_page(system(Processor(open_card_page=Unavailable("later"))), "usr_1"))
    opened = Processor(open_card_page=ActionRequired("https://pay.example.com/card"))
    assert run(cards.open_page(system(opened), "usr_1")) == "https://pay.example.com/card"


@pytest.mark.parametrize(
    ("ours", "answers", "used"),
    [
        (ACTIVE, {"card_of_page": SILENT}, False),
        (replace(ACTIVE, status="canceled"), {"card_of_page": CARD}, False),
        (ACTIVE, {"card_of_page": CARD, "use_card": Declined("no", "No.")}, False),
        (ACTIVE, {"card_of_page": CARD, "use_card": BILLED}, True),
        (PAST_DUE, {"card_of_page": CARD, "use_card": BILLED, "pay_invoice": OWED}, True),
        (PAST_DUE, {"card_of_page": CARD, "use_card": BILLED, "pay_invoice": Declined("no", "No.")}, True),
    ],
)
def test_a_typed_card_is_used_where_something_is_billed_and_it_is_taken(
    rows: Lay, monkeypatch: pytest.MonkeyPatch, ours: Subscription, answers: dict[str, object], *, used: bool
) -> None:
    rows(repository, get=ours)
    monkeypatch.setattr(syncing, "sync", answering(ours))
    processor = Processor(**answers)

    assert run(cards.adopt(system(processor), "sbn_1", "cs_1", actor=ACTOR)) == cards.Adoption(ours, used)
    assert processor.asked == list(answers)


@pytest.mark.parametrize(
    ("ours", "answers"),
    [
        (ACTIVE, {"use_card": Unavailable("later")}),
        (PAST_DUE, {"use_card": BILLED, "pay_invoice": SILENT}),
    ],
)
def test_a_typed_card_of_which_nothing_is_heard_is_asked_about_again(
    rows: Lay, ours: Subscription, answers: dict[str, object]
) -> None:
    rows(repository, get=ours)
    with pytest.raises(ServiceUnavailable):
        run(cards.adopt(system(Processor(card_of_page=CARD, **answers)), "sbn_1", "cs_1", actor=ACTOR))


@pytest.mark.parametrize(("ours", "verb"), [(ACTIVE, "cancel_at_period_end"), (PAST_DUE, "cancel_now")])
def test_renewals_end_with_what_is_paid_and_at_once_where_nothing_is(
    rows: Lay, monkeypatch: pytest.MonkeyPatch, ours: Subscription, verb: str
) -> None:
    rows(invoice_repository, find=ours)
    rows(repository, get=ours)
    monkeypatch.setattr(syncing, "sync", answering(ours))
    processor = Processor(**{verb: BILLED})

    run(ending.end_renewals(system(processor), "in_1", because="dp_1", actor=ACTOR))

    assert processor.asked == [verb]
    with pytest.raises(ServiceUnavailable, match="does not end the renewals"):
        run(ending.end_renewals(system(Processor(**{verb: SILENT})), "in_1", because="dp_1", actor=ACTOR))


@pytest.mark.parametrize("ours", [replace(ACTIVE, status="canceled"), replace(ACTIVE, cancel_at_period_end=True)])
def test_renewals_that_end_anyway_are_ended_once(rows: Lay, ours: Subscription) -> None:
    rows(invoice_repository, find=ours)
    rows(repository, get=ours)
    processor = Processor()

    run(ending.end_renewals(system(processor), "in_1", because="dp_1", actor=ACTOR))

    assert processor.asked == []


@pytest.mark.parametrize(
    ("ours", "answers", "said"),
    [
        (ACTIVE, {"use_card": BILLED}, BILLED),
        (PAST_DUE, {"use_card": Declined("no", "No.")}, Declined("no", "No.")),
        (PAST_DUE, {"use_card": BILLED, "pay_invoice": OWED}, BILLED),
        (PAST_DUE, {"use_card": BILLED, "pay_invoice": SILENT}, SILENT),
        (
            PAST_DUE,
            {"use_card": BILLED, "pay_invoice": Declined("no_money", "No money.")},
            Declined("no_money", "The card is stored, and was declined for what is owed: No money."),
        ),
    ],
)
def test_a_new_card_pays_what_is_owed_at_once_and_tells_how_that_went(
    ours: Subscription, answers: dict[str, object], said: object
) -> None:
    processor: Any = Processor(**answers)
    assert run(asking.ask(processor, NEW_CARD, ours, None, None)) == said


@pytest.mark.parametrize(
    ("ours", "kind", "refusal", "why"),
    [
        (replace(ACTIVE, pending_price_id="prc_x"), "upgrade", ChangeRefused, "waits for its payment"),
        (replace(ACTIVE, scheduled_price_id="prc_x"), "upgrade", ChangeRefused, "begins with the next period"),
        (replace(ACTIVE, scheduled_price_id="prc_ent_month"), "downgrade", SamePlan, "Enterprise is your plan"),
        (replace(ACTIVE, cancel_at_period_end=True), "upgrade", ChangeRefused, "is to end with its period"),
        (replace(ACTIVE, status="paused"), "upgrade", ChangeRefused, "is paused"),
    ],
)
def test_a_plan_is_changed_when_nothing_else_is_to_come(
    ours: Subscription, kind: ChangeKind, refusal: type[Problem], why: str
) -> None:
    with pytest.raises(refusal) as refused:
        quoting.judge(ours, ENTERPRISE, kind)
    assert why in str(refused.value.detail)


def test_what_is_owed_counts_from_its_first_attempt_or_else_from_the_periods_begin() -> None:
    drafted = replace(BILLED, status="past_due", latest_invoice=replace(OWED, finalized_at=None))
    assert OWED.finalized_at == END + timedelta(hours=1)
    assert PAST_DUE.past_due_at == OWED.finalized_at
    assert states.applied(ACTIVE, drafted, NOW).past_due_at == START
    assert states.applied(PAST_DUE, drafted, NOW).past_due_at == PAST_DUE.past_due_at


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Ada.Lovelace+trial@GoogleMail.com", "adalovelace@gmail.com"),
        ("a.d.a@gmail.com", "ada@gmail.com"),
        ("a.d.a+2@example.com", "a.d.a@example.com"),
    ],
)
def test_all_spellings_of_an_address_are_one_mailbox(address: str, mailbox: str) -> None:
    assert trials.mailbox_of(address) == mailbox


def test_a_customer_is_asked_for_again_where_a_failure_was_remembered() -> None:
    replayed = Unknown("no reply", replayed=True)
    who: Any = type("Who", (), {"account_id": "usr_1", "email": "ada@example.com"})
    once, twice = Processor(create_customer=SILENT), Processor(create_customer=[replayed, "cus_1"])

    assert run(customers.create(system(once), who, attempt_id="pay_1")) == SILENT
    assert run(customers.create(system(twice), who, attempt_id="pay_1")) == "cus_1"
    assert (once.asked, twice.asked) == (["create_customer"], ["create_customer"] * 2)


def test_a_payment_without_a_customer_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    who: Any = type("Who", (), {"account_id": "usr_1", "email": "ada@example.com"})
    monkeypatch.setattr(payment_repository, "find_customer", answering(None))
    found = run(customers.ensure(system(Processor(create_customer=SILENT)), who, attempt_id="pay_1"))
    assert found == Unavailable("no reply")
    monkeypatch.setattr(payment_repository, "find_customer", answering("cus_1"))
    assert run(customers.ensure(system(), who, attempt_id="pay_1")) == "cus_1"
