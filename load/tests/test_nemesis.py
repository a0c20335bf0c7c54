"""Faults made on purpose: their plan, what people met meanwhile, and what is said of it."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from load import folder
from load.checkers.faults import findings
from load.history import History, TornHistoryError, entries, header, read, strikes
from load.nemesis import faults, judged, picture, striking
from load.nemesis.bite import Bite
from load.nemesis.faults import NAMES as FAULTS
from load.nemesis.matrix import kind_of, matrix
from load.nemesis.plan import Nemesis, Strike, planned
from load.nemesis.seen import Burnt, Request, UnseenError, burnt, requests
from load.operations import HANG_S
from load.pieces import fold_in
from load.profile import PROFILES, Profile, ProfileError, load, parse
from load.users import NAMES

PLAN = Nemesis(("app.killed", "mail.refused", "processor.slow"), 5, 8, 1, 3, 10)
KILLED = Burnt(0, "app.killed", 10.0, 12.0, "server killed", 1)


def request(began_s: float, end_s: float, http: int | None = 201, verb: str = "pay") -> Request:
    return Request(verb, began_s, end_s, http)


def judge(faults: list[Burnt], asked: list[Request]) -> dict[str, str]:
    found = findings(faults, asked, matrix(faults, asked), PLAN.recovery_s)
    return {each.check.removeprefix("faults: "): each.outcome for each in found}


def chaos() -> dict[str, Any]:
    return tomllib.loads((PROFILES / "chaos.toml").read_text(encoding="utf-8"))


def test_a_plan_makes_every_fault_once_and_the_seed_decides_the_order() -> None:
    one, again, other = (list(planned(PLAN, seed)) for seed in (1, 1, 2))

    assert one == again
    assert one != other
    assert sorted(each.fault for each in one) == sorted(PLAN.faults)
    assert [each.due_s for each in one] == [5, 13, 21]
    assert all(PLAN.shortest_s <= each.burns_s <= PLAN.longest_s for each in one)


def test_the_chaos_profile_makes_every_fault_that_there_is() -> None:
    nemesis = load("chaos", NAMES).nemesis

    assert nemesis is not None
    assert set(nemesis.faults) == FAULTS
    assert Profile.from_json(json.loads(json.dumps(load("chaos", NAMES).to_json()))) == load("chaos", NAMES)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"faults": ["app.murdered"]}, "unknown 'app.murdered'"),
        ({"faults": ["app.killed", "app.killed"]}, "each once"),
        ({"faults": []}, "list of names"),
        ({"every_s": 2}, "as long as every_s"),
        ({"shortest_s": 0}, "above 0"),
        ({"begin_s": 60}, "make the phases before it longer"),
        ({"mercy": 1}, "unknown key 'mercy'"),
    ],
)
def test_an_order_for_faults_that_cannot_be_carried_out_is_refused(changed: dict[str, Any], said: str) -> None:
    raw = chaos()
    raw["nemesis"] |= changed

    with pytest.raises(ProfileError, match=said):
        parse("chaos", raw, NAMES)


@pytest.mark.parametrize(
    ("met", "kind"),
    [
        (request(10, 10.1), "fine"),
        (request(10, 12), "slow"),
        (request(10, 10.1, 402), "fine"),
        (request(10, 10.1, 503), "refused"),
        (request(10, 10.1, 429), "refused"),
        (request(10, 10.1, None), "unanswered"),
        (request(10, 10.1, 500), "broken"),
        (request(10, 10.1, 502), "broken"),
        (request(0, HANG_S), "broken"),
        (request(10, float("inf"), None), "broken"),
    ],
)
def test_how_a_request_ended_is_one_of_five(met: Request, kind: str) -> None:
    assert kind_of(met) == kind


def test_a_request_meets_the_fault_that_burned_while_it_was_under_way() -> None:
    asked = [request(9, 9.9), request(9, 10.5, None), request(11, 11.1, 503, "refund"), request(12.5, 12.6)]

    met = matrix([KILLED], asked)["app.killed"]

    assert {verb: each.cell for verb, each in met.items()} == {"pay": "degraded", "refund": "refused"}


def test_a_healthy_system_under_faults_passes() -> None:
    asked = [request(9, 10.5, None), request(11, 11.1, 503), request(12.5, 12.6)]

    assert set(judge([KILLED], asked).values()) == {"pass"}


def test_a_fault_that_nobody_felt_proves_nothing() -> None:
    asked = [request(10, 10.1), request(12.5, 12.6)]
    unmade = Burnt(1, "webhook.burst", 20.0, 22.0, "events", 0)

    assert judge([KILLED], asked)["every one bit"] == "unknown"
    assert judge([unmade], asked)["every one bit"] == "unknown"


def test_an_error_of_the_server_is_no_clean_refusal() -> None:
    asked = [request(9, 10.5, None), request(11, 11.1, 500), request(12.5, 12.6)]

    assert judge([KILLED], asked)["what was not served was refused cleanly"] == "fail"


@pytest.mark.parametrize("after", [[], [request(40, 40.1)], [request(13, 13.1, 503), request(30, 30.1)]])
def test_a_system_that_does_not_come_back_soon_fails(after: list[Request]) -> None:
    found = judge([KILLED], [request(9, 10.5, None), *after])

    assert found["people were served again soon after each"] == "fail"


def strikes_of(burnings: Iterable[Burnt], *, planned_faults: int) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for each in burnings:
        number, named = {"number": each.number}, {"f": each.fault}
        lines.append({**named, "t": each.began_s, "phase": "start", "value": number})
        bite = {"unit": each.unit, "bit": each.bit}
        lines.append({**named, "t": each.ended_s, "phase": "end", "value": number | bite})
    return [*lines, {"f": "plan", "phase": "over", "value": {"faults": planned_faults}}]


def test_faults_are_read_from_the_history() -> None:
    assert burnt(strikes_of([KILLED], planned_faults=1), 1) == [KILLED]


def test_a_plan_that_was_cut_short_is_unknown() -> None:
    with pytest.raises(UnseenError, match="1 of 3 faults were made"):
        burnt(strikes_of([KILLED], planned_faults=2), 3)
    with pytest.raises(UnseenError, match="0 of 3 faults were made"):
        burnt([], 3)


def written(directory: Path, *names: str) -> list[Path]:
    """Two pieces of a history, begun one after the other: a payment, and a fault that met it."""
    people, faults_made = (directory / name for name in names)
    with History(people, {"seed": 1}) as history, History(faults_made, {}) as nemesis:
        history.invoke("s1.0", "pay", "pay-1", {})
        nemesis.strike("app.killed", "start", {"number": 0})
        history.end("s1.0", "pay", "pay-1", "info", {"http": None, "unexpected": True})
        nemesis.strike("app.killed", "end", {"number": 0, "unit": "server killed", "bit": 1})
        nemesis.strike("plan", "over", {"faults": 1})
    return [people, faults_made]


def test_a_run_is_judged_from_its_history_alone(tmp_path: Path) -> None:
    people, faults_made = written(tmp_path, folder.HISTORY, folder.NEMESIS)
    plan = Nemesis(("app.killed",), 5, 8, 1, 3, 10)
    before = judged.judged(tmp_path, plan)
    fold_in(faults_made, people)
    found = judged.judged(tmp_path, plan)

    assert [each.outcome for each in before.findings] == ["unknown"]
    assert [row["verbs"]["pay"]["cell"] for row in found.told] == ["degraded"]
    assert judged.judged(tmp_path, None).findings == ()


def test_the_faults_stand_in_the_history_in_the_order_of_time(tmp_path: Path) -> None:
    people, faults_made = written(tmp_path, "history", "nemesis")
    fold_in(faults_made, people)

    told = [(line["p"], line["f"], line.get("phase") or line["type"]) for line in entries(people)]
    assert told == [
        ("s1.0", "pay", "invoke"),
        ("nemesis", "app.killed", "start"),
        ("s1.0", "pay", "info"),
        ("nemesis", "app.killed", "end"),
        ("nemesis", "plan", "over"),
    ]
    assert (header(people)["seed"], len(list(read(people))), len(list(strikes(people)))) == (1, 2, 3)
    assert not faults_made.exists()


@pytest.mark.parametrize("torn", ["history", "nemesis"])
def test_what_is_torn_is_put_into_nothing_and_stays_as_it_was(torn: str, tmp_path: Path) -> None:
    people, faults_made = written(tmp_path, "history", "nemesis")
    lines = (tmp_path / torn).read_bytes().splitlines(keepends=True)
    (tmp_path / torn).write_bytes(b"".join(lines[:-1]))
    before = [people.read_bytes(), faults_made.read_bytes()]

    with pytest.raises(TornHistoryError, match=torn):
        fold_in(faults_made, people)
    assert [people.read_bytes(), faults_made.read_bytes()] == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["history", "nemesis"]


def test_a_request_without_an_end_is_one_that_hung() -> None:
    begun = {"p": "s1.0", "f": "pay", "intent": "pay-1", "type": "invoke", "t": 1.0, "value": {}}

    assert [kind_of(each) for each in requests([begun])] == ["broken"]


def test_the_report_shows_each_fault_with_its_bite() -> None:
    met = {"cell": "refused", "longest_s": 0.2, "refused": 3, "fine": 1}
    row = {"fault": "app.killed", "began_s": 10.0, "burned_s": 2.0, "bit": 1, "unit": "server killed"}
    page = picture.section([row | {"recovered_after_s": 0.4, "verbs": {"pay": met}}])

    assert "app.killed" in page
    assert "1 server killed" in page
    assert "refused: 4" in page
    assert picture.section([]) == ""


class Healing:
    """A fault of the test's own, and whether it burns."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses, self.burns, self.made = refuses, False, 0

    @contextmanager
    def __call__(self, _bench: object) -> Iterator[Bite]:
        if self.refuses:
            raise RuntimeError("the server did not start")
        self.burns, self.made = True, self.made + 1
        try:
            yield Bite("somethings", 7)
        finally:
            self.burns = False


