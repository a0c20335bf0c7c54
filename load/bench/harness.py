"""What the harness adds to Locust's own user, and what five thousand people weigh.

`python -m load.bench.harness [ROUNDS]` runs both against a server of canned answers, in the order ABBA. A run of each
is made twice, short and long; what the longer one used more, by what it asked more, is the cost of a request: the start
of the process is in neither.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from load import folder
from load.history import read
from load.tests.toys import CALM, lookers, spec, toy_server

AIM_OVER_BARE: Final = 1.10
AIM_MIB: Final = 300
CROWD: Final = 5000
_USERS, _VISITS_PER_S = 100, 150.0
_SHORT_S, _LONG_S = 4.0, 14.0
_CROWD_VISITS_PER_S, _CROWD_S = 250.0, 30.0
"""Of the profile `stress`; everybody comes once or twice, and keeps the connection."""


_BARE: Final = "Locust's FastHttpUser, which looks at nothing"
_HARNESS: Final = "the harness: decoded, measured, written down"


@dataclass(frozen=True, slots=True)
class Used:
    requests: int
    cpu_s: float
    memory_mib: float


def measured(rounds: int = 4) -> dict[str, Any]:
    """Microseconds of CPU a request, bare and through the harness, by round; and the crowd's memory and CPU."""
    costs: dict[str, list[float]] = {"bare": [], "harness": []}
    with toy_server(*CALM) as shop:
        for number in range(rounds):
            for kind in sorted(costs, reverse=bool(number % 2)):
                costs[kind].append(_cost_us(kind, shop.url))
        crowd = _harness(shop.url, users=CROWD, rate=_CROWD_VISITS_PER_S, seconds=_CROWD_S)
    ratios = [mine / bare for mine, bare in zip(costs["harness"], costs["bare"], strict=True)]
    return {
        "cpu_us": {kind: [round(each, 1) for each in taken] for kind, taken in costs.items()},
        "harness_over_bare": round(statistics.median(ratios), 3),
        "ratios": [round(each, 3) for each in ratios],
        "crowd": {
            "people": CROWD,
            "memory_mib": round(crowd.memory_mib, 1),
            "core": round(crowd.cpu_s / _CROWD_S, 2),
            "requests": crowd.requests,
        },
    }


def table(figures: Mapping[str, Any]) -> Iterator[str]:
    cpu, crowd = figures["cpu_us"], figures["crowd"]
    low, high = min(figures["ratios"]), max(figures["ratios"])
    over, costs = figures["harness_over_bare"], {kind: statistics.median(taken) for kind, taken in cpu.items()}
    yield "The load generator                                     CPU a request"
    yield f"  {_BARE:<52} {costs['bare']:>8.0f} µs"
    yield f"  {_HARNESS:<52} {costs['harness']:>8.0f} µs"
    yield f"  harness / bare: {over:.2f} ({low:.2f} to {high:.2f}; aim: at most {AIM_OVER_BARE})"
    yield (
        f"  {crowd['people']:,} people, {crowd['requests']:,} requests: {crowd['memory_mib']:.0f} MiB "
        f"(aim: {AIM_MIB}), {crowd['core']:.2f} of a core with its start"
    )


def _cost_us(kind: str, url: str) -> float:
    run = _harness if kind == "harness" else _bare
    short, long = (run(url, users=_USERS, rate=_VISITS_PER_S, seconds=seconds) for seconds in (_SHORT_S, _LONG_S))
    return 1e6 * (long.cpu_s - short.cpu_s) / (long.requests - short.requests)


def _bare(url: str, *, users: int, rate: float, seconds: float) -> Used:
    given = [url, str(users), str(rate), str(seconds)]
    answer, used = _run(["load.bench.bare_user", *given], None)
    return Used(int(answer), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _harness(url: str, *, users: int, rate: float, seconds: float) -> Used:
    with tempfile.TemporaryDirectory(prefix="assay-harness-") as made:
        directory = Path(made)
        asked = spec(url, lookers(users=users, rate=rate, lasting_s=seconds), directory)
        _, used = _run(["load.child"], json.dumps(asked).encode() + b"\n")
        requests = sum(line["type"] == "ok" for line in read(directory / folder.HISTORY))
    return Used(requests, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _run(module: Sequence[str], given: bytes | None) -> tuple[bytes, Any]:
    """What a process of its own said, and what it used."""
    command = [sys.executable, "-m", *module]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        _pipe(process.stdin).write(given or b"")
        _pipe(process.stdin).close()
        said = _pipe(process.stdout).read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{module[0]} ended with {process.returncode}"
    return said, used


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "opened as a pipe"
    return pipe


if __name__ == "__main__":
    found = measured(int(sys.argv[1]) if sys.argv[1:] else 4)
    print("\n".join([*table(found), json.dumps(found)]))  # noqa: T201 - the command's own words
