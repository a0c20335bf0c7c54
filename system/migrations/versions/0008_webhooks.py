"""The inbox of the processor's events: each id once, with what became of it."""

from alembic import op

revision = "0008"
down_revision = "0007"

UP = """
CREATE TABLE webhook_events (
    event_id    text PRIMARY KEY CHECK (length(event_id) <= 255),
    type        text NOT NULL,
    object_id   text,
    outcome     text NOT NULL CHECK (outcome IN ('applied', 'ignored', 'parked')),
    -- Why it is parked: a person has to look.
    reason      text CHECK ((outcome = 'parked') = (reason IS NOT NULL)),
    payload     jsonb CHECK ((outcome = 'parked') = (payload IS NOT NULL)),
    created_at  timestamptz NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX webhook_events_received ON webhook_events (received_at, event_id);
CREATE INDEX webhook_events_parked ON webhook_events (received_at) WHERE outcome = 'parked';
"""

DOWN = "DROP TABLE webhook_events;"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
