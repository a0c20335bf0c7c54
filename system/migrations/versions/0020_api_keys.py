"""API keys of an organisation: hashed, limited to scopes, and never without an end."""

from alembic import op

revision = "0020"
down_revision = "0019"

UP = """
CREATE TABLE api_keys (
    key_id     text PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    -- What its owner, and a secret scanner's report, know it by; the rest is kept as a hash alone.
    hint       text NOT NULL CHECK (length(hint) <= 16),
    key_hash   bytea NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    scopes     text[] NOT NULL CHECK (
        cardinality(scopes) > 0 AND scopes <@ ARRAY['account:read', 'payments:read', 'entitlements:read']),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at AND expires_at <= created_at + interval '366 days'),
    used_at    timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_keys_by_account ON api_keys (account_id, key_id);
CREATE TRIGGER api_keys_of_nobody_erased BEFORE INSERT ON api_keys
    FOR EACH ROW EXECUTE FUNCTION refuse_erased_account();

-- What was revoked stays so, and no key gets more than it was made with.
CREATE TRIGGER api_keys_revoked_for_good BEFORE UPDATE ON api_keys FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL OR OLD.scopes <> NEW.scopes OR OLD.expires_at <> NEW.expires_at
          OR OLD.key_hash <> NEW.key_hash OR OLD.account_id <> NEW.account_id)
    EXECUTE FUNCTION refuse_change();
"""

DOWN = "DROP TABLE api_keys;"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
