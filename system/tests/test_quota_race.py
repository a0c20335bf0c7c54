"""What only a database can keep: of many uses at once, no more are counted than the quota has."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

import psycopg
import pytest

from system.entitlements import service
from system.entitlements.models import Spent
from system.entitlements.problems import FeatureLocked, QuotaExceeded
from system.kit.db import Database
from system.kit.ids import new_id
from system.kit.problems import Problem

NOW = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
AT_ONCE = 30
UPLOADS = "course_uploads"


class HasDatabase(Protocol):
    """All that is needed of a bench, which starts a migrated and seeded PostgreSQL."""

    @property
    def database_url(self) -> str: ...


class Holder:
    """An account of its own, with a source of a tier, and a pool that lets its requests meet."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.account_id = new_id("usr", NOW)

    def spends(self, *moments: datetime, feature: str = UPLOADS) -> list[Spent | Problem]:
        """Spend once at each of these moments, all at once, each in a transaction of its own."""
        return asyncio.run(self._spends(moments, feature))

    async def _spends(self, moments: tuple[datetime, ...], feature: str) -> list[Spent | Problem]:
        db = Database(self.url, 10)
        await db.open()
        try:
            return await asyncio.gather(*(self._spend(db, moment, feature) for moment in moments))
        finally:
            await db.close()

    async def _spend(self, db: Database, moment: datetime, feature: str) -> Spent | Problem:
        try:
            async with db.transaction() as conn:
                return await service.spend(conn, self.account_id, feature, moment)
        except Problem as refused:
            return refused


@pytest.fixture
def holder(bench: HasDatabase) -> Holder:
    holder = Holder(bench.database_url)
    with psycopg.connect(holder.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO accounts (account_id, email, name, role, password_hash, created_at)"
            " VALUES (%s, %s, 'Ada', 'student', '-', %s)",
            (holder.account_id, f"{holder.account_id}@example.com", NOW),
        )
        connection.execute(
            "INSERT INTO tier_sources (source_id, account_id, kind, tier, starts_at, updated_at)"
            " VALUES (%s, %s, 'licence', 'pro', %s, %s)",
            (new_id("lic", NOW), holder.account_id, NOW - timedelta(days=1), NOW),
        )
    return holder


def test_of_thirty_uses_at_once_as_many_count_as_the_quota_has(holder: Holder) -> None:
    answers = holder.spends(*[NOW] * AT_ONCE)

    counted = sorted(each.used for each in answers if isinstance(each, Spent))
    refused = [each for each in answers if isinstance(each, QuotaExceeded)]
    assert counted == [1, 2, 3, 4, 5]
    assert len(refused) == AT_ONCE - 5
    assert {each.members["tier"] for each in refused} == {"enterprise"}


def test_a_quota_renews_with_the_month(holder: Holder) -> None:
    holder.spends(*[NOW] * 5)

    last, next_ = holder.spends(NOW), holder.spends(NOW + timedelta(minutes=1))

    assert isinstance(last[0], QuotaExceeded)
    assert next_ == [Spent(UPLOADS, 1, 5, datetime(2026, 5, 1, tzinfo=UTC))]


def test_what_no_source_opens_is_locked_and_not_used_up(holder: Holder) -> None:
    [refused] = holder.spends(NOW, feature="sso")

    assert isinstance(refused, FeatureLocked)
    assert refused.members["tier"] == "enterprise"
