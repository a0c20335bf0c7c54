"""The report: one file, no script, every row and criterion in it, and the machine's form valid by its schema."""

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import jsonschema_rs
import pytest

from readiness import document, junit, registry, report
from readiness.document import Document
from readiness.evidence import Line, Link
from readiness.tests import made_up
from readiness.tests.made_up import line

REQUIREMENTS = registry.load()
FAILURE = line(
    "contract/test_x.py::test_y", "A2.4", outcome="fail", detail="<script>alert(1)</script> 201 != 409\nseed 4711"
)


@pytest.fixture
def made(tmp_path: Path) -> Document:
    lines = [*made_up.lines_for(REQUIREMENTS, "payments"), FAILURE]
    made = made_up.document(tmp_path, lines, requirements=REQUIREMENTS)
    report.write(made, tmp_path)
    return made


@pytest.mark.proves("C7.2", "B30.1")
def test_every_row_and_criterion_is_in_the_page_and_in_the_document_to_sign(made: Document, tmp_path: Path) -> None:
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    to_sign = (tmp_path / "go-no-go.md").read_text(encoding="utf-8")
    for row in REQUIREMENTS.rows:
        assert f'id="{row.id}"' in page, row.id
        assert f"### {row.id} {row.title}" in to_sign, row.id
        for criterion in row.criteria:
            assert f'<span class="cid">{criterion.id}</span>' in page, criterion.id
            assert f"| {criterion.id} |" in to_sign, criterion.id
    assert made.decision == "NO-GO"
    assert to_sign.startswith("# NO-GO")


@pytest.mark.proves("C7.2")
def test_the_page_is_one_small_file_without_script(made: Document, tmp_path: Path) -> None:
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert made.rows
    assert len(page.encode()) < 1_000_000
    assert "<script" not in page, "neither ours nor one from a message"
    assert not re.findall(r'<link[^>]+href="(?!data:)|src="|@import|url\(', page)


def test_the_message_of_a_failure_is_shown(made: Document, tmp_path: Path) -> None:
    assert made.tallies["fail"] == 1
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 201 != 409" in page
    assert "seed 4711" in page


def test_the_page_is_well_nested(made: Document, tmp_path: Path) -> None:
    assert made.rows
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    nesting = Nesting()
    nesting.feed(page)
    assert nesting.faults == []
    assert nesting.open == []
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


