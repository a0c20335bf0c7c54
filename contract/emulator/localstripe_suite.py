"""Run localstripe's own test script against this emulator: `python -m contract.emulator.localstripe_suite TEST.SH`.

The script (github.com/adrienverge/localstripe, GPL-3: fetch it yourself, it is neither kept nor quoted here) is 225
curl calls with expectations in bash. It is cut at its blank lines into sections that run one after the other against a
fresh emulator, each in a shell of its own that inherits the variables of those before, so that one failure does not
hide the rest.

    passed     the section ran to its end
    failed     it did not; the call that it ended at, what it expected and what it got are shown
    skipped    it did not for a reason that is localstripe's own or older than this API version; the reasons are shown
               and counted. A section that needs a variable which such a section should have made is skipped too.

Needs bash. Exit code 0 when no section failed.
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

from contract.emulator.running import emulator

_ROOT: Final = Path(__file__).parents[2]
_LEGACY: Final = (
    (r"total_count", "total_count, which lists of this API version do not have"),
    (r"fingerprint", "fingerprints that are localstripe's own hashes"),
    (r"/v1/sources\b|src_", "Sources"),
    (r"/invoices/upcoming", "upcoming invoices, replaced by previews"),
    (r"tax_percent", "tax_percent"),
    (r"latest_invoice\.payment_intent|data\.charge", "members that invoices of this API version do not have"),
    (r"type=good|attributes\[\]", "goods, which are no products of this API version"),
    (r"customers/\$cus/subscriptions", "a customer's subscriptions under the customer's path"),
    (r"must have the same `interval`", "an item of another interval beside the first, which Stripe refuses"),
    (r"/v1/invoices \\\n\s*-d customer=\$cus\)", "an invoice that takes pending items by itself, as before 2022-08-01"),
    (r"events\?limit=100", "fewer than a hundred events in all"),
    (r"\[id\]=si_RBrVStcKDimMnp", "an item of nobody's subscription, which Stripe refuses"),
    (r"status=paid|status=failed", "payouts made with a status"),
    (r"customers/\$cus \\\n\s*\| grep -oE \$card", "sources within a customer, which this API version leaves out"),
    (r"setup_intents/\w+/cancel.*status of succeeded", "cancelling a SetupIntent that succeeded, which Stripe refuses"),
    (r"don't have any external accounts in that currency", "a payout of money that is not there, which Stripe refuses"),
    (r"payment_intents.*(\"captured\": true|amount_refunded)", "a charge within its PaymentIntent, where an id is now"),
    (r"amount_due.*no attached payment source", "a credit of another currency than the plan's"),
    (r"It may not be used again", "a PaymentMethod that was detached, which Stripe refuses to use again"),
    (r"No such PaymentMethod: 'card_", "a card that is a source in the place of a PaymentMethod"),
    (r"No such PaymentMethod: 'pm_doesnotexist'", "a 404 for a parameter that names nothing, where Stripe answers 400"),
)
"""What a section is skipped for when it fails and its text, or the call that it ended at with its answer, shows it."""
_REFUSED: Final = 400
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
    text: str
    outcome: Literal["passed", "failed", "skipped"]
    reason: str
    calls: int


class Script:
    """The script on its way through an emulator."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder = folder
        self._calls, self._variables = folder / "calls", folder / "variables"
        self._variables.write_text(f'HOST="{host}"\nSK="sk_test_12345"\n')
        self._excused: dict[str, str] = {}
        """Variables that a skipped section should have made, and why it was skipped."""
        self._missing: dict[str, int] = {}
        """Variables that a failed section should have made, and its line."""

    def run(self, line: int, text: str) -> Section:
        section = self._folder / "section"
        section.write_text(text)
        self._calls.write_text("")
        command = _RUN.format(python=sys.executable, variables=self._variables, section=section)
        done = subprocess.run(
            ["/bin/bash", "-c", command], cwd=_ROOT, env=os.environ | {"ASSAY_CALLS": str(self._calls)},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        calls = [json.loads(row) for row in self._calls.read_text().splitlines()]
        made = re.findall(r"^(\w+)=", text, re.MULTILINE)
        if done.returncode == 0 and not any(_is_refused(call) for call in calls):
            for name in made:
                self._excused.pop(name, None)
                self._missing.pop(name, None)
            return Section(line, text, "passed", "", len(calls))
        excuse = self._excuse(text, calls)
        if excuse:
            self._excused |= dict.fromkeys(made, excuse)
            return Section(line, text, "skipped", excuse, len(calls))
        cause = next((line for name, line in self._missing.items() if re.search(rf"\$\{{?{name}\b", text)), None)
        self._missing |= dict.fromkeys(made, cause or line)
        told = _told(calls, done.stderr) if cause is None else f"what line {cause} should have made"
        return Section(line, text, "failed", told, len(calls))

    def _excuse(self, text: str, calls: list[list[Any]]) -> str:
        needed = set(re.findall(r"\$\{?(\w+)", text))
        inherited = next((why for name, why in self._excused.items() if name in needed), "")
        asked = "\n".join(" ".join(map(str, call[:5])) for call in [_ended_at(calls)] if call)
        own = next((why for pattern, why in _LEGACY if re.search(pattern, f"{text}\n{asked}", re.DOTALL)), "")
        return own or inherited


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


def _told(calls: list[list[Any]], trace: str) -> str:
    """The last call with its answer, and the last thing that the shell tried."""
    tried = [row.lstrip("+ ") for row in trace.splitlines() if row.startswith("+") and "declare -p" not in row]
    tested = next((row for row in reversed(tried) if row.startswith("[")), "")
    if not calls:
        return f"no call; the shell says: {trace.strip().splitlines()[-1] if trace.strip() else 'nothing'}"
    method, target, form, status, body, _ = _ended_at(calls)
    expected = f"; expected {tested}" if tested else ""
    return f"{method} {target} {form or ''}{expected}; got {status}: {' '.join(body.split())[:300]}"


def report(ran: list[Section]) -> str:
    counts = Counter(section.outcome for section in ran)
    lines = [f"line {each.line}: failed at {each.reason}" for each in ran if each.outcome == "failed"]
    why = Counter(each.reason for each in ran if each.outcome == "skipped")
    lines += [f"skipped {count:>3} for {reason}" for reason, count in why.most_common()]
    calls = sum(section.calls for section in ran)
    held = sum(section.calls for section in ran if section.outcome == "passed")
    lines.append(
        f"{counts['passed']} sections passed, {counts['failed']} failed, {counts['skipped']} skipped; "
        f"{calls} calls, {held} of them in passed sections"
    )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path, metavar="TEST.SH", help="localstripe's test.sh")
    script = parser.parse_args().script.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name, emulator(Path(name) / "emulator.log", judged=False) as running:
        run = Script(Path(name), running.url)
        ran = [run.run(line, text) for line, text in sections(script)]
    print(report(ran))  # noqa: T201  the report is the result
    return 1 if any(section.outcome == "failed" for section in ran) else 0


if __name__ == "__main__":
    sys.exit(main())
