"""Planted truths: for each bottleneck samples that show it, and a watch that saw nothing."""

import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from load import folder
from load.attribution import judged, picture, ranking, slopes
from load.attribution.seen import Seen, read
from load.attribution.server_timing import Answers, durations
from load.judge import judge
from load.profile import Phase
from load.tests.made_run import PROFILE, make

KINDS = ("application", "worker", "PostgreSQL", "emulated processor", "generator")
Json = dict[str, Any]
Plant = Callable[[Json], None]


def calm(at_s: float) -> Json:
    used = {"cores": 0.2, "busiest": 0.2, "rss_mib": 100.0, "descriptors": 50, "processes": 1}
    waits = {"running": 1, "waiting_lock": 0, "waiting_disk": 0, "longest_s": 0.0, "longest_statement": None}
    return {
        "type": "sample",
        "at_s": at_s,
        "machine_busy": 0.5,
        "processes": {kind: dict(used) for kind in KINDS},
        "postgres": {"connections": 20, "active": 2, "backlog": 3} | waits,
    }


def an_answer(second: int) -> Json:
    spent = {"app_ms": 1000.0, "db_ms": 300.0, "pool_ms": 10.0, "processor_ms": 200.0}
    return {"monotonic_s": second, "requests": 50, "told": 50, "longest_ms": 90.0, "elapsed_ms": 1200.0} | spent


def plant(
    directory: Path, sample: Plant = lambda _: None, answer: Plant = lambda _: None, failed: str | None = None
) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    samples, answers = [calm(float(n)) for n in range(25)], [an_answer(1000 + n) for n in range(24)]
    for each in samples:
        sample(each)
    for each in answers:
        answer(each)
    clock = {"run_began_s": 0.5, "began_monotonic_s": 1000.0, "own_cpu_s": 0.2, "watched_s": 25.0}
    limits = {"cores": 4, "memory_mib": 8000, "connections_limit": 100, "descriptors_limit": {}}
    last = {"type": "end", "failed": failed, "statements": "not installed"} | clock | limits
    _write(directory / folder.SAMPLES, [{"type": "begin"}, *samples, last])
    _write(directory / folder.ANSWERS, answers)
    return directory


