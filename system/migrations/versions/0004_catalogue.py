"""What is sold, and for how much. A price never changes: another amount is another price of the same item."""

from alembic import op

revision = "0004"
down_revision = "0003"

UP = """
CREATE TABLE items (
    item_id     text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('course', 'token_pack')),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text NOT NULL,
    repeatable  boolean NOT NULL
);
CREATE TABLE prices (
    price_id text PRIMARY KEY,
    item_id  text NOT NULL REFERENCES items,
    amount   bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    current  boolean NOT NULL
);
CREATE UNIQUE INDEX prices_one_current ON prices (item_id) WHERE current;

CREATE FUNCTION refuse_price_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'price % never changes; add a new price for the item', OLD.price_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER prices_amount_is_fixed BEFORE UPDATE ON prices FOR EACH ROW
    WHEN ((OLD.item_id, OLD.amount, OLD.currency) IS DISTINCT FROM (NEW.item_id, NEW.amount, NEW.currency))
    EXECUTE FUNCTION refuse_price_change();
"""

DOWN = """
DROP TABLE prices;
DROP TABLE items;
DROP FUNCTION refuse_price_change;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
