"""What the owner of a session recognises it by: the program that opened it, and when it was last used."""

from alembic import op

revision = "0012"
down_revision = "0011"

UP = """
ALTER TABLE sessions
    ADD COLUMN user_agent text NOT NULL DEFAULT '' CHECK (length(user_agent) <= 200),
    ADD COLUMN used_at    timestamptz;
UPDATE sessions SET used_at = created_at;
ALTER TABLE sessions ALTER COLUMN used_at SET NOT NULL;
"""

DOWN = "ALTER TABLE sessions DROP COLUMN user_agent, DROP COLUMN used_at;"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
