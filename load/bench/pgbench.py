"""PostgreSQL's own yardstick on the same server: TPC-B-like transactions by its own client."""

import re
import resource
import secrets
import subprocess
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from fixtures.databases import shared_server
from fixtures.postgres_binaries import find_binaries

_CLIENTS: Final = 4
_TRANSACTIONS: Final = re.compile(r"number of transactions actually processed: (\d+)")
_TPS: Final = re.compile(r"tps = ([0-9.]+)")


def measured(seconds: int) -> dict[str, Any]:
    """Transactions a second, and the client's CPU for each. Raises RuntimeError with pgbench's own words."""
    server, name = shared_server().url, f"pgbench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            return _run(urlunsplit(urlsplit(server)._replace(path=f"/{name}")), seconds)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(url: str, seconds: int) -> dict[str, Any]:
    _pgbench("--initialize", "--quiet", url)
    before = _children_cpu_s()
    options = ("--no-vacuum", f"--client={_CLIENTS}", f"--time={seconds}", "--protocol=prepared")
    said = _pgbench(*options, url)
    used = _children_cpu_s() - before
    transactions, tps = _TRANSACTIONS.search(said), _TPS.search(said)
    if transactions is None or tps is None:
        raise RuntimeError(f"pgbench said nothing of its speed:\n{said}")
    per_transaction = 1e6 * used / max(1, int(transactions[1]))
    return {"tps": round(float(tps[1])), "client_cpu_us": round(per_transaction, 1), "clients": _CLIENTS}


def _pgbench(*options: str) -> str:
    ended = subprocess.run([find_binaries().program("pgbench"), *options], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"pgbench ended with {ended.returncode}:\n{ended.stderr}")
    return ended.stdout


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
