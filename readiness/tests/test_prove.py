"""The run as a whole, with small made-up suites: crashes, limits, interruption and a disk that is not there."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from readiness import schedule, suites
from readiness.progress import Progress
from readiness.schedule import Run
from readiness.suites import Suite, SuitesError

LINE = {"check": "t::t", "suite": "contract", "proves": ["A2.1"], "outcome": "pass", "seconds": 0.1}


def suite(body: str, *, name: str = "made_up", limit_s: float = 20, cores: int = 1) -> Suite:
    """A suite that is a few lines of Python; `say(outcome)` writes a line of evidence."""
    head = f"""
        import json, os, sys, time
        def say(outcome="pass", check="t::t"):
            with open(sys.argv[1], "a") as file:
                file.write(json.dumps({LINE!r} | {{"outcome": outcome, "check": check}}) + "\\n")
    """
    program = textwrap.dedent(head) + textwrap.dedent(body)
    command = ["{python}", "-c", program, "{evidence}"]
    return Suite.model_validate(
        {"name": name, "title": "Made up", "command": command, "limit_s": limit_s, "cores": cores}
    )


def run(tmp_path: Path, *chosen: Suite) -> list[Run]:
    runs = [Run(each, tmp_path / each.name) for each in chosen]
    schedule.run_all(runs, lambda one: one.suite.argv(one.folder), lambda _: None, every_s=0.05)
    return runs


def test_a_suite_that_finishes_is_believed(tmp_path: Path) -> None:
    (done,) = run(tmp_path, suite("say(); print('hello')"))
    assert (done.state, done.problem, done.count("pass")) == ("finished", "", 1)
    assert (done.folder / "output.log").read_text() == "hello\n"


@pytest.mark.proves("C7.1")
@pytest.mark.parametrize(
    ("body", "state", "told"),
    [
        ("say(); os.kill(os.getpid(), 9)", "crashed", "signal 9"),
        ("say(); sys.exit(3)", "crashed", "exit code 3"),
        ("say(); sys.exit(1)", "crashed", "though every line of its evidence passed"),
        ("pass", "crashed", "without a line of evidence"),
        ("say(); open(sys.argv[1], 'a').write('{\\\"check')", "crashed", "evidence.jsonl line 2"),
        ("say(); time.sleep(60)", "timed_out", "limit of 1 s"),
    ],
)
def test_a_suite_that_breaks_off_proves_nothing(tmp_path: Path, body: str, state: str, told: str) -> None:
    (done,) = run(tmp_path, suite(body, limit_s=1 if state == "timed_out" else 20))
    assert done.state == state
    assert told in done.problem
    assert done.count("pass") == 0


@pytest.mark.proves("C7.1")
@pytest.mark.parametrize(
    ("body", "state"), [("sys.exit(5)", "finished"), ("say(); sys.exit(5)", "crashed"), ("sys.exit(0)", "crashed")]
)
def test_a_suite_may_say_that_nothing_was_asked_of_it_and_never_by_silence(
    tmp_path: Path, body: str, state: str
) -> None:
    (done,) = run(tmp_path, suite(body).model_copy(update={"idle": 5}))
    assert (done.state, done.count("pass"), done.was_asked) == (state, 0, state == "crashed")


def test_a_narrowed_suite_is_told_the_criteria_and_a_whole_one_is_not(tmp_path: Path) -> None:
    narrow = suite("pass").model_copy(update={"narrow_args": ("--proving", "{criteria}")})
    assert narrow.argv(tmp_path, criteria=["A1.1", "A1.2"])[-2:] == ["--proving", "A1.1,A1.2"]
    assert "--proving" not in narrow.argv(tmp_path)


def test_a_failure_found_before_the_crash_is_kept(tmp_path: Path) -> None:
    (done,) = run(tmp_path, suite("say('fail'); say(check='other'); os._exit(7)"))
    assert (done.state, done.count("fail"), done.count("unknown")) == ("crashed", 1, 1)


def test_a_program_that_is_not_there_is_a_crash_with_its_name(tmp_path: Path) -> None:
    (done,) = run(tmp_path, suite("pass").model_copy(update={"command": ("no-such-program-here",)}))
    assert done.state == "crashed"
    assert "no-such-program-here could not be started" in done.problem


def test_two_run_side_by_side_and_one_that_needs_both_cores_runs_alone(tmp_path: Path) -> None:
    body = "t = time.monotonic(); time.sleep(0.6); say(check=f'{t} {time.monotonic()}')"
    chosen = [suite(body, name="one"), suite(body, name="two"), suite(body, name="alone", cores=2)]
    spans = [tuple(map(float, done.lines[0].check.split())) for done in run(tmp_path, *chosen)]
    (one_began, one_ended), (two_began, two_ended), (alone_began, _) = spans
    assert one_began < two_ended
    assert two_began < one_ended
    assert alone_began >= max(one_ended, two_ended)


PROVE = """
import sys
from pathlib import Path
from readiness import suites
suites.load.__defaults__ = (Path(sys.argv[1]),)
from readiness.__main__ import main
sys.exit(main(sys.argv[2:]))
"""


def prove(tmp_path: Path, body: str, *arguments: str) -> subprocess.Popen[str]:
    made = suite(body, name="contract")
    command = json.dumps(list(made.command))
    listing = tmp_path / "suites.toml"
    listing.write_text(f'[[suite]]\nname = "contract"\ntitle = "Made up"\nlimit_s = 30\ncommand = {command}\n')
    argv = [sys.executable, "-c", PROVE, str(listing), *arguments]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)


def test_what_was_judged_and_is_not_proven_is_exit_code_two(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = prove(tmp_path, "say()", "prove", "--scope", "payments", "--out", str(out))
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 2, told
    assert "NO-GO for payments." in told
    written = {path.name for path in out.iterdir()}
    assert written == {"index.html", "verdict.json", "junit.xml", "go-no-go.md", "evidence"}
    assert json.loads((out / "verdict.json").read_text())["tallies"]["pass"] == 1


def test_when_nothing_could_be_judged_it_is_exit_code_three(tmp_path: Path) -> None:
    process = prove(tmp_path, "sys.exit(4)", "prove", "--out", str(tmp_path / "out"))
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 3, told
    assert "nothing could be judged" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--scope", "paiments"], "There is no scope named paiments. Choose from: accounts"),
        (["--only", "contracts"], "There is no suite named contracts. Choose from: contract."),
        (["--scpe"], "unrecognized arguments"),
    ],
)
def test_a_wrong_order_is_refused_in_one_sentence(tmp_path: Path, arguments: list[str], told: str) -> None:
    process = prove(tmp_path, "say()", "prove", "--out", str(tmp_path / "out"), *arguments)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert told in output
    assert "Traceback" not in output


def test_a_folder_that_cannot_be_written_is_one_sentence_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    process = prove(tmp_path, "say()", "prove", "--out", str(tmp_path / "file" / "out"))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "could not be written" in output
    assert "--out" in output
    assert "Traceback" not in output


def test_ctrl_c_ends_the_children_and_writes_a_verdict_that_says_so(tmp_path: Path) -> None:
    out, pid = tmp_path / "out", tmp_path / "pid"
    body = f"say(); open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    process = prove(tmp_path, body, "prove", "--out", str(out))
    wait_until(lambda: pid.exists() and bool(pid.read_text()))
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 130, told
    verdict = json.loads((out / "verdict.json").read_text())
    assert (verdict["state"], verdict["decision"], verdict["tallies"]["pass"]) == ("interrupted", "NO-GO", 0)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def wait_until(holds: Callable[[], bool], *, limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {limit_s} s"
        time.sleep(0.05)


def test_the_shipped_list_of_suites_can_be_read() -> None:
    shipped = suites.load()
    assert {"contract", "e2e", "security", "unit", "load", "defects"} <= {each.name for each in shipped}
    assert [each.name for each in suites.select(shipped, ["load"], quick=True)] == ["load"]
    assert "defects" not in [each.name for each in suites.select(shipped, [], quick=True)]


def test_a_faulty_list_of_suites_names_suite_and_field(tmp_path: Path) -> None:
    listing = tmp_path / "suites.toml"
    entry = '[[suite]]\nname = "a"\ntitle = "Made up"\ncommand = ["x"]\nlimit_s = 1\n'
    listing.write_text(entry + entry + entry.replace("limit_s = 1", "limit_s = 0\ncores = 3"))
    with pytest.raises(SuitesError) as refused:
        suites.load(listing)
    assert "suite a, field limit_s" in str(refused.value)
    assert "suite a, field cores" in str(refused.value)
    assert "suite a, field name: is used 2 times" in str(refused.value)


def test_progress_in_plain_lines_says_what_began_and_how_it_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [Run(suite("say()"), tmp_path / "made_up")]
    with Progress(Console(force_terminal=False, soft_wrap=True)) as progress:
        schedule.run_all(runs, lambda one: one.suite.argv(one.folder), progress.show, every_s=0.05)
    told = capsys.readouterr().out
    assert "made_up    started" in told
    assert "1 passed, 0 failed, 0 unknown" in told
