"""Subscriptions: a row that mirrors the processor's, what was asked of it, and what it billed.

What a race must never break is a constraint: one live subscription of an account, one open change of a subscription,
each invoice and each period once.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

UP = """
-- A payment that the invoice of a subscription asked for.
ALTER TABLE payments ADD COLUMN processor_invoice_id text UNIQUE;

ALTER TABLE plans ADD COLUMN trial_days integer NOT NULL DEFAULT 0 CHECK (trial_days BETWEEN 0 AND 730);

CREATE TABLE subscriptions (
    subscription_id text PRIMARY KEY,
    account_id      text NOT NULL REFERENCES accounts,
    -- What it was asked for at; from then on, what the processor charges.
    price_id        text NOT NULL REFERENCES prices,
    payment_method  text,
    trial_days      integer NOT NULL CHECK (trial_days >= 0),
    status          text NOT NULL CHECK (status IN ('opening', 'incomplete', 'trialing', 'active', 'past_due', 'unpaid',
                                                    'paused', 'incomplete_expired', 'canceled')),
    processor_customer_id     text,
    processor_subscription_id text UNIQUE,
    processor_session_id      text UNIQUE,
    next_action_url text,
    failure_code    text,
    failure_message text,
    period_start    timestamptz,
    period_end      timestamptz,
    anchor          timestamptz,
    trial_end       timestamptz,
    cancel_at_period_end boolean NOT NULL DEFAULT false,
    canceled_at     timestamptz,
    ended_at        timestamptz,
    past_due_at     timestamptz,
    pending_price_id   text REFERENCES prices,
    scheduled_price_id text REFERENCES prices,
    scheduled_at       timestamptz,
    card_brand      text,
    card_last4      text,
    card_expires    text,
    open_invoice_id text,
    -- What it was last paid with.
    payment_id      text REFERENCES payments,
    -- What was read of the processor is written only onto the version that it was read for: the later read wins.
    version         bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    -- When a sweep last took it up.
    asked_at        timestamptz,
    CHECK ((period_start IS NULL) = (period_end IS NULL)),
    CHECK (period_start < period_end),
    CHECK ((scheduled_price_id IS NULL) = (scheduled_at IS NULL)),
    CHECK ((status IN ('incomplete_expired', 'canceled')) = (ended_at IS NOT NULL)),
    CHECK (status IN ('opening', 'incomplete', 'incomplete_expired', 'canceled')
           OR processor_subscription_id IS NOT NULL)
);
CREATE UNIQUE INDEX subscriptions_one_live ON subscriptions (account_id) WHERE ended_at IS NULL;
CREATE INDEX subscriptions_by_account ON subscriptions (account_id, subscription_id);
CREATE INDEX subscriptions_by_customer ON subscriptions (processor_customer_id);
CREATE INDEX subscriptions_due ON subscriptions (period_end) WHERE ended_at IS NULL;

-- A person has one trial, over all plans: known again by the account, by the mailbox and by the card.
CREATE TABLE trials (
    subscription_id text PRIMARY KEY REFERENCES subscriptions,
    account_id      text NOT NULL UNIQUE REFERENCES accounts,
    mailbox         text NOT NULL UNIQUE,
    card            text UNIQUE,
    created_at      timestamptz NOT NULL
);

CREATE TABLE subscription_quotes (
    quote_id        text PRIMARY KEY,
    subscription_id text NOT NULL REFERENCES subscriptions,
    account_id      text NOT NULL REFERENCES accounts,
    price_id        text NOT NULL REFERENCES prices,
    kind            text NOT NULL CHECK (kind IN ('upgrade', 'downgrade')),
    new_period      boolean NOT NULL,
    -- What the quote was made from: another period or price since then makes it void.
    from_price_id   text NOT NULL REFERENCES prices,
    from_period_end timestamptz NOT NULL,
    prorated_at     timestamptz NOT NULL,
    total           bigint NOT NULL CHECK (total >= 0),
    currency        text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    lines           jsonb NOT NULL,
    expires_at      timestamptz NOT NULL,
    created_at      timestamptz NOT NULL
);

CREATE TABLE subscription_changes (
    change_id       text PRIMARY KEY,
    subscription_id text NOT NULL REFERENCES subscriptions,
    account_id      text NOT NULL REFERENCES accounts,
    kind            text NOT NULL CHECK (kind IN ('upgrade', 'downgrade', 'keep_plan', 'cancel', 'cancel_now',
                                                  'uncancel', 'pause', 'resume', 'use_card')),
    quote_id        text REFERENCES subscription_quotes,
    payment_method  text,
    refund          boolean NOT NULL DEFAULT false,
    status          text NOT NULL CHECK (status IN ('asked', 'done', 'refused')),
    failure_code    text,
    failure_message text,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    asked_at        timestamptz,
    CHECK (kind NOT IN ('upgrade', 'downgrade') OR quote_id IS NOT NULL)
);
CREATE UNIQUE INDEX subscription_changes_one_open ON subscription_changes (subscription_id) WHERE status = 'asked';
CREATE INDEX subscription_changes_by_subscription ON subscription_changes (subscription_id, change_id);

CREATE TABLE subscription_invoices (
    processor_invoice_id text PRIMARY KEY,
    subscription_id text NOT NULL REFERENCES subscriptions,
    account_id      text NOT NULL REFERENCES accounts,
    status          text NOT NULL CHECK (status IN ('draft', 'open', 'paid', 'void', 'uncollectible')),
    reason          text NOT NULL,
    total           bigint NOT NULL,
    amount_due      bigint NOT NULL,
    amount_paid     bigint NOT NULL,
    currency        text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    lines           jsonb NOT NULL,
    attempts        integer NOT NULL,
    next_attempt_at timestamptz,
    pay_url         text,
    payment_id      text UNIQUE REFERENCES payments,
    created_at      timestamptz NOT NULL,
    paid_at         timestamptz,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX subscription_invoices_by_subscription ON subscription_invoices (subscription_id, created_at);
CREATE INDEX subscription_invoices_by_account ON subscription_invoices (account_id, created_at);

-- Time that was paid for, at the price that it was paid at: half-open, one after the other.
CREATE TABLE subscription_periods (
    subscription_id text NOT NULL REFERENCES subscriptions,
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL CHECK (starts_at < ends_at),
    price_id        text NOT NULL REFERENCES prices,
    processor_invoice_id text NOT NULL REFERENCES subscription_invoices,
    PRIMARY KEY (subscription_id, starts_at)
);

-- Tokens of a paid month: the most that any plan of that month gives, once, however often the plan changes.
CREATE TABLE token_allowances (
    account_id text NOT NULL REFERENCES accounts,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CHECK (starts_at < ends_at),
    tokens     integer NOT NULL CHECK (tokens >= 0),
    subscription_id text NOT NULL REFERENCES subscriptions,
    PRIMARY KEY (account_id, starts_at)
);

-- How far the processor's list of events was read by the catch-up.
CREATE TABLE event_cursor (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    read_until timestamptz NOT NULL
);
"""

DOWN = """
DROP TABLE event_cursor;
DROP TABLE token_allowances;
DROP TABLE subscription_periods;
DROP TABLE subscription_invoices;
DROP TABLE subscription_changes;
DROP TABLE subscription_quotes;
DROP TABLE trials;
DROP TABLE subscriptions;
ALTER TABLE plans DROP COLUMN trial_days;
ALTER TABLE payments DROP COLUMN processor_invoice_id;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
