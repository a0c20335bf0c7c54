"""How often the comparison is right, on made-up runs whose truth is known: `python -m load.comparison.rehearsal`."""

import random
import sys
from typing import Final

from load.comparison.compared import compared
from load.comparison.runs import Run

NOISE: Final = 0.03  # from one run to the next, half of it common to all statistics of the run
SLOWED: Final = 1.1
_TYPICAL: Final = {"calls_p50_ms": 8.0, "calls_p95_ms": 21.0, "cpu_ms_per_request": 4.0, "payments_p50_ms": 40.0}
_TIMES: Final = 300
_GROUPS: Final = (4, 6, 8)


def made_up(count: int, drawn: random.Random, *, factor: float = 1.0, noise: float = NOISE) -> list[Run]:
    return [_run(str(number), drawn, factor, noise / 2**0.5) for number in range(count)]


def _run(name: str, drawn: random.Random, factor: float, each: float) -> Run:
    common = factor * drawn.lognormvariate(0, each)
    return Run(name, {}, {key: value * common * drawn.lognormvariate(0, each) for key, value in _TYPICAL.items()})


def alarms(count: int, times: int, drawn: random.Random, *, factor: float = 1.0, noise: float = NOISE) -> int:
    """Of so many comparisons of `count` runs with as many, those that said that the candidate is slower."""
    pairs = (
        (made_up(count, drawn, noise=noise), made_up(count, drawn, factor=factor, noise=noise)) for _ in range(times)
    )
    return sum(compared(before, after)["verdict"] == "FAIL" for before, after in pairs)


def main() -> int:
    drawn = random.Random(1)  # noqa: S311 - noise that can be repeated, not a secret
    for noise in (NOISE, 0.05):
        for count in _GROUPS:
            same, slow = (alarms(count, _TIMES, drawn, factor=factor, noise=noise) for factor in (1.0, SLOWED))
            told = f"noise {100 * noise:.0f} %, {count} runs on each side: alarms {same} of {_TIMES}"
            print(f"{told}, slow-downs of 10 % found {slow} of {_TIMES}")  # noqa: T201 - the command's own words
    return 0


if __name__ == "__main__":
    sys.exit(main())
