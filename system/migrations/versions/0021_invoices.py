"""Invoices, credit notes and debit notes: owed with the fact, numbered afterwards, never changed."""

from alembic import op

revision = "0021"
down_revision = "0020"

UP = """
-- What is owed and has no number yet. It is gone once it is issued.
CREATE TABLE invoices_due (
    document_id text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('invoice', 'credit_note', 'debit_note')),
    account_id  text NOT NULL REFERENCES accounts,
    payment_id  text NOT NULL REFERENCES payments,
    refund_id   text REFERENCES refunds,
    amount      bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    currency    text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    lines       jsonb NOT NULL,
    paid_with   text,
    -- As they were when the money moved.
    buyer_name  text NOT NULL,
    buyer_email text NOT NULL,
    occurred_at timestamptz NOT NULL,
    CHECK ((kind = 'invoice') = (refund_id IS NULL))
);
CREATE UNIQUE INDEX invoices_due_one_of_payment ON invoices_due (payment_id) WHERE kind = 'invoice';
CREATE UNIQUE INDEX invoices_due_one_of_refund ON invoices_due (refund_id, kind);

CREATE TABLE invoices (
    document_id text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('invoice', 'credit_note', 'debit_note')),
    series      text NOT NULL CHECK (series ~ '^(INV|CN|DN)-[0-9]{4}$'),
    number      bigint NOT NULL CHECK (number > 0),
    account_id  text NOT NULL REFERENCES accounts,
    payment_id  text NOT NULL REFERENCES payments,
    refund_id   text REFERENCES refunds,
    amount      bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    currency    text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    lines       jsonb NOT NULL,
    paid_with   text,
    buyer_name  text NOT NULL,
    buyer_email text NOT NULL,
    seller      jsonb NOT NULL,
    -- The number of the document that this one corrects.
    corrects    text,
    occurred_at timestamptz NOT NULL,
    issued_at   timestamptz NOT NULL,
    UNIQUE (series, number),
    CHECK ((kind = 'invoice') = (refund_id IS NULL)),
    CHECK ((kind = 'invoice') = (corrects IS NULL))
);
CREATE UNIQUE INDEX invoices_one_of_payment ON invoices (payment_id) WHERE kind = 'invoice';
CREATE UNIQUE INDEX invoices_one_of_refund ON invoices (refund_id, kind);
CREATE INDEX invoices_by_payment ON invoices (payment_id);
CREATE INDEX invoices_by_account ON invoices (account_id, document_id);

-- Held by the table itself, whoever writes: a number follows the one before it, and is not older.
-- The planner keeps this query's plan for a session and may have made it while the table was small; read by the index.
CREATE FUNCTION invoice_follows() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF NEW.number > 1 AND NOT EXISTS (
        SELECT FROM invoices
         WHERE series = NEW.series AND number = NEW.number - 1 AND issued_at <= NEW.issued_at)
    THEN
        RAISE EXCEPTION '% % follows no document of its series', NEW.series, NEW.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invoices_follow BEFORE INSERT ON invoices FOR EACH ROW EXECUTE FUNCTION invoice_follows();
CREATE TRIGGER invoices_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What was paid and given back before there were invoices is owed its documents too, in the order in which it happened:
-- an id is a prefix and 26 characters that sort by time.
INSERT INTO invoices_due
SELECT 'inv_' || right(payment_id, 26), 'invoice', account_id, payment_id, NULL, amount, currency,
       coalesce(
           (SELECT CASE WHEN sum((line ->> 'amount')::bigint) = payments.amount THEN jsonb_agg(line) END
              FROM subscription_invoices AS billed, jsonb_array_elements(billed.lines) AS line
             WHERE billed.payment_id = payments.payment_id),
           jsonb_build_array(jsonb_build_object('description', item_name, 'amount', amount))),
       NULL, name, email, captured_at
  FROM payments JOIN accounts USING (account_id)
 WHERE status = 'succeeded';
INSERT INTO invoices_due
SELECT 'inv_' || right(refund_id, 26), 'credit_note', refunds.account_id, payment_id, refund_id, refunds.amount,
       refunds.currency,
       jsonb_build_array(jsonb_build_object('description', 'Refund: ' || item_name, 'amount', refunds.amount)),
       NULL, name, email, refunds.updated_at
  FROM refunds JOIN payments USING (payment_id) JOIN accounts ON accounts.account_id = refunds.account_id
 WHERE refunds.status = 'succeeded';
"""

DOWN = """
DROP TABLE invoices;
DROP TABLE invoices_due;
DROP FUNCTION invoice_follows;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
