"""Run localstripe's own test script against this emulator: `python -m contract.emulator.localstripe_suite TEST.SH`.

The script (github.com/adrienverge/localstripe, GPL-3: fetch it yourself, it is neither kept nor quoted here) is 225
curl calls with expectations in bash. It is cut at its blank lines into sections that run one after the other against a
fresh emulator, each in a shell of its own that inherits the variables of those before, so that one failure does not
hide the rest.

    passed     the section ran to its end. Some calls are said in Stripe's words on their way (`curl.py`): such
               sections are counted apart from those that passed as they are written
    failed     it did not; the call that it ended at, what it expected and what it got are shown
    skipped    it did not for a reason of `localstripe_excuses.py`, shown with where Stripe says so. What needs a
               variable that such a section should have made is skipped with it, whatever it then comes to

It is run as the account that it is written for: a French one, which has euros, pinned to API 2020-03-02, the last
version with all that it asks for: an invoice's one payment, a PaymentIntent's charges, pending items that no invoice
asked for, and a customer's sources.

Needs bash. Exit code 0 when no section failed and every excuse was needed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from contract.emulator.localstripe_excuses import EXCUSES, KINDS, Excuse, excuse_for
from contract.emulator.running import emulator

_ROOT: Final = Path(__file__).parents[2]
_REFUSED: Final = 400
ACCOUNT: Final = ("--country", "FR", "--api-version", "2020-03-02")
_RUN: Final = """
set -eu
curl() {{ "{python}" -m contract.emulator.curl "$@"; }}
[ -f "{variables}" ] && source "{variables}"
trap 'set +x; declare -p $(compgen -v | grep -E "^([a-z]\\w*|HOST|SK)$") > "{variables}"' EXIT
set -x
source "{section}"
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the script and how it went; `line` is its first in the script."""

    line: int
    outcome: Literal["passed", "failed", "skipped"]
    calls: int
    changed: tuple[str, ...] = ()
    """What was said in Stripe's words about its calls."""
    failure: str = ""
    excuse: Excuse | None = None


