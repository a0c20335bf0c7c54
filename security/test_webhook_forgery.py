"""Twelve ways to forge an event that would make an unpaid payment paid: each is 400, and nothing changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from fixtures.bench import Bench
from fixtures.builders import payment_intent, sign, stripe_event
from fixtures.client import Auditor, Item, Member, Processor
from fixtures.picture import Picture

COURSE: Final = "itm_course_python"
FOREIGN_SECRET: Final = "whsec_" + "f" * 32
FIVE_MINUTES_S: Final = 300


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a forger has to work with: a body that is worth something, the true secret's signature, the time."""

    body: bytes
    secret: str
    now: int

    def signed(self, *, secret: str | None = None, at: int = 0, body: bytes | None = None, scheme: str = "v1") -> str:
        key = self.secret if secret is None else secret
        return sign(self.body if body is None else body, key, self.now + at, scheme=scheme)

    def digest(self) -> str:
        return self.signed().partition("v1=")[2]


Forgery = Callable[[Envelope], str | None]

FORGERIES: Final[Mapping[str, Forgery]] = {
    "no-header": lambda _: None,
    "empty-header": lambda _: "",
    "other-scheme-only": lambda it: it.signed(scheme="v0"),
    "wrong-secret": lambda it: it.signed(secret=FOREIGN_SECRET),
    "empty-secret": lambda it: it.signed(secret=""),
    "stale-stamp": lambda it: it.signed(at=-FIVE_MINUTES_S - 5),
    "future-stamp": lambda it: it.signed(at=FIVE_MINUTES_S + 5),
    "signature-of-another-body": lambda it: it.signed(body=it.body.replace(b"4900", b"4901")),
    "truncated-signature": lambda it: it.signed()[:-1],
    "missing-stamp": lambda it: it.signed().partition(",")[2],
    "fresh-stamp-before-a-stale-one": lambda it: f"t={it.now},{it.signed(at=-2 * FIVE_MINUTES_S)}",
    "signature-of-another-stamp": lambda it: f"t={it.now + 1},v1={it.digest()}",
}


@pytest.fixture
def envelope(bench: Bench, member: Member, auditor: Auditor, catalogue: Mapping[str, Item]) -> Envelope:
    """An event that says of an open payment that it was paid."""
    waiting = member.pay(catalogue[COURSE], key="open", payment_method="pm_card_threeDSecure2Required").value
    (known,) = [each for each in auditor.all_payments() if each.payment_id == waiting.payment_id]
    assert known.processor_payment_id is not None
    intent = payment_intent(
        known.processor_payment_id, amount=4900, currency="usd", metadata={"payment_id": waiting.payment_id}
    )
    body = stripe_event("payment_intent.succeeded", intent, event_id=f"evt_forged{waiting.payment_id[-8:]}")
    return Envelope(body, bench.stripe.endpoint_secret, int(bench.clock.now().timestamp()))


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.proves("A1.2")
def test_a_forged_event_is_refused_and_changes_nothing(
    bench: Bench, processor: Processor, auditor: Auditor, envelope: Envelope, forgery: str
) -> None:
    before, events = Picture.take(bench, auditor), list(auditor.webhook_events())

    reply = processor.deliver(envelope.body, FORGERIES[forgery](envelope))

    assert (reply.status, reply.problem.slug) == (400, "invalid-signature"), reply.text
    assert Picture.take(bench, auditor) == before
    assert list(auditor.webhook_events()) == events


@pytest.mark.proves("A1.2")
def test_a_true_signature_is_accepted(processor: Processor, envelope: Envelope) -> None:
    reply = processor.deliver(envelope.body, envelope.signed())

    assert reply.status == 200, reply.text


@pytest.mark.proves("A1.2")
def test_one_true_signature_among_several_is_accepted(processor: Processor, envelope: Envelope) -> None:
    """While a secret is rolled, the processor signs with both."""
    foreign = envelope.signed(secret=FOREIGN_SECRET)

    reply = processor.deliver(envelope.body, f"{foreign},v1={envelope.digest()}")

    assert reply.status == 200, reply.text