def strike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Healing) -> striking.Nemesis:
    monkeypatch.setitem(faults.FAULTS, "test.fault", fault)
    return striking.Nemesis(tmp_path / folder.NEMESIS, None, [Strike(0, "test.fault", 0.0, 0.05)])  # type: ignore[arg-type]  # the fault asks for no bench


def hear_forever(nemesis: striking.Nemesis) -> None:
    while True:
        nemesis.hear({"type": "second", "elapsed_s": 0.0})


def test_a_fault_is_written_down_with_what_it_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Healing()
    nemesis = strike(tmp_path, monkeypatch, fault)

    nemesis.start()
    nemesis.hear({"type": "second", "elapsed_s": 0.0})
    while fault.made == 0 or fault.burns:
        nemesis.hear({"type": "second", "elapsed_s": 0.0})
    nemesis.stop()

    (made,) = burnt(strikes(tmp_path / folder.NEMESIS), 1)
    assert (made.fault, made.bit, made.unit, fault.burns) == ("test.fault", 7, "somethings", False)
    assert made.ended_s - made.began_s >= 0.05


def test_a_fault_that_cannot_be_made_ends_the_run_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nemesis = strike(tmp_path, monkeypatch, Healing(refuses=True))

    nemesis.start()

    with pytest.raises(striking.NemesisError, match=r"test\.fault: RuntimeError: the server did not start"):
        hear_forever(nemesis)
    with pytest.raises(striking.NemesisError, match=r"test\.fault"):
        nemesis.stop()


def test_a_run_that_ends_before_its_faults_leaves_none_burning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Healing()
    monkeypatch.setitem(faults.FAULTS, "test.fault", fault)
    nemesis = striking.Nemesis(tmp_path / folder.NEMESIS, None, [Strike(0, "test.fault", 60.0, 1)])  # type: ignore[arg-type]  # same

    nemesis.start()
    nemesis.hear({"type": "second", "elapsed_s": 0.0})
    nemesis.stop()

    assert fault.made == 0
    with pytest.raises(UnseenError, match="0 of 1 faults were made"):
        burnt(strikes(tmp_path / folder.NEMESIS), 1)
