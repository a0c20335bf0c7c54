"""One look at real processes and a real PostgreSQL: every column is filled."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fixtures.bench import Bench
from load import folder
from load.attribution.processes import Processes
from load.attribution.sampler import sampling


def lines(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / folder.SAMPLES).read_text(encoding="utf-8").splitlines()]


def test_every_column_is_filled_from_a_running_system(bench: Bench, tmp_path: Path) -> None:
    with sampling(tmp_path, bench.database_url) as sampler:
        sampler.hear({"type": "second", "elapsed_s": 0.0})
        time.sleep(2.3)
    begin, *samples, end = lines(tmp_path)
    assert end["failed"] is None, end
    assert end["run_began_s"] is not None
    assert len(samples) == 2
    assert begin["columns"]
    for kind in ("application", "worker", "PostgreSQL", "emulated processor"):
        seen = samples[-1]["processes"][kind]
        assert all(value is not None for value in seen.values()), (kind, seen)
    postgres = samples[-1]["postgres"]
    filled = ("connections", "active", "running", "waiting_lock", "waiting_disk", "idle_in_transaction", "backlog")
    assert all(isinstance(postgres[name], int) for name in filled), postgres
    assert postgres["connections"] > 0
    assert end["connections_limit"] > postgres["connections"]


def test_a_watch_that_cannot_reach_its_database_says_so_and_ends(tmp_path: Path) -> None:
    with sampling(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing"):
        time.sleep(0.2)
    end = lines(tmp_path)[-1]
    assert end["type"] == "end"
    assert "OperationalError" in end["failed"]


def test_a_kind_whose_processes_all_have_ended_is_not_there_any_more() -> None:
    seen = Processes()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "load.child"]) as child:
        before = seen.sample(1.0)
        child.kill()
    assert "generator" in before
    assert "generator" not in seen.sample(1.0)
