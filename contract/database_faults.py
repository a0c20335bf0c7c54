"""Trouble that the database makes, from outside the system."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import psycopg

_REFUSE = """
CREATE FUNCTION bench_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the bench makes this write fail' USING ERRCODE = 'disk_full';
END $$;
CREATE TRIGGER bench_refuses BEFORE UPDATE ON payments FOR EACH ROW
    WHEN (OLD.payment_id = '{payment_id}') EXECUTE FUNCTION bench_refuses();
"""
_ALLOW = "DROP TRIGGER bench_refuses ON payments; DROP FUNCTION bench_refuses;"


@contextmanager
def payment_cannot_change(database_url: str, payment_id: str) -> Iterator[None]:
    """As on a full disk: every write to this payment fails, and with it the transaction that tried."""
    assert payment_id.replace("_", "").isalnum()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_REFUSE.replace("{payment_id}", payment_id).encode())
        try:
            yield
        finally:
            connection.execute(_ALLOW)


_STUCK = """
CREATE FUNCTION bench_is_stuck() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the bench makes this file stop growing' USING ERRCODE = 'internal_error';
END $$;
CREATE TRIGGER bench_is_stuck BEFORE INSERT ON {table} EXECUTE FUNCTION bench_is_stuck();
"""
_FREE = "DROP TRIGGER bench_is_stuck ON {table}; DROP FUNCTION bench_is_stuck;"


@contextmanager
def table_cannot_grow(database_url: str, table: Literal["payments", "invoices"]) -> Iterator[None]:
    """PostgreSQL errs in itself (class XX) where a row is to be added, and lives on."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_STUCK.replace("{table}", table).encode())
        try:
            yield
        finally:
            connection.execute(_FREE.replace("{table}", table).encode())
