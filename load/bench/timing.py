"""What `Server-Timing` costs: CPU of two applications, one that tells it and one that does not, in alternating rounds.

`python -m load.bench.timing [ROUNDS] [REQUESTS]` prints microseconds a request: medians, and the difference by quarter.
"""

import json
import statistics
import sys
from typing import Final

from fixtures.bench import Bench
from fixtures.client import Visitor
from fixtures.client.transport import HttpxTransport
from load.bench.processes import listening

_ROUNDS: Final = 12
_REQUESTS: Final = 1500  # the kernel counts CPU in hundredths of a second


def measured(rounds: int, requests: int) -> dict[str, float]:
    """The catalogue, which reads the database once: a cheap request, of which the header is a larger part."""
    with (
        Bench.start(settings={"SERVER_TIMING": "false"}) as silent,
        Bench.start(settings={"SERVER_TIMING": "true"}) as telling,
    ):
        costs: dict[str, list[float]] = {"without": [], "with": []}
        for number in range(rounds + 1):
            for name, bench in (("without", silent), ("with", telling)):
                cost = _round(bench, requests)
                if number:  # the first round warms up
                    costs[name].append(cost)
    differences = [each - other for each, other in zip(costs["with"], costs["without"], strict=True)]
    medians = {f"{name}_us": round(statistics.median(each), 1) for name, each in costs.items()}
    quarters = statistics.quantiles(differences, n=4)
    names = ("difference_low_us", "difference_us", "difference_high_us")
    return medians | {name: round(each, 1) for name, each in zip(names, quarters, strict=True)}


def _round(bench: Bench, requests: int) -> float:
    with HttpxTransport(bench.url) as transport:
        visitor, application = Visitor(transport), listening(bench.url)
        before = sum(application.cpu_times()[:2])
        for _ in range(requests):
            visitor.catalogue()
        return 1e6 * (sum(application.cpu_times()[:2]) - before) / requests


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    print(json.dumps(measured(*(given + [_ROUNDS, _REQUESTS][len(given) :]))))  # noqa: T201 - the command's own words
