"""Workers in processes of their own, under a lead, against a server that answers at once."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from fixtures.ports import reserve_port
from load import folder
from load.arrivals import planned
from load.generating import GeneratorError, generate, generator
from load.history import read
from load.measures import Measures
from load.tests.toys import CALM, Toy, asked, lookers, spec, toy_server, underway
from load.workers.wanted import Wanted

PROFILE = lookers(users=20, rate=40, lasting_s=2)
ARRIVALS = {each.number for each in planned(PROFILE.phases, PROFILE.mix, 1)}


def arrivals_of(directory: Path) -> set[int]:
    return {int(line["intent"].partition(".")[0]) for line in read(directory / folder.HISTORY)}


def is_worker(process: psutil.Process) -> bool:
    return "load.workers.worker" in process.cmdline()


def lenient(shop: Toy, directory: Path, *, seconds: float) -> list[str]:
    """A run whose limits a busy machine does not break: what differs between two of them is who made the load."""
    arguments = asked(shop.url, directory, seconds=seconds)
    profile = directory / "tiny.toml"
    text = profile.read_text(encoding="utf-8").replace("users = 5", "users = 40")
    for limit in ("payments_p95_ms = 500", "calls_p95_ms = 200"):
        text = text.replace(limit, f"{limit}00")
    profile.write_text(text, encoding="utf-8")
    return arguments


def judged(out: Path) -> tuple[Any, ...]:
    result = folder.read(out / folder.RESULT)
    return result["verdict"], [(each["check"], each["outcome"]) for each in result["findings"]]


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


def test_two_workers_give_the_verdict_of_one(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    with toy_server(*CALM) as shop:
        arguments = lenient(shop, tmp_path, seconds=2)
        with underway(arguments, one) as alone, underway([*arguments, "--processes", "2"], two) as both:
            assert alone.ended()[0] == both.ended()[0]
    assert judged(one) == judged(two)
    assert arrivals_of(one) == arrivals_of(two)


def test_a_killed_worker_makes_the_run_invalid_and_does_not_end_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with toy_server(*CALM) as shop, underway([*lenient(shop, tmp_path, seconds=4), "--processes", "2"], out) as run:
        next(each for each in run.children if is_worker(each)).kill()
        code, _said = run.ended()
    outcome, result = folder.read(out / folder.GENERATOR), folder.read(out / folder.RESULT)
    assert (code, result["verdict"]) == (4, "INVALID")
    assert (outcome["workers_expected"], outcome["workers_finished"], outcome["interrupted"]) == (2, 1, False)
    assert "1 generator process(es) did not finish" in result["trust"]["reasons"]
    assert outcome["started"]["steady"] == pytest.approx(outcome["planned"]["steady"] / 2, abs=1)
    made = {each["intent"].partition(".")[0] for each in read(out / folder.HISTORY)}
    assert outcome["started"]["steady"] < len(made) < outcome["planned"]["steady"]


def test_a_worker_that_never_comes_is_missed_before_anything_is_asked_of_the_target(tmp_path: Path) -> None:
    with reserve_port() as port:
        crew = Wanted(local=0, elsewhere=1, address=f"127.0.0.1:{port.number}", wait_s=0.1)
        with pytest.raises(GeneratorError, match=r"0 of 1 workers came to 127\.0\.0\.1"), generator(tmp_path, crew):
            pytest.fail("nobody came, and the run began")