class Script:
    """The script on its way through an emulator."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder = folder
        self._calls, self._variables = folder / "calls", folder / "variables"
        self._variables.write_text(f'HOST="{host}"\nSK="sk_test_12345"\n')
        self._excused: dict[str, Excuse] = {}
        """Variables that a skipped section should have made, and why it was skipped."""
        self._missing: dict[str, int] = {}
        """Variables that a failed section should have made, and its line."""

    def run(self, line: int, text: str) -> Section:
        ended, trace = self._carry_out(text)
        calls = [json.loads(row) for row in self._calls.read_text().splitlines()]
        changed = tuple(sorted({kind for call in calls for kind in call[6]}))
        made, needed = _made(text), _needed(text)
        excuse = next((why for name, why in self._excused.items() if name in needed), None)
        if excuse is None and ended and not any(_is_refused(call) for call in calls):
            for name in made:
                self._excused.pop(name, None)
                self._missing.pop(name, None)
            return Section(line, "passed", len(calls), changed)
        excuse = excuse or excuse_for(text, _shown(_ended_at(calls)))
        if excuse is not None:
            self._excused |= dict.fromkeys(made, excuse)
            return Section(line, "skipped", len(calls), changed, excuse=excuse)
        cause = next((line for name, line in self._missing.items() if name in needed), None)
        self._missing |= dict.fromkeys(made, cause or line)
        told = _told(calls, trace) if cause is None else f"what line {cause} should have made"
        return Section(line, "failed", len(calls), changed, failure=told)

    def _carry_out(self, text: str) -> tuple[bool, str]:
        """Whether the shell ran to the section's end, and the trace of what it did."""
        section = self._folder / "section"
        section.write_text(text)
        self._calls.write_text("")
        command = _RUN.format(python=sys.executable, variables=self._variables, section=section)
        told = {"ASSAY_CALLS": str(self._calls), "ASSAY_COUNTED": "yes" if "total_count" in text else ""}
        done = subprocess.run(
            ["/bin/bash", "-c", command], cwd=_ROOT, env=os.environ | told,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        return done.returncode == 0, done.stderr


def _made(text: str) -> set[str]:
    return set(re.findall(r"^(\w+)=", text, re.MULTILINE))


def _needed(text: str) -> set[str]:
    """The variables that the section takes from those before: what it names before it makes it, if it does at all."""
    needed: set[str] = set()
    for name in set(re.findall(r"\$\{?(\w+)", text)):
        used = re.search(rf"\$\{{?{name}\b", text)
        made = re.search(rf"^{name}=", text, re.MULTILINE)
        if used is not None and (made is None or used.start() < made.start()):
            needed.add(name)
    return needed


def sections(script: str) -> list[tuple[int, str]]:
    """The paragraphs of the script with the line that each begins at, without its head."""
    found, lines, line = [], script.splitlines(), 1
    for text in re.split(r"\n[ \t]*\n", script):
        if re.search(r"^[^#\s]", text, re.MULTILINE) and not re.search(r"^(HOST=|set -)", text, re.MULTILINE):
            found.append((line, text + "\n"))
        line += text.count("\n") + 2
    assert line >= len(lines), "the script was not cut where it has blank lines"
    return found


def _is_refused(call: list[Any]) -> bool:
    """Whether a call failed that had to succeed; in a pipe the shell does not notice."""
    return bool(call[5]) and int(call[3]) >= _REFUSED


def _ended_at(calls: list[list[Any]]) -> list[Any]:
    """The first call that was refused and had to succeed, or else the last."""
    return next((call for call in calls if _is_refused(call)), calls[-1] if calls else [])


def _shown(call: list[Any]) -> str:
    """A call with its answer, in one line."""
    return " ".join(" ".join(map(str, call[:5])).split())


def _told(calls: list[list[Any]], trace: str) -> str:
    """The call that the section ended at with its answer, and the last thing that the shell tried."""
    tried = [row.lstrip("+ ") for row in trace.splitlines() if row.startswith("+") and "declare -p" not in row]
    tested = next((row for row in reversed(tried) if row.startswith("[")), "")
    if not calls:
        return f"no call; the shell says: {trace.strip().splitlines()[-1] if trace.strip() else 'nothing'}"
    method, target, form, status, body, *_ = _ended_at(calls)
    expected = f"; expected {tested}" if tested else ""
    return f"{method} {target} {form or ''}{expected}; got {status}: {' '.join(body.split())[:300]}"


def report(ran: list[Section]) -> str:
    """What failed, why the rest was skipped, and a table of both."""
    lines = [f"line {each.line}: failed at {each.failure}" for each in ran if each.outcome == "failed"]
    why = Counter(each.excuse for each in ran if each.excuse is not None)
    for excuse, count in sorted(why.items(), key=lambda each: (list(KINDS).index(each[0].kind), -each[1])):
        lines.append(f"skipped {count:>3}, {KINDS[excuse.kind]}: {excuse.reason} ({excuse.source})")
    lines += [f"never needed, so strike it out: {each.reason}" for each in idle(ran)]
    return "\n".join([*lines, *(["", *_table(ran)])])


def idle(ran: list[Section]) -> list[Excuse]:
    """Excuses that excuse nothing: what they say of the emulator is no longer so."""
    needed = {each.excuse for each in ran}
    return [each for each in EXCUSES if each not in needed]


def _table(ran: list[Section]) -> list[str]:
    groups = {
        "passed as written": [each for each in ran if each.outcome == "passed" and not each.changed],
        "passed with calls in Stripe's words": [each for each in ran if each.outcome == "passed" and each.changed],
        "failed": [each for each in ran if each.outcome == "failed"],
        **{
            f"skipped: {name}": [each for each in ran if each.excuse is not None and each.excuse.kind == kind]
            for kind, name in KINDS.items()
        },
        "all": ran,
    }
    rows = [
        f"{name:<42} {len(group):>4} sections {sum(each.calls for each in group):>4} calls"
        for name, group in groups.items()
    ]
    words = Counter(kind for each in ran if each.outcome == "passed" for kind in each.changed)
    return [*rows, *(f"Stripe's words in {count:>3} passed sections: {kind}" for kind, count in words.most_common())]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path, metavar="TEST.SH", help="localstripe's test.sh")
    script = parser.parse_args().script.read_text(encoding="utf-8")
    with (
        tempfile.TemporaryDirectory() as name,
        emulator(Path(name) / "emulator.log", *ACCOUNT, judged=False) as running,
    ):
        run = Script(Path(name), running.url)
        ran = [run.run(line, text) for line, text in sections(script)]
    print(report(ran))  # noqa: T201  the report is the result
    return 1 if idle(ran) or any(section.outcome == "failed" for section in ran) else 0


if __name__ == "__main__":
    sys.exit(main())
