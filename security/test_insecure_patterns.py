"""Bandit over the product, and proof in the same run that it looked and that it can find."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LINES_MIN = 5_000


def test_bandit_finds_no_insecure_pattern_in_the_system() -> None:
    report = _scan(ROOT / "system")

    assert report["metrics"]["_totals"]["loc"] > LINES_MIN, "It looked at next to nothing."
    assert not report["errors"], report["errors"]
    assert not report["results"], json.dumps(report["results"], indent=2)


def test_bandit_finds_a_planted_pattern_under_the_same_configuration(tmp_path: Path) -> None:
    (tmp_path / "canary.py").write_text("import subprocess\n\nsubprocess.call(input(), shell=True)\n")

    report = _scan(tmp_path)

    assert "B602" in {result["test_id"] for result in report["results"]}


def _scan(folder: Path) -> dict[str, Any]:
    options = ["--recursive", str(folder), "--configfile", str(ROOT / "pyproject.toml"), "--format", "json", "--quiet"]
    ended = subprocess.run(
        [sys.executable, "-m", "bandit", *options], capture_output=True, text=True, check=False, timeout=100
    )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
