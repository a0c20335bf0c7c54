import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from load import folder, preflight
from load.judge import judge
from load.preflight import Machine, Need, Row, Served
from load.profile import load
from load.tests import made_run
from load.tests.toys import CALM, asked, toy_server
from load.users import NAMES

PEAK = Need.of(load("peak", NAMES))
ROOMY = Machine(descriptors=(20_000, 20_000), ports=28_000, free_bytes=2**33, clock_step_s=1e-9, clock_source="tsc")
SERVED = Served(descriptors=20_000, accept_queue=4096, pool=16, connections=(200, 10), session_s=900)


def row(rows: list[Row], word: str) -> Row:
    return next(each for each in rows if word in each.limit)


def test_a_profile_needs_a_connection_for_each_person_and_some_to_spare() -> None:
    rows = preflight.of_machine(PEAK, ROOMY) + preflight.of_system(PEAK, SERVED)
    assert {each.state for each in rows} == {"ok"}
    assert row(rows, "generator").needed == row(rows, "descriptors of the system").needed == "1300"
    assert preflight.refusal(rows) is None


@pytest.mark.parametrize(
    ("short", "because"),
    [
        (replace(ROOMY, descriptors=(1024, 1024)), "descriptors of the generator: 1024, needed 1300; raise the hard"),
        (replace(ROOMY, ports=1000), "ephemeral ports: 1000, needed 1100; widen net.ipv4.ip_local_port_range"),
        (replace(ROOMY, free_bytes=2**20), "free disk of the run's folder, MiB: 1, needed "),
        (replace(ROOMY, clock_step_s=0.015), "time-keeping: steps of 15 ms"),
    ],
)
def test_a_machine_that_cannot_make_the_load_is_refused_with_number_and_remedy(short: Machine, because: str) -> None:
    assert (preflight.refusal(preflight.of_machine(PEAK, short)) or "").startswith(because)


def test_more_processes_need_fewer_descriptors_each() -> None:
    shared = Need.of(load("peak", NAMES), processes=4)
    assert row(preflight.of_machine(shared, ROOMY), "generator").needed == "475"


@pytest.mark.parametrize(
    ("short", "word", "state"),
    [
        (replace(SERVED, descriptors=1024), "descriptors", "refused"),
        (replace(SERVED, session_s=200), "log-in", "refused"),
        (replace(SERVED, accept_queue=128), "accepted", "tight"),
        (replace(SERVED, pool=300), "database", "refused"),
        (replace(SERVED, pool=195), "database", "tight"),
        (replace(SERVED, pool=None), "database", "unknown"),
        (Served(), "descriptors", "unknown"),
        (Served(), "accepted", "unknown"),
        (Served(), "database", "unknown"),
    ],
)
def test_what_a_system_is_short_of_is_named_and_what_it_hides_is_unknown(short: Served, word: str, state: str) -> None:
    found = row(preflight.of_system(PEAK, short), word)
    assert found.state == state
    assert found.remedy or state == "tight"


def test_a_slow_clock_is_named() -> None:
    assert row(preflight.of_machine(PEAK, replace(ROOMY, clock_source="hpet")), "time").state == "tight"


@pytest.fixture
def low_limit() -> Iterator[int]:
    """The soft limit of this process, lowered, and put back afterwards."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    yield 256
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_its_own_soft_limit_is_raised_as_far_as_is_needed(low_limit: int) -> None:
    soft, hard = preflight.raised_descriptors(low_limit + 50)
    assert (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[0]) == (306, 306)
    assert hard >= soft
    assert preflight.raised_descriptors(10)[0] == 306


def test_this_machine_is_read(tmp_path: Path) -> None:
    seen = preflight.read_machine(Need(1, 1, 1, 1.0), tmp_path)
    assert seen.descriptors[0] >= 201
    assert seen.free_bytes > 0
    assert preflight.read_system(None, 900) == Served(session_s=900)


def test_what_was_found_is_in_the_result_and_on_the_page(tmp_path: Path) -> None:
    run = made_run.make(tmp_path / "run")
    assert judge(run)["preflight"] is None
    assert "Nobody looked." in (run / folder.REPORT).read_text(encoding="utf-8")
    rows = preflight.of_machine(PEAK, ROOMY) + preflight.of_system(PEAK, replace(SERVED, accept_queue=128))
    folder.write(run / folder.PREFLIGHT, preflight.to_json(rows))
    assert preflight.from_json(judge(run)["preflight"]) == rows
    assert "net.core.somaxconn" in (run / folder.REPORT).read_text(encoding="utf-8")
    assert [each.partition(":")[0] for each in preflight.doubtful(rows)] == ["connections waiting to be accepted"]


def test_a_run_without_enough_descriptors_is_refused_before_the_first_request(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with toy_server(*CALM) as toy:
        toy.process.kill()  # whoever asked anything of it would be told that it does not answer
        command = [sys.executable, "-m", "load", "run", *asked(toy.url, tmp_path), "--out", str(out)]
        limited = f"ulimit -n 200; exec {' '.join(command)}"
        ended = subprocess.run(["sh", "-c", limited], capture_output=True, text=True, check=False)  # noqa: S607 - any shell
    assert ended.returncode == 3, ended.stderr
    assert "descriptors of the generator: 200, needed 206; raise the hard limit (200;" in ended.stderr
    assert folder.read(out / folder.RESULT)["verdict"] == "BROKEN"
    assert row(preflight.from_json(folder.read(out / folder.PREFLIGHT)), "generator").state == "refused"
