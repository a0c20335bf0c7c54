"""Folders of runs as a machine with noise leaves them: what the commands say of two groups of them."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fixtures.system_commands import ROOT
from load import folder
from load.comparison import abba, environment
from load.comparison.baseline import runs_at
from load.comparison.commands import baseline, compare
from load.comparison.compared import compared
from load.comparison.rehearsal import alarms, made_up
from load.measures import Measures
from load.tests import made_run
from load.tests.made_run import doctored

NOISE = 0.03  # of all latencies of a run, from one run to the next
SPREAD = 0.15  # of single requests
REQUESTS = 300
DRAWN = random.Random(1)  # noqa: S311 - noise that can be repeated, not a secret


@pytest.fixture(autouse=True)
def _same_noise_every_time() -> None:
    DRAWN.seed(1)


def make(directory: Path, *, factor: float = 1.0, noise: float = NOISE) -> Path:
    directory.mkdir(parents=True)
    of_this = environment.of_this_machine()
    run = {"profile": made_run.PROFILE.to_json(), "own_system": True, "environment": of_this}
    folder.write(directory / folder.RUN, run)
    trust: dict[str, Any] = {"state": "TRUSTED", "reasons": [], "undelivered": False, "disturbed": False}
    folder.write(directory / folder.RESULT, {"verdict": "PASS", "trust": trust})
    slower = factor * DRAWN.lognormvariate(0, noise)
    folder.write(directory / folder.MACHINE, {"cpu_s": {"application": 2 * REQUESTS * 0.004 * slower}})
    measures = Measures()
    for verb, typical_ms in (("pay", 40.0), ("catalogue", 8.0)):
        for _ in range(REQUESTS):
            taken = typical_ms * slower * DRAWN.lognormvariate(0, SPREAD)
            measures.record("steady", verb, waited_ms=taken, service_ms=taken, status=200, expected=True)
    folder.write(directory / folder.HISTOGRAMS, measures.to_json())
    return directory


def group(directory: Path, count: int, *, factor: float = 1.0) -> list[str]:
    return [str(make(directory / f"run-{n}", factor=factor)) for n in range(count)]


def test_a_candidate_that_is_ten_per_cent_slower_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "comparison.json"
    before, after = group(tmp_path / "a", 8), group(tmp_path / "b", 8, factor=1.1)
    assert compare(["--out", str(out), *before, "--", *after]) == 2
    assert "comparison: FAIL. The candidate is slower." in capsys.readouterr().out
    slower = {row["statistic"]: row["shift"] for row in folder.read(out)["statistics"] if row["outcome"] == "fail"}
    assert all(0.05 < shift < 0.16 for shift in slower.values()), slower
    page = out.with_suffix(".html").read_text(encoding="utf-8")
    assert "<strong>FAIL</strong>" in page
    assert page.count("<circle") == len(folder.read(out)["statistics"])


def test_the_same_build_twice_is_silent_ten_times_of_ten() -> None:
    verdicts = [compared(made_up(8, DRAWN), made_up(8, DRAWN))["verdict"] for _ in range(10)]
    assert verdicts == ["PASS"] * 10


def test_a_build_that_is_a_tenth_slower_is_found_ten_times_of_ten() -> None:
    verdicts = [compared(made_up(8, DRAWN), made_up(8, DRAWN, factor=1.1))["verdict"] for _ in range(10)]
    assert verdicts == ["FAIL"] * 10


def test_the_same_build_twice_hardly_ever_alarms_with_few_runs_either() -> None:
    assert alarms(4, 200, DRAWN) <= 6


def test_a_stored_baseline_stands_for_its_runs(tmp_path: Path) -> None:
    runs, stored = group(tmp_path / "a", 5), tmp_path / "baselines" / "smoke.json"
    assert baseline([*runs, "--out", str(stored)]) == 0
    assert runs_at(stored) == [run for path in runs for run in runs_at(Path(path))]
    assert compare([str(stored), "--", *group(tmp_path / "b", 5, factor=1.3)]) == 2


def test_three_runs_are_no_baseline_and_no_candidate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = group(tmp_path / "a", 5)
    assert baseline(runs[:3]) == 4
    assert "at least 4" in capsys.readouterr().err
    assert compare([*runs[:3], "--", *group(tmp_path / "b", 3, factor=2.0)]) == 5


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"environment": {"cores": 64}}, "machine.cores"),
        ({"environment": {}}, "machine.cpu is not known"),
        ({"profile": made_run.PROFILE.scaled(2).to_json()}, "profile.users differs: 40 and 80"),
    ],
)
def test_runs_that_were_not_made_alike_are_refused_by_the_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], named: str
) -> None:
    before, after = group(tmp_path / "a", 1), group(tmp_path / "b", 1)
    with doctored(Path(after[0]), folder.RUN) as stored:
        stored.update(changes)
    assert compare([*before, "--", *after]) == 4
    assert named in capsys.readouterr().err


@pytest.mark.parametrize(
    "changes", [{"verdict": "BROKEN"}, {"trust": {"state": "INVALID", "reasons": ["its loop lagged"]}}]
)
def test_a_run_that_nobody_can_vouch_for_is_refused_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    run = make(tmp_path / "sick")
    with doctored(run, folder.RESULT) as stored:
        stored.update(changes)
    assert compare([str(run), "--", str(run)]) == 4
    assert f"{run} " in capsys.readouterr().err


def test_what_others_slowed_is_no_fault_of_the_candidate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = group(tmp_path / "a", 5), group(tmp_path / "b", 5, factor=1.5)
    with doctored(Path(after[2]), folder.RESULT) as stored:
        stored["trust"] |= {"state": "DEGRADED", "disturbed": True}
    assert compare([*before, "--", *after]) == 4
    assert f"other work filled the machine in {after[2]}: make those runs again" in capsys.readouterr().out
    assert compare([*after, "--", *before]) == 0


def test_a_statistic_of_too_few_requests_is_unknown(tmp_path: Path) -> None:
    runs, candidates = group(tmp_path / "a", 4), group(tmp_path / "b", 4)
    with doctored(Path(candidates[0]), folder.HISTOGRAMS) as histograms:
        del histograms["steady"]["pay"]
    out = tmp_path / "out.json"
    assert compare(["--out", str(out), *runs, "--", *candidates]) != 0
    rows = {row["statistic"]: row for row in folder.read(out)["statistics"]}
    assert rows["payments_p95_ms"]["outcome"] == "unknown"
    assert candidates[0] in rows["payments_p95_ms"]["why"]


def test_a_lower_capacity_is_a_slow_down(tmp_path: Path) -> None:
    runs, candidates = group(tmp_path / "a", 4), group(tmp_path / "b", 4)
    for path, capacity in [(path, 100.0) for path in runs] + [(path, 80.0) for path in candidates]:
        folder.write(Path(path) / folder.CAPACITY, {"capacity_per_s": capacity})
    out = tmp_path / "out.json"
    assert compare(["--out", str(out), *runs, "--", *candidates]) == 2
    rows = {row["statistic"]: row for row in folder.read(out)["statistics"]}
    assert rows["ms_per_request_at_capacity"]["shift"] == pytest.approx(0.25)


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "--"], ["--", "b"], ["--no", "a", "--", "b"]])
def test_misuse_is_no_verdict(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        compare(arguments)
    assert ended.value.code == 3


def test_what_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.json").write_text("[]", encoding="utf-8")
    folder.write(tmp_path / "empty.json", {"schema": 1, "runs": []})
    for path, complaint in (
        (tmp_path, "run.json"),
        (tmp_path / "none", "neither"),
        (tmp_path / "other.json", "no stored"),
        (tmp_path / "empty.json", "0 runs of the baseline"),
    ):
        assert compare([str(path), "--", str(path)]) == 4
        assert complaint in capsys.readouterr().err


def test_blocks_go_a_b_b_a_and_neighbours_share_their_plan() -> None:
    plan = abba.blocks(2, seed=5)
    assert "".join(block.name for block in plan) == "abbaabba"
    assert [block.seed for block in plan] == [5, 5, 6, 6, 7, 7, 8, 8]


@pytest.mark.parametrize(("factor", "code"), [(1.1, 2), (1.0, 0)], ids=["slower by a tenth", "the same"])
def test_two_builds_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: float, code: int) -> None:
    """On a machine that grows slower by a third meanwhile."""
    defect = tmp_path / "d999_slow.py"
    defect.touch()
    loaded: list[str] = []

    def load(build: abba.Build, options: Sequence[str], out: Path) -> int:
        loaded.append(options[-1])
        make(out, factor=(factor if build.defect else 1.0) * (1 + len(loaded) / 36), noise=0.01)
        return 0

    monkeypatch.setattr(abba, "load", load)
    assert abba.abba(["--b", str(defect), "--out", str(tmp_path / "out")]) == code
    assert loaded == ["1", "1", "2", "2", "3", "3", "4", "4", "5", "5", "6", "6"]
    assert (tmp_path / "out" / "comparison.json").is_file()


def test_a_block_that_broke_ends_the_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(abba, "load", lambda *_: 3)
    assert abba.abba(["--b", str(ROOT), "--out", str(tmp_path)]) == 3
    assert not (tmp_path / "comparison.json").exists()


@pytest.mark.parametrize(("factor", "rounds", "code"), [(1.2, 4, 2), (1.0, 4, 5), (1.2, 3, 5)])
def test_a_pair_that_nobody_can_vouch_for_is_left_out_and_lets_nothing_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: float, rounds: int, code: int
) -> None:
    """Six pairs are the fewest that can decide."""

    def load(build: abba.Build, _options: Sequence[str], out: Path) -> int:
        with doctored(make(out, factor=factor if build.defect else 1.0, noise=0.01), folder.RESULT) as stored:
            if out.name == "03-b":
                stored["trust"] |= {"state": "INVALID", "reasons": ["its loop lagged"]}
        return 4

    monkeypatch.setattr(abba, "load", load)
    defect = tmp_path / "d999_slow.py"
    defect.touch()
    assert abba.abba(["--b", str(defect), "--rounds", str(rounds), "--out", str(tmp_path / "out")]) == code
    told = folder.read(tmp_path / "out" / "comparison.json")
    assert "its loop lagged" in told["left_out"][0]
    assert len(told["baseline"]) == 2 * rounds - 1
    assert all(name.endswith("-a") for name in told["baseline"])
    assert all(name.endswith("-b") for name in told["candidate"])


def test_without_any_pair_there_is_no_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(_build: abba.Build, _options: Sequence[str], out: Path) -> int:
        with doctored(make(out), folder.RESULT) as stored:
            stored["trust"] |= {"state": "INVALID", "reasons": ["its loop lagged"]}
        return 4

    monkeypatch.setattr(abba, "load", load)
    assert abba.abba(["--b", str(ROOT), "--rounds", "1", "--out", str(tmp_path)]) == 4
    assert "its loop lagged" in capsys.readouterr().err


def test_of_another_checkout_the_system_alone_is_taken(tmp_path: Path) -> None:
    (tmp_path / "system").mkdir()
    (tmp_path / "system" / "__main__.py").touch()
    with abba.overlaid(abba.Build.at(tmp_path).root) as made:
        assert (made / "system").resolve() == tmp_path / "system"
        assert (made / "load").resolve() == ROOT / "load"
    assert not made.exists()


def test_no_round_at_all_is_misuse() -> None:
    with pytest.raises(SystemExit) as ended:
        abba.abba(["--b", str(ROOT), "--rounds", "0"])
    assert ended.value.code == 3


def test_what_is_no_build_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert abba.abba(["--b", str(tmp_path)]) == 4
    assert "neither a checkout" in capsys.readouterr().err
