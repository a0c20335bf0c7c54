"""However the whole command is ended, its result file says so, its exit code is none of success, and nobody is left."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from load import folder
from load.machine import name_of
from load.tests.toys import CALM, asked, profile, toy_server, underway


def verdict(out: Path) -> tuple[str, int]:
    result = folder.read(out / folder.RESULT)
    return result["verdict"], result["exit_code"]


def test_sigterm_ends_the_run_and_the_result_says_so(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with toy_server(*CALM) as toy, underway(asked(toy.url, tmp_path), out) as run:
        assert folder.read(out / folder.RESULT)["reason"] == "the run was killed, or is still going on"
        run.process.terminate()
        code, said = run.ended()
    assert (code, verdict(out)) == (3, ("BROKEN", 3))
    assert "ended by SIGTERM" in said
    assert folder.read(out / folder.RESULT)["reason"] == "ended by SIGTERM"
    assert not (out / folder.RESERVE).exists()


def test_a_target_that_dies_under_the_load_has_failed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with toy_server(*CALM) as toy, underway(asked(toy.url, tmp_path, seconds=3), out) as run:
        toy.process.kill()
        code, said = run.ended()
    assert (code, verdict(out)) == (2, ("FAIL", 2)), said
    findings = {each["check"]: each for each in folder.read(out / folder.RESULT)["findings"]}
    assert findings["the system outlives the run"]["outcome"] == "fail"
    assert f"GET {toy.url}" in findings["the system outlives the run"]["detail"]
    assert findings["errors"]["outcome"] == "fail"
    assert findings["money: everything came to rest"]["outcome"] == "unknown"


def test_a_full_disk_is_named_in_the_result(small_disk: Path, tmp_path: Path) -> None:
    out = small_disk / "out"
    with toy_server(*CALM) as toy, underway(asked(toy.url, tmp_path), out) as run:
        with suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
            while filler.write(bytes(2**16)):
                pass
        code, said = run.ended()
    assert (code, verdict(out)) == (3, ("BROKEN", 3)), said
    reason = folder.read(out / folder.RESULT)["reason"]
    assert reason.startswith(f"the disk of {out} is full: free some of it, or give another --out")
    assert reason in said


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    directory = tmp_path / "disk"
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(directory)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a disk of this size")
    yield directory
    subprocess.run(["umount", "--lazy", str(directory)], check=True)  # noqa: S607 - as the shell finds it


def test_ctrl_c_puts_the_runs_own_system_away_too(tmp_path: Path) -> None:
    """A terminal sends it to every process of the foreground, and people send it twice."""
    out = tmp_path / "out"
    with underway(["--profile", str(profile(tmp_path))], out) as run:
        assert {"application", "generator"} <= set(map(name_of, run.children))
        looked_up = {each["limit"]: each["state"] for each in folder.read(out / folder.PREFLIGHT)}
        assert looked_up["descriptors of the system"] == "ok"
        assert looked_up["connections waiting to be accepted"] == "ok"
        for _twice in range(2):
            os.killpg(run.process.pid, signal.SIGINT)
        code, said = run.ended()
    assert (code, verdict(out)) == (3, ("BROKEN", 3)), said
    assert said.splitlines()[-1] == "load tiny: BROKEN. ended by SIGINT"
    assert "Traceback" not in said
