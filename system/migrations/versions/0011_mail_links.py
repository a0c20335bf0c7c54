"""Addresses that were confirmed, and the links that mails carry. A link's secret is stored as its SHA-256 alone."""

from alembic import op

revision = "0011"
down_revision = "0010"

UP = """
ALTER TABLE accounts ADD COLUMN email_verified_at timestamptz;
-- Every other role was given by an operator, who vouches for the address.
UPDATE accounts SET email_verified_at = created_at WHERE role <> 'student';

-- Where a mail goes when that is not the recipient's present address.
ALTER TABLE notifications ADD COLUMN address text CHECK (address = lower(address) AND length(address) <= 254);

CREATE TABLE mail_links (
    link_id        text PRIMARY KEY,
    account_id     text NOT NULL REFERENCES accounts,
    purpose        text NOT NULL CHECK (purpose IN ('confirm_email', 'reset_password')),
    -- The address that the mail goes to, and that using the link speaks for.
    email          text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
    token_hash     bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    issued_at      timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL CHECK (expires_at > issued_at),
    closed_at      timestamptz,
    closed_because text CHECK (closed_because IN ('used', 'void')),
    CHECK ((closed_at IS NULL) = (closed_because IS NULL)),
    CHECK (closed_because <> 'used' OR closed_at < expires_at)
);
CREATE INDEX mail_links_by_account ON mail_links (account_id, purpose, issued_at);
CREATE INDEX mail_links_open ON mail_links (account_id) WHERE closed_at IS NULL;

-- Single use, whatever the code does: a link that was closed stays as it is.
CREATE TRIGGER mail_links_closed_once BEFORE UPDATE ON mail_links FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- Who asked for a new password, until the worker has looked whether there is such an account: the answer to the asker
-- must neither say that nor take longer for it.
CREATE TABLE reset_requests (
    ordered_id   text PRIMARY KEY,
    email        text NOT NULL CHECK (length(email) <= 254),
    request_id   text NOT NULL,
    requested_at timestamptz NOT NULL
);
"""

DOWN = """
DROP TABLE reset_requests;
DROP TABLE mail_links;
ALTER TABLE notifications DROP COLUMN address;
ALTER TABLE accounts DROP COLUMN email_verified_at;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
