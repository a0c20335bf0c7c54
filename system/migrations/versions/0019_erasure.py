"""Erasure of a person: the account stays as a pseudonym that the books point to, and can do nothing any more."""

from alembic import op

revision = "0019"
down_revision = "0018"

UP = """
ALTER TABLE accounts ADD COLUMN erased_at timestamptz;
-- What is left of an erased account names nobody and opens nothing, whatever the code does.
ALTER TABLE accounts ADD CONSTRAINT accounts_erased_names_nobody CHECK (
    erased_at IS NULL
    OR (email = account_id || '@erased.invalid' AND name = 'Former member' AND password_hash IS NULL
        AND role = 'student'));

-- Nothing of the person comes back: not by a request that was under way, and not by a later mistake.
CREATE FUNCTION refuse_erased_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The lock waits for an erasure that is under way; the row is then read as it left it.
    PERFORM FROM accounts WHERE account_id = NEW.account_id AND erased_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'account % is erased or was never there', NEW.account_id
            USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sessions_of_nobody_erased BEFORE INSERT ON sessions
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_account();
CREATE TRIGGER identities_of_nobody_erased BEFORE INSERT ON identities
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_account();
-- What the processor has charged for an invoice is booked, whoever it was.
CREATE TRIGGER payments_of_nobody_erased BEFORE INSERT ON payments
    FOR EACH ROW WHEN (NEW.processor_invoice_id IS NULL) EXECUTE FUNCTION refuse_erased_account();
CREATE TRIGGER subscriptions_of_nobody_erased BEFORE INSERT ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_account();

CREATE TABLE erasures (
    erasure_id            text PRIMARY KEY,
    account_id            text NOT NULL UNIQUE REFERENCES accounts,
    erased_at             timestamptz NOT NULL,
    -- What the processor knew the person as; null for somebody who never paid.
    processor_customer_id text,
    -- When the processor said that it has forgotten him.
    forgotten_at          timestamptz,
    CHECK (processor_customer_id IS NOT NULL OR forgotten_at IS NOT NULL)
);
CREATE INDEX erasures_unfinished ON erasures (erased_at) WHERE forgotten_at IS NULL;
"""

DOWN = """
DROP TABLE erasures;
DROP TRIGGER subscriptions_of_nobody_erased ON subscriptions;
DROP TRIGGER payments_of_nobody_erased ON payments;
DROP TRIGGER identities_of_nobody_erased ON identities;
DROP TRIGGER sessions_of_nobody_erased ON sessions;
DROP FUNCTION refuse_erased_account;
ALTER TABLE accounts DROP COLUMN erased_at;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
