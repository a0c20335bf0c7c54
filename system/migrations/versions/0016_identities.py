"""Accounts that open by a log-in elsewhere, and may have no password. An answered state is kept as its SHA-256."""

from alembic import op

revision = "0016"
down_revision = "0015"

UP = """
ALTER TABLE accounts ALTER COLUMN password_hash DROP NOT NULL;

CREATE TABLE identities (
    identity_id text PRIMARY KEY,
    account_id  text NOT NULL REFERENCES accounts,
    -- OpenID Connect Core 5.7: these two together are who it is; an address can change hands.
    issuer      text NOT NULL,
    subject     text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    email       text NOT NULL CHECK (length(email) <= 254),
    linked_at   timestamptz NOT NULL,
    used_at     timestamptz,
    UNIQUE (issuer, subject),
    UNIQUE (account_id, issuer)
);

CREATE TABLE oauth_states (
    state_hash bytea PRIMARY KEY CHECK (length(state_hash) = 32),
    used_at    timestamptz NOT NULL,
    -- The ticket of the state is refused from then on, so that the row may go.
    expires_at timestamptz NOT NULL
);
CREATE INDEX oauth_states_by_expiry ON oauth_states (expires_at);
"""

DOWN = """
DROP TABLE oauth_states;
DROP TABLE identities;
-- An account without a password gets one that no password matches: a link by mail sets another.
UPDATE accounts SET password_hash = 'none' WHERE password_hash IS NULL;
ALTER TABLE accounts ALTER COLUMN password_hash SET NOT NULL;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
