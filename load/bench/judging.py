"""What judging costs: a healthy run of many operations, made and then judged, each in a process of its own.

`python -m load.bench.judging [OPERATIONS]` prints the figures of a quarter of them and of all, a million by default.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from load import folder
from load.tests import made_run

AIM_S: Final = 60.0
OPERATIONS: Final = 1_000_000
_OF_A_PURCHASE: Final = 3  # the offer is looked at, it is paid, and the receipt is read
_MAKE: Final = "--make"

Json = dict[str, Any]


def measured(operations: int) -> dict[str, Any]:
    """Seconds and memory of `python -m load.judge` for a quarter of the operations and for all of them."""
    runs = [_judged(count) for count in (operations // 4, operations)]
    small, large = (each["cpu_s"] / each["operations"] for each in runs)
    return {"runs": runs, "over_quarter": large / small}


def table(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "Judging a run                                                 CPU   wall clock       memory"
    for run in figures["runs"]:
        what = f"{run['operations']:,} operations, {run['payments']:,} payments among them"
        yield f"  {what:<52} {run['cpu_s']:>6.1f} s     {run['wall_s']:>6.1f} s   {run['memory_mib']:>6,} MiB"
    yield f"  an operation of the larger beside one of the smaller: {figures['over_quarter']:.2f} of its CPU"
    yield f"  (aim: {AIM_S:.0f} s for {OPERATIONS:,}, and 1)"


def _judged(operations: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="assay-judging-") as directory:
        subprocess.run([sys.executable, "-m", "load.bench.judging", _MAKE, directory, str(operations)], check=True)
        began = time.monotonic()
        judge = subprocess.Popen([sys.executable, "-m", "load.judge", directory], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(judge.pid, 0)
        judge.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - began
        assert judge.returncode == 0, f"a healthy run of {operations} operations was judged {judge.returncode}"
    return {
        "operations": operations,
        "payments": operations // _OF_A_PURCHASE,
        "cpu_s": used.ru_utime + used.ru_stime,
        "wall_s": wall_s,
        "memory_mib": used.ru_maxrss // 1024,
    }


def make(directory: Path, operations: int) -> None:
    """Leave the folder of a healthy run in which so much was asked."""
    payments = operations // _OF_A_PURCHASE
    made_run.make(directory)
    (directory / folder.SNAPSHOT).write_bytes(orjson.dumps(made_run.snapshot(payments)))
    with (directory / folder.HISTORY).open("wb") as file:
        file.writelines(orjson.dumps(line) + b"\n" for line in _numbered(_lines(payments)))


def _numbered(lines: Iterator[Json]) -> Iterator[Json]:
    for number, line in enumerate(lines):
        yield {"i": number, "t": 0.001 * number, **line}


def _lines(payments: int) -> Iterator[Json]:
    yield {"type": "start", "seed": 1}
    for line in made_run.history(payments):
        looked = {"p": line["p"], "intent": f"{line['intent']}.look", "type": line["type"], "http": 200, "value": {}}
        yield {**looked, "f": "catalogue"}
        yield line
        yield {**looked, "f": "payment"}
    yield {"type": "end"}


def main() -> None:
    if sys.argv[1:2] == [_MAKE]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
        return
    figures = measured(int(sys.argv[1]) if sys.argv[1:] else OPERATIONS)
    print("\n".join([*table(figures), json.dumps(figures)]))  # noqa: T201 - the command's own words


if __name__ == "__main__":
    main()
