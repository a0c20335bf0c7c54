"""Tiers, what each opens, and the sources that an account's tier comes from; plans are items with an interval."""

from alembic import op

revision = "0013"
down_revision = "0012"

UP = """
CREATE TABLE tiers (
    tier           text PRIMARY KEY,
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    description    text NOT NULL,
    -- The higher opens more: of two sources of an account, the higher counts.
    rank           integer NOT NULL CHECK (rank >= 0),
    tokens_a_month integer NOT NULL CHECK (tokens_a_month >= 0),
    -- What an instructor of this tier keeps of a sale; null where nothing may be sold.
    share_percent  integer CHECK (share_percent BETWEEN 0 AND 100),
    -- Looked at when the seed is in as a whole: two tiers may change places.
    UNIQUE (rank) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE features (
    feature     text PRIMARY KEY CHECK (feature ~ '^[a-z][a-z_]*$'),
    name        text NOT NULL,
    description text NOT NULL,
    -- Counted by use, so that each tier says how often a month; the others are open or closed.
    counted     boolean NOT NULL,
    -- Where it stands in a list.
    position    integer NOT NULL
);
CREATE TABLE tier_features (
    tier          text NOT NULL REFERENCES tiers,
    feature       text NOT NULL REFERENCES features,
    -- Null is without limit.
    quota_a_month integer CHECK (quota_a_month >= 0),
    PRIMARY KEY (tier, feature)
);

ALTER TABLE items DROP CONSTRAINT items_kind_check;
ALTER TABLE items ADD CONSTRAINT items_kind_check CHECK (kind IN ('course', 'token_pack', 'plan'));
-- Which courses are open to everybody who has an account; such a course has no price.
ALTER TABLE items ADD COLUMN free boolean NOT NULL DEFAULT false CHECK (kind = 'course' OR NOT free);
ALTER TABLE items ADD UNIQUE (item_id, kind);
CREATE TABLE plans (
    item_id  text PRIMARY KEY,
    kind     text NOT NULL DEFAULT 'plan' CHECK (kind = 'plan'),
    tier     text NOT NULL REFERENCES tiers,
    interval text NOT NULL CHECK (interval IN ('month', 'year')),
    UNIQUE (tier, interval),
    FOREIGN KEY (item_id, kind) REFERENCES items (item_id, kind)
);

-- One row for each source of a tier: removing one never removes another.
CREATE TABLE tier_sources (
    source_id       text PRIMARY KEY,
    account_id      text NOT NULL REFERENCES accounts,
    kind            text NOT NULL CHECK (kind IN ('subscription', 'licence')),
    tier            text NOT NULL REFERENCES tiers,
    -- The payment that the present time was bought with: its refund closes what it opened.
    payment_id      text REFERENCES payments,
    starts_at       timestamptz NOT NULL,
    -- Exclusive, to the instant; null while nothing has set an end.
    ends_at         timestamptz CHECK (starts_at < ends_at),
    revoked_at      timestamptz,
    revoked_because text,
    updated_at      timestamptz NOT NULL,
    CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);
CREATE INDEX tier_sources_by_account ON tier_sources (account_id);
CREATE INDEX tier_sources_by_payment ON tier_sources (payment_id);

CREATE TABLE quota_uses (
    account_id text NOT NULL REFERENCES accounts,
    feature    text NOT NULL REFERENCES features,
    month      date NOT NULL CHECK (extract(day FROM month) = 1),
    used       integer NOT NULL CHECK (used >= 0),
    PRIMARY KEY (account_id, feature, month)
);
"""

DOWN = """
DROP TABLE quota_uses;
DROP TABLE tier_sources;
DROP TABLE plans;
-- What was paid for keeps its item and price; neither is for sale where nobody knows what a plan is.
UPDATE prices SET current = false WHERE item_id IN (SELECT item_id FROM items WHERE kind = 'plan');
ALTER TABLE items DROP CONSTRAINT items_item_id_kind_key;
ALTER TABLE items DROP COLUMN free;
ALTER TABLE items DROP CONSTRAINT items_kind_check;
ALTER TABLE items ADD CONSTRAINT items_kind_check CHECK (kind IN ('course', 'token_pack')) NOT VALID;
DROP TABLE tier_features;
DROP TABLE features;
DROP TABLE tiers;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DOWN)
