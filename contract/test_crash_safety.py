"""The application is killed twenty times and PostgreSQL five times while two hundred payments are made.

One run, several questions to what it left behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from contract.conftest import sign_up
from contract.crashes import Record, Storm, buyers
from fixtures.bench import Bench
from fixtures.books import Snapshot, differences
from fixtures.books.gather import gather
from fixtures.client import Auditor, Item
from fixtures.polling import eventually

SEED = 20_240_229
PAYMENTS = 200
KILLS = {"app": 20, "postgres": 5}
CONVERGENCE_S = 45

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True)
class Aftermath:
    record: Record
    snapshot: Snapshot
    mailed: frozenset[str]


@pytest.fixture(scope="module")
def aftermath(impatient_bench: Bench, catalogue: Mapping[str, Item]) -> Aftermath:
    bench = impatient_bench
    with buyers(bench, sign_up) as members:
        record = Storm(bench, catalogue, SEED).run(members, payments=PAYMENTS, kills=KILLS)
    auditor = bench.as_auditor()
    return Aftermath(record, _settled(bench, auditor, record), _mailed(bench, auditor))


@pytest.mark.proves("C3.1", "C3.2")
def test_the_kills_met_payments_on_their_way(aftermath: Aftermath) -> None:
    record = aftermath.record

    assert dict(record.kills) == KILLS
    assert record.bites["app"] >= 10, f"Seed {SEED}: kills {record.kills}, felt {record.bites}"
    assert record.bites["postgres"] >= 3, f"Seed {SEED}: kills {record.kills}, felt {record.bites}"


@pytest.mark.proves("C3.1", "C3.2")
def test_every_acknowledged_payment_is_there_once(aftermath: Aftermath) -> None:
    acknowledged = [each for each in aftermath.record.operations if each.verb == "pay" and each.outcome == "ok"]
    kept = [payment.payment_id for payment in aftermath.snapshot.payments if payment.status == "succeeded"]

    assert len(aftermath.record.operations) >= PAYMENTS
    assert len(acknowledged) >= PAYMENTS // 2
    assert [each for each in acknowledged if kept.count(str(each.object_id)) != 1] == [], f"Seed {SEED}"


@pytest.mark.proves("C3.1", "C3.2", "C2.1")
def test_the_books_agree_and_nothing_is_undecided(aftermath: Aftermath) -> None:
    found = [str(difference) for difference in differences(aftermath.snapshot)]

    assert found == [], f"Seed {SEED}:\n" + "\n".join(found)


@pytest.mark.proves("C3.1", "C3.2")
def test_nobody_was_told_of_an_internal_error(aftermath: Aftermath) -> None:
    assert aftermath.record.server_errors == [], f"Seed {SEED}"


@pytest.mark.proves("C3.1", "A17.1")
def test_every_payment_is_confirmed_by_mail(aftermath: Aftermath) -> None:
    paid = {payment.payment_id for payment in aftermath.snapshot.payments if payment.status == "succeeded"}

    assert paid - aftermath.mailed == set(), f"Seed {SEED}"


def _settled(bench: Bench, auditor: Auditor, record: Record) -> Snapshot:
    """The system's state once nothing is on its way any more, or when the bound for that has passed."""

    def look() -> Snapshot:
        return gather(bench.stripe, auditor, operations=record.operations)

    try:
        return eventually(look, lambda snapshot: differences(snapshot) == [], timeout_s=CONVERGENCE_S)
    except AssertionError:
        return look()


def _mailed(bench: Bench, auditor: Auditor) -> frozenset[str]:
    """Whose receipts came. A server killed between the mail and its mark sends it again, as every mail program does."""
    paid = [payment.payment_id for payment in auditor.all_payments() if payment.status == "succeeded"]

    def look() -> frozenset[str]:
        text = "\n".join(message.text for message in bench.mailbox.messages())
        return frozenset(payment_id for payment_id in paid if payment_id in text)

    try:
        return eventually(look, lambda mailed: len(mailed) == len(paid), timeout_s=CONVERGENCE_S)
    except AssertionError:
        return look()