def _write(path: Path, lines: list[Json]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def busy(kind: str, cores: float) -> Plant:
    return lambda each: each["processes"][kind].update(cores=cores, busiest=min(cores, 1.0))


def postgres(**columns: int) -> Plant:
    return lambda each: each["postgres"].update(columns)


def told(directory: Path) -> Json:
    found = judged.attribution(read(directory, PROFILE))
    answer: Json = found["answer"]
    return answer | {"first": found["ranked"][0]["resource"], "pressures": found["ranked"]}


@pytest.mark.parametrize(
    ("limit", "sample"),
    [
        ("application CPU", busy("application", 0.97)),
        ("database CPU", busy("PostgreSQL", 3.8)),
        ("emulated processor", busy("emulated processor", 0.96)),
        ("generator", busy("generator", 0.95)),
        ("worker", postgres(backlog=400)),
        ("database locks", postgres(active=10, running=2, waiting_lock=8)),
        ("disk and write-ahead log", postgres(active=10, running=2, waiting_disk=8)),
        ("machine CPU", lambda each: each.update(machine_busy=1.0)),
    ],
)
def test_the_bottleneck_that_is_there_is_the_only_one_found(tmp_path: Path, limit: str, sample: Plant) -> None:
    answer = told(plant(tmp_path, sample))
    assert (answer["state"], answer["limit"]) == ("found", limit), answer
    assert [each["resource"] for each in answer["pressures"] if each["pressure"] >= 1] == [limit]


@pytest.mark.parametrize(
    ("limit", "part", "milliseconds"),
    [("connection pool", "pool_ms", 600.0), ("emulated processor", "processor_ms", 950.0)],
)
def test_where_the_requests_spent_their_time_is_the_limit(
    tmp_path: Path, limit: str, part: str, milliseconds: float
) -> None:
    answer = told(plant(tmp_path, answer=lambda each: each.update({part: milliseconds})))
    assert (answer["state"], answer["limit"]) == ("found", limit), answer


def test_a_calm_run_reached_no_limit_and_says_what_came_nearest(tmp_path: Path) -> None:
    answer = told(plant(tmp_path))
    assert answer["state"] == "none"
    assert answer["first"] in answer["text"]


def _without(path: Path, unwanted: Callable[[Json], bool]) -> None:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    _write(path, [line for line in lines if not unwanted(line)])


def _gap(directory: Path) -> None:
    _without(directory / folder.SAMPLES, lambda line: 9 < line.get("at_s", 0) < 14)


def _no_end(directory: Path) -> None:
    _without(directory / folder.SAMPLES, lambda line: line["type"] == "end")


def _none(directory: Path) -> None:
    (directory / folder.SAMPLES).unlink()


def _torn(directory: Path) -> None:
    with (directory / folder.SAMPLES).open("a", encoding="utf-8") as file:
        file.write('{"type": "sam')


@pytest.mark.parametrize("spoil", [_gap, _no_end, _none, _torn])
def test_a_watch_with_a_hole_makes_the_answer_unknown_and_never_nothing(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(plant(tmp_path))
    assert told(tmp_path)["state"] == "unknown"


def test_a_watch_that_failed_makes_the_answer_unknown(tmp_path: Path) -> None:
    answer = told(plant(tmp_path, failed="OperationalError: gone"))
    assert answer["state"] == "unknown"
    assert any("OperationalError: gone" in each["evidence"] for each in answer["pressures"])


def test_of_a_foreign_target_the_inside_is_unknown_and_its_own_words_count(tmp_path: Path) -> None:
    def outside(each: Json) -> None:
        each.update(postgres=None, processes={"generator": each["processes"]["generator"]})

    answer = told(plant(tmp_path / "calm", outside))
    assert answer["state"] == "unknown"
    known = {each["resource"] for each in answer["pressures"] if each["pressure"] is not None}
    assert known == {"connection pool", "generator", "machine CPU"}
    waiting = told(plant(tmp_path / "full", outside, lambda each: each.update(pool_ms=600.0)))
    assert waiting["limit"] == "connection pool"
    silent = told(plant(tmp_path / "silent", answer=lambda each: each.update(told=0)))
    assert silent["state"] == "unknown"


def _series(per_hour: float, noise: float = 5.0) -> list[tuple[float, float]]:
    chance = random.Random(7)  # noqa: S311 - noise of a test
    return [(float(s), 200 + per_hour * s / 3600 + chance.gauss(0, noise)) for s in range(1800)]


def test_a_leak_is_found_with_the_hour_in_which_it_ends_the_system() -> None:
    leaking = slopes.growth("application, memory", "MiB", _series(120), 1000)
    assert leaking.outcome == "fail", leaking
    assert leaking.low_per_hour is not None
    assert leaking.high_per_hour is not None
    assert leaking.low_per_hour < 120 < leaking.high_per_hour
    assert leaking.exhausted_after_h is not None
    assert math.isclose(leaking.exhausted_after_h, (1000 - 260) / 120, rel_tol=0.1)


@pytest.mark.parametrize(
    ("series", "limit", "outcome"),
    [
        (_series(0), 1000, "pass"),
        (_series(-100), 1000, "pass"),
        (_series(20), 10_000, "pass"),  # it grows, and lasts longer than anybody looks ahead
        (_series(120), None, "unknown"),
        (_series(120)[:300], 1000, "unknown"),
    ],
)
def test_what_is_flat_falls_or_lasts_is_no_leak_and_a_short_look_says_nothing(
    series: list[tuple[float, float]], limit: float | None, outcome: str
) -> None:
    assert slopes.growth("application, memory", "MiB", series, limit).outcome == outcome


def test_one_outlier_is_no_slope() -> None:
    series = _series(0)
    series[-1] = (series[-1][0], 100_000.0)
    assert slopes.growth("application, memory", "MiB", series, 1000).outcome == "pass"


def test_a_soak_fails_for_what_leaks_and_a_short_run_is_not_asked() -> None:
    samples = [calm(float(n)) for n in range(900)]
    for each in samples:
        each["processes"]["application"]["descriptors"] += int(each["at_s"] / 3)
    end = {"failed": None, "memory_mib": 8000, "connections_limit": 100, "descriptors_limit": {"application": 1024}}
    found = list(judged.findings(Seen(samples, [], samples, end), 900))
    assert [each.check for each in found if each.outcome == "fail"] == ["growth of application, descriptors"]
    assert list(judged.findings(Seen(samples, [], samples, end), 60)) == []


def test_growth_under_a_rising_load_is_no_leak() -> None:
    steady = replace(PROFILE, phases=(Phase("soak", 900, 5, judged=True),))
    rising = replace(PROFILE, phases=(Phase("ramp", 900, 5, judged=True, until_arrivals_per_s=50),))
    assert (judged.steady_s(steady), judged.steady_s(rising)) == (900, 0)


def test_the_judge_puts_the_answer_into_the_result_and_the_picture_into_the_report(tmp_path: Path) -> None:
    directory = plant(make(tmp_path), busy("application", 0.97))
    result = judge(directory)
    assert result["attribution"]["answer"]["limit"] == "application CPU"
    page = (directory / folder.REPORT).read_text(encoding="utf-8")
    assert "What was the limit?" in page
    assert page.count("by second of the run") == 4  # two charts, each with its label and its caption


def test_a_statement_is_shown_as_text_and_never_as_markup(tmp_path: Path) -> None:
    seen = read(plant(tmp_path, lambda each: each["postgres"].update(longest_s=2.0, longest_statement="<b>x")), PROFILE)
    page = picture.section(judged.attribution(seen), seen, PROFILE.seconds)
    assert "&lt;b&gt;x" in page
    assert "<b>x" not in page


def test_durations_are_read_as_the_header_gives_them() -> None:
    assert durations('app;dur=12.5, db;desc="x";dur=3, cache, pool;dur=-, cdn;DUR="1"') == {
        "app": 12.5,
        "db": 3,
        "cdn": 1,
    }


def test_answers_are_added_up_by_the_second(tmp_path: Path) -> None:
    answers = Answers(tmp_path / folder.ANSWERS)
    answers.hear({"server-timing": "app;dur=4, db;dur=3, foreign;dur=9"}, 0.005)
    answers.hear({}, 0.001)
    answers.flush()
    lines = [json.loads(line) for line in (tmp_path / folder.ANSWERS).read_text(encoding="utf-8").splitlines()]
    assert sum(line["requests"] for line in lines) == 2
    assert sum(line["told"] for line in lines) == 1
    assert not any("foreign_ms" in line for line in lines)


def test_every_resource_has_its_figure_when_all_was_seen(tmp_path: Path) -> None:
    found = ranking.ranked(read(plant(tmp_path), PROFILE))
    assert len(found) == 9
    assert all(each.pressure is not None for each in found)
