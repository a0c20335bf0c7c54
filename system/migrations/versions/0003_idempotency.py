"""Idempotency keys: one row for each money request that a client named, and the answer it was given."""

from alembic import op

revision = "0003"
down_revision = "0002"

UP = """
CREATE TABLE idempotency_keys (
    account_id  text NOT NULL REFERENCES accounts,
    method      text NOT NULL,
    route       text NOT NULL,
    key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    body_hash   bytea NOT NULL CHECK (length(body_hash) = 32),
    -- What the request makes; known before it is made, so that whoever settles it finds the key to answer.
    object_id   text NOT NULL,
    request_id  text NOT NULL,
    claimed_at  timestamptz NOT NULL,
    answered_at timestamptz,
    status      smallint CHECK (status BETWEEN 200 AND 499 AND status NOT IN (401, 429)),
    location    text,
    body        bytea,
    PRIMARY KEY (account_id, method, route, key),
    CHECK ((answered_at IS NULL) = (status IS NULL) AND (answered_at IS NULL) = (body IS NULL))
);
CREATE UNIQUE INDEX idempotency_keys_by_object ON idempotency_keys (object_id);
CREATE INDEX idempotency_keys_answered ON idempotency_keys (claimed_at) WHERE answered_at IS NOT NULL;
"""

DOWN = "DROP TABLE idempotency_keys;"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
