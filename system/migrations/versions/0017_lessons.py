"""The lessons of the courses: what access to a course is access to."""

from alembic import op

revision = "0017"
down_revision = "0016"

UP = """
CREATE TABLE lessons (
    item_id  text NOT NULL REFERENCES items,
    position integer NOT NULL CHECK (position > 0),
    title    text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    text     text NOT NULL,
    PRIMARY KEY (item_id, position)
);
"""

DOWN = "DROP TABLE lessons;"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
