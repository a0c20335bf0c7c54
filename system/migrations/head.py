"""Which version the code wants and which the database has, without loading the machinery that changes it."""

from pathlib import Path

import psycopg

_VERSIONS = Path(__file__).parent / "versions"
_CONNECT_TIMEOUT_S = 5


def wanted_version() -> str:
    return max(path.name.split("_")[0] for path in _VERSIONS.glob("[0-9]*.py"))


def stored_version(database_url: str) -> str | None:
    """Return the database's version, or None if it was never migrated; raise OperationalError if nobody answers."""
    with psycopg.connect(database_url, connect_timeout=_CONNECT_TIMEOUT_S) as conn:
        if conn.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def schema_fault(database_url: str) -> str | None:
    """Return what keeps this code from working with the database, in one sentence with the remedy, or None."""
    try:
        stored = stored_version(database_url)
    except psycopg.OperationalError as away:
        reason = str(away).strip().splitlines()[0]
        return f"The database does not answer ({reason}). Start it, or correct ASSAY_DATABASE_URL."
    if stored != wanted_version():
        return f"The schema is at {stored or 'nothing'}, not {wanted_version()}. Run `python -m system migrate` first."
    return None
