"""Runs the suites, judges what they left behind and writes the report."""

import datetime as dt
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from fixtures.databases import shared_server
from fixtures.postgres_binaries import PostgresUnavailableError
from fixtures.processes import StartError
from readiness import answers, environment, junit, matrix, registry, report, schedule, suites
from readiness.answers import Answer
from readiness.assemble import Circumstances, RunState, assemble
from readiness.document import Document
from readiness.progress import Progress
from readiness.registry import Registry
from readiness.schedule import Run
from readiness.suites import Suite
from readiness.verdict import judge


class HarnessError(Exception):
    """Nothing could be judged; the message is one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for. `only` names suites; empty means all of them."""

    out: Path
    scope: str | None = None
    launch: bool = False
    quick: bool = False
    only: tuple[str, ...] = ()
    seed: int = 1


def prove(order: Order, console: Console) -> Document:
    """Raises HarnessError when it cannot begin or cannot write; a suite that crashes is part of the verdict instead."""
    began_at, began = dt.datetime.now(dt.UTC), time.monotonic()  # noqa: TID251 - the moment of the run itself
    requirements, given, chosen = _inputs(order)
    runs = _prepare(order.out, chosen)
    if any(suite.database for suite in chosen):
        start_database()
    interrupted = _run(runs, order, console, requirements.measured(order.scope))
    state: RunState = "interrupted" if interrupted else "complete"
    if not interrupted and not any(run.lines for run in runs):
        state = "harness_failure"
    around = Circumstances(
        scope=order.scope,
        launch=order.launch,
        quick=order.quick,
        state=state,
        began_at=began_at,
        seconds=round(time.monotonic() - began, 1),
        environment=environment.facts() | {"Seed": str(order.seed)},
        reproduce=_reproduce(order),
    )
    return _conclude(order, requirements, given, [run for run in runs if run.was_asked], around)


def _inputs(order: Order) -> tuple[Registry, dict[str, Answer], tuple[Suite, ...]]:
    try:
        requirements = registry.load()
        given = answers.load(requirements)
        chosen = suites.select(suites.load(), list(order.only), quick=order.quick)
    except (registry.RegistryError, answers.AnswersError, suites.SuitesError) as error:
        raise HarnessError(str(error)) from error
    if order.scope is not None and order.scope not in requirements.scopes:
        raise HarnessError(f"There is no scope named {order.scope}. Choose from: {', '.join(requirements.scopes)}.")
    return requirements, given, chosen


def _prepare(out: Path, chosen: Sequence[Suite]) -> list[Run]:
    """Evidence of an earlier run is removed first: what is not written anew must not be believed."""
    try:
        shutil.rmtree(out / "evidence", ignore_errors=True)
        (out / "evidence").mkdir(parents=True)
        for name in report.FILES:
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise HarnessError(cannot_write(out, error)) from error
    return [Run(suite, out / "evidence" / suite.name) for suite in chosen]


def start_database() -> None:
    """Whatever starts systems shares one server and its migrated template; without it each would make its own."""
    try:
        shared_server()
    except (PostgresUnavailableError, StartError, OSError) as error:
        raise HarnessError(str(error)) from error


def _run(runs: Sequence[Run], order: Order, console: Console, criteria: Sequence[str]) -> bool:
    """True when a person broke it off."""
    try:
        with Progress(console) as progress:
            schedule.run_all(runs, lambda run: _argv(run, order, criteria), progress.show)
    except KeyboardInterrupt:
        console.print("Interrupted: every suite was ended.")
        return True
    except OSError as error:
        raise HarnessError(cannot_write(order.out, error)) from error
    return False


def _argv(run: Run, order: Order, criteria: Sequence[str]) -> list[str]:
    return run.suite.argv(run.folder, quick=order.quick, seed=order.seed, criteria=criteria)


def _conclude(
    order: Order, requirements: Registry, given: dict[str, Answer], runs: Sequence[Run], around: Circumstances
) -> Document:
    lines = [line for run in runs for line in run.lines]
    unfinished = [run.suite.name for run in runs if run.state != "finished"]
    judgement = judge(requirements, lines, given, unfinished=unfinished, scope=order.scope, launch=order.launch)
    recorded = matrix.load(matrix.DEFAULT_FOLDER / "matrix.json")
    try:
        document = assemble(judgement, runs, recorded, around, order.out)
        report.write(document, order.out)
        (order.out / "junit.xml").write_bytes(junit.merge(runs))
    except OSError as error:
        raise HarnessError(cannot_write(order.out, error)) from error
    return document


def cannot_write(folder: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return (
        f"The report could not be written to {folder} ({reason}): free some disk, or choose another folder with --out."
    )


def _reproduce(order: Order) -> tuple[str, ...]:
    scope = f" --scope {order.scope}" if order.scope else ""
    flags = scope + (" --quick" if order.quick else "") + (" --launch" if order.launch else "")
    flags += f" --seed {order.seed}" if order.seed != 1 else ""
    flags += f" --only {' '.join(order.only)}" if order.only else ""
    return (
        "git checkout COMMIT",
        "python3 noxfile.py -s prove" + (f" --{flags}" if flags else ""),
        "python3 noxfile.py -s defects",
    )
