"""A second factor: the secret of an authenticator, ten recovery codes, and the log-ins that wait for a code."""

from alembic import op

revision = "0015"
down_revision = "0014"

UP = """
CREATE TABLE second_factors (
    account_id    text PRIMARY KEY REFERENCES accounts,
    -- Sealed with a key that only the settings know: it must be read again, so that a hash will not do.
    sealed_secret bytea NOT NULL,
    set_up_at     timestamptz NOT NULL,
    -- From the first right code on; until then nothing is asked for.
    enabled_at    timestamptz CHECK (enabled_at >= set_up_at),
    -- RFC 6238, 5.2: the time step of the last code that was accepted.
    last_step     bigint CHECK (last_step > 0),
    CHECK ((enabled_at IS NULL) = (last_step IS NULL))
);

-- A code is accepted once, whatever the code around it does: the step only grows.
CREATE TRIGGER second_factors_step_grows BEFORE UPDATE OF last_step ON second_factors FOR EACH ROW
    WHEN (NEW.last_step <= OLD.last_step) EXECUTE FUNCTION refuse_change();

CREATE TABLE recovery_codes (
    account_id text NOT NULL REFERENCES second_factors ON DELETE CASCADE,
    code_hash  bytea NOT NULL CHECK (length(code_hash) = 32),
    used_at    timestamptz,
    PRIMARY KEY (account_id, code_hash)
);
CREATE TRIGGER recovery_codes_used_once BEFORE UPDATE ON recovery_codes FOR EACH ROW
    WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- Somebody has proven the first factor; no session is open yet.
CREATE TABLE login_challenges (
    challenge_id   text PRIMARY KEY,
    account_id     text NOT NULL REFERENCES accounts,
    kind           text NOT NULL CHECK (kind IN ('bearer', 'cookie')),
    first_factor   text NOT NULL CHECK (first_factor IN ('password', 'provider')),
    token_hash     bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    issued_at      timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL CHECK (expires_at > issued_at),
    failures       integer NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 5),
    closed_at      timestamptz,
    closed_because text CHECK (closed_because IN ('passed', 'failed', 'void')),
    CHECK ((closed_at IS NULL) = (closed_because IS NULL)),
    CHECK (closed_because <> 'passed' OR closed_at < expires_at)
);
CREATE INDEX login_challenges_by_account ON login_challenges (account_id, issued_at);
CREATE TRIGGER login_challenges_closed_once BEFORE UPDATE ON login_challenges FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- What limits guessing: wrong codes, and wrong passwords of somebody who is inside already.
CREATE TABLE failed_proofs (
    account_id text NOT NULL REFERENCES accounts,
    what       text NOT NULL CHECK (what IN ('password', 'code')),
    failed_at  timestamptz NOT NULL
);
CREATE INDEX failed_proofs_by_account ON failed_proofs (account_id, what, failed_at);
"""

DOWN = """
DROP TABLE failed_proofs;
DROP TABLE login_challenges;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
