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
