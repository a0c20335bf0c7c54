"""Disputes: what a cardholder told the bank about a payment, as the processor has it."""

from alembic import op

revision = "0018"
down_revision = "0017"

UP = """
CREATE TABLE disputes (
    processor_dispute_id text PRIMARY KEY,
    payment_id text NOT NULL REFERENCES payments,
    account_id text NOT NULL REFERENCES accounts,
    -- May differ from the payment's: a bank disputes a part, or in the cardholder's currency.
    amount     bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    currency   text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    status     text NOT NULL,
    reason     text NOT NULL,
    -- A reading of the processor is written only onto the version that it was read for.
    version    bigint NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX disputes_by_payment ON disputes (payment_id);
"""

DOWN = "DROP TABLE disputes;"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
