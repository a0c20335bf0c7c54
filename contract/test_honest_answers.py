"""What a buyer is told when the processor does not answer as it should: the truth, in words, and what to do."""

from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from fixtures.bench import Bench
from fixtures.client import Item, Member
from fixtures.emulator import Emulator
from fixtures.polling import eventually
from fixtures.witness import Witness

COURSE: Final = "itm_course_sql"
TOKENS: Final = "itm_tokens_100"
CHARGE: Final = "POST /v1/payment_intents"


@pytest.fixture
def stripe(bench: Bench) -> Iterator[Emulator]:
    """In order again after each test."""
    yield bench.stripe
    bench.stripe.clear_faults()
    bench.stripe.resume_webhooks()


@pytest.fixture
def known(member: Member, catalogue: Mapping[str, Item]) -> Member:
    """Somebody whom the processor knows already, so that it is asked for the charge alone."""
    assert member.pay(catalogue[COURSE], key="acquaintance").status == 201
    return member


@pytest.mark.proves("C3.3")
def test_a_charge_whose_reply_was_lost_is_open_until_the_processor_tells_of_it(
    stripe: Emulator, known: Member, catalogue: Mapping[str, Item]
) -> None:
    witness, fault = Witness(stripe), stripe.fault("reply_lost", route=CHARGE, times=None)
    stripe.pause_webhooks()

    reply = known.pay(catalogue[TOKENS], key="lost")
    assert stripe.bit(fault) > 0
    assert (reply.status, reply.value.status) == (202, "uncertain"), reply.text

    stripe.resume_webhooks()
    payment_id = reply.value.payment_id
    told = eventually(
        lambda: known.payment(payment_id).value, lambda payment: payment.status != "uncertain", timeout_s=6
    )
    assert told.status == "succeeded"
    assert witness.charged() == [(499, "usd")]


@pytest.mark.proves("A18.3")
def test_a_processor_that_takes_nothing_is_told_with_the_time_to_come_again(
    stripe: Emulator, known: Member, catalogue: Mapping[str, Item]
) -> None:
    witness, fault = Witness(stripe), stripe.fault("rate_limit_429", route=CHARGE, times=None)

    refused = known.pay(catalogue[TOKENS], key="refused")

    assert stripe.bit(fault) > 0
    assert (refused.status, refused.problem.slug) == (503, "processor-unavailable"), refused.text
    assert int(refused.headers["retry-after"]) > 0
    assert witness.charged() == []
