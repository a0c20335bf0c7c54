"""The files of one run. Everything a judge needs is here, so that anybody can judge again, offline."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

RUN: Final = "run.json"  # the profile, the seed, the target, the environment
PREFLIGHT: Final = "preflight.json"  # limits of machine and system, looked up before the first request
GENERATOR: Final = "generator.json"  # what the generator saw of itself
MACHINE: Final = "machine.json"  # who used its CPU meanwhile
HISTOGRAMS: Final = "histograms.json"
HISTORY: Final = "history.jsonl"
NEMESIS: Final = "nemesis.jsonl"  # the faults that are made on purpose, until they are put into the history
SNAPSHOT: Final = "snapshot.json"  # what processor, system and mailbox say after the run
SECONDS: Final = "seconds.jsonl"  # progress, and what each second measured
SAMPLES: Final = "samples.jsonl"  # what the machine, PostgreSQL and each process did, one line a second
ANSWERS: Final = "answers.jsonl"  # what answers said of their own time, one line a second
CAPACITY: Final = "capacity.json"  # what the steps of the run show, if it had any
RESULT: Final = "result.json"
REPORT: Final = "report.html"
RESERVE: Final = "reserve"  # room for the result, given free when the disk is full
WORKERS: Final = "workers"  # what each of several workers wrote; kept when one of them was lost
JUNIT: Final = "junit.xml"
LOGS: Final = "logs"  # of the system, its worker and the emulator
ALL: Final = (
    RUN,
    PREFLIGHT,
    GENERATOR,
    MACHINE,
    HISTOGRAMS,
    HISTORY,
    NEMESIS,
    SNAPSHOT,
    SECONDS,
    SAMPLES,
    ANSWERS,
    CAPACITY,
    RESULT,
    REPORT,
    JUNIT,
    RESERVE,
)
_RESERVED: Final = 256 * 1024
_FULL: Final = 64 * 1024


def prepare(directory: Path) -> None:
    """Make the folder, without the files of an earlier run: half of two runs must never look like one."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in ALL:
        (directory / name).unlink(missing_ok=True)
    for name in (LOGS, WORKERS):
        shutil.rmtree(directory / name, ignore_errors=True)


def keep_generated(directory: Path, histograms: Mapping[str, Any], outcome: Mapping[str, Any]) -> None:
    """What a generator leaves at its end. The outcome last: where it is, everything is."""
    (directory / HISTOGRAMS).write_text(json.dumps(histograms), encoding="utf-8")
    (directory / GENERATOR).write_text(json.dumps(outcome), encoding="utf-8")


def hold_back(directory: Path) -> None:
    """Take the room that a result needs now: a run that fills the disk must still be able to say so."""
    (directory / RESERVE).write_bytes(os.urandom(_RESERVED))


def release(directory: Path) -> None:
    (directory / RESERVE).unlink(missing_ok=True)


def is_full(directory: Path) -> bool:
    """Whether there is no room beside what was held back."""
    return directory.is_dir() and shutil.disk_usage(directory).free < _FULL


def write(path: Path, content: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Whole or not at all: a reader never meets a torn file."""
    unfinished = path.with_suffix(path.suffix + ".part")
    unfinished.write_text(json.dumps(content, indent=1, default=str) + "\n", encoding="utf-8")
    unfinished.replace(path)


def read(path: Path) -> Any:  # noqa: ANN401 - same
    return json.loads(path.read_text(encoding="utf-8"))
