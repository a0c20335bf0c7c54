"""The ledger: entries of postings that sum to zero, each fact once, never changed."""

from alembic import op

revision = "0006"
down_revision = "0005"

UP = """
CREATE TABLE ledger_entries (
    entry_id     text PRIMARY KEY,
    -- The fact that the entry books, in the processor's own id: a fact that arrives twice is booked once.
    business_key text NOT NULL UNIQUE,
    description  text NOT NULL,
    posted_at    timestamptz NOT NULL
);
CREATE TABLE postings (
    posting_id text PRIMARY KEY,
    entry_id   text NOT NULL REFERENCES ledger_entries,
    account    text NOT NULL,
    direction  text NOT NULL CHECK (direction IN ('debit', 'credit')),
    amount     bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    currency   text NOT NULL CHECK (currency ~ '^[a-z]{3}$')
);
CREATE INDEX postings_by_entry ON postings (entry_id);
CREATE INDEX postings_by_account ON postings (account, currency) INCLUDE (direction, amount);

CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fault text;
BEGIN
    SELECT coalesce(
        (SELECT format('is %s %s off', sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END), currency)
           FROM postings WHERE entry_id = NEW.entry_id
          GROUP BY currency HAVING sum(CASE direction WHEN 'debit' THEN amount ELSE -amount END) <> 0 LIMIT 1),
        CASE WHEN NOT EXISTS (SELECT FROM postings WHERE entry_id = NEW.entry_id) THEN 'has no postings' END)
      INTO fault;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'ledger entry % %', NEW.entry_id, fault USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
-- At the commit, when all postings are there; on both tables: neither an empty entry nor a late posting slips by.
CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances();
CREATE CONSTRAINT TRIGGER postings_balance AFTER INSERT ON postings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances();
"""

DOWN = """
DROP TABLE postings;
DROP TABLE ledger_entries;
DROP FUNCTION entry_balances;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
