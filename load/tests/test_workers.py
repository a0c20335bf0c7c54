"""Several workers make one plan, and leave what one would have left."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from load import folder
from load.arrivals import planned
from load.histogram import Histogram
from load.history import History, read
from load.measures import Measures
from load.operations import operations
from load.pieces import Piece, merge, without_end
from load.profile import load
from load.users import NAMES
from load.workers import kept, results
from load.workers.kept import Left
from load.workers.share import WHOLE, Share, share_of
from load.workers.wanted import ALONE, WantedError, check_people, wanted

PROFILE = load("smoke", NAMES)
ASKED = {"actor": "ada@example.com", "amount": 499, "currency": "usd"}


def shares(count: int) -> list[Share]:
    return [Share(index, count) for index in range(count)]


def spec(students: int) -> dict[str, Any]:
    return {"students": [f"student {number}" for number in range(students)], "auditors": ["auditor"]}


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_however_many_workers_there_are_they_make_the_same_plan(count: int) -> None:
    whole = list(planned(PROFILE.phases, PROFILE.mix, seed=7))
    dealt = [list(share.of_plan(planned(PROFILE.phases, PROFILE.mix, seed=7))) for share in shares(count)]
    assert sorted((each for part in dealt for each in part), key=lambda each: each.number) == whole
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_everybody_is_one_workers_person_under_a_name_that_no_other_has(count: int) -> None:
    dealt = [share.of_spec(spec(10)) for share in shares(count)]
    people = [(share_of(each).student(n), student) for each in dealt for n, student in enumerate(each["students"])]
    assert sorted(people) == sorted((f"s{n}", f"student {n}") for n in range(10))
    assert len({share.auditor(n, 4) for share in shares(count) for n in range(4)}) == 4 * count


def test_a_spec_without_a_share_is_the_whole() -> None:
    assert share_of(spec(3)) == WHOLE


def written(path: Path, process: str, *, of: int, monkeypatch: pytest.MonkeyPatch, began: float) -> Piece:
    """`of` payments, each begun and ended 10 ms apart, by a clock that showed `began` at the beginning."""
    ticks = iter(range(10_000))
    monkeypatch.setattr("load.history.time.monotonic", lambda: began + next(ticks) / 100)
    with History(path, {"seed": 1}) as history:
        for number in range(of):
            intent = f"pay-{process}-{number}"
            history.invoke(process, "pay", intent, ASKED)
            done = {"http": 201, "object": f"pay_{process}{number}", "amount": 499, "currency": "usd"}
            history.end(process, "pay", intent, "ok", done)
    return Piece(path)


def test_histories_become_one_in_the_order_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(tmp_path / "0", "s0.0", of=3, monkeypatch=monkeypatch, began=100.0)
    second = written(tmp_path / "1", "s1.0", of=3, monkeypatch=monkeypatch, began=100.005)
    merge([first, second], tmp_path / "whole", {"seed": 1}, began_s=100.0)
    lines = list(read(tmp_path / "whole"))
    assert [line["p"] for line in lines] == ["s0.0", "s1.0"] * 6
    assert [line["t"] for line in lines] == sorted(line["t"] for line in lines)
    assert lines[1]["t"] == pytest.approx(lines[0]["t"] + 0.005)
    assert len(operations(lines)) == 6
    assert (first.whole, second.whole) == (True, True)


def test_another_machines_clock_is_taken_to_the_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    near = written(tmp_path / "0", "s0.0", of=2, monkeypatch=monkeypatch, began=100.0)
    far = written(tmp_path / "1", "s1.0", of=2, monkeypatch=monkeypatch, began=7.005)
    far.offset_s = 93.0
    merge([far, near], tmp_path / "whole", {}, began_s=100.0)
    assert [line["p"] for line in read(tmp_path / "whole")] == ["s0.0", "s1.0"] * 4


def test_what_a_killed_worker_wrote_stays_and_what_has_no_end_may_have_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = written(tmp_path / "0", "s0.0", of=3, monkeypatch=monkeypatch, began=100.0)
    killed = written(tmp_path / "1", "s1.0", of=3, monkeypatch=monkeypatch, began=100.005)
    lines = killed.path.read_bytes().splitlines(keepends=True)
    killed.path.write_bytes(b"".join(lines[:6]) + lines[6][:-9])  # killed while it wrote the third end
    merge([alive, killed], tmp_path / "whole", {}, began_s=100.0)
    found = [each for each in operations(read(tmp_path / "whole")) if each.key.startswith("pay-s1.0")]
    assert [each.outcome for each in found] == ["ok", "ok", "info"]
    assert (alive.whole, killed.whole, without_end(killed)) == (True, False, 1)


@pytest.mark.parametrize("text", ["", "{", '{"i":0,"t":0.0,"type":"invoke"}\n'])
def test_a_history_without_its_beginning_says_nothing_and_is_not_whole(tmp_path: Path, text: str) -> None:
    (tmp_path / "0").write_text(text, encoding="utf-8")
    pieces = [Piece(tmp_path / "0"), Piece(tmp_path / "missing")]
    merge(pieces, tmp_path / "whole", {}, began_s=0.0)
    assert list(read(tmp_path / "whole")) == []
    assert [each.whole for each in pieces] == [False, False]


@pytest.mark.parametrize("lost", [2, 4])
def test_a_history_with_a_line_missing_inside_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    piece = written(tmp_path / "0", "s0.0", of=3, monkeypatch=monkeypatch, began=0.0)
    lines = piece.path.read_bytes().splitlines(keepends=True)
    piece.path.write_bytes(b"".join(lines[:lost] + lines[lost + 1 :]))
    merge([piece], tmp_path / "whole", {}, began_s=0.0)
    assert len(list(read(tmp_path / "whole"))) == lost - 1
    assert piece.whole is False


def measured(*milliseconds: float) -> Mapping[str, Any]:
    kept = Measures()
    for each in milliseconds:
        kept.record("steady", "pay", waited_ms=each, service_ms=each, status=201, expected=each < 1000)
    stored: Mapping[str, Any] = json.loads(json.dumps(kept.to_json()))
    return stored


def test_measures_add_up_to_what_one_worker_would_have_measured() -> None:
    whole = results.measures([measured(10, 20, 2000), measured(30), measured()])
    assert json.loads(json.dumps(whole.to_json())) == measured(10, 20, 2000, 30)


def outcome(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever an outcome holds
    late = Histogram()
    late.record(2.0)
    counts = {"planned": {"steady": 10}, "started": {"steady": 9}, "dropped": {"steady": 1}, "paid": {"steady": 4}}
    state: dict[str, Any] = {
        "unfinished": 1,
        "unanswered": 0,
        "interrupted": False,
        "stopped_at_s": None,
        "crashes": [],
    }
    seen = {"cpu": [0.1, 0.9], "hub_lag": late.to_json(), "lateness": late.to_json()}
    return counts | state | seen | changes


def test_outcomes_add_up_and_the_busiest_worker_stands_for_all() -> None:
    other = outcome(planned={"steady": 5, "rush": 2}, cpu=[0.3, 0.2, 0.4], stopped_at_s=7.5, crashes=["broken"])
    whole = results.outcome([outcome(), other], expected=2)
    assert whole["planned"] == {"steady": 15, "rush": 2}
    assert whole["cpu"] == [0.3, 0.9, 0.4]
    assert (whole["hub_lag"]["count"], whole["unfinished"]) == (2, 2)
    assert (whole["stopped_at_s"], whole["crashes"], whole["interrupted"]) == (7.5, ["broken"], False)
    assert (whole["workers_expected"], whole["workers_finished"]) == (2, 2)


def left(directory: Path, index: int, *, is_near: bool, finished: bool) -> Left:
    (directory / str(index)).mkdir(parents=True)
    with History(directory / str(index) / folder.HISTORY, {}) as history:
        history.invoke(f"s{index}.0", "pay", f"pay-{index}", ASKED)
    result = {"outcome": outcome(), "histograms": measured(10.0)} if finished else None
    return Left(str(index), Share(index, 3), directory / str(index), is_near=is_near, result=result)


def students(count: int) -> list[dict[str, Any]]:
    return [{"account": {"email": f"{number}@example.com"}} for number in range(count)]


def test_only_of_a_lost_worker_of_another_machine_something_may_be_unheard(tmp_path: Path) -> None:
    parts = tmp_path / folder.WORKERS
    workers = [left(parts, 0, is_near=True, finished=True), left(parts, 1, is_near=True, finished=False)]
    workers.append(left(parts, 2, is_near=False, finished=False))
    run = {"students": students(6), "profile": PROFILE.to_json(), "seed": 7}
    found = kept.gather(tmp_path, workers, run, {"seed": 7}, began_s=0.0)
    assert (found["workers_finished"], found["lost"]) == (1, ["1", "2"])
    assert found["unheard"] == ["2@example.com", "5@example.com"]
    assert found["unfinished"] == outcome()["unfinished"] + 2
    assert len(list(read(tmp_path / folder.HISTORY))) == 3
    assert folder.read(tmp_path / folder.GENERATOR) == found
    assert (tmp_path / folder.WORKERS / "1").is_dir()


def test_a_torn_history_is_that_of_a_lost_worker_whatever_it_said(tmp_path: Path) -> None:
    workers = [left(tmp_path / folder.WORKERS, number, is_near=True, finished=True) for number in range(3)]
    torn = workers[1].directory / folder.HISTORY
    torn.write_bytes(torn.read_bytes()[:-3])
    run = {"students": students(6), "profile": PROFILE.to_json(), "seed": 7}
    found = kept.gather(tmp_path, workers, run, {}, began_s=0.0)
    assert (found["workers_finished"], found["lost"], found["unheard"]) == (2, ["1"], [])


def test_the_arrivals_of_a_lost_worker_were_planned_and_none_of_them_counts_as_made() -> None:
    first = results.outcome([outcome(planned={"steady": 0}, started={"steady": 0})], expected=2)
    whole = results.with_lost(first, PROFILE, 7, shares(2))
    plan = list(planned(PROFILE.phases, PROFILE.mix, seed=7))
    assert whole["planned"]["steady"] == sum(each.phase == "steady" for each in plan)
    assert whole["started"] == {"steady": 0}


def test_answers_of_one_second_become_one_line_by_the_leads_clock(tmp_path: Path) -> None:
    line = {"monotonic_s": 5, "requests": 2, "told": 1, "longest_ms": 9.0, "elapsed_ms": 11.0, "db_ms": 3.0}
    other = line | {"monotonic_s": 15, "longest_ms": 4.0}
    (tmp_path / "0").write_text(json.dumps(line) + "\n", encoding="utf-8")
    (tmp_path / "1").write_text(json.dumps(other) + "\n" + '{"monotonic_s": 1', encoding="utf-8")
    files = [(tmp_path / "0", 0.0), (tmp_path / "1", -9.8), (tmp_path / "missing", 0.0)]
    sums = {"requests": 4, "told": 2, "longest_ms": 9.0, "elapsed_ms": 22.0, "db_ms": 6.0}
    assert results.answers(files) == [{"monotonic_s": 5, **sums}]


def test_one_process_of_this_machine_is_what_nobody_has_to_ask_for() -> None:
    assert wanted(processes=None, master=None, expect_workers=None, wait_s=60) == ALONE


def test_workers_from_elsewhere_need_none_of_this_machine() -> None:
    crew = wanted(processes=None, master="0.0.0.0:5557", expect_workers=3, wait_s=5)
    assert (crew.all, crew.local, crew.is_alone) == (3, 0, False)


@pytest.mark.parametrize(
    ("options", "because"),
    [
        ({"processes": 0}, "--processes 0 must be 1 or more"),
        ({"master": "here:5557"}, "--expect-workers N belong together"),
        ({"expect_workers": 2}, "--expect-workers N belong together"),
        ({"master": "here:5557", "expect_workers": 0}, "--expect-workers 0 must be 1 or more"),
        ({"master": "here", "expect_workers": 1}, "'here' is no HOST:PORT"),
        ({"master": "here:65536", "expect_workers": 1}, "'here:65536' is no HOST:PORT"),
        ({"wait_s": 0}, "--wait-for-workers 0 must be above 0"),
    ],
)
def test_a_crew_that_cannot_be_is_refused_by_its_option(options: dict[str, Any], because: str) -> None:
    with pytest.raises(WantedError, match=because):
        wanted(**{"processes": None, "master": None, "expect_workers": None, "wait_s": 60} | options)


def test_no_worker_is_left_without_people() -> None:
    crew = wanted(processes=5, master=None, expect_workers=None, wait_s=60)
    check_people(crew, 5)
    with pytest.raises(WantedError, match="5 workers for 4 people"):
        check_people(crew, 4)
