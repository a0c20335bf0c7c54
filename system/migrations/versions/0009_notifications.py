"""Mails that a committed fact owes to an account: one for each fact, template and recipient."""

from alembic import op

revision = "0009"
down_revision = "0008"

UP = """
CREATE TABLE notifications (
    notification_id text PRIMARY KEY,
    event_key       text NOT NULL,
    template        text NOT NULL,
    -- An account; where its mail goes is looked up when it is sent.
    recipient       text NOT NULL REFERENCES accounts,
    facts           jsonb NOT NULL,
    created_at      timestamptz NOT NULL,
    -- The lease of whoever is sending it now.
    claimed_at      timestamptz,
    attempts        int NOT NULL DEFAULT 0,
    sent_at         timestamptz,
    UNIQUE (event_key, template, recipient)
);
CREATE INDEX notifications_unsent ON notifications (created_at) WHERE sent_at IS NULL;
"""

DOWN = "DROP TABLE notifications;"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
