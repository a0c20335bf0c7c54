"""What took the place of a database server: nothing that was acknowledged was lost with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from load import folder
from load.checkers import heirs as checker
from load.checkers.invariants import ASKED, table
from load.findings import Finding, Outcome
from load.history import History, read, strikes
from load.nemesis import faults, judged, striking
from load.nemesis.bite import Bite
from load.nemesis.heirs import Sight
from load.nemesis.plan import Nemesis, Strike
from load.nemesis.seen import Acknowledged, Heir, acknowledged, heirs

HEIR = Heir("postgres.restored", 10.0, frozenset({"pay_1", "rfd_1"}), frozenset({"pay_2"}), 2, ())
TOLD = (Acknowledged("pay_1", "succeeded", 9.0), Acknowledged("pay_2", "processing", 9.5))
SIGHT = Sight(0.0, ["pay_1"], ["pay_2"], 1, [])
PLAN = Nemesis(("postgres.restored",), 5, 8, 1, 3, 10)


def judge(heir: Heir, *told: Acknowledged, expected: int = 1) -> dict[str, Finding]:
    return {each.check: each for each in checker.findings([heir], told, expected)}


def outcomes(heir: Heir, *told: Acknowledged, expected: int = 1) -> tuple[Outcome, Outcome]:
    found = judge(heir, *told, expected=expected)
    return found[checker.HELD].outcome, found[checker.BALANCED].outcome


def test_an_heir_that_has_all_passes() -> None:
    assert outcomes(HEIR, *TOLD) == ("pass", "pass")


def test_what_was_acknowledged_and_is_gone_is_listed_by_its_id() -> None:
    found = judge(HEIR, *TOLD, Acknowledged("rfd_9", "pending", 9.9))[checker.HELD]

    assert (found.outcome, found.examples) == ("fail", ("postgres.restored: rfd_9 is not there",))


def test_what_had_succeeded_is_not_undecided_again() -> None:
    found = judge(HEIR, Acknowledged("pay_2", "succeeded", 9.5))[checker.HELD]

    assert (found.outcome, found.examples) == (
        "fail",
        ("postgres.restored: pay_2 had succeeded and is undecided again",),
    )


def test_what_one_heir_lost_is_not_asked_of_the_next() -> None:
    next_heir = replace(HEIR, fault="postgres.failed_over", at_s=20.0)
    lost, later = Acknowledged("pay_8", "succeeded", 9.9), Acknowledged("pay_9", "succeeded", 15.0)

    found = {each.check: each for each in checker.findings([HEIR, next_heir], [*TOLD, lost, later], 2)}[checker.HELD]

    assert found.examples == ("postgres.restored: pay_8 is not there", "postgres.failed_over: pay_9 is not there")
    assert found.detail.startswith("2 lost of 4 ")


def test_what_was_acknowledged_later_is_not_asked_of_it() -> None:
    assert outcomes(HEIR, *TOLD, Acknowledged("pay_9", "succeeded", 10.1)) == ("pass", "pass")


def test_an_heir_whose_books_do_not_balance_fails() -> None:
    assert outcomes(replace(HEIR, unbalanced=("ent_1",)), *TOLD) == ("pass", "fail")


@pytest.mark.parametrize("told", [(), (Acknowledged("pay_9", "succeeded", 10.1),)])
def test_an_heir_before_which_nothing_was_acknowledged_says_nothing(told: tuple[Acknowledged, ...]) -> None:
    assert outcomes(replace(HEIR, entries=0), *told) == ("unknown", "unknown")


def test_an_heir_that_nobody_looked_at_is_unknown() -> None:
    assert outcomes(HEIR, *TOLD, expected=2) == ("unknown", "unknown")
    assert list(checker.findings([], [], 0)) == []


def test_every_succession_is_a_fault_that_there_is() -> None:
    assert faults.NAMES >= checker.SUCCESSIONS


@pytest.mark.parametrize("wrong", [checker.HELD, "money: entries balance", "money: transit accounts are empty"])
def test_the_invariant_is_asked_where_there_was_an_heir_and_of_nothing_else(wrong: str) -> None:
    checks = {name if name.startswith("faults: ") else f"money: {name}" for name in ASKED["M21"]}
    found = [Finding(each, "money", "fail" if each == wrong else "pass", "") for each in checks]
    at_rest = [each for each in found if not each.check.startswith("faults: ")]

    assert {row["invariant"]: row["outcome"] for row in table(found)}["M21"] == "fail"
    assert {row["invariant"]: row["outcome"] for row in table(at_rest)}["M21"] == "unasked"


@contextmanager
def restored(_bench: object) -> Iterator[Bite]:
    yield Bite("server restored", 1, SIGHT)


def test_what_an_heir_held_stands_in_the_history_at_its_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(faults.FAULTS, "postgres.restored", restored)
    nemesis = striking.Nemesis(tmp_path / folder.NEMESIS, None, [Strike(0, "postgres.restored", 0.0, 0.0)])  # type: ignore[arg-type]  # the fault asks for no bench
    nemesis.start()
    nemesis.hear({"type": "second", "elapsed_s": 0.0})
    nemesis._thread.join(10)
    nemesis.stop()

    lines = list(strikes(tmp_path / folder.NEMESIS))
    assert [line["phase"] for line in lines] == ["start", "heir", "end", "over"]
    (heir,) = heirs(lines)
    assert (heir.fault, sorted(heir.decided), sorted(heir.undecided)) == ("postgres.restored", ["pay_1"], ["pay_2"])
    assert heir.at_s < lines[0]["t"], "the moment at which it was looked at, not that of the writing"


@pytest.mark.parametrize(("kept", "outcome"), [(["pay_1"], "pass"), ([], "fail")])
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "cut-short"])
def test_a_run_whose_server_had_an_heir_is_judged_from_its_history(
    kept: list[str], outcome: Outcome, tmp_path: Path, *, whole: bool
) -> None:
    with History(tmp_path / folder.HISTORY, {"seed": 1}) as history:
        history.invoke("s1.0", "pay", "pay-1", {})
        history.end("s1.0", "pay", "pay-1", "ok", {"http": 201, "object": "pay_1", "state": "succeeded"})
        history.invoke("s2.0", "pay", "pay-2", {})
        history.end("s2.0", "pay", "pay-2", "info", {"http": 503})
        history.strike("postgres.restored", "start", {"number": 0})
        history.strike("postgres.restored", "heir", {"number": 0} | replace(SIGHT, decided=kept).to_json())
        history.strike("postgres.restored", "end", {"number": 0, "unit": "server restored", "bit": 1})
        if whole:
            history.strike("plan", "over", {"faults": 1})

    found = {each.check: each.outcome for each in judged.judged(tmp_path, PLAN).findings}
    assert (found[checker.HELD], found[checker.BALANCED]) == (outcome, "pass")
    assert len(found) == (5 if whole else 3)
    assert [each.object_id for each in acknowledged(read(tmp_path / folder.HISTORY))] == ["pay_1"]
