"""Figures of the business, read from the tables: they are right over all processes and after any restart."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg
import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg_pool import PoolTimeout

from system.context import System
from system.kit.db import Connection, fetch_all

log = structlog.get_logger(__name__)

_FRESH_S = 5.0
"""A scrape within this time gets the figures of the one before: many scrapers cost the database no more than one."""


@dataclass(frozen=True, slots=True)
class Sums:
    status: str
    currency: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Outcomes:
    type: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Subscribed:
    tier: str
    status: str
    currency: str
    count: int
    # What they pay a month, minor units; a year counts a twelfth.
    monthly: float


@dataclass(frozen=True, slots=True)
class Backlog:
    uncertain: int
    oldest_uncertain_s: float
    unsent: int


class BusinessMetrics(Collector):
    """Holds the last figures for the registry, which collects without waiting for anybody."""

    def __init__(self) -> None:
        self._families: list[Metric] = []
        self._read_at = float("-inf")

    def collect(self) -> Iterable[Metric]:
        return self._families

    async def bring_up_to_date(self, system: System) -> None:
        if time.monotonic() - self._read_at < _FRESH_S:
            return
        up = GaugeMetricFamily("assay_database_up", "Whether the database answered this scrape.")
        try:
            async with system.db.transaction() as conn:
                families = await _families(conn, system)
        except (psycopg.OperationalError, PoolTimeout) as away:
            log.warning("metrics_without_database", error=str(away).splitlines()[0])
            families = []
        up.add_metric([], float(bool(families)))
        self._families, self._read_at = [up, *families], time.monotonic()


async def _families(conn: Connection, system: System) -> list[Metric]:
    payments = await fetch_all(
        conn,
        Sums,
        """
        SELECT status, currency, count(*) AS count, sum(amount)::bigint AS amount
        FROM payments GROUP BY status, currency
        """,
        {},
    )
    refunds = await fetch_all(
        conn,
        Sums,
        """
        SELECT status, currency, count(*) AS count, sum(amount)::bigint AS amount
        FROM refunds GROUP BY status, currency
        """,
        {},
    )
    events = await fetch_all(
        conn,
        Outcomes,
        "SELECT type, outcome, count(*) AS count FROM webhook_events GROUP BY type, outcome",
        {},
    )
    backlog = await fetch_all(
        conn,
        Backlog,
        """
        SELECT count(*) AS uncertain,
               coalesce(extract(epoch FROM %(now)s - min(updated_at)), 0)::float8 AS oldest_uncertain_s,
               (SELECT count(*) FROM notifications WHERE sent_at IS NULL) AS unsent
        FROM payments WHERE status IN ('processing', 'uncertain')
        """,
        {"now": system.clock.now()},
    )
    subscribed = await fetch_all(
        conn,
        Subscribed,
        """
        SELECT tier, status, currency, count(*) AS count,
               (coalesce(sum(CASE interval WHEN 'year' THEN amount / 12.0 ELSE amount END)
                         FILTER (WHERE status IN ('active', 'past_due')), 0))::float8 AS monthly
          FROM subscriptions JOIN prices USING (price_id) JOIN plans USING (item_id)
         GROUP BY tier, status, currency
        """,
        {},
    )
    money = [*_sums("payment", payments), *_sums("refund", refunds), *_subscribed(subscribed)]
    return [*money, _events(events), *_backlog(backlog[0])]


def _sums(noun: str, rows: Sequence[Sums]) -> list[Metric]:
    count = GaugeMetricFamily(f"assay_{noun}s", f"How many {noun}s are in each state.", labels=["status", "currency"])
    amount = CounterMetricFamily(
        f"assay_{noun}s_succeeded_amount_minor", f"Sum of succeeded {noun}s in minor units.", labels=["currency"]
    )
    for row in rows:
        count.add_metric([row.status, row.currency], row.count)
        if row.status == "succeeded":
            amount.add_metric([row.currency], row.amount)
    return [count, amount]


def _subscribed(rows: Sequence[Subscribed]) -> list[Metric]:
    count = GaugeMetricFamily(
        "assay_subscriptions", "How many subscriptions of each tier are in each state.", labels=["tier", "status"]
    )
    monthly = GaugeMetricFamily(
        "assay_subscriptions_monthly_minor",
        "What the subscriptions that are charged pay a month, in minor units; a year counts a twelfth.",
        labels=["tier", "status", "currency"],
    )
    for row in rows:
        count.add_metric([row.tier, row.status], row.count)
        monthly.add_metric([row.tier, row.status, row.currency], row.monthly)
    return [count, monthly]


def _events(rows: Sequence[Outcomes]) -> Metric:
    events = CounterMetricFamily(
        "assay_webhook_events", "Events that the processor sent, each id once.", labels=["type", "outcome"]
    )
    for row in rows:
        events.add_metric([row.type, row.outcome], row.count)
    return events


def _backlog(row: Backlog) -> list[Metric]:
    uncertain = GaugeMetricFamily("assay_payments_uncertain", "Payments whose outcome is not known yet.")
    oldest = GaugeMetricFamily("assay_payments_uncertain_oldest_seconds", "Age of the oldest of them.")
    unsent = GaugeMetricFamily("assay_notifications_unsent", "Mails that are owed and not sent.")
    uncertain.add_metric([], row.uncertain)
    oldest.add_metric([], row.oldest_uncertain_s)
    unsent.add_metric([], row.unsent)
    return [uncertain, oldest, unsent]
