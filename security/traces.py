"""All that a system keeps: what a thief of its database or its logs would hold."""

import psycopg

from fixtures.bench import Bench


def every_row(bench: Bench) -> str:
    """The rows of every table, as text; bytes stand in it in hexadecimal."""
    with psycopg.connect(bench.database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        queries = [f'SELECT "{table}"::text FROM "{table}"'.encode() for (table,) in tables]  # noqa: S608 - names of the catalogue
        return "\n".join(str(row[0]) for query in queries for row in connection.execute(query))


def every_log_line(bench: Bench) -> str:
    ours = [path for name, path in bench.logs.items() if name in {"app", "worker"}]
    return "\n".join(path.read_text(encoding="utf-8") for path in ours)


def found_in(text: str, secrets: list[str]) -> list[str]:
    """The secrets that stand in a text, as they are or in hexadecimal."""
    return [secret for secret in secrets if secret in text or secret.encode().hex() in text]
