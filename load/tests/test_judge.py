import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.books import Difference, Snapshot
from load import folder
from load.checkers import money
from load.judge import UnjudgeableError, judge
from load.tests import made_run
from load.tests.made_run import doctored

SHAPES = "money: answers have Stripe's shape"
REST = "money: everything came to rest"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return made_run.make(tmp_path / "run")


def broken(result: dict[str, Any]) -> set[str]:
    return {each["check"] for each in result["findings"] if each["outcome"] == "fail"}


def outcome_of(result: dict[str, Any], check: str) -> str:
    outcome: str = next(each["outcome"] for each in result["findings"] if each["check"] == check)
    return outcome


def test_a_healthy_run_passes(run: Path) -> None:
    result = judge(run)
    assert (result["verdict"], result["exit_code"]) == ("PASS", 0), result["findings"]
    assert folder.read(run / folder.RESULT)["verdict"] == "PASS"
    page = (run / folder.REPORT).read_text(encoding="utf-8")
    assert "PASS" in page
    assert page.count("<polyline") == 4
    assert "<script" not in page
    assert len(page) < 1_000_000


def test_a_lost_acknowledged_payment_is_found(run: Path) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        for side in ("payments", "entries", "mails"):
            del snapshot[side][7]
        del snapshot["books"]["transactions"][7]
    result = judge(run)
    assert result["exit_code"] == 2
    assert "money: clients agree" in broken(result)
    assert made_run.payment_id(7) in json.dumps(result["findings"])


def test_a_doubled_charge_is_found(run: Path) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        snapshot["books"]["transactions"].append(made_run.transaction(9999))
    result = judge(run)
    assert result["exit_code"] == 2
    assert {"money: each charge is one payment", "money conserved"} <= broken(result)


def test_a_charge_doubled_with_all_its_books_is_found(run: Path) -> None:
    """Every side agrees with every other; only the buyer knows that he asked once."""
    with doctored(run, folder.SNAPSHOT) as snapshot:
        made_run.add_payment(snapshot, 9990)
    result = judge(run)
    assert result["exit_code"] == 2
    assert broken(result) == {"money: nothing happened unasked", "money conserved"}


def test_a_payment_that_was_refused_and_happened_is_found(run: Path) -> None:
    made_run.forge_line(run / folder.HISTORY, intent="pay-5", changes={"type": "fail", "http": 402})
    result = judge(run)
    assert result["exit_code"] == 2
    assert "money: clients agree" in broken(result)


def test_a_lost_receipt_is_found(run: Path) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        del snapshot["mails"][3]
    assert "money: one receipt for each payment" in broken(judge(run))


def test_an_answer_that_is_not_of_stripes_shape_is_found(run: Path) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        wrong = {"route": "POST /v1/refunds", "path": ".amount", "complaint": "'5' is not of type int"}
        snapshot["fidelity"] |= {"violated": 3, "violations": [wrong | {"request_id": "req_1", "count": 3}]}
    result = judge(run)
    assert (result["exit_code"], broken(result)) == (2, {SHAPES})
    assert "POST /v1/refunds .amount" in json.dumps(result["findings"])


@pytest.mark.parametrize("fidelity", [None, {"rate": 0, "checked": 0, "violated": 0, "violations": []}])
def test_answers_that_nobody_judged_are_unknown(run: Path, fidelity: dict[str, Any] | None) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        snapshot["fidelity"] = fidelity
    result = judge(run)
    assert (result["verdict"], outcome_of(result, SHAPES)) == ("INCONCLUSIVE", "unknown")


def test_what_never_came_to_rest_is_found(run: Path) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        snapshot["moving"] = ["3 webhooks are not acknowledged"]
    result = judge(run)
    assert (result["exit_code"], broken(result)) == (2, {REST})
    assert "3 webhooks are not acknowledged" in json.dumps(result["findings"])


def test_a_run_of_which_nobody_saw_the_rest_is_unknown(run: Path) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        del snapshot["moving"]
    result = judge(run)
    assert (result["verdict"], outcome_of(result, REST)) == ("INCONCLUSIVE", "unknown")