class Nesting(HTMLParser):
    VOID = frozenset({"meta", "link", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def test_the_verdict_for_machines_is_valid_by_its_published_schema(made: Document, tmp_path: Path) -> None:
    assert document.SCHEMA_PATH.read_text(encoding="utf-8") == document.schema(), "python -m readiness schema"
    validator = jsonschema_rs.validator_for(json.loads(document.SCHEMA_PATH.read_text(encoding="utf-8")))
    written = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    assert [str(error) for error in validator.iter_errors(written)] == []
    assert not validator.is_valid(written | {"decision": "PERHAPS"})
    assert document.load(tmp_path / "verdict.json") == made


def test_a_proven_scope_says_go_and_how_many(tmp_path: Path) -> None:
    lines = made_up.lines_for(REQUIREMENTS, "payments")
    made = made_up.document(tmp_path, lines, requirements=REQUIREMENTS, scope="payments")
    assert made.decision == "GO"
    assert re.fullmatch(r"All \d+ criteria of payments are proven; 1 question waits for a person\.", made.sentence)


def test_the_whole_product_is_told_scope_by_scope(made: Document, tmp_path: Path) -> None:
    areas = {area.name: area for area in report.areas(made)}
    assert set(areas) == set(REQUIREMENTS.scopes)
    assert (areas["payments"].verdict, areas["tokens"].verdict) == ("fail", "unknown")
    assert areas["payments"].asked == areas["payments"].tallies["pass"] + 1
    assert 'id="scopes"' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_the_sentence_counts_in_plain_english(tmp_path: Path) -> None:
    lines = [line("a", "A2.1"), FAILURE]
    made = made_up.document(tmp_path, lines, requirements=REQUIREMENTS, scope="payments")
    assert re.fullmatch(
        r"Of \d+ criteria of payments, 1 is proven; 1 failed and \d+ have no proof yet\.", made.sentence
    )


def test_an_interrupted_run_is_never_go(tmp_path: Path) -> None:
    lines = made_up.lines_for(REQUIREMENTS, "payments")
    made = made_up.document(tmp_path, lines, requirements=REQUIREMENTS, scope="payments", state="interrupted")
    assert made.decision == "NO-GO"
    assert "interrupted" in made.sentence


def test_linked_files_travel_with_the_report(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "trace.zip"
    elsewhere.parent.mkdir()
    elsewhere.write_text("trace", encoding="utf-8")
    links = (Link(label="trace", href=str(elsewhere)), Link(label="lost", href="not/there.png"))
    linked = FAILURE.model_copy(update={"links": links})
    out = tmp_path / "out"
    made = made_up.document(out, [linked], requirements=REQUIREMENTS, scope="payments")
    found = next(part for row in made.rows for part in row.criteria if part.id == "A2.4").checks[0].links
    assert found[0].href is not None
    assert (out / found[0].href).read_text(encoding="utf-8") == "trace"
    assert found[1].href is None


def test_paths_and_colours_of_this_machine_stay_out_of_the_message(tmp_path: Path) -> None:
    loud = FAILURE.model_copy(update={"detail": f"\x1b[31m{Path.cwd()}/contract/test_x.py:7\x1b[0m " + "x" * 9000})
    made = made_up.document(tmp_path, [loud], requirements=REQUIREMENTS)
    detail = next(part for row in made.rows for part in row.criteria if part.id == "A2.4").checks[0].detail
    assert detail.startswith("contract/test_x.py:7 xxx")
    assert "characters left out" in detail


def test_junit_counts_every_suite_and_tells_what_broke(tmp_path: Path) -> None:
    runs = made_up.runs_of([FAILURE, line("load/smoke", outcome="unknown", detail="\x00no", suite="load")], tmp_path)
    (runs[1].folder / "junit.xml").write_text(
        '<testsuites><testsuite name="pytest" tests="2" failures="1" errors="0" skipped="0" time="1.5" hostname="me">'
        '<testcase classname="a" name="b" time="1"><failure message="m">t</failure></testcase>'
        '<testcase classname="a" name="c" time="0.5"/></testsuite></testsuites>',
        encoding="utf-8",
    )
    runs[2].problem = "It ended with signal 9 before it had judged everything."
    (runs[3].folder / "junit.xml").write_text("<testsuites><testsu", encoding="utf-8")
    root = ET.fromstring(junit.merge(runs))  # noqa: S314 - written one line above
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
    }
    assert [suite.get("name") for suite in root] == [run.suite.name for run in runs]
    assert all(suite.get("hostname") is None for suite in root)
    for suite in root:
        assert len(suite.findall("testcase")) == int(suite.get("tests", "-1")), suite.get("name")


def test_a_report_is_rendered_again_without_running_anything(made: Document, tmp_path: Path) -> None:
    assert made.rows
    first = (tmp_path / "index.html").read_text(encoding="utf-8")
    report.write(document.load(tmp_path / "verdict.json"), tmp_path)
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == first


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0.40 s"), (12.34, "12.3 s"), (59.9, "59.9 s"), (60, "1 min 0 s"), (298.4, "4 min 58 s")],
)
def test_durations_read_like_a_clock(seconds: float, words: str) -> None:
    assert report.duration(seconds) == words


def test_a_line_of_another_suite_of_the_same_name_is_kept_apart(tmp_path: Path) -> None:
    lines: list[Line] = [line("test_x", "A2.1"), line("test_x", "A2.1", outcome="fail", suite="security")]
    made = made_up.document(tmp_path, lines, requirements=REQUIREMENTS)
    checks = next(part for row in made.rows for part in row.criteria if part.id == "A2.1").checks
    assert [(check.suite, check.outcome) for check in checks] == [("security", "fail"), ("contract", "pass")]
