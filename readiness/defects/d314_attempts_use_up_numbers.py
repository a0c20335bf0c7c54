"""I-14: invoice numbers are drawn from a sequence that every attempt to pay advances: a declined card leaves a gap."""

import os
from typing import Any

import psycopg

from system.payments import process

ROW = 314
SOURCE = "alfio-event/alf.io#571; odoo/odoo#11859"
CHECK = "contract/test_invoices.py::test_forty_payments_at_once_with_declines_are_numbered_without_gaps"

# Application and worker come here at the same time.
_DRAW = """
SELECT pg_advisory_xact_lock(314);
CREATE SEQUENCE IF NOT EXISTS drawn_numbers;
CREATE OR REPLACE FUNCTION draw_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.number := nextval('drawn_numbers');
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS invoices_follow ON invoices;
CREATE OR REPLACE TRIGGER invoices_draw BEFORE INSERT ON invoices FOR EACH ROW EXECUTE FUNCTION draw_number();
"""


def apply() -> None:
    with psycopg.connect(os.environ["ASSAY_DATABASE_URL"]) as connection:
        connection.execute(_DRAW)
    insert = process._insert

    async def insert_numbered(conn: Any, intent: Any) -> Any:
        await conn.execute("SELECT nextval('drawn_numbers')")
        return await insert(conn, intent)

    process._insert = insert_numbered
