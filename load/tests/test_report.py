"""What a run leaves for people and for machines."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from load import failures, folder, junit, rendering, timeline
from load.command import ordered
from load.judge import judge
from load.profile import load
from load.seconds import Second
from load.tests import made_run
from load.tests.made_run import PROFILE, doctored
from load.users import NAMES

SCHEMA = Path(__file__).parents[1] / "result.schema.json"
SECTIONS = (
    "What had to hold",
    "Money",
    "Over time",
    "How long people waited",
    "What was the limit?",
    "Requests by verb",
    "What did not end as it should",
    "The generator and its machine",
    "Limits, looked up before the first request",
    "Where it was made",
    "How to repeat it",
)

Json = dict[str, Any]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    made = made_run.make(tmp_path / "run")
    lines = [json.dumps(each.to_line(number)) + "\n" for number, each in enumerate(seconds())]
    (made / folder.SECONDS).write_text("".join(lines), encoding="utf-8")
    return made


def seconds() -> Iterator[Second]:
    """Nothing ends in the tenth; two requests fail in the eleventh."""
    for number in range(24):
        second = Second(planned=12, in_flight=3)
        for _ in range(0 if number == 10 else 5):
            second.payments.record(40.0)
            second.calls.record(8.0)
        for _ in range(2 if number == 11 else 0):
            second.errors.record(900.0)
        yield second


def page_of(directory: Path) -> str:
    return (directory / folder.REPORT).read_text(encoding="utf-8")


class Nesting(HTMLParser):
    """Finds tags that are not closed where they were opened; SVG's own may close themselves."""

    VOID = frozenset({"meta", "br", "html", "li", "th", "td", "tr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_startendtag(self, _tag: str, _attributes: object) -> None:
        """Closed at once."""

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"</{tag}> at {self.getpos()}")


def test_a_page_has_all_its_parts_in_order_and_reads_without_a_script(run: Path) -> None:
    judge(run)
    page = page_of(run)
    at = [page.find(f"<h2>{section}</h2>") for section in SECTIONS]
    assert -1 not in at, dict(zip(SECTIONS, at, strict=True))
    assert at == sorted(at)
    assert "<script" not in page
    assert len(page.encode()) < 1_000_000
    nesting = Nesting()
    nesting.feed(page)
    assert nesting.faults == []


def test_what_was_measured_cannot_write_the_page(run: Path) -> None:
    with doctored(run, folder.RUN) as stored:
        stored["profile"]["purpose"] = stored["command"] = "<script>alert(1)</script>"
    made_run.forge_line(run / folder.HISTORY, intent="pay-5", changes={"unexpected": True, "answer": "<script>"})
    judge(run)
    assert "<script" not in page_of(run)


def test_the_result_for_machines_is_valid_by_its_published_schema(run: Path) -> None:
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8")))
    made_run.forge_line(run / folder.HISTORY, intent="pay-5", changes={"unexpected": True, "http": 500})
    judge(run)
    result = folder.read(run / folder.RESULT)
    assert [str(error) for error in validator.iter_errors(result)] == []
    faults: tuple[Json, ...] = (
        {"verdict": "PERHAPS"},
        {"exit_code": 1},
        {"findings": [result["findings"][0] | {"outcome": "maybe"}]},
        {"trust": {}},
        {"failures": [{"verb": "pay"}]},
    )
    for planted in faults:
        assert not validator.is_valid(result | planted), planted
    assert not validator.is_valid({name: value for name, value in result.items() if name != "findings"})


def test_a_broken_run_is_valid_by_the_schema_too() -> None:
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8")))
    broken = {"schema": 1, "verdict": "BROKEN", "exit_code": 3, "profile": PROFILE.to_json(), "reason": "ended"}
    assert [str(error) for error in validator.iter_errors(json.loads(json.dumps(broken)))] == []
    assert not validator.is_valid(broken | {"verdict": "PASS", "exit_code": 0})


def cases(directory: Path) -> dict[str, str]:
    root = ET.parse(directory / folder.JUNIT).getroot()  # noqa: S314 - written a moment ago
    found = {each.get("name", ""): next((child.tag for child in each), "pass") for each in root.iter("testcase")}
    assert int(root.get("tests", "")) == len(found)
    assert int(root.get("failures", "")) == list(found.values()).count("failure")
    assert int(root.get("errors", "")) == list(found.values()).count("error")
    return found


def test_junit_has_a_case_for_each_finding_and_unknown_is_no_pass(tmp_path: Path) -> None:
    healthy = made_run.make(tmp_path / "healthy")
    assert len(judge(healthy)["findings"]) + 1 == len(cases(healthy))
    assert set(cases(healthy).values()) == {"pass"}
    slow = made_run.make(tmp_path / "slow", payments_ms=600.0)
    judge(slow)
    assert cases(slow)["payments p95"] == "failure"
    with doctored(slow, folder.GENERATOR) as generator:
        generator["cpu"] = [0.99] * 20
    judge(slow)
    assert (cases(slow)["payments p95"], cases(slow)["the generator can be trusted"]) == ("error", "error")


def test_junit_of_a_broken_run_is_one_error() -> None:
    root = ET.fromstring(junit.suite({"profile": {"name": "smoke"}, "verdict": "BROKEN", "reason": "ended \0"}))  # noqa: S314 - same
    assert [(each.tag, each.get("message")) for each in root.iter("error")] == [("error", "ended �")]


def test_a_page_is_made_again_without_a_run_and_without_a_judgement(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(run)
    before, judged = page_of(run), (run / folder.RESULT).read_bytes()
    (run / folder.REPORT).unlink()
    (run / folder.HISTORY).unlink()
    with pytest.raises(SystemExit) as ended:
        ordered(["run", "--render", str(run)])
    assert (ended.value.code, page_of(run), (run / folder.RESULT).read_bytes()) == (0, before, judged)
    assert folder.REPORT in capsys.readouterr().out


def test_a_folder_without_a_result_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        ordered(["run", "--render", str(tmp_path)])
    assert ended.value.code == 3
    assert "holds no result" in capsys.readouterr().err


def test_a_broken_run_has_a_page_that_says_why(tmp_path: Path) -> None:
    broken = {"verdict": "BROKEN", "profile": {"name": "smoke"}, "reason": "ended by SIGTERM"}
    folder.write(tmp_path / folder.RESULT, broken)
    rendering.leave(tmp_path)
    assert "ended by SIGTERM" in page_of(tmp_path)
    assert cases(tmp_path) == {"the run came to its end": "error"}


def test_the_timeline_names_its_phases_and_leaves_a_gap_where_nothing_ended() -> None:
    drawn = timeline.section(PROFILE, dict(enumerate(seconds())))
    assert drawn.count("<figure ") == 5
    assert drawn.count("<title>steady, judged</title>") == 5
    payments = drawn.split("</figure>")[0]
    assert payments.count("<polyline class='line l1'") == 3  # before the gap, after it, and the sample beside its name
    assert "limit of p95: 500 ms" in payments


def test_seconds_that_nobody_kept_are_said_to_be_missing(tmp_path: Path) -> None:
    run = made_run.make(tmp_path / "run")
    judge(run)
    assert "Nobody kept what each second measured" in page_of(run)
    (run / folder.SECONDS).write_text("torn", encoding="utf-8")
    rendering.render(run)
    assert "seconds.jsonl cannot be read" in page_of(run)


def test_what_a_sick_generator_measured_is_said_not_to_count(tmp_path: Path) -> None:
    run = made_run.make(tmp_path / "run", payments_ms=600.0)
    judge(run)
    assert "Failed: payments p95." in page_of(run)
    assert "does not count" not in page_of(run)
    with doctored(run, folder.GENERATOR) as generator:
        generator["cpu"] = [0.99] * 20
    judge(run)
    assert "<span class=unknown>fail</span><small class=dim>does not count</small>" in page_of(run)
    assert "Failed: " not in page_of(run)


def test_names_of_short_phases_stand_in_two_rows() -> None:
    profile = load("breakpoint", NAMES)
    drawn = timeline.section(profile, dict(enumerate(seconds())))
    payments = drawn.split("</figure>")[0]
    assert [f">{phase.name}</text>" in payments for phase in profile.phases] == [True] * len(profile.phases)


def failed(number: int, **about: object) -> str:
    line = {"i": number, "t": number, "p": "s1.0", "type": "info", "f": "pay", "intent": str(number)}
    return json.dumps(line | about, separators=(",", ":")) + "\n"


def test_failures_are_grouped_and_each_group_keeps_a_few_samples(tmp_path: Path) -> None:
    lines = [failed(number, http=503, unexpected=True, answer="busy") for number in range(5)]
    lines += [failed(9, http=None, error="TimeoutError: read"), failed(10, http=200, type="ok"), '{"unexpected":true,']
    (tmp_path / "history.jsonl").write_text("".join(lines), encoding="utf-8")
    often, once = failures.of_history(tmp_path / "history.jsonl")
    assert (often["status"], often["count"], len(often["samples"])) == ("503", 5, 3)
    assert often["samples"][0] == {"at_s": 0.0, "person": "s1.0", "intent": "0", "error": None, "answer": "busy"}
    assert (once["status"], once["error"], once["count"]) == ("none", "TimeoutError", 1)


def test_money_that_is_off_says_by_how_much(run: Path) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        snapshot["books"]["transactions"].append(made_run.transaction(9999))
    judge(run)
    assert f"captured off by -{made_run.AMOUNT}" in page_of(run)


def test_a_worker_that_was_lost_stands_in_the_page_by_its_name(run: Path) -> None:
    with made_run.doctored(run, folder.GENERATOR) as generator:
        generator |= {"workers_expected": 2, "workers_finished": 1, "lost": ["vm-7:4711"]}
    judge(run)
    assert "1 of 2 finished; lost: vm-7:4711" in page_of(run)
