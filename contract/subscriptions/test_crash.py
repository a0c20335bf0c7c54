"""The application is killed eight times while sixty requests begin, change and end subscriptions.

One run, several questions to what it left behind.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

import psycopg
import pytest

from contract.conftest import sign_up
from contract.crashes import Record, buyers
from contract.subscriptions.storm import Acknowledged, SubscriberStorm
from fixtures.bench import Bench
from fixtures.books import differences, subscription_differences
from fixtures.books.gather import gather, gather_subscriptions
from fixtures.client import Auditor, Item
from fixtures.customer_record import CustomerRecord
from fixtures.polling import eventually

SEED: Final = 20_250_331
REQUESTS: Final = 60
KILLS: Final = {"app": 8}
CONVERGENCE_S: Final = 30

_UNDECIDED: LiteralString = """
SELECT subscription_id, status FROM subscriptions WHERE status = 'opening'
UNION ALL
SELECT change_id, status FROM subscription_changes WHERE status = 'asked'
"""

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True)
class Aftermath:
    bench: Bench
    auditor: Auditor
    record: Record
    acknowledged: list[Acknowledged]

    def of(self, email: str) -> list[Acknowledged]:
        return [each for each in self.acknowledged if each.email == email]

    @property
    def people(self) -> list[str]:
        return sorted({each.email for each in self.acknowledged})


@pytest.fixture(scope="module")
def aftermath(impatient_bench: Bench, catalogue: Mapping[str, Item]) -> Aftermath:
    bench = impatient_bench
    storm = SubscriberStorm(bench, catalogue, SEED)
    with buyers(bench, sign_up) as members:
        record = storm.run(members, payments=REQUESTS, kills=KILLS)
    return Aftermath(bench, bench.as_auditor(), record, storm.acknowledged)


@pytest.mark.proves("C3.6", "A4.1")
def test_the_kills_met_requests_on_their_way_and_nobody_was_told_of_an_internal_error(aftermath: Aftermath) -> None:
    assert dict(aftermath.record.kills) == KILLS
    assert aftermath.record.bites["app"] >= KILLS["app"] // 2, f"Seed {SEED}: felt {aftermath.record.bites}"
    assert aftermath.record.server_errors == [], f"Seed {SEED}"
    assert len(aftermath.acknowledged) == REQUESTS


@pytest.mark.proves("C3.6", "A4.1")
def test_after_the_sweep_nothing_is_undecided(aftermath: Aftermath) -> None:
    assert eventually(lambda: _undecided(aftermath.bench), lambda left: left == [], timeout_s=CONVERGENCE_S) == []


@pytest.mark.proves("C3.6", "A4.1")
def test_every_acknowledged_subscription_is_there_once(aftermath: Aftermath) -> None:
    begun = Counter(each.told.subscription_id for each in aftermath.acknowledged if each.verb == "begin")
    kept = Counter(each.subscription_id for each in aftermath.auditor.all_subscriptions())

    assert set(begun.values()) == {1}
    assert {subscription_id: kept[subscription_id] for subscription_id in begun} == dict(begun)
    for email in aftermath.people:
        theirs = CustomerRecord(aftermath.bench.stripe, email).subscriptions()
        assert len(theirs) == sum(each.verb == "begin" for each in aftermath.of(email)), f"Seed {SEED}: {theirs}"


@pytest.mark.proves("C3.6", "A4.2")
def test_everybody_is_charged_once_for_what_was_acknowledged(aftermath: Aftermath) -> None:
    for email in aftermath.people:
        told = sorted(each.amount for each in aftermath.of(email) if each.amount)
        assert sorted(CustomerRecord(aftermath.bench.stripe, email).charged()) == told, f"Seed {SEED}: {email}"


@pytest.mark.proves("C3.6", "A4.1", "C2.5")
def test_both_sides_know_the_same_and_the_books_agree(aftermath: Aftermath) -> None:
    found = eventually(lambda: _differences(aftermath), lambda found: found == [], timeout_s=CONVERGENCE_S)

    assert found == [], f"Seed {SEED}:\n" + "\n".join(found)


def _differences(aftermath: Aftermath) -> list[str]:
    bench, auditor = aftermath.bench, aftermath.auditor
    subscriptions = subscription_differences(gather_subscriptions(bench.stripe, auditor, bench.clock.now()))
    return [str(each) for each in (*subscriptions, *differences(gather(bench.stripe, auditor)))]


def _undecided(bench: Bench) -> list[tuple[str, str]]:
    with psycopg.connect(bench.database_url) as connection:
        return [(str(row[0]), str(row[1])) for row in connection.execute(_UNDECIDED)]
