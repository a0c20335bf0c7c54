"""Schemathesis over an OpenAPI document, in a process of its own; what it found and what it looked at, as data."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "ignored_auth",
    "object_level_authorization",
    "use_after_free",
)
"""All but those that a shop answers rightly and schemathesis cannot know to be right.

`positive_data_acceptance` takes every unknown id and every wrong password for a refusal of valid data;
`ensure_resource_availability` expects an object behind every 201, also behind a payment of another member;
`unsupported_method` and `allow_header_conformance` judge FastAPI's 405, which the problem tests do.
"""
PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")
LIMIT_S: Final = 110
CHAINS: Final = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `tokens` are bearer tokens by name: the peers first, who must not see each other's objects."""

    base_url: str
    document: Path
    tokens: Mapping[str, str]
    folder: Path
    seed: int
    examples: int
    phases: Sequence[str] = PHASES
    only: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """`failures` are one line each; `statuses` counts the answers of every operation that was reached."""

    failures: tuple[str, ...]
    statuses: Mapping[str, Counter[int]]
    transitions: int
    output: str

    def succeeded(self) -> list[str]:
        return sorted(name for name, seen in self.statuses.items() if any(200 <= status < 300 for status in seen))  # noqa: PLR2004 - the class of success


def run(plan: Plan) -> Found:
    """Raises AssertionError when schemathesis itself did not come to its end."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    report = plan.folder / "events.ndjson"
    done = subprocess.run(
        _command(plan, report),
        check=False,
        cwd=plan.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode in {0, 1}, f"schemathesis ended with {done.returncode}:\n{done.stdout}"
    return _read(report, done.stdout)


def _command(plan: Plan, report: Path) -> list[str]:
    config = plan.folder / "schemathesis.toml"
    config.write_text(_config(plan), encoding="utf-8")
    only = [word for path in plan.only for word in ("--include-path", path)]
    return [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", str(plan.document)),
        *("--url", plan.base_url, "--phases", ",".join(plan.phases), "--checks", ",".join(CHECKS)),
        *("--seed", str(plan.seed), "--max-examples", str(plan.examples), "--workers", "2"),
        *("--continue-on-failure", "--no-color", "--generation-database", "none", "--request-timeout", "20"),
        *("--report", "ndjson", "--report-ndjson-path", str(report), "--max-redirects", "0"),
        *only,
    ]


def _config(plan: Plan) -> str:
    """The peers are what `object_level_authorization` replays as, which an option of the command line cannot say."""
    users = plan.folder / "users.json"
    headers = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in plan.tokens.items()
    ]
    users.write_text(json.dumps({"auth": headers}), encoding="utf-8")
    peers = json.dumps(list(plan.tokens)[:2])
    return "\n".join(
        [
            "[auth.wfc]",
            f"path = {json.dumps(str(users))}",
            f"peers = {peers}",
            # Chains are cheap, and most of them end at the first refusal.
            "[phases.stateful.generation]",
            f"max-examples = {CHAINS}",
        ]
    )


def _read(report: Path, output: str) -> Found:
    failures: dict[str, None] = {}
    statuses: dict[str, Counter[int]] = {}
    transitions = 0
    for recorder in _recorders(report):
        cases = recorder.get("cases", {})
        for case_id, interaction in recorder.get("interactions", {}).items():
            response = interaction.get("response")
            operation = _operation(cases[case_id]["value"])
            transitions += bool(cases[case_id].get("is_transition_applied"))
            if response is not None:
                statuses.setdefault(operation, Counter())[int(response["status_code"])] += 1
        for case_id, checks in recorder.get("checks", {}).items():
            for check in checks:
                if check["status"] != "success":
                    failures[_failure(_operation(cases[case_id]["value"]), check)] = None
    return Found(tuple(failures), statuses, transitions, output)


def _recorders(report: Path) -> Iterator[dict[str, Any]]:
    for line in report.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        for name, content in event.items():
            if name == "ScenarioFinished":
                yield content["recorder"]


def _operation(case: Mapping[str, Any]) -> str:
    return f"{case['method']} {case['path']}"


def _failure(operation: str, check: Mapping[str, Any]) -> str:
    info = check.get("failure_info") or {}
    failure = info.get("failure") or {}
    return f"{operation}: {check['name']}: {failure.get('title', '')} {failure.get('message', '')}".strip()
