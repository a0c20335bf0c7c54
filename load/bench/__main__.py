"""`nox -s bench`: every cost that the documents quote, measured in one run and printed as ratios.

`--quick` measures less of each; `--json FILE` keeps every figure.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import psutil

from fixtures.postgres_binaries import PostgresUnavailableError
from fixtures.processes import StartError
from load.bench import durations, emulator, harness, judging, numbering, payment, peers, pgbench, reads
from load.bench.statements import UnreadableLogError
from load.findings import EXIT_CODES

AIM_APP_OVER_BARE: Final = 2.0

Figures = Mapping[str, Any]


def main() -> int:
    """Exit 0 when everything was measured, whatever the figures say; 3 when something could not be."""
    given = _arguments()
    try:
        figures = _measured(quick=given.quick)
    except (PostgresUnavailableError, StartError, UnreadableLogError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return EXIT_CODES["BROKEN"]
    print("\n".join(table(figures)))
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


def _measured(*, quick: bool) -> dict[str, Any]:
    began = time.monotonic()
    _say("payment path: the application beside a bare loop …")
    rounds, count = (3, 60) if quick else (8, 200)
    figures: dict[str, Any] = {"payment": payment.measured(rounds=rounds, count=count)}
    _say("reads of a subscription and of a right …")
    figures["reads"] = reads.measured(rounds=rounds, count=3 * count)
    _say("a number for each payment …")
    figures["numbering"] = numbering.measured(2 if quick else 6)
    _say("pgbench …")
    figures["pgbench"] = pgbench.measured(2 if quick else 6)
    _say("the Stripe emulator …")
    taken, figures["emulator"] = emulator.figures(quick=quick)
    figures["emulator_lines"] = list(emulator.lines(taken))
    _say("the load generator beside a bare user …")
    figures["harness"] = harness.measured(rounds=1 if quick else 4)
    _say("judging a run …")
    figures["judging"] = judging.measured(judging.OPERATIONS // 10 if quick else judging.OPERATIONS)
    _say("other stand-ins for Stripe …")
    figures["peers"] = peers.measured()
    figures["durations"] = durations.recorded()
    figures["machine"] = _machine() | {"seconds": round(time.monotonic() - began, 1)}
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of the time, with more noise")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure here")
    return parser.parse_args()


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": psutil.cpu_count(),
        "load_average_1_min": psutil.getloadavg()[0],
    }


def table(figures: Figures) -> Iterator[str]:
    """Lines for a person; the aim stands beside what was reached."""
    paid, tpc = figures["payment"], figures["pgbench"]
    cpu, wall, ratio = paid["cpu_us"], paid["wall_us"], paid["app_over_bare"]
    yield ""
    yield f"POST /api/payments/process: {paid['statements']} statements in {paid['transactions']} transactions"
    yield "                                                       CPU a payment    wall clock"
    for kind, title in _PAYMENT_ROWS.items():
        yield f"  {title:<52} {cpu[kind]:>8.0f} µs   {wall[kind]:>8.0f} µs"
    yield f"  application / bare loop with the SDK: {ratio['stripe']:.2f} (aim: at most {AIM_APP_OVER_BARE})"
    yield f"  application / bare loop with aiohttp alone: {ratio['aiohttp']:.2f}"
    yield f"  pgbench, TPC-B-like: {tpc['tps']} transactions a second, each {tpc['client_cpu_us']:.0f} µs of its client"
    yield f"  application / client of pgbench, CPU: {cpu['app'] / tpc['client_cpu_us']:.1f}"
    yield ""
    yield from reads.table(figures["reads"])
    yield ""
    yield from numbering.table(figures["numbering"])
    yield ""
    yield "Stripe emulator: CPU of its process"
    yield from figures["emulator_lines"]
    yield ""
    yield from harness.table(figures["harness"])
    yield ""
    yield from judging.table(figures["judging"])
    yield ""
    yield "The same calls to other stand-ins for Stripe, CPU of the server, and beside ours"
    yield from peers.table(figures["peers"])
    yield ""
    yield "The commands of the README, as they last ran here"
    yield from durations.table(figures["durations"])
    yield ""
    about = figures["machine"]
    yield f"Python {about['python']}, {about['machine']}, {about['cores']} cores, {about['seconds']:.0f} s in all"


_PAYMENT_ROWS: Final = {
    "app": "the application",
    "stripe": "bare loop: same statements, same call by the SDK",
    "aiohttp": "bare loop: same statements, same call by aiohttp",
    "none": "bare loop: same statements, no call",
}


def _say(what: str) -> None:
    print(f"bench: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