def test_a_moment_in_which_the_books_did_not_balance_is_found(run: Path) -> None:
    made_run.forge_line(run / folder.HISTORY, intent="1.0", changes={"balanced": False})
    assert "money: the trial balance holds at every moment" in broken(judge(run))


QUESTION = "money: every open question was answered"


def test_a_question_that_nobody_answered_is_decided_by_the_processors_books(run: Path) -> None:
    made_run.forge_line(run / folder.HISTORY, intent="pay-7", changes={"type": "info", "http": None, "object": None})
    result = judge(run)
    assert (result["verdict"], outcome_of(result, QUESTION)) == ("PASS", "pass"), result["findings"]
    assert result["outcomes"]["counted"] == {"done": 1, "not done": 0, "unknown": 0}
    intent = result["outcomes"]["intents"][0]
    assert (intent["key"], intent["answer"], intent["because"]) == ("pay-7", "done", "ch_7")


def test_a_question_that_no_side_can_answer_is_no_pass(run: Path) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        snapshot["charges"] = None
    made_run.forge_line(run / folder.HISTORY, intent="pay-7", changes={"type": "info", "http": None, "object": None})
    result = judge(run)
    assert outcome_of(result, QUESTION) == "unknown"
    assert result["outcomes"]["counted"]["unknown"] == 1


@pytest.mark.parametrize(("asked", "outcome"), [(made_run.AMOUNT, "unknown"), (made_run.AMOUNT - 1, "fail")])
def test_what_the_buyers_never_learned_may_be_what_they_lack_and_no_cent_more(
    run: Path, asked: int, outcome: str
) -> None:
    """The generator died between a payment's sending and its answer, and the payment happened."""
    with doctored(run, folder.SNAPSHOT) as snapshot:
        snapshot["charges"] = None
    lost = {"type": "info", "http": None, "object": None, "amount": asked}
    made_run.forge_line(run / folder.HISTORY, intent="pay-7", changes=lost)
    assert outcome_of(judge(run), "money conserved") == outcome


@pytest.mark.parametrize(("lost", "verdict"), [(0, "INVALID"), (1, "FAIL")])
def test_who_was_lost_with_his_machine_may_have_asked_for_more_and_nobody_else(
    run: Path, lost: int, verdict: str
) -> None:
    """Student 0 has a payment, in all books, that stands in no history."""
    with doctored(run, folder.SNAPSHOT) as snapshot:
        made_run.add_payment(snapshot, 9990)
    with doctored(run, folder.GENERATOR) as generator:
        generator |= {"workers_expected": 2, "unheard": [made_run.email(lost)]}
    result = judge(run)
    assert (result["verdict"], outcome_of(result, "money: every buyer was heard to the end")) == (verdict, "unknown")


def test_a_slow_system_fails(tmp_path: Path) -> None:
    result = judge(made_run.make(tmp_path / "run", payments_ms=600.0))
    assert result["exit_code"] == 2
    assert broken(result) == {"payments p95"}


def test_a_p95_too_close_to_its_limit_is_not_called(tmp_path: Path) -> None:
    result = judge(made_run.make(tmp_path / "run", calls_ms=199.5))
    assert (result["verdict"], result["exit_code"]) == ("INCONCLUSIVE", 5)


@pytest.mark.parametrize(("errors", "exit_code"), [(3, 0), (4, 2)])
def test_one_request_in_a_hundred_may_fail_and_no_more(tmp_path: Path, errors: int, exit_code: int) -> None:
    result = judge(made_run.make(tmp_path / "run", errors=errors))
    assert result["exit_code"] == exit_code


def test_wrong_money_is_wrong_whoever_measured_it(run: Path) -> None:
    with doctored(run, folder.GENERATOR) as generator:
        generator["cpu"] = [0.99] * 20
    assert judge(run)["exit_code"] == 4
    with doctored(run, folder.SNAPSHOT) as snapshot:
        snapshot["books"]["transactions"].append(made_run.transaction(9999))
    assert judge(run)["exit_code"] == 2


