"""A known law of service times comes back within one per cent: by an exact clock, and from a server that kept its own.

Each percentile from the 1st to the 99th is held against the truth, not the one or two that a report shows.
"""

import math
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import NormalDist
from typing import Final

import pytest

from fixtures.client import HttpxTransport, Visitor
from fixtures.client.replies import Reply
from fixtures.client.transport import RawReply
from load import folder, visit
from load.arrivals import Arrival, planned
from load.generating import generate
from load.histogram import Histogram
from load.history import History
from load.measures import Measures, Series
from load.tests.toys import instrument_error_ms, lookers, spec, toy_server
from load.visit import Person, Run, Visit

WITHIN: Final = 0.01
DRAWS: Final = 5_000
LATE_MS: Final = 25.0
LAWS: Final[dict[str, Callable[[float], float]]] = {  # milliseconds by quantile
    "uniform": lambda q: 20 + 60 * q,
    "shifted exponential": lambda q: 30 - 40 * math.log(1 - q),
    "log-normal": lambda q: math.exp(NormalDist(math.log(50), 0.8).inv_cdf(q)),
    "two humps": lambda q: 10 + 5 * q if q <= 0.9 else 400 + 100 * q,
}
PERCENTILES: Final = [each / 100 for each in range(1, 100)]


@pytest.mark.parametrize("name", LAWS)
def test_a_law_comes_back_by_an_exact_clock(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law = LAWS[name]
    measured = visited(law, monkeypatch)
    assert farthest(measured.service, law) <= WITHIN
    assert farthest(measured.waited, lambda q: law(q) + LATE_MS) <= WITHIN


def test_a_law_comes_back_from_two_generators_and_from_their_files(monkeypatch: pytest.MonkeyPatch) -> None:
    law, whole = LAWS["uniform"], Histogram()
    for _generator in range(2):
        whole.merge(Histogram.from_json(visited(law, monkeypatch).service.to_json()))
    assert whole.count == 2 * DRAWS
    assert farthest(whole, law) <= WITHIN


@pytest.mark.parametrize(
    "told",
    [lambda ms: 1.02 * ms, lambda ms: float(f"{ms:.1e}"), lambda ms: ms + 1, lambda ms: min(ms, 60.0)],
    ids=["two per cent too much", "two digits of it", "a millisecond more", "no long ones"],
)
def test_an_instrument_that_errs_is_found(told: Callable[[float], float], monkeypatch: pytest.MonkeyPatch) -> None:
    law = LAWS["shifted exponential"]
    erring = visited(lambda q: told(law(q)), monkeypatch)
    assert farthest(erring.service, law) > WITHIN


def test_a_law_comes_back_from_a_server_that_kept_its_own_times(tmp_path: Path) -> None:
    """Within one per cent and what the generator says of its own lag: on a machine with room, a millisecond or two."""
    profile = replace(lookers(users=400, rate=150, lasting_s=2), mix={"student.read_history": 1.0})
    count = len(list(planned(profile.phases, profile.mix, 1)))
    pace = ("law", "1.0", "2.0", "7", str(count), str(tmp_path / "took"))
    with toy_server(*pace) as toy:
        generate(spec(toy.url, profile, tmp_path), tmp_path, lambda _line: None)
    measured = Measures.from_json(folder.read(tmp_path / folder.HISTOGRAMS)).of(["steady"]).service
    took = sorted(1000 * float(line) for line in (tmp_path / "took").read_text(encoding="utf-8").splitlines())
    assert measured.count == len(took) == count
    for q in PERCENTILES:
        assert off_ms(measured, q, ranked(took, q)) <= WITHIN * ranked(took, q) + instrument_error_ms(tmp_path), q


class Clock:
    """Stands still but for what the law says."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def perf_counter(self) -> float:
        return self.now_s

    def answer(self, after_ms: float) -> Reply[str]:
        self.now_s += after_ms / 1000
        return Reply(RawReply("GET", "/", 200, {}, b"", after_ms / 1000), str)


def visited(law: Callable[[float], float], monkeypatch: pytest.MonkeyPatch) -> Series:
    """What the real path of a visit measures when each equal part of the law comes once, in any order."""
    clock, parts = Clock(), [(number + 0.5) / DRAWS for number in range(DRAWS)]
    random.Random(1).shuffle(parts)  # noqa: S311 - an order that can be repeated, not a secret
    monkeypatch.setattr(visit, "time", clock)
    with History(Path(os.devnull), {}) as history, HttpxTransport("http://127.0.0.1") as transport:
        run = Run(0.0, history, Measures(), [], [], 1, "toy")
        person = Person("s0", "toy@example.com", Visitor(transport))
        for number, part in enumerate(parts):
            arrival = Arrival(number, clock.now_s - LATE_MS / 1000, "steady", "")
            Visit(run, person, arrival, "steady").ask("catalogue", partial(clock.answer, law(part)))
    return run.measures.of(["steady"])


def farthest(measured: Histogram, truth: Callable[[float], float]) -> float:
    """The largest relative distance of any percentile from the truth."""
    return max(off_ms(measured, q, truth(q)) / truth(q) for q in PERCENTILES)


def off_ms(measured: Histogram, q: float, truth: float) -> float:
    read = measured.percentile(q)
    assert read is not None
    return abs(read - truth)


def ranked(ordered: Sequence[float], q: float) -> float:
    return ordered[math.ceil(q * len(ordered)) - 1]
