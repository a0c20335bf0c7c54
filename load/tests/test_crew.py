"""Workers in processes of their own, under a lead, against a server that answers at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fixtures.ports import reserve_port
from load import folder
from load.arrivals import planned
from load.generating import GeneratorError, generate, generator
from load.history import read
from load.measures import Measures
from load.tests.toys import CALM, lookers, spec, toy_server
from load.workers.wanted import Wanted

PROFILE = lookers(users=20, rate=40, lasting_s=2)
ARRIVALS = {each.number for each in planned(PROFILE.phases, PROFILE.mix, 1)}
SHARES = [{each for each in ARRIVALS if each % 2 == index} for index in range(2)]


def arrivals_of(directory: Path) -> set[int]:
    return {int(line["intent"].partition(".")[0]) for line in read(directory / folder.HISTORY)}


def killing_one() -> Callable[[Mapping[str, Any]], None]:
    """Kill the second worker as soon as something of it was heard."""
    left = [signal.SIGKILL]

    def told(line: Mapping[str, Any]) -> None:
        if line["type"] == "second" and left:
            os.kill(line["workers"][1], left.pop())

    return told


def test_a_worker_of_this_machine_and_one_from_elsewhere_make_one_plan(tmp_path: Path) -> None:
    with reserve_port() as port, toy_server(*CALM) as shop:
        address = f"127.0.0.1:{port.number}"
        stranger = subprocess.Popen([sys.executable, "-m", "load", "worker", "--master", address])
        crew = Wanted(local=1, elsewhere=1, address=address)
        generate(spec(shop.url, PROFILE, tmp_path), tmp_path, lambda _line: None, crew)
        assert stranger.wait(timeout=20) == 0
    outcome = folder.read(tmp_path / folder.GENERATOR)
    assert arrivals_of(tmp_path) == ARRIVALS
    assert outcome["started"] == outcome["planned"] == {"steady": len(ARRIVALS)}
    assert (outcome["workers_expected"], outcome["workers_finished"], outcome["lost"]) == (2, 2, [])
    measures = Measures.from_json(folder.read(tmp_path / folder.HISTOGRAMS))
    assert 2 * measures.of(["steady"]).waited.count == len(list(read(tmp_path / folder.HISTORY)))
    assert not (tmp_path / folder.WORKERS).exists()


def test_the_run_goes_on_without_a_killed_worker_and_tells_that_it_was_lost(tmp_path: Path) -> None:
    with toy_server(*CALM) as shop:
        generate(spec(shop.url, PROFILE, tmp_path), tmp_path, killing_one(), Wanted(local=2))
    outcome, made = folder.read(tmp_path / folder.GENERATOR), arrivals_of(tmp_path)
    assert (outcome["workers_expected"], outcome["workers_finished"]) == (2, 1)
    assert outcome["interrupted"] is False
    assert made < ARRIVALS
    (whole,) = [share for share in SHARES if share <= made]
    assert outcome["planned"] == {"steady": len(ARRIVALS)}
    assert outcome["started"] == {"steady": len(whole)}


def test_a_worker_that_never_comes_is_missed_before_anything_is_asked_of_the_target(tmp_path: Path) -> None:
    with reserve_port() as port:
        crew = Wanted(local=0, elsewhere=1, address=f"127.0.0.1:{port.number}", wait_s=0.1)
        with pytest.raises(GeneratorError, match=r"0 of 1 workers came to 127\.0\.0\.1"), generator(tmp_path, crew):
            pytest.fail("nobody came, and the run began")
