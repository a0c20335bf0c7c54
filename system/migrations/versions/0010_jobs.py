"""The queue of durable jobs: Procrastinate's own schema, of the locked version."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0010"
down_revision = "0009"

DOWN = """
DO $$
DECLARE
    thing record;
BEGIN
    FOR thing IN SELECT format('DROP TABLE %I CASCADE', relname) AS command FROM pg_class
        WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname LIKE 'procrastinate\\_%'
    LOOP EXECUTE thing.command; END LOOP;
    FOR thing IN SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) AS command FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%'
    LOOP EXECUTE thing.command; END LOOP;
    FOR thing IN SELECT format('DROP TYPE %I CASCADE', typname) AS command FROM pg_type
        WHERE typnamespace = current_schema()::regnamespace AND typname LIKE 'procrastinate\\_%'
          AND typtype IN ('e', 'c')
    LOOP EXECUTE thing.command; END LOOP;
END $$;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SchemaManager.get_schema())


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
