"""PostgreSQL as it sees itself: who waits for what, which statements take long, how many jobs stand in the queue."""

from typing import Any, Final, LiteralString, Self

import psycopg
from psycopg.rows import dict_row

_ACTIVITY: Final = """
SELECT count(*) AS connections,
       count(*) FILTER (WHERE state = 'active') AS active,
       count(*) FILTER (WHERE state = 'active' AND wait_event_type IS NULL) AS running,
       count(*) FILTER (WHERE state = 'active' AND wait_event_type = 'Lock') AS waiting_lock,
       count(*) FILTER (WHERE state = 'active' AND (wait_event_type = 'IO'
           OR wait_event_type = 'LWLock' AND wait_event LIKE 'WAL%')) AS waiting_disk,
       count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle_in_transaction,
       max(extract(epoch FROM clock_timestamp() - query_start)) FILTER (WHERE state = 'active')::float8 AS longest_s,
       (array_agg(left(query, 160) ORDER BY query_start) FILTER (WHERE state = 'active'))[1] AS longest_statement
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_BACKLOG: Final = """
SELECT count(*) AS n FROM procrastinate_jobs
WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
"""
_STATEMENTS: Final = """
SELECT left(query, 160) AS statement, calls, total_exec_time AS total_ms, mean_exec_time AS mean_ms
FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY total_exec_time DESC LIMIT 5
"""
_SLOW_S: Final = 0.1
_CONNECT_S: Final = 5
_STATEMENT_MS: Final = 500
"""A watcher that waits longer than this has become a part of the load."""


class Postgres:
    """A connection of its own, which takes part in nothing. Any psycopg.Error means that nothing is known."""

    def __init__(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        self._connection = connection

    @classmethod
    def connect(cls, url: str) -> Self:
        options = f"-c statement_timeout={_STATEMENT_MS} -c application_name=load-sampler"
        return cls(
            psycopg.connect(url, autocommit=True, row_factory=dict_row, connect_timeout=_CONNECT_S, options=options)
        )

    def sample(self) -> dict[str, Any]:
        row = self._one(_ACTIVITY)
        if (row["longest_s"] or 0.0) < _SLOW_S:
            row["longest_statement"] = None
        return row | {"backlog": self._one(_BACKLOG)["n"]}

    def connections_limit(self) -> int:
        return int(self._one("SELECT current_setting('max_connections') AS n")["n"])

    def statements(self) -> list[dict[str, Any]] | str:
        """What took the most time since the statistics began, or why nobody knows."""
        if not self._one("SELECT count(*) AS n FROM pg_extension WHERE extname = 'pg_stat_statements'")["n"]:
            return "pg_stat_statements is not installed in this database"
        try:
            return self._connection.execute(_STATEMENTS).fetchall()
        except psycopg.Error as error:
            return f"pg_stat_statements cannot be read: {str(error).splitlines()[0]}"

    def close(self) -> None:
        self._connection.close()

    def _one(self, query: LiteralString) -> dict[str, Any]:
        row = self._connection.execute(query).fetchone()
        assert row is not None, "an aggregate has one row"
        return row
