"""`python -m system migrate`: the schema's versions, then tiers, catalogue and lessons."""

import sys

import psycopg
from sqlalchemy.exc import OperationalError

from system.catalogue.seed import seed as seed_catalogue
from system.entitlements.seed import seed as seed_tiers
from system.learning.seed import seed as seed_lessons
from system.migrations import schema
from system.settings import Settings


def migrate(settings: Settings, *, revision: str, check: bool) -> int:
    """Return 0 when the schema is where it should be, 1 when `check` finds a version missing or nobody answers."""
    url = str(settings.database_url)
    try:
        return _check(url) if check else _migrate(url, revision)
    except (OperationalError, psycopg.OperationalError) as away:
        reason = str(away).strip().splitlines()[0]
        fault = f"The database does not answer ({reason}). Start it, or correct ASSAY_DATABASE_URL."
        print(fault, file=sys.stderr)  # noqa: T201 - a command prints
        return 1


def _check(url: str) -> int:
    missing = schema.pending(url)
    advice = f"Missing: {', '.join(missing)}. Run `python -m system migrate`."
    print(advice if missing else "The schema is up to date.")  # noqa: T201 - a command prints
    return 1 if missing else 0


def _migrate(url: str, revision: str) -> int:
    pending = schema.pending(url)
    if revision == "head" or revision in pending:
        schema.upgrade(url, revision)
    else:
        schema.downgrade(url, revision)
    if revision != "head":
        print(f"The schema is at {revision}.")  # noqa: T201 - a command prints
        return 0
    with psycopg.connect(url, autocommit=True) as conn:
        tiers = seed_tiers(conn)
        items = seed_catalogue(conn)
        seed_lessons(conn)
    print(f"The schema is up to date; {tiers} tiers and {items} items are known.")  # noqa: T201 - a command prints
    return 0
