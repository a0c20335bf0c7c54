"""What an account may use, and the payment that gave it the right."""

from alembic import op

revision = "0007"
down_revision = "0006"

UP = """
CREATE TABLE grants (
    grant_id        text PRIMARY KEY,
    account_id      text NOT NULL REFERENCES accounts,
    item_id         text NOT NULL REFERENCES items,
    -- Granted by payment, so that twice is once, and so that a refund takes back this right and no other.
    payment_id      text NOT NULL UNIQUE REFERENCES payments,
    granted_at      timestamptz NOT NULL,
    revoked_at      timestamptz,
    revoked_because text,
    CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);
CREATE INDEX grants_by_account ON grants (account_id, item_id);
"""

DOWN = "DROP TABLE grants;"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