def test_an_untrusted_generator_proves_nothing_about_speed_and_all_about_money(run: Path) -> None:
    with doctored(run, folder.GENERATOR) as generator:
        generator["dropped"] = {"steady": 60}
    result = judge(run)
    outcomes = {line["check"]: line["outcome"] for line in result["evidence"]}
    assert result["verdict"] == "INVALID"
    assert outcomes["load/smoke: payments p95"] == "unknown"
    assert outcomes["load/smoke: money conserved"] == "pass"


def test_a_system_too_slow_for_the_load_to_be_made_has_failed(tmp_path: Path) -> None:
    run = made_run.make(tmp_path / "run", payments_ms=5000.0)
    with doctored(run, folder.GENERATOR) as generator:
        generator["dropped"] = {"steady": 60}
    result = judge(run)
    outcomes = {line["check"]: line["outcome"] for line in result["evidence"]}
    assert result["verdict"] == "FAIL"
    assert outcomes["load/smoke: payments p95"] == "fail"
    assert outcomes["load/smoke: other calls p95"] == "unknown"


@pytest.mark.parametrize(
    ("payments_ms", "verdict", "evidence"), [(600.0, "INVALID", "unknown"), (40.0, "PASS", "pass")]
)
def test_other_work_on_the_machine_excuses_a_failure_and_no_pass_needs_it(
    tmp_path: Path, payments_ms: float, verdict: str, evidence: str
) -> None:
    run = made_run.make(tmp_path / "run", payments_ms=payments_ms)
    with doctored(run, folder.MACHINE) as machine:
        machine["foreign_share"] = 0.7
    result = judge(run)
    outcomes = {line["check"]: line["outcome"] for line in result["evidence"]}
    assert result["verdict"] == verdict
    assert outcomes["load/smoke: payments p95"] == evidence


def test_a_sick_generator_fails_nobody(tmp_path: Path) -> None:
    run = made_run.make(tmp_path / "run", payments_ms=5000.0)
    with doctored(run, folder.GENERATOR) as generator:
        generator["dropped"], generator["cpu"] = {"steady": 60}, [0.99] * 20
    assert judge(run)["verdict"] == "INVALID"


def test_a_target_that_hides_its_processor_is_not_said_to_be_right(run: Path) -> None:
    with doctored(run, folder.SNAPSHOT) as snapshot:
        snapshot["books"] = None
    result = judge(run)
    assert outcome_of(result, "money") == "unknown"
    assert result["exit_code"] == 5


def test_a_torn_history_leaves_the_money_unknown(run: Path) -> None:
    path = run / folder.HISTORY
    path.write_bytes(path.read_bytes()[:-30])
    result = judge(run)
    assert outcome_of(result, "money") == "unknown"
    assert result["exit_code"] == 5


def test_a_checker_that_crashes_knows_nothing() -> None:
    def crashes(_snapshot: Snapshot) -> Iterator[Difference]:
        raise ZeroDivisionError

    snapshot = Snapshot(transactions=(), entries=(), payments=(), refunds=())
    assert money.findings(snapshot, [crashes])[0].outcome == "unknown"


def test_a_run_without_payments_proves_nothing() -> None:
    snapshot = Snapshot(transactions=(), entries=(), payments=(), refunds=(), operations=())
    assert {finding.outcome for finding in money.findings(snapshot)} == {"unknown"}


def test_a_broken_journey_is_a_broken_run(run: Path) -> None:
    with doctored(run, folder.GENERATOR) as generator:
        generator["crashes"] = ["student.buy: KeyError: 'price'"]
    assert (judge(run)["verdict"], judge(run)["exit_code"]) == ("BROKEN", 3)


@pytest.mark.parametrize("missing", [folder.HISTORY, folder.SNAPSHOT, folder.GENERATOR])
def test_half_a_run_is_not_judged(run: Path, missing: str) -> None:
    (run / missing).unlink()
    with pytest.raises(UnjudgeableError, match=missing):
        judge(run)


def test_anybody_can_judge_again_from_a_copy(run: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(run, tmp_path / "sent")
    command = [sys.executable, "-m", "load.judge", str(copy)]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    with doctored(copy, folder.SNAPSHOT) as snapshot:
        del snapshot["entries"][0]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 2, judged.stdout + judged.stderr
    assert "is posted 0 times" in judged.stdout
