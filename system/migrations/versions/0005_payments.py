"""Payments and refunds. What a race must never break is a constraint here: one purchase, never more back than paid."""

from alembic import op

revision = "0005"
down_revision = "0004"

UP = """
CREATE TABLE processor_customers (
    account_id            text PRIMARY KEY REFERENCES accounts,
    processor_customer_id text NOT NULL UNIQUE,
    created_at            timestamptz NOT NULL
);

CREATE TABLE payments (
    payment_id     text PRIMARY KEY,
    account_id     text NOT NULL REFERENCES accounts,
    price_id       text NOT NULL REFERENCES prices,
    -- What was bought, as it was called and sold then: a receipt does not change with the catalogue.
    item_id        text NOT NULL REFERENCES items,
    item_name      text NOT NULL,
    repeatable     boolean NOT NULL,
    amount         bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    currency       text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    payment_method text,
    status         text NOT NULL CHECK (status IN
        ('processing', 'requires_action', 'succeeded', 'declined', 'canceled', 'uncertain')),
    refunded_amount bigint NOT NULL DEFAULT 0,
    -- Refunds that succeeded and those that still may: the reservation that parallel refunds compete for.
    reserved_amount bigint NOT NULL DEFAULT 0,
    next_action_url text,
    failure_code    text,
    failure_message text,
    processor_customer_id            text,
    processor_session_id             text UNIQUE,
    processor_payment_id             text UNIQUE,
    processor_charge_id              text UNIQUE,
    processor_balance_transaction_id text UNIQUE,
    captured_at timestamptz,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    -- When a sweep last took it up; a lease, so that two sweeps do not ask twice.
    asked_at    timestamptz,
    CHECK (0 <= refunded_amount AND refunded_amount <= reserved_amount AND reserved_amount <= amount),
    CHECK (status = 'succeeded' OR reserved_amount = 0),
    CHECK ((status = 'succeeded') = (captured_at IS NOT NULL)),
    CHECK ((status = 'succeeded') = (processor_charge_id IS NOT NULL))
);
CREATE INDEX payments_by_account ON payments (account_id, payment_id);
CREATE INDEX payments_undecided ON payments (updated_at) WHERE status IN ('processing', 'uncertain', 'requires_action');

-- Nobody owns a course twice or pays for it in two tabs: one attempt is open or paid, until all of it is given back.
CREATE UNIQUE INDEX payments_one_live_per_item ON payments (account_id, item_id)
    WHERE NOT repeatable AND refunded_amount < amount
      AND status IN ('processing', 'requires_action', 'succeeded', 'uncertain');

CREATE TABLE refunds (
    refund_id    text PRIMARY KEY,
    payment_id   text NOT NULL REFERENCES payments,
    account_id   text NOT NULL REFERENCES accounts,
    amount       bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    currency     text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    reason       text CHECK (reason IN ('requested_by_customer', 'duplicate', 'fraudulent')),
    note         text CHECK (length(note) <= 500),
    -- Null for a refund that was made at the processor's own desk.
    requested_by text,
    status       text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed', 'uncertain')),
    failure_code text,
    processor_refund_id              text UNIQUE,
    processor_balance_transaction_id text UNIQUE,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    asked_at   timestamptz
);
CREATE INDEX refunds_by_payment ON refunds (payment_id, refund_id);
CREATE INDEX refunds_by_account ON refunds (account_id, refund_id);
CREATE INDEX refunds_undecided ON refunds (updated_at) WHERE status IN ('pending', 'uncertain');
"""

DOWN = """
DROP TABLE refunds;
DROP TABLE payments;
DROP TABLE processor_customers;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
