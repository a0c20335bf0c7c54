"""Accounts, and the sessions that speak for them. No secret is stored: a password as argon2id, a token as SHA-256."""

from alembic import op

revision = "0001"
down_revision = None

UP = """
CREATE TABLE accounts (
    account_id    text PRIMARY KEY,
    email         text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('student', 'instructor', 'enterprise', 'admin', 'auditor')),
    created_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX accounts_by_email ON accounts (lower(email));

-- A session is the family of all tokens that came of one login. Revoking it ends every one of them.
CREATE TABLE sessions (
    session_id      text PRIMARY KEY,
    account_id      text NOT NULL REFERENCES accounts,
    kind            text NOT NULL CHECK (kind IN ('bearer', 'cookie')),
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL CHECK (expires_at > created_at),
    revoked_at      timestamptz,
    revoked_because text,
    CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);
CREATE INDEX sessions_live_by_account ON sessions (account_id) WHERE revoked_at IS NULL;

-- `replaced_at` marks a refresh token that was traded in: seeing it again means that somebody copied it.
CREATE TABLE session_tokens (
    token_hash  bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    session_id  text NOT NULL REFERENCES sessions ON DELETE CASCADE,
    issued_at   timestamptz NOT NULL,
    replaced_at timestamptz
);
CREATE UNIQUE INDEX session_tokens_one_current ON session_tokens (session_id) WHERE replaced_at IS NULL;
"""

DOWN = """
DROP TABLE session_tokens;
DROP TABLE sessions;
DROP TABLE accounts;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
