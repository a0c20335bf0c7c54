"""The blind campaign: the whole quick proof against each defect, and which suites went red by themselves."""

from collections.abc import Sequence
from pathlib import Path

from readiness import schedule, suites
from readiness.evidence import Outcome
from readiness.matrix import DefectRow, Fate
from readiness.planted import Planted
from readiness.schedule import Run


def clean(out: Path) -> tuple[Outcome, str, float]:
    """The quick proof without a defect: outcome, message, seconds."""
    runs = _run(out / "clean", None)
    red, broken = red_suites(runs), _broken(runs)
    seconds = max(run.seconds for run in runs)
    if red:
        return "fail", f"Red without a defect: {', '.join(red)}.", seconds
    if broken:
        return "unknown", f"Did not finish without a defect: {', '.join(broken)}.", seconds
    return "pass", "Every suite is green without a defect.", seconds


def against(defect: Planted, out: Path) -> DefectRow:
    runs = _run(out / defect.name, defect)
    red = red_suites(runs)
    fate, message = judge(red, _broken(runs))
    return DefectRow(
        row=defect.row,
        name=defect.name,
        symptom=defect.symptom,
        source=defect.source,
        check=defect.check,
        fate=fate,
        seconds=round(sum(run.seconds for run in runs), 2),
        total_s=round(max(run.seconds for run in runs), 2),
        message=message,
        red_suites=tuple(red),
    )


def judge(red: Sequence[str], broken: Sequence[str]) -> tuple[Fate, str]:
    """A suite that broke off has found nothing; a defect that only breaks suites is not known to be found."""
    if red:
        return "killed", f"Went red: {', '.join(red)}."
    if broken:
        return "unknown", f"Did not finish: {', '.join(broken)}."
    return "survived", "Every suite stayed green."


def red_suites(runs: Sequence[Run]) -> list[str]:
    return [run.suite.name for run in runs if run.state == "finished" and run.count("fail")]


def _broken(runs: Sequence[Run]) -> list[str]:
    return [run.suite.name for run in runs if run.state != "finished"]


def _run(folder: Path, defect: Planted | None) -> list[Run]:
    chosen = [suite for suite in suites.load() if suite.blind_args]
    runs = [Run(suite, folder / suite.name) for suite in chosen]

    def argv(run: Run) -> list[str]:
        return (
            run.suite.argv(run.folder, quick=True) if defect is None else run.suite.blind_argv(run.folder, defect.path)
        )

    schedule.run_all(runs, argv, lambda _: None)
    return runs
