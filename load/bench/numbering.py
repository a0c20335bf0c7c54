"""What a number without gaps costs the payment that it is given to: three ways, on a server that waits for its disk.

Each transaction writes what a capture writes, row by row, and makes a trip between its statements as long as an
application's; sixteen clients pay at once, each for something of its own.
"""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

import psycopg

from fixtures.databases import DatabaseServer
from fixtures.postgres_binaries import find_binaries

CLIENTS: Final = 16
TRIP_US: Final = 500
"""Between two statements: the network in one zone of a cloud, there and back."""

_TPS: Final = re.compile(r"tps = ([0-9.]+)")
_LATENCY: Final = re.compile(r"latency average = ([0-9.]+) ms")
_TABLES: Final = """
CREATE TABLE facts (fact_id bigserial PRIMARY KEY, body text NOT NULL);
CREATE TABLE owed (document_id bigserial PRIMARY KEY, body text NOT NULL);
CREATE TABLE counter (only_row boolean PRIMARY KEY, number bigint NOT NULL);
INSERT INTO counter VALUES (true, 0);
"""
_FACT: Final = "INSERT INTO facts (body) VALUES (repeat('x', 200));"
_COUNT: Final = "UPDATE counter SET number = number + 1;"
_OWE: Final = "INSERT INTO owed (body) VALUES (repeat('x', 200));"
_AROUND: Final = 3
"""Facts before the number, and behind it: the payment, its entry and postings; its grant, mail and audit row."""

WAYS: Final = {"none": None, "counter": _COUNT, "owed": _OWE}
_TITLES: Final = {
    "none": "a capture without a number",
    "counter": "with a counter raised in its transaction",
    "owed": "with a row that owes a number",
}


def measured(seconds: int) -> dict[str, Any]:
    """Captures a second and milliseconds of each, by the way in which it gets its number."""
    server = DatabaseServer.embedded(durable=True)
    try:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(_TABLES)
        return {way: _run(server.url, statement, seconds) for way, statement in WAYS.items()}
    finally:
        server.close()


def table(figures: dict[str, Any]) -> list[str]:
    bare = figures["none"]["tps"]
    return [
        f"A number without gaps, {CLIENTS} at once                        captures/s    ms each   of the first",
        *(
            f"  {_TITLES[way]:<52} {each['tps']:>9.0f}   {each['ms']:>8.1f}   {each['tps'] / bare:.2f}"
            for way, each in figures.items()
        ),
    ]


def _script(number: str | None) -> str:
    numbered = [number] if number else []
    statements = [*[_FACT] * _AROUND, *numbered, *[_FACT] * _AROUND]
    pause = f"\\sleep {TRIP_US} us"
    return "\n".join(["BEGIN;", *(line for each in statements for line in (each, pause)), "COMMIT;"])


def _run(url: str, number: str | None, seconds: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "capture.sql"
        script.write_text(_script(number), encoding="utf-8")
        command = [find_binaries().program("pgbench"), "--no-vacuum", f"--client={CLIENTS}", f"--time={seconds}"]
        command += ["--protocol=prepared", f"--file={script}", url]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
    tps, latency = _TPS.search(ended.stdout), _LATENCY.search(ended.stdout)
    assert tps is not None, ended.stdout
    assert latency is not None, ended.stdout
    return {"tps": float(tps[1]), "ms": float(latency[1])}
