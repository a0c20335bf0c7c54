"""The audit log: who did what to which object, when and why. Rows are added and read, nothing else."""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = """
CREATE TABLE audit_log (
    audit_id    text PRIMARY KEY,
    actor_id    text NOT NULL,
    request_id  text NOT NULL,
    action      text NOT NULL,
    object_id   text NOT NULL,
    details     jsonb NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL
);
CREATE INDEX audit_log_by_object ON audit_log (object_id, audit_id);

-- Shared by every table whose rows are facts.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never changed or deleted; correct them with a new row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

DOWN = """
DROP TABLE audit_log;
DROP FUNCTION refuse_change;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
