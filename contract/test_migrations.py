"""Migrations build the schema from nothing, come back down, and tell when the code is ahead of the database."""

from collections.abc import Iterator, Mapping

import psycopg
import pytest

from contract.command import COMPLETE, run_system
from contract.conftest import sign_up
from contract.schema import fingerprint
from fixtures.bench import Bench
from fixtures.client import HttpxTransport, Item, Visitor
from fixtures.databases import shared_server
from fixtures.polling import eventually

SLICES = {
    "accounts",
    "prices",
    "payments",
    "refunds",
    "ledger_entries",
    "postings",
    "idempotency_keys",
    "webhook_events",
    "audit_log",
    "tiers",
    "plans",
    "tier_sources",
    "subscriptions",
    "subscription_changes",
    "subscription_invoices",
    "subscription_periods",
    "token_allowances",
    "disputes",
}


@pytest.fixture
def empty_database() -> Iterator[str]:
    server = shared_server()
    name = f"assay_{server.run}_from_nothing"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = server.url.rpartition("/")[0] + f"/{name}"
    yield url
    server.drop(url)


@pytest.fixture(scope="module")
def spare() -> Iterator[Bench]:
    """A system of this module's own, with data, whose schema may be taken down."""
    with Bench.start() as bench:
        yield bench


@pytest.mark.proves("A16.1", "A16.2", "B24.1")
def test_the_schema_goes_up_down_and_up_again_to_the_same(empty_database: str) -> None:
    settings = _on(empty_database)

    up = run_system("migrate", settings=settings)
    once = fingerprint(empty_database)
    down = run_system("migrate", "--to", "base", settings=settings)
    nothing = fingerprint(empty_database)
    again = run_system("migrate", settings=settings)

    assert (up.code, down.code, again.code) == (0, 0, 0), (up.output, down.output, again.output)
    assert {line.split()[1] for line in once if line.startswith("table ")} >= SLICES
    assert [line for line in nothing if "alembic_version" not in line] == []
    assert fingerprint(empty_database) == once


@pytest.mark.proves("A16.1", "B24.1", "B24.2")
def test_a_database_with_data_goes_down_and_up_and_serves_again(spare: Bench, catalogue: Mapping[str, Item]) -> None:
    with HttpxTransport(spare.url) as transport:
        sign_up(transport, "before").pay(catalogue["itm_course_python"], key="data")
        visitor = Visitor(transport)
        settings = _on(spare.database_url)

        down = run_system("migrate", "--to", "base", settings=settings)
        behind = run_system("migrate", "--check", settings=settings)
        unready = eventually(visitor.ready, lambda reply: reply.status == 503)
        up = run_system("migrate", settings=settings)
        ready = eventually(visitor.ready, lambda reply: reply.status == 200)
        paid = sign_up(transport, "after").pay(catalogue["itm_course_python"], key="data")

    assert (down.code, up.code) == (0, 0), (down.output, up.output)
    assert (behind.code, "0001" in behind.output) == (1, True), behind.output
    assert "database" in unready.text
    assert (ready.status, paid.status) == (200, 201), paid.text


@pytest.mark.proves("B24.2")
def test_a_missing_version_is_named(empty_database: str) -> None:
    settings = _on(empty_database)
    run_system("migrate", settings=settings)
    *_, before, last = _versions(empty_database)

    current = run_system("migrate", "--check", settings=settings)
    run_system("migrate", "--to", before, settings=settings)
    behind = run_system("migrate", "--check", settings=settings)

    assert current.code == 0, current.output
    assert (behind.code, last in behind.output, before in behind.output) == (1, True, False), behind.output


def _on(database_url: str) -> Mapping[str, str]:
    return {**COMPLETE, "ASSAY_DATABASE_URL": database_url}


def _versions(database_url: str) -> list[str]:
    """The versions up to the one that the database is at; they are numbered without gaps."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert row is not None
    return [f"{number:04}" for number in range(1, int(row[0]) + 1)]
